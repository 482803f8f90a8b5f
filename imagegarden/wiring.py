"""Which vendor stands behind which interface: the only place that names them."""

import hashlib
from importlib.util import find_spec
from urllib.parse import urlsplit

from pydantic import SecretStr

from config import Settings
from imagegarden import redis_client
from imagegarden.clock import now
from imagegarden.current import Adapters
from imagegarden.mail import Mailer, Outbox, SmtpMailer
from imagegarden.pace import Pace
from imagegarden.payments.base import CheckoutOptions, Gateway
from imagegarden.payments.razorpay import SOURCES, Razorpay
from imagegarden.payments.test_gateway import PretendGateway
from imagegarden.providers.base import Provider, Read, Source, TemporaryError
from imagegarden.providers.replicate.client import Client
from imagegarden.providers.replicate.fetching import Fetcher
from imagegarden.providers.replicate.provider import ReplicateProvider
from imagegarden.setting_faults import RAZORPAY_CHECKOUT_URL
from imagegarden.storage import MEDIA, MediaStore, ObjectStore, StorageError

# The engine's libraries are the extra `garden`, which a site on Replicate does without.
HAS_GARDEN = find_spec("resvg_py") is not None
if HAS_GARDEN:
    from imagegarden.providers.garden.provider import GardenProvider

# The provider lets short bursts pass; ours are shorter.
CREATE_BURST = 5
READ_BURST = 50
OUTBOX = "outbox"
TEST_GATEWAY = "test-gateway"


def build_adapters(settings: Settings) -> Adapters:
    """The adapters that the settings ask for. Raises SystemExit where pictures could not be made, or not be kept."""
    store = _store(settings)
    read = reader_of(store)
    providers: dict[str, Provider] = {"garden": GardenProvider(read)} if HAS_GARDEN else {}
    paces = {}
    if settings.replicate_api_token is not None:
        providers["replicate"], paces["replicate"] = _replicate(settings, settings.replicate_api_token, read)
    if not providers:
        raise SystemExit("Image Garden cannot start: REPLICATE_API_TOKEN is missing, and so is the extra `garden`.")
    return Adapters(providers=providers, store=store, mailer=_mailer(settings), paces=paces, gateway=_gateway(settings))


def _store(settings: Settings) -> MediaStore:
    try:
        if settings.storage_url:
            return ObjectStore.at(settings.storage_url)
        return ObjectStore.in_folder(settings.data_dir / MEDIA)
    except StorageError as error:
        raise SystemExit(f"Image Garden cannot start. STORAGE_URL: {error}") from None
    except OSError as error:
        raise SystemExit(f"Image Garden cannot start. DATA_DIR: {error.filename}: {error.strerror}") from None


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
    secrets = (settings.replicate_webhook_secret, settings.replicate_webhook_secret_previous)
    provider = ReplicateProvider(
        Client(
            token.get_secret_value(),
            settings.replicate_base_url,
            [secret.get_secret_value() for secret in secrets if secret is not None],
        ),
        Fetcher(settings.output_hosts),
        read=read,
        reads=Pace(client, "replicate:reads", per_minute=settings.replicate_reads_per_minute, burst=READ_BURST),
        report_url=f"{settings.public_url.rstrip('/')}/webhooks/replicate" if settings.has_provider_reports else None,
    )
    creates = Pace(client, "replicate:creates", per_minute=settings.replicate_creates_per_minute, burst=CREATE_BURST)
    return provider, creates


def _gateway(settings: Settings) -> Gateway | None:
    """Who takes the money: Razorpay; without its keys, on one's own machine, nobody really."""
    key_id, key_secret = settings.razorpay_key_id, settings.razorpay_key_secret
    if key_id is not None and key_secret is not None:
        secrets = (settings.razorpay_webhook_secret, settings.razorpay_webhook_secret_previous)
        url = settings.razorpay_checkout_url
        origin = urlsplit(url)
        return Razorpay(
            key_id=key_id,
            key_secret=key_secret.get_secret_value(),
            webhook_secrets=[secret.get_secret_value() for secret in secrets if secret is not None],
            plan_id=settings.razorpay_plan_id,
            base_url=settings.razorpay_base_url.rstrip("/"),
            checkout=CheckoutOptions(
                url, key_id, SOURCES if url == RAZORPAY_CHECKOUT_URL else (f"{origin.scheme}://{origin.netloc}",)
            ),
        )
    if settings.has_local_conveniences:
        secret = hashlib.sha256(f"test gateway {settings.secret_key.get_secret_value()}".encode()).hexdigest()
        return PretendGateway(settings.data_dir / TEST_GATEWAY, secret=secret, clock=now)
    return None


def _mailer(settings: Settings) -> Mailer:
    if settings.smtp_server:
        return SmtpMailer()
    return Outbox(
        settings.data_dir / OUTBOX,
        sender="Image Garden <garden@localhost>",
        is_shown_in_terminal=settings.has_local_conveniences,
    )
