"""Commands, as an operator types them."""

import re
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from PIL import Image
from sqlalchemy import select, text

from config import Settings
from imagegarden.app import create_app
from imagegarden.clock import now
from imagegarden.db import db
from imagegarden.domain import credits
from imagegarden.imaging.films import read_film
from imagegarden.models import AuditEntry, Role, User, UserStatus
from tests import kinds
from tests.processes import WORKER, environment, process

PASSWORD = "correct horse battery lotus\n"


def run(app: Flask, *args: str, stdin: str | None = None) -> Result:
    result: Result = app.test_cli_runner().invoke(args=list(args), input=stdin)
    return result


def create(app: Flask, email: str = "ada@example.com", *more: str) -> Result:
    return run(app, "user", "create", email, "--password-stdin", *more, stdin=PASSWORD)


def user(app: Flask, email: str = "ada@example.com") -> User:
    with app.app_context():
        return db.session.scalars(select(User).where(User.email == email)).one()


def test_a_user_is_made_ready_to_log_in(own_app: Flask) -> None:
    own_app.config["WTF_CSRF_ENABLED"] = False
    assert create(own_app).output == "Created member ada@example.com.\n"
    with own_app.app_context():
        assert credits.balance(db.session(), user(own_app).id, now=now()).available == 5
    answer = own_app.test_client().post("/login", data={"email": "ada@example.com", "password": PASSWORD.strip()})
    assert answer.status_code == 303


def test_the_first_administrator_is_made_by_a_command(own_app: Flask) -> None:
    create(own_app, "owner@example.com", "--admin")
    assert user(own_app, "owner@example.com").role == Role.ADMIN


def test_the_same_address_is_refused(own_app: Flask) -> None:
    create(own_app)
    result = create(own_app, "ADA@example.com")
    assert (result.exit_code, "exists already" in result.output) == (1, True)


def test_a_weak_password_is_refused_with_the_reason(own_app: Flask) -> None:
    result = run(own_app, "user", "create", "ada@example.com", "--password-stdin", stdin="short\n")
    assert (result.exit_code, result.output) == (1, "Error: password: Use 10 characters or more.\n")


def test_promoting_and_demoting_are_audited(own_app: Flask) -> None:
    create(own_app, "owner@example.com", "--admin")
    create(own_app)
    assert run(own_app, "user", "promote", "ada@example.com").exit_code == 0
    assert user(own_app).role == Role.ADMIN
    assert run(own_app, "user", "demote", "ada@example.com").exit_code == 0
    assert user(own_app).role == Role.MEMBER
    with own_app.app_context():
        assert len(db.session.scalars(select(AuditEntry)).all()) == 2


def test_the_last_administrator_cannot_be_demoted(own_app: Flask) -> None:
    create(own_app, "owner@example.com", "--admin")
    result = run(own_app, "user", "demote", "owner@example.com")
    assert (result.exit_code, "last one" in result.output) == (1, True)


def test_suspending_asks_for_a_reason(own_app: Flask) -> None:
    create(own_app)
    assert run(own_app, "user", "suspend", "ada@example.com").exit_code == 2
    assert run(own_app, "user", "suspend", "ada@example.com", "--reason", "spam").exit_code == 0
    assert user(own_app).status == UserStatus.SUSPENDED
    assert run(own_app, "user", "reinstate", "ada@example.com", "--reason", "sorry").exit_code == 0
    assert user(own_app).status == UserStatus.ACTIVE


def test_any_role_is_given_with_a_reason(own_app: Flask) -> None:
    create(own_app)
    assert run(own_app, "user", "role", "ada@example.com", "support").exit_code == 2
    result = run(own_app, "user", "role", "ada@example.com", "support", "--reason", "she knows people")
    assert result.output == "ada@example.com has the role support now.\n"
    assert user(own_app).role == Role.SUPPORT
    assert run(own_app, "user", "role", "ada@example.com", "king", "--reason", "x").exit_code == 2
    with own_app.app_context():
        entry = db.session.scalars(select(AuditEntry)).one()
    assert (entry.target, entry.reason, entry.actor_id) == ("support", "she knows people", None)


def test_an_account_is_deleted_with_a_reason(own_app: Flask) -> None:
    create(own_app)
    assert run(own_app, "user", "delete", "ada@example.com").exit_code == 2
    result = run(own_app, "user", "delete", "ada@example.com", "--reason", "she asked for it")
    assert result.output == "ada@example.com is deleted. The pictures are being removed.\n"
    again = run(own_app, "user", "delete", "ada@example.com", "--reason", "x")
    assert (again.exit_code, again.output) == (1, "Error: There is no account for ada@example.com.\n")


def test_an_unknown_address_is_one_line(own_app: Flask) -> None:
    result = run(own_app, "user", "promote", "nobody@example.com")
    assert (result.exit_code, result.output) == (1, "Error: There is no account for nobody@example.com.\n")


def test_credits_are_granted(own_app: Flask) -> None:
    create(own_app)
    result = run(own_app, "credits", "grant", "ada@example.com", "20", "--reason", "a gift")
    assert result.output == "ada@example.com has 25 credits now.\n"


@pytest.mark.parametrize("amount", ["0", "-5", "x"])
def test_a_grant_is_of_a_positive_number(own_app: Flask, amount: str) -> None:
    create(own_app)
    assert run(own_app, "credits", "grant", "ada@example.com", "--reason", "x", "--", amount).exit_code == 2


def test_a_ledger_that_balances_says_so(own_app: Flask) -> None:
    create(own_app)
    assert run(own_app, "ledger", "check").output == "The ledger balances.\n"


def test_a_ledger_that_does_not_balance_fails_with_what_is_wrong(own_app: Flask) -> None:
    create(own_app)
    with own_app.app_context():
        db.session.execute(text("UPDATE credit_accounts SET available = 9"))
        db.session.commit()
    result = run(own_app, "ledger", "check")
    assert result.exit_code == 1
    assert "9 available and 0 held" in result.output


def test_a_picture_is_made_and_written(own_app: Flask, own_settings: Settings, tmp_path: Path) -> None:
    create(own_app)
    out = tmp_path / "out.png"
    with process(WORKER, environment(own_settings), tmp_path / "worker.log"):
        result = run(own_app, "generate", "ada@example.com", "a lotus pond", "--seed", "7", "-o", str(out))
    assert re.search(r"Wrote .*out\.png: [\d,]+ bytes, 1 credit, seed 7\.", result.output), result.output
    assert Image.open(BytesIO(out.read_bytes())).format == "PNG"


def test_a_picture_that_fails_costs_nothing_and_says_so(own_app: Flask, own_settings: Settings, tmp_path: Path) -> None:
    create(own_app)
    with process(WORKER, environment(own_settings), tmp_path / "worker.log"):
        result = run(own_app, "generate", "ada@example.com", "refuses", "-o", str(tmp_path / "out.png"))
    assert result.exit_code == 1
    assert "Nothing was charged." in result.output


def test_a_wrong_choice_is_refused_before_anything_is_charged(own_app: Flask, tmp_path: Path) -> None:
    create(own_app)
    result = run(own_app, "generate", "ada@example.com", "x", "--style", "cubism", "-o", str(tmp_path / "out.png"))
    assert (result.exit_code, "style: " in result.output) == (1, True)


GARDEN_WORKER = (sys.executable, "-m", "flask", "--app", "wsgi", "worker")
KINDS: dict[str, tuple[list[str], str]] = {
    "video": (["tulips in the wind"], "5 credits"),
    "upscale": (["--image", "PHOTO", "--scale", "2"], "1 credit"),
    "inpaint": (["red poppies", "--image", "PHOTO", "--mask", "MASK"], "1 credit"),
    "edit": (["make it night", "--image", "PHOTO"], "1 credit"),
}


@pytest.fixture
def garden_app(own_settings: Settings) -> Iterator[Flask]:
    """The application with the garden engine, its pictures in a folder that its worker shares."""
    app = create_app(own_settings)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_made_by_the_command(
    garden_app: Flask, own_settings: Settings, tmp_path: Path, kind: str
) -> None:
    create(garden_app)
    given, price = KINDS[kind]
    files = {"PHOTO": tmp_path / "photo.jpg", "MASK": tmp_path / "mask.png"}
    files["PHOTO"].write_bytes(kinds.PHOTO)
    files["MASK"].write_bytes(kinds.MASK)
    out = tmp_path / "out"
    args = [str(files.get(word, word)) for word in given]
    with process(GARDEN_WORKER, environment(own_settings), tmp_path / "worker.log"):
        result = run(garden_app, "generate", "ada@example.com", *args, "--kind", kind, "-o", str(out))
    assert result.exit_code == 0, result.output
    assert f", {price}, " in result.output
    if kind == "video":
        assert read_film(out.read_bytes()).seconds == pytest.approx(4, abs=0.1)
    else:
        Image.open(BytesIO(out.read_bytes())).load()


def test_a_better_prompt_is_printed(garden_app: Flask, own_settings: Settings, tmp_path: Path) -> None:
    create(garden_app)
    with process(GARDEN_WORKER, environment(own_settings), tmp_path / "worker.log"):
        result = run(garden_app, "generate", "ada@example.com", "a fox", "--kind", "enhance")
    assert result.exit_code == 0, result.output
    assert result.output.startswith("a fox")
    assert len(result.output) > 20


def test_a_picture_without_a_place_to_go_is_refused(own_app: Flask) -> None:
    create(own_app)
    result = run(own_app, "generate", "ada@example.com", "a fox")
    assert (result.exit_code, "Say with -o" in result.output) == (2, True)
