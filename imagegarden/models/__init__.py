"""The tables, one module per aggregate. Importing this package makes all of them known to the metadata."""

from imagegarden.models.audit import AuditEntry as AuditEntry
from imagegarden.models.codes import CodePurpose as CodePurpose
from imagegarden.models.codes import OneTimeCode as OneTimeCode
from imagegarden.models.credits import CreditAccount as CreditAccount
from imagegarden.models.credits import CreditEntry as CreditEntry
from imagegarden.models.credits import CreditHold as CreditHold
from imagegarden.models.credits import CreditLot as CreditLot
from imagegarden.models.credits import EntryKind as EntryKind
from imagegarden.models.credits import HoldState as HoldState
from imagegarden.models.credits import LotSource as LotSource
from imagegarden.models.generations import UNFINISHED as UNFINISHED
from imagegarden.models.generations import Attempt as Attempt
from imagegarden.models.generations import AttemptState as AttemptState
from imagegarden.models.generations import Generation as Generation
from imagegarden.models.generations import GenerationKind as GenerationKind
from imagegarden.models.generations import GenerationStatus as GenerationStatus
from imagegarden.models.generations import Via as Via
from imagegarden.models.media import FileRole as FileRole
from imagegarden.models.media import Media as Media
from imagegarden.models.media import MediaFile as MediaFile
from imagegarden.models.media import MediaKind as MediaKind
from imagegarden.models.pricing import ModelPrice as ModelPrice
from imagegarden.models.users import Role as Role
from imagegarden.models.users import User as User
from imagegarden.models.users import UserSession as UserSession
from imagegarden.models.users import UserStatus as UserStatus
