"""What is wrong among the settings: what is missing beside others, and what could not work."""

import re
from collections.abc import Callable
from email.utils import parseaddr
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import redis
from limits import parse_many
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

if TYPE_CHECKING:
    from config import Settings

SMTP_SETTINGS = ("smtp_server", "smtp_username", "smtp_password", "mail_sender")
LIMITS = (
    "login_limit",
    "login_address_limit",
    "login_account_limit",
    "signup_try_limit",
    "signup_limit",
    "signup_share_limit",
    "signup_address_limit",
    "signup_network_limit",
    "code_limit",
    "upload_limit",
    "api_limit",
    "link_limit",
    "report_limit",
    "export_limit",
)
SHORTEST_SECRET_KEY = 32
# What may stand in a content security policy.
HOST = re.compile(r"[A-Za-z0-9.\-\[\]:]+")
WEBHOOK_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{8,}")
REPLICATE_URL = "https://api.replicate.com"
RAZORPAY_URL = "https://api.razorpay.com"
RAZORPAY_CHECKOUT_URL = "https://checkout.razorpay.com/v1/checkout.js"
RAZORPAY_SETTINGS = ("razorpay_key_id", "razorpay_key_secret", "razorpay_webhook_secret")
RAZORPAY_EXTRAS = ("razorpay_webhook_secret_previous", "razorpay_plan_id")


def of(settings: "Settings") -> list[str]:
    """Each fault as a line that begins with the names of the settings, and never with their values."""
    return [
        *_mail_faults(settings),
        *_url_faults(settings),
        *_provider_faults(settings),
        *_gateway_faults(settings),
        *_limit_faults(settings),
        *(_production_faults(settings) if settings.app_env == "production" else ()),
    ]


def _mail_faults(settings: "Settings") -> list[str]:
    missing = [name.upper() for name in SMTP_SETTINGS if not getattr(settings, name)]
    if missing and len(missing) < len(SMTP_SETTINGS):
        return [f"{', '.join(missing)}: missing, while other mail settings are set"]
    if settings.mail_sender and "@" not in parseaddr(settings.mail_sender)[1]:
        return ["MAIL_SENDER: must look like Image Garden <garden@example.com>"]
    return []


def _provider_faults(settings: "Settings") -> list[str]:
    faults = []
    if settings.replicate_api_token is None and (settings.replicate_webhook_secret or settings.output_hosts):
        faults.append("REPLICATE_API_TOKEN: missing, while other settings of Replicate are set")
    if settings.replicate_webhook_secret_previous and not settings.replicate_webhook_secret:
        faults.append("REPLICATE_WEBHOOK_SECRET: missing, while REPLICATE_WEBHOOK_SECRET_PREVIOUS is set")
    for name in ("replicate_webhook_secret", "replicate_webhook_secret_previous"):
        secret = getattr(settings, name)
        if secret and not WEBHOOK_SECRET.fullmatch(secret.get_secret_value()):
            faults.append(f"{name.upper()}: must look like whsec_ with letters and digits behind it")
    if not _is_origin(settings.replicate_base_url):
        faults.append(f"REPLICATE_BASE_URL: must look like {REPLICATE_URL}, without a path")
    return faults


def _gateway_faults(settings: "Settings") -> list[str]:
    faults = []
    missing = [name.upper() for name in RAZORPAY_SETTINGS if not getattr(settings, name)]
    is_begun = len(missing) < len(RAZORPAY_SETTINGS) or any(getattr(settings, name) for name in RAZORPAY_EXTRAS)
    if missing and is_begun:
        faults.append(f"{', '.join(missing)}: missing, while other settings of Razorpay are set")
    if settings.razorpay_key_id and not settings.razorpay_key_id.startswith(("rzp_test_", "rzp_live_")):
        faults.append("RAZORPAY_KEY_ID: must start with rzp_test_ or rzp_live_")
    if settings.razorpay_plan_id and not settings.razorpay_plan_id.startswith("plan_"):
        faults.append("RAZORPAY_PLAN_ID: must start with plan_")
    if not _is_origin(settings.razorpay_base_url):
        faults.append(f"RAZORPAY_BASE_URL: must look like {RAZORPAY_URL}, without a path")
    checkout = urlsplit(settings.razorpay_checkout_url)
    if checkout.scheme not in {"http", "https"} or not HOST.fullmatch(checkout.netloc):
        faults.append(f"RAZORPAY_CHECKOUT_URL: must look like {RAZORPAY_CHECKOUT_URL}")
    return faults


def _limit_faults(settings: "Settings") -> list[str]:
    faults = []
    for name in LIMITS:
        try:
            parse_many(getattr(settings, name))
        except ValueError:
            faults.append(f'{name.upper()}: must read like "10 per 15 minutes"')
    return faults


def _url_faults(settings: "Settings") -> list[str]:
    faults = []
    if not _is_origin(settings.public_url):
        faults.append("PUBLIC_URL: must look like https://garden.example.com, without a path")
    where = settings.database_url
    if where and not (where.startswith(("postgresql://", "postgresql+psycopg://")) and _is_read(make_url, where)):
        faults.append("DATABASE_URL: must look like postgresql://user:password@host:5432/imagegarden")
    where = settings.redis_url
    begins = ("redis://", "rediss://", "unix://")
    if where and not (where.startswith(begins) and _is_read(redis.ConnectionPool.from_url, where)):
        faults.append("REDIS_URL: must look like redis://:password@host:6379/0, with %2F for a / in the password")
    where = settings.storage_url
    if where and "://" not in where and not where.startswith(("file:", "memory:")):
        faults.append("STORAGE_URL: must look like s3://bucket/prefix")
    if settings.media_accel_prefix and not settings.media_accel_prefix.startswith("/"):
        faults.append("MEDIA_ACCEL_PREFIX: must begin with /")
    return faults


def _production_faults(settings: "Settings") -> list[str]:
    faults = []
    if len(settings.secret_key.get_secret_value()) < SHORTEST_SECRET_KEY:
        faults.append(f"SECRET_KEY: production needs a random one of {SHORTEST_SECRET_KEY} characters or more")
    if not settings.public_url.startswith("https://"):
        faults.append("PUBLIC_URL: production needs an https:// address")
    if not settings.database_url:
        faults.append("DATABASE_URL: production needs a PostgreSQL server of its own")
    if not settings.redis_url:
        faults.append("REDIS_URL: production needs a Redis or Valkey server of its own")
    if any(not url.startswith("https://") for url in (settings.replicate_base_url, *_output_origins(settings))):
        faults.append("REPLICATE_BASE_URL, OUTPUT_HOSTS: production talks by https alone")
    if any(not url.startswith("https://") for url in (settings.razorpay_base_url, settings.razorpay_checkout_url)):
        faults.append("RAZORPAY_BASE_URL, RAZORPAY_CHECKOUT_URL: production talks by https alone")
    if not settings.smtp_server:
        faults.append("SMTP_SERVER, SMTP_USERNAME, SMTP_PASSWORD, MAIL_SENDER: production has to send real mail")
    return faults


def _output_origins(settings: "Settings") -> list[str]:
    return [host for host in settings.output_hosts if "://" in host]


def _is_origin(url: str) -> bool:
    """Whether this is where a site or an API stands, and nothing within it."""

    def port(text: str) -> int | None:
        return urlsplit(text).port

    if not _is_read(port, url):
        return False
    address = urlsplit(url)
    is_whole = address.path in {"", "/"} and not (address.query or address.fragment)
    return address.scheme in {"http", "https"} and bool(address.hostname) and is_whole


def _is_read(read: Callable[[str], object], text: str) -> bool:
    try:
        read(text)
    except (ValueError, ArgumentError):
        return False
    return True
