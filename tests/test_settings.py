"""Settings: every fault at once, and production refuses what only suits a laptop."""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from config import Settings, describe_faults, load_settings

PRODUCTION: dict[str, Any] = {
    "app_env": "production",
    "secret_key": "x" * 32,
    "database_url": "postgresql://user:pass@db/garden",
    "redis_url": "redis://redis:6379/0",
    "public_url": "https://garden.example.com",
    "smtp_server": "smtp.example.com",
    "smtp_username": "garden",
    "smtp_password": "secret",
    "mail_sender": "garden@example.com",
}


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DATA_DIR", str(tmp_path))


def faults(**values: Any) -> str:
    with pytest.raises(ValidationError) as refusal:
        Settings(_env_file=None, **values)
    return describe_faults(refusal.value)


def test_on_one_machine_nothing_has_to_be_set() -> None:
    settings = Settings(_env_file=None)
    assert settings.app_env == "local"
    assert settings.public_url == "http://127.0.0.1:5000"
    assert settings.has_local_conveniences


def test_the_local_secret_is_random_kept_and_readable_by_its_owner_alone(tmp_path: Path) -> None:
    first, second = Settings(_env_file=None), Settings(_env_file=None)
    assert first.secret_key.get_secret_value() == second.secret_key.get_secret_value()
    assert len(first.secret_key.get_secret_value()) > 40
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.iterdir()) == [tmp_path / "secret-key"]


def test_production_with_everything_starts() -> None:
    assert Settings(_env_file=None, **PRODUCTION).is_https


@pytest.mark.parametrize("missing", ["secret_key", "database_url", "redis_url", "public_url"])
def test_production_names_what_is_missing(missing: str) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    assert missing.upper() in faults(**given)


def test_all_faults_are_reported_at_once() -> None:
    text = faults(app_env="production", public_url="ftp://x", database_url="mysql://x")
    for name in ("SECRET_KEY", "PUBLIC_URL", "DATABASE_URL", "REDIS_URL", "SMTP_SERVER"):
        assert name in text


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("public_url", "https://garden.example.com:port"),
        ("public_url", "https://[::1"),
        ("public_url", "https://garden.example.com?a=1"),
        ("database_url", "postgresql://user:canary@host:port/garden"),
        ("redis_url", "redis://:can/ary@host:6379/0"),
        ("redis_url", "redis://host:port/0"),
        ("storage_url", "pictures-of-mine"),
        ("media_accel_prefix", "protected-media"),
        ("mail_sender", "Tulips"),
        ("replicate_base_url", "https://api.replicate.com:port"),
    ],
)
def test_what_cannot_be_read_is_named_at_the_start(setting: str, said: str) -> None:
    text = faults(**{**PRODUCTION, setting: said})
    assert setting.upper() in text
    assert (said in text, "ary" in text) == (False, False)


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("database_url", "postgresql:///garden?host=/run/postgresql"),
        ("database_url", "postgresql+psycopg://user:p/a#ss@[::1]:5432/garden"),
        ("redis_url", "unix:///run/valkey.sock?db=0"),
        ("storage_url", "memory:///"),
        ("storage_url", "file:///srv/pictures"),
        ("storage_url", "file:/srv/pictures"),
        ("public_url", "https://garden.example.com:8443/"),
        ("mail_sender", "Image Garden <garden@example.com>"),
    ],
)
def test_every_form_that_an_address_may_have_is_taken(setting: str, said: str) -> None:
    assert getattr(Settings(_env_file=None, **{**PRODUCTION, setting: said}), setting) == said


def test_a_secret_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "secret_key").write_text("canary")

    def refuse(path: Path, *_: object, **__: object) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "read_text", refuse)
    with pytest.raises(SystemExit, match=r"cannot start\. .*/secret_key: Permission denied"):
        load_settings(tmp_path)


def test_a_half_filled_group_is_an_error() -> None:
    text = faults(smtp_server="smtp.example.com")
    assert "SMTP_USERNAME, SMTP_PASSWORD, MAIL_SENDER: missing" in text


def test_a_wrong_type_is_named_by_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    with pytest.raises(SystemExit) as end:
        load_settings()
    assert "PORT: " in str(end.value)


def test_a_fault_never_shows_a_value() -> None:
    assert "hunter2" not in faults(app_env="production", secret_key="hunter2", public_url="hunter2://")


def test_fallback_keys_are_split_at_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY_FALLBACKS", "one, two,")
    keys = Settings(_env_file=None).secret_key_fallbacks
    assert [key.get_secret_value() for key in keys] == ["one", "two"]


@pytest.mark.parametrize(
    ("host", "local"), [("127.0.0.1", True), ("::1", True), ("localhost", True), ("0.0.0.0", False)]
)
def test_local_conveniences_need_a_loopback_host(host: str, local: bool) -> None:
    assert Settings(_env_file=None, host=host).has_local_conveniences is local


def test_production_has_no_local_conveniences() -> None:
    assert not Settings(_env_file=None, **PRODUCTION).has_local_conveniences


@pytest.mark.parametrize("address", ["help", "Help <help@example.com>", "help@example.com, other@example.com"])
def test_where_people_write_to_has_to_be_an_address(address: str) -> None:
    assert "OPERATOR_EMAIL: must be an e-mail address" in faults(operator_email=address)


def test_without_an_address_to_write_to_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPERATOR_EMAIL", "")
    assert Settings(_env_file=None).operator_email is None
    assert Settings(_env_file=None, operator_email="help@example.com").operator_email == "help@example.com"


def test_a_limit_that_cannot_be_read_is_an_error() -> None:
    assert "LOGIN_LIMIT: must read like" in faults(login_limit="10/quarter-hour")


def test_a_secret_is_read_from_a_file_named_like_its_setting(tmp_path: Path) -> None:
    (tmp_path / "replicate_api_token").write_text("r8_from_a_file\n")
    (tmp_path / "METRICS_TOKEN").write_text("told")
    settings = load_settings(tmp_path)
    assert settings.replicate_api_token is not None
    assert settings.replicate_api_token.get_secret_value() == "r8_from_a_file"
    assert settings.metrics_token is not None
    assert settings.metrics_token.get_secret_value() == "told"


def test_a_variable_goes_before_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "database_url").write_text("postgresql://file/garden")
    monkeypatch.setenv("DATABASE_URL", "postgresql://variable/garden")
    assert load_settings(tmp_path).database_url == "postgresql://variable/garden"


def test_an_empty_secret_file_is_a_setting_that_is_not_set(tmp_path: Path) -> None:
    (tmp_path / "replicate_api_token").touch()
    (tmp_path / "smtp_password").write_text("\n")
    settings = load_settings(tmp_path)
    assert settings.replicate_api_token is None
    assert settings.smtp_password is None


def test_a_machine_without_secret_files_starts(tmp_path: Path) -> None:
    assert load_settings(tmp_path / "nowhere").app_env == "local"


def test_a_fault_of_a_secret_file_never_shows_its_content(tmp_path: Path) -> None:
    (tmp_path / "database_url").write_text("hunter2://")
    with pytest.raises(SystemExit) as end:
        load_settings(tmp_path)
    assert "DATABASE_URL: must look like" in str(end.value)
    assert "hunter2" not in str(end.value)


def test_whatever_the_database_takes_for_its_password_is_secret() -> None:
    given = {**PRODUCTION, "database_url": "postgresql://user:can#ary@host:5432/garden"}
    assert "can#ary" in Settings(_env_file=None, **given).secret_values
