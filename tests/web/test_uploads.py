"""Bringing pictures along: what is taken, what is refused, and what stays out."""

import io
import resource
import time
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from imagegarden.current import adapters
from imagegarden.domain import uploads
from imagegarden.domain.errors import StorageFull
from imagegarden.models import FileRole, Media, MediaFile, MediaOrigin, User
from tests import factories, kinds, pictures

HTMX = {"HX-Request": "true"}


def send(client: FlaskClient, content: bytes, name: str = "pond.jpg", then: str = "edit", **more: Any) -> Any:
    return client.post("/uploads", data={"file": (io.BytesIO(content), name), "then": then}, **more)


def original(session: Session, media: Media) -> bytes:
    file = session.scalars(
        select(MediaFile).where(MediaFile.media_id == media.id, MediaFile.role == FileRole.ORIGINAL)
    ).one()
    session.commit()
    return adapters().store.read_whole(file.key, size=file.bytes)


@pytest.mark.parametrize(
    ("then", "leads_to"), [("edit", "/edit/{}"), ("create", "/create?image={}"), ("video", "/video?image={}")]
)
def test_a_picture_is_kept_and_one_goes_on_with_it(
    session: Session, signed_in_client: FlaskClient, user: User, then: str, leads_to: str
) -> None:
    answer = send(signed_in_client, kinds.PHOTO, then=then)
    media = session.scalars(select(Media)).one()
    assert (answer.status_code, answer.location) == (303, leads_to.format(media.uuid))
    assert (media.origin, media.user_id, media.title) == (MediaOrigin.UPLOAD, user.id, "pond.jpg")
    assert (media.width, media.height) == kinds.SIZE
    assert signed_in_client.get(answer.location, follow_redirects=True).status_code == 200


def test_a_script_is_told_where_to_go(signed_in_client: FlaskClient) -> None:
    answer = send(signed_in_client, kinds.PHOTO, headers=HTMX)
    assert answer.status_code == 200
    assert answer.headers["HX-Redirect"].startswith("/edit/")


def test_where_and_with_what_it_was_taken_stays_out_and_it_stands_upright(
    session: Session, signed_in_client: FlaskClient
) -> None:
    send(signed_in_client, pictures.jpeg_with_place())
    media = session.scalars(select(Media)).one()
    content = original(session, media)
    assert (media.width, media.height) == (200, 300)
    with Image.open(io.BytesIO(content)) as image:
        assert image.format == "JPEG"
        assert dict(image.getexif()) == {}
    assert b"Secret" not in content
    assert b"taken at home" not in content


def test_what_is_hidden_in_a_png_stays_out_and_its_transparency_stays(
    session: Session, signed_in_client: FlaskClient
) -> None:
    send(signed_in_client, pictures.png_with_text(), "leaf.png")
    content = original(session, session.scalars(select(Media)).one())
    with Image.open(io.BytesIO(content)) as image:
        assert (image.format, image.mode) == ("PNG", "RGBA")
        assert image.getpixel((0, 0))[3] == 0  # type: ignore[index]
    assert b"Secret" not in content


@pytest.mark.parametrize("mode", ["1", "L", "P", "CMYK", "LA", "I;16"])
def test_any_kind_of_pixels_is_taken(session: Session, signed_in_client: FlaskClient, mode: str) -> None:
    image = Image.linear_gradient("L").resize((64, 48))
    image = image.convert("I").convert("I;16") if mode == "I;16" else image.convert(mode)
    written = io.BytesIO()
    image.save(written, "JPEG" if mode == "CMYK" else "PNG")
    assert send(signed_in_client, written.getvalue(), "x").status_code == 303
    Image.open(io.BytesIO(original(session, session.scalars(select(Media)).one()))).load()


HOSTILE = {
    "50,000 x 50,000 pixels": pictures.png_of_size(50_000, 50_000),
    "more pixels than we keep": pictures.png_of_size(8_000, 6_000),
    "a note that unpacks to a quarter of a gigabyte": pictures.text_bomb(),
    "an SVG with a script": pictures.SVG,
    "a GIF that is a script": pictures.POLYGLOT,
    "a page": pictures.HTML,
    "half a picture": kinds.PHOTO[: len(kinds.PHOTO) // 2],
    "nothing": b"",
    "noise": bytes(range(256)) * 40,
}


@pytest.mark.alone
@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_picture_is_refused_at_once_and_costs_no_memory(
    session: Session, signed_in_client: FlaskClient, what: str
) -> None:
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    answer = send(signed_in_client, HOSTILE[what], "x.png", headers=HTMX)
    assert answer.status_code == 422
    assert "data-error" in answer.text
    assert time.process_time() - started < 1
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024
    assert session.scalar(select(func.count()).select_from(Media)) == 0


def test_without_a_script_the_refusal_is_a_page_with_another_try(signed_in_client: FlaskClient) -> None:
    answer = send(signed_in_client, pictures.HTML, "../../etc/passwd", then="video")
    assert answer.status_code == 422
    assert "This is not a picture that we can read" in answer.text
    assert 'name="then" value="video"' in answer.text


@pytest.mark.parametrize("what", ["png", "webp"])
def test_a_picture_with_broken_notes_is_taken_without_them(
    session: Session, signed_in_client: FlaskClient, what: str
) -> None:
    written = io.BytesIO()
    notes = b"zz" if what == "png" else b"Exif\0\0MM\0"
    Image.new("RGB", (40, 30), (90, 160, 90)).save(written, what, exif=notes)
    assert send(signed_in_client, written.getvalue(), f"x.{what}").status_code == 303
    Image.open(io.BytesIO(original(session, session.scalars(select(Media)).one()))).load()


def test_sixteen_bits_of_gray_stay_gray(session: Session, signed_in_client: FlaskClient) -> None:
    written = io.BytesIO()
    Image.new("I;16", (40, 30), 32768).save(written, "PNG")
    send(signed_in_client, written.getvalue(), "x.png")
    with Image.open(io.BytesIO(original(session, session.scalars(select(Media)).one()))) as image:
        assert image.convert("L").getpixel((5, 5)) == pytest.approx(128, abs=2)


def test_a_name_that_no_database_can_hold_is_cleaned(session: Session, signed_in_client: FlaskClient) -> None:
    assert send(signed_in_client, kinds.PHOTO, "a\x00b\x1b.jpg").status_code == 303
    assert session.scalars(select(Media)).one().title == "a b .jpg"


def test_a_file_of_a_hundred_megabytes_is_not_even_read(signed_in_client: FlaskClient) -> None:
    assert send(signed_in_client, b"\xff\xd8\xff" + bytes(100 << 20)).status_code == 413


def test_a_stranger_may_not_send_more_than_usual(client: FlaskClient, app: Flask) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    assert send(client, bytes(1 << 20)).status_code in (303, 413)


def test_a_name_is_only_a_name(session: Session, signed_in_client: FlaskClient) -> None:
    send(signed_in_client, kinds.PHOTO, '../../<img src=x onerror=alert(1)>"' + "x" * 300)
    media = session.scalars(select(Media)).one()
    assert len(media.title or "") <= 120
    page = signed_in_client.get(f"/i/{media.uuid}").text
    assert "<img src=x" not in page
    files = session.scalars(select(MediaFile)).all()
    assert all(file.key.startswith(f"users/{media.user_id}/{media.uuid}/") for file in files)


def test_a_full_storage_says_how_much_is_left(
    session: Session, signed_in_client: FlaskClient, user: User, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.extensions["settings"].model_copy(update={"upload_storage_mb": 1})
    monkeypatch.setitem(app.extensions, "settings", settings)
    from tests.fakes import sources  # noqa: PLC0415

    answers = [send(signed_in_client, sources.noise(480, 360), f"{n}.png", headers=HTMX) for n in range(4)]
    statuses = [answer.status_code for answer in answers]
    assert statuses[0] == 200
    assert statuses[-1] == 507
    assert "MB are left" in answers[-1].text
    kept = session.scalar(select(func.count()).select_from(Media))
    assert kept == statuses.count(200)
    assert uploads.used_bytes(session, user_id=user.id) <= 1 << 20


def test_what_does_not_fit_is_refused_with_what_is_left(session: Session, user: User) -> None:
    with pytest.raises(StorageFull) as refusal:
        uploads.require_room(session, user_id=user.id, size=200, allowed=150)
    assert refusal.value.left == 150


def test_uploads_have_a_shelf_of_their_own_and_masks_have_none(
    session: Session, signed_in_client: FlaskClient, user: User
) -> None:
    picture = factories.upload(user)
    mask = factories.mask(user, picture)
    shelf = signed_in_client.get("/gallery?show=uploads").text
    assert str(picture.uuid) in shelf
    assert str(mask.uuid) not in shelf
    assert str(mask.uuid) not in signed_in_client.get("/gallery").text
    assert str(picture.uuid) not in signed_in_client.get("/gallery?show=images").text
    assert signed_in_client.get(f"/i/{mask.uuid}").status_code == 404


def test_a_list_of_uploads_takes_as_many_queries_as_one(
    session: Session, signed_in_client: FlaskClient, user: User, count_queries: Callable[[], Any]
) -> None:
    counts = []
    for _ in range(2):
        factories.upload(user)
        with count_queries() as seen:
            signed_in_client.get("/gallery?show=uploads")
        counts.append(len(seen))
    assert counts[0] == counts[1]
