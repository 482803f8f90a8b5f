"""Unlisted links: who makes them, what they show, and that they end at once."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from imagegarden.clock import now as present
from imagegarden.domain import accounts
from imagegarden.models import FileRole, GenerationKind, Media, MediaKind, Moderation, Safety, User, UserStatus
from tests import factories

HOSTILE = "<script>window.ran=1</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def picture(app: Flask, session: Session, user: User) -> Media:
    """A picture whose files are in the store."""
    return factories.stored_picture(session, user, app.extensions["adapters"].store)


def share(client: FlaskClient, session: Session, picture: Media, **sent: str) -> str:
    """Share it by the page's form; returns the path of its page."""
    assert client.post(f"/i/{picture.uuid}/share", data=sent).status_code == 303
    session.refresh(picture)
    assert picture.share_token is not None
    return f"/s/{picture.share_token}"


def statuses(client: FlaskClient, path: str) -> set[int]:
    """What the page and every file of a link answer."""
    return {client.get(path).status_code} | {
        client.get(f"{path}/{role}").status_code for role in (*FileRole, "report") if role != FileRole.SVG
    }


def test_whoever_has_the_link_sees_the_picture_and_nothing_about_its_owner(
    app: Flask, session: Session, user: User, signed_in_client: FlaskClient, client: FlaskClient, picture: Media
) -> None:
    path = share(signed_in_client, session, picture)
    assert len(path.removeprefix("/s/")) >= 22
    answer = client.get(path)
    assert answer.status_code == 200
    for private in (user.email, user.username, "a heron at dawn", str(picture.uuid), f"/users/{user.id}/"):
        assert private not in answer.text, private
    assert "Set-Cookie" not in answer.headers
    file = client.get(f"{path}/original")
    assert (file.status_code, file.data, file.mimetype) == (200, factories.CONTENT, "image/png")
    assert "Set-Cookie" not in file.headers


def test_the_prompt_is_shown_where_the_owner_says_so(
    session: Session, signed_in_client: FlaskClient, client: FlaskClient, picture: Media
) -> None:
    path = share(signed_in_client, session, picture, shows_prompt="on")
    assert "a heron at dawn" in client.get(path).text
    assert share(signed_in_client, session, picture) == path
    assert "a heron at dawn" not in client.get(path).text


def test_the_page_has_a_preview_with_absolute_addresses_and_is_listed_nowhere(
    app: Flask, session: Session, signed_in_client: FlaskClient, client: FlaskClient, picture: Media
) -> None:
    path = share(signed_in_client, session, picture)
    answer = client.get(path)
    home = app.extensions["settings"].public_url.rstrip("/")
    for tag in (
        f'<meta property="og:url" content="{home}{path}">',
        f'<meta property="og:image" content="{home}{path}/thumb_l">',
        '<meta property="og:image:width" content="1024">',
        '<meta name="twitter:card" content="summary_large_image">',
        f'<meta name="twitter:image" content="{home}{path}/thumb_l">',
        '<meta name="robots" content="noindex, nofollow">',
    ):
        assert tag in answer.text, tag
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert client.get(f"{path}/thumb_l").headers["X-Robots-Tag"] == "noindex, nofollow"


def test_a_film_is_shared_with_its_poster(
    app: Flask, session: Session, user: User, signed_in_client: FlaskClient, client: FlaskClient
) -> None:
    film = factories.stored_picture(
        session, user, app.extensions["adapters"].store, kind=MediaKind.VIDEO, duration_seconds=2.0
    )
    path = share(signed_in_client, session, film)
    page = client.get(path).text
    assert f'poster="{path}/poster"' in page
    home = app.extensions["settings"].public_url.rstrip("/")
    assert f'<meta property="og:video" content="{home}{path}/original">' in page
    assert f'<meta property="og:image" content="{home}{path}/poster">' in page


def test_files_of_a_link_are_asked_for_each_time(
    session: Session, signed_in_client: FlaskClient, client: FlaskClient, picture: Media
) -> None:
    path = share(signed_in_client, session, picture)
    first = client.get(f"{path}/thumb_l")
    assert first.headers["Cache-Control"] == "no-cache"
    assert first.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in first.headers["Content-Security-Policy"]
    again = client.get(f"{path}/thumb_l", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data, again.headers["Cache-Control"]) == (304, b"", "no-cache")
    signed_in_client.post(f"/i/{picture.uuid}/unshare")
    dead = client.get(f"{path}/thumb_l", headers={"If-None-Match": first.headers["ETag"]})
    assert dead.status_code == 404


def test_behind_nginx_the_bytes_are_left_to_it(
    app: Flask, session: Session, signed_in_client: FlaskClient, client: FlaskClient, picture: Media
) -> None:
    path = share(signed_in_client, session, picture)
    settings = app.extensions["settings"]
    app.extensions["settings"] = settings.model_copy(update={"media_accel_prefix": "/protected-media"})
    try:
        answer = client.get(f"{path}/original")
    finally:
        app.extensions["settings"] = settings
    assert answer.data == b""
    assert answer.headers["X-Accel-Redirect"].startswith("/protected-media/")


@pytest.mark.parametrize("role", ["svg", "nothing", "../original"])
def test_what_is_not_shared_of_it_is_not_found(
    session: Session, signed_in_client: FlaskClient, client: FlaskClient, picture: Media, role: str
) -> None:
    path = share(signed_in_client, session, picture)
    assert client.get(f"{path}/{role}").status_code == 404


def test_a_link_that_was_ended_is_dead_at_once_and_a_new_one_is_another(
    session: Session, signed_in_client: FlaskClient, client: FlaskClient, picture: Media
) -> None:
    path = share(signed_in_client, session, picture)
    assert statuses(client, path) == {200}
    assert signed_in_client.post(f"/i/{picture.uuid}/unshare").status_code == 303
    assert statuses(client, path) == {404}
    assert share(signed_in_client, session, picture) != path
    assert statuses(client, path) == {404}


@pytest.mark.parametrize("ending", ["revoked", "trashed", "removed", "suspended", "deleted", "unknown"])
def test_every_dead_link_answers_the_same(
    session: Session, user: User, signed_in_client: FlaskClient, client: FlaskClient, picture: Media, ending: str
) -> None:
    path = share(signed_in_client, session, picture)
    if ending == "revoked":
        picture.share_token = picture.shared_at = None
    elif ending == "trashed":
        picture.trashed_at = present()
    elif ending == "removed":
        picture.moderation, picture.decided_at = Moderation.REMOVED, present()
    elif ending == "suspended":
        user.status = UserStatus.SUSPENDED
    elif ending == "deleted":
        accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=present())
    else:
        path = "/s/nothing-that-was-ever-given-out"
    session.commit()
    assert statuses(client, path) == {404}
    answer = client.get(path)
    assert "Nothing grows here" in answer.text
    assert client.post(f"{path}/report", data={"reason": "hate"}).status_code == 404
    assert client.post(f"{path}/report", data={}).status_code == 404
    mine = answer.text.replace(answer.headers["X-Request-Id"], "")
    unknown = client.get("/s/another")
    assert mine == unknown.text.replace(unknown.headers["X-Request-Id"], "")


def test_the_deletion_of_an_account_ends_its_links(
    session: Session, user: User, signed_in_client: FlaskClient, picture: Media
) -> None:
    share(signed_in_client, session, picture)
    accounts.delete(session, user_id=user.id, actor_id=None, reason="x", now=present())
    session.commit()
    session.refresh(picture)
    assert (picture.share_token, picture.shared_at) == (None, None)


def test_what_the_safety_check_marked_is_shared_only_after_a_moderator_approved_it(
    session: Session, signed_in_client: FlaskClient, picture: Media
) -> None:
    picture.safety = Safety.FLAGGED
    session.commit()
    assert signed_in_client.post(f"/i/{picture.uuid}/share").status_code == 409
    page = signed_in_client.get(f"/i/{picture.uuid}").text
    assert "Flagged by the safety check" in page
    assert "Make a link" not in page
    picture.moderation, picture.decided_at = Moderation.APPROVED, present()
    session.commit()
    page = signed_in_client.get(f"/i/{picture.uuid}").text
    assert "Flagged by the safety check" not in page
    share(signed_in_client, session, picture)


def test_the_page_of_a_picture_offers_a_link_then_shows_it(
    app: Flask, session: Session, signed_in_client: FlaskClient, picture: Media
) -> None:
    page = signed_in_client.get(f"/i/{picture.uuid}").text
    assert "Make a link" in page
    path = share(signed_in_client, session, picture)
    page = signed_in_client.get(f"/i/{picture.uuid}").text
    assert f'data-copy="{app.extensions["settings"].public_url.rstrip("/")}{path}"' in page
    assert "Stop sharing" in page


def test_what_was_brought_along_shows_no_name_of_its_file(
    session: Session, user: User, signed_in_client: FlaskClient, client: FlaskClient
) -> None:
    upload = factories.upload(user, title="passport of robin.jpg")
    path = share(signed_in_client, session, upload, shows_prompt="on")
    assert "robin" not in client.get(path).text
    assert "passport" not in client.get(path).text


def test_what_was_made_without_words_is_shared_without(
    session: Session, signed_in_client: FlaskClient, client: FlaskClient, picture: Media, app: Flask, user: User
) -> None:
    made = factories.stored_picture(session, user, app.extensions["adapters"].store)
    media = session.get_one(Media, made.id)
    generation = factories.generation(user)
    generation.kind, generation.prompt = GenerationKind.UPSCALE, ""
    media.generation_id = generation.id
    session.commit()
    assert client.get(share(signed_in_client, session, media, shows_prompt="on")).status_code == 200


def test_hostile_prompts_are_escaped(
    app: Flask, session: Session, user: User, signed_in_client: FlaskClient, client: FlaskClient
) -> None:
    picture = factories.stored_picture(session, user, app.extensions["adapters"].store, prompt=HOSTILE)
    page = client.get(share(signed_in_client, session, picture, shows_prompt="on")).text
    assert "<script>window" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;" in page


def test_the_page_of_a_link_takes_one_query_and_so_does_a_file(
    session: Session,
    signed_in_client: FlaskClient,
    client: FlaskClient,
    picture: Media,
    count_queries: Callable[[], Any],
) -> None:
    path = share(signed_in_client, session, picture, shows_prompt="on")
    for address in (path, f"{path}/thumb_l", f"{path}/report"):
        with count_queries() as seen:
            assert client.get(address).status_code == 200
        assert len(seen) == 1, (address, seen)
