"""Every setting that differs between machines: its environment variable, type, check and default.

The environment is read here and nowhere else. `load_settings` reports all faults at once. What is secret may also be a
file, named like its setting, in the folder where containers are given theirs; a variable goes before a file.
"""

import ipaddress
import os
import secrets
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import unquote, urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
    SettingsError,
)
from sqlalchemy.engine import make_url

from imagegarden import setting_faults
from imagegarden.setting_faults import RAZORPAY_CHECKOUT_URL, RAZORPAY_URL, REPLICATE_URL

# Where containers find what is secret: a file for each setting.
SECRETS_FOLDER = Path("/run/secrets")


class SecretFiles(SecretsSettingsSource):
    """The files of secrets. An empty one is a setting that is not set, as an empty variable is."""

    def __call__(self) -> dict[str, Any]:
        """What the files say."""
        return {name: said for name, said in super().__call__().items() if said != ""}


class Settings(BaseSettings):
    """The settings of one process, read from the environment and `.env`."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", frozen=True, hide_input_in_errors=True, env_ignore_empty=True
    )

    app_env: Literal["local", "production"] = "local"
    secret_key: SecretStr = SecretStr("")
    secret_key_fallbacks: Annotated[list[SecretStr], NoDecode] = []

    database_url: str | None = None
    redis_url: str | None = None
    storage_url: str | None = None

    smtp_server: str | None = None
    smtp_port: int = Field(default=587, ge=1, le=65535)
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    smtp_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_sender: str | None = None
    operator_email: str | None = None

    replicate_api_token: SecretStr | None = None
    replicate_base_url: str = REPLICATE_URL
    replicate_webhook_secret: SecretStr | None = None
    replicate_webhook_secret_previous: SecretStr | None = None
    replicate_creates_per_minute: int = Field(default=600, ge=1)
    replicate_reads_per_minute: int = Field(default=2700, ge=1)
    output_hosts: Annotated[list[str], NoDecode] = []

    razorpay_key_id: str | None = None
    razorpay_key_secret: SecretStr | None = None
    razorpay_webhook_secret: SecretStr | None = None
    razorpay_webhook_secret_previous: SecretStr | None = None
    razorpay_plan_id: str | None = None
    razorpay_base_url: str = RAZORPAY_URL
    razorpay_checkout_url: str = RAZORPAY_CHECKOUT_URL

    public_url: str = ""
    trusted_proxies: int = Field(default=0, ge=0, le=10)
    media_accel_prefix: str | None = None
    data_dir: Path = Path("var")
    host: str = "127.0.0.1"
    port: int = Field(default=5000, ge=1, le=65535)
    web_workers: int = Field(default=2, ge=1, le=64)
    web_threads: int = Field(default=8, ge=2, le=256)
    worker_processes: int = Field(default=2, ge=1, le=64)
    worker_concurrency: int = Field(default=8, ge=1, le=256)
    # What is running, as it is told to operators: a version, or the id of a commit.
    release: str = Field(default="development", min_length=1, max_length=100)
    metrics_token: SecretStr | None = None
    # Where the processes of one web server count together; the library that counts knows it by this name, too.
    prometheus_multiproc_dir: Path | None = None
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    generations_per_hour: int = Field(default=10, ge=1)
    generations_at_once: int = Field(default=3, ge=1)
    pictures_per_request: int = Field(default=2, ge=1, le=4)
    film_seconds: int = Field(default=6, ge=1)
    premium_generations_per_hour: int = Field(default=120, ge=1)
    premium_generations_at_once: int = Field(default=12, ge=1)
    premium_pictures_per_request: int = Field(default=4, ge=1, le=4)
    premium_film_seconds: int = Field(default=10, ge=1)
    enhancements_per_hour: int = Field(default=30, ge=1)
    upload_storage_mb: int = Field(default=500, ge=1)
    upload_limit: str = "60 per hour"
    api_limit: str = "60 per minute"
    link_limit: str = "120 per minute"
    report_limit: str = "10 per hour"
    export_limit: str = "3 per day"
    login_limit: str = "10 per 15 minutes"
    login_address_limit: str = "100 per 15 minutes"
    login_account_limit: str = "25 per 15 minutes"
    # Every form that is sent, whatever is wrong with it: each costs an estimate of its password.
    signup_try_limit: str = "300 per 15 minutes"
    # Codes by mail: for a browser that the account knows, or a person who is signed in; for one address of a household.
    signup_limit: str = "5 per hour"
    signup_share_limit: str = "4 per hour"
    signup_address_limit: str = "20 per hour"
    signup_network_limit: str = "60 per hour"
    # How many accounts of one network (a /24, a /48 of IPv6) get their free credits in a day.
    welcomes_per_network: int = Field(default=20, ge=1)
    # Taken at sign-up, though the list of mailboxes that are thrown away names them.
    trusted_mail_hosts: Annotated[list[str], NoDecode] = []
    code_limit: str = "30 per 15 minutes"
    session_idle_days: int = Field(default=14, ge=1, le=90)
    session_days: int = Field(default=30, ge=1, le=90)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """A variable goes before `.env`, and that before a file."""
        folder = getattr(file_secret_settings, "secrets_dir", None)
        return init_settings, env_settings, dotenv_settings, SecretFiles(settings_cls, folder)

    @field_validator("secret_key_fallbacks", "output_hosts", "trusted_mail_hosts", mode="before")
    @classmethod
    def _split(cls, raw: object) -> object:
        """A list is written with commas."""
        return [part.strip() for part in raw.split(",") if part.strip()] if isinstance(raw, str) else raw

    @field_validator("operator_email")
    @classmethod
    def _is_address(cls, raw: str | None) -> str | None:
        """An address alone, since people are shown it."""
        try:
            return validate_email(raw, check_deliverability=False).normalized if raw else None
        except EmailNotValidError:
            raise ValueError("must be an e-mail address, such as garden@example.com") from None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Fill what follows from other settings, then refuse what cannot work, all faults together."""
        fill = object.__setattr__
        fill(self, "data_dir", self.data_dir.expanduser().absolute())
        if not self.public_url:
            host = f"[{self.host}]" if ":" in self.host else self.host
            fill(self, "public_url", f"http://{host}:{self.port}")
        if self.app_env != "production" and not self.secret_key.get_secret_value():
            fill(self, "secret_key", SecretStr(_kept_local_secret(self.data_dir)))
        faults = setting_faults.of(self)
        if faults:
            raise ValueError("\n".join(faults))
        return self

    @property
    def has_provider_reports(self) -> bool:
        """Whether the provider is asked to report: it can prove that it speaks, and the real one can reach us."""
        is_reachable = self.is_https or self.replicate_base_url != REPLICATE_URL
        return self.replicate_webhook_secret is not None and is_reachable

    @property
    def secret_values(self) -> list[str]:
        """Everything secret among the settings, also what stands within an address: what no log may hold."""
        found: list[str] = []
        for name in type(self).model_fields:
            value = getattr(self, name)
            for one in value if isinstance(value, list) else [value]:
                if isinstance(one, SecretStr):
                    found.append(one.get_secret_value())
                elif isinstance(one, str) and "://" in one:
                    password = urlsplit(one).password or ""
                    found += {password, unquote(password)}
                    if name == "database_url":
                        # Its library takes a / and a # for part of a password.
                        found.append(str(make_url(one).password or ""))
        return [secret for secret in found if secret]

    @property
    def is_https(self) -> bool:
        """Whether people reach the site by https, which decides the cookies' form."""
        return self.public_url.startswith("https://")

    @property
    def has_local_conveniences(self) -> bool:
        """Whether the outbox page and codes in the terminal may exist: local, and reachable from this machine alone."""
        return self.app_env == "local" and _is_loopback(self.host)


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _kept_local_secret(data_dir: Path) -> str:
    """The random key of this local installation, made on first use so that sessions survive a restart."""
    path = data_dir / "secret-key"
    data_dir.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"secret-key.{os.getpid()}")
    if not path.exists():
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        try:
            # A link fails where the file exists: of two first processes, one key wins and both read it.
            os.link(fresh, path)
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path.read_text()


def load_settings(secrets_folder: Path = SECRETS_FOLDER) -> Settings:
    """The settings of this process; ends it with one readable message when any is wrong."""
    try:
        # The library warns of a folder that is not there: on most machines none is.
        return Settings(_secrets_dir=secrets_folder) if secrets_folder.is_dir() else Settings()
    except ValidationError as error:
        raise SystemExit(describe_faults(error)) from None
    except (SettingsError, OSError) as error:
        # A secret may be readable by who wrote it alone: the processes have a user of their own.
        fault = error if isinstance(error, OSError) else error.__cause__
        if not isinstance(fault, OSError):
            raise
        raise SystemExit(f"Image Garden cannot start. {fault.filename}: {fault.strerror}") from None


def tell_the_library_that_counts(settings: Settings) -> None:
    """Say where processes count together, before it is loaded: it looks at the environment alone, and once."""
    if settings.prometheus_multiproc_dir is not None:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(settings.prometheus_multiproc_dir)


def describe_faults(error: ValidationError) -> str:
    """All faults of a failed reading, a line each, without the values (they may be secrets)."""
    lines = []
    for fault in error.errors(include_input=False, include_url=False):
        text = fault["msg"].removeprefix("Value error, ")
        name = str(fault["loc"][0]).upper() if fault["loc"] else None
        lines += [f"{name}: {text}"] if name else text.splitlines()
    return "\n".join(["Image Garden cannot start. Please correct these settings:", *(f"  {line}" for line in lines)])
