"""Which vendor stands behind which interface: the only place that names them."""

from config import Settings
from imagegarden.current import Adapters
from imagegarden.mail import Mailer, Outbox, SmtpMailer
from imagegarden.providers.garden.provider import GardenProvider
from imagegarden.storage import ObjectStore

OUTBOX = "outbox"
MEDIA = "media"


def build_adapters(settings: Settings) -> Adapters:
    """The adapters that the settings ask for."""
    garden = GardenProvider()
    store = (
        ObjectStore.at(settings.storage_url)
        if settings.storage_url
        else ObjectStore.in_folder(settings.data_dir / MEDIA)
    )
    return Adapters(providers={garden.name: garden}, store=store, mailer=_mailer(settings))


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp_server:
        return SmtpMailer()
    return Outbox(
        settings.data_dir / OUTBOX,
        sender="Image Garden <garden@localhost>",
        is_shown_in_terminal=settings.has_local_conveniences,
    )
