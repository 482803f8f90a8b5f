"""Which vendor stands behind which interface: the only place that names them."""

from pydantic import SecretStr

from config import Settings
from imagegarden import redis_client
from imagegarden.current import Adapters
from imagegarden.mail import Mailer, Outbox, SmtpMailer
from imagegarden.pace import Pace
from imagegarden.providers.base import Provider, Read, Source, TemporaryError
from imagegarden.providers.garden.provider import GardenProvider
from imagegarden.providers.replicate.client import Client
from imagegarden.providers.replicate.fetching import Fetcher
from imagegarden.providers.replicate.provider import ReplicateProvider
from imagegarden.storage import MediaStore, ObjectStore, StorageError

# The provider lets short bursts pass; ours are shorter.
CREATE_BURST = 5
READ_BURST = 50
OUTBOX = "outbox"
MEDIA = "media"


def build_adapters(settings: Settings) -> Adapters:
    """The adapters that the settings ask for."""
    store = (
        ObjectStore.at(settings.storage_url)
        if settings.storage_url
        else ObjectStore.in_folder(settings.data_dir / MEDIA)
    )
    read = reader_of(store)
    providers: dict[str, Provider] = {"garden": GardenProvider(read)}
    paces = {}
    if settings.replicate_api_token is not None:
        providers["replicate"], paces["replicate"] = _replicate(settings, settings.replicate_api_token, read)
    return Adapters(providers=providers, store=store, mailer=_mailer(settings), paces=paces)


def reader_of(store: MediaStore) -> Read:
    """How providers get at the pictures that something starts from: they know no store."""

    def read(source: Source) -> bytes:
        try:
            return store.read_whole(source.key, size=source.bytes)
        except StorageError as error:
            raise TemporaryError(f"a source cannot be read: {error}", code="storage_unavailable") from error

    return read


def _replicate(settings: Settings, token: SecretStr, read: Read) -> tuple[ReplicateProvider, Pace]:
    """Replicate, and the pace of beginning there."""
    client = redis_client.connect(redis_client.address(settings))
    secret = settings.replicate_webhook_secret
    provider = ReplicateProvider(
        Client(token.get_secret_value(), settings.replicate_base_url, secret.get_secret_value() if secret else None),
        Fetcher(settings.output_hosts),
        read=read,
        reads=Pace(client, "replicate:reads", per_minute=settings.replicate_reads_per_minute, burst=READ_BURST),
        report_url=f"{settings.public_url.rstrip('/')}/webhooks/replicate" if settings.has_provider_reports else None,
    )
    creates = Pace(client, "replicate:creates", per_minute=settings.replicate_creates_per_minute, burst=CREATE_BURST)
    return provider, creates


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp_server:
        return SmtpMailer()
    return Outbox(
        settings.data_dir / OUTBOX,
        sender="Image Garden <garden@localhost>",
        is_shown_in_terminal=settings.has_local_conveniences,
    )
