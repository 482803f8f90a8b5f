"""Looking through a gallery: tabs, filters, words in many scripts, and pages in both directions."""

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from imagegarden.domain import boards, gallery
from imagegarden.domain.errors import NotFound
from imagegarden.domain.gallery import Look, Tab
from imagegarden.models import FileRole, Media, MediaKind, MediaOrigin, Moderation, User
from tests import factories


def picture(user: User, prompt: str = "a heron at dawn", **more: Any) -> Media:
    choices = {name: more.pop(name) for name in ("style", "model") if name in more}
    generation = factories.generation(user, prompt=prompt)
    for name, value in choices.items():
        setattr(generation, name, value)
    made: Media = factories.MediaFactory(user_id=user.id, generation_id=generation.id, **more)
    return made


def brought(user: User, title: str, **more: Any) -> Media:
    made: Media = factories.MediaFactory(user_id=user.id, origin=MediaOrigin.UPLOAD, title=title, **more)
    return made


def seen(session: Session, user: User, limit: int = 50, **look: Any) -> list[int]:
    places = {name: look.pop(name) for name in ("after", "before") if name in look}
    found = gallery.list_page(session, user_id=user.id, look=Look(**look), limit=limit, now=factories.now(), **places)
    return [one.media.id for one in found]


def test_each_tab_shows_its_own(session: Session, user: User, now: datetime) -> None:
    image, film = picture(user), picture(user, kind=MediaKind.VIDEO)
    upload = brought(user, "pond.jpg")
    star = picture(user, starred=True)
    thrown = picture(user, trashed_at=now)
    shown = {tab: set(seen(session, user, tab=tab)) for tab in Tab}
    assert shown == {
        Tab.ALL: {image.id, film.id, upload.id, star.id},
        Tab.IMAGES: {image.id, star.id},
        Tab.VIDEOS: {film.id},
        Tab.UPLOADS: {upload.id},
        Tab.STARRED: {star.id},
        Tab.TRASH: {thrown.id},
    }


def test_another_persons_pictures_are_in_no_tab(session: Session, user: User, now: datetime) -> None:
    for more in ({}, {"starred": True}, {"trashed_at": now}):
        picture(user, **more)
    stranger = factories.person(session)
    assert [seen(session, stranger, tab=tab, words=words) for tab in Tab for words in ("", "heron")] == [[]] * 12


def test_the_trash_is_in_the_order_of_throwing_away_and_ends_after_30_days(
    session: Session, user: User, now: datetime
) -> None:
    first = picture(user, trashed_at=now - timedelta(days=3))
    last = picture(user, trashed_at=now - timedelta(days=1), created_at=now - timedelta(days=50))
    picture(user, trashed_at=now - timedelta(days=30, seconds=1))
    assert seen(session, user, tab=Tab.TRASH) == [last.id, first.id]
    assert gallery.days_left(first, now=now) == 27
    assert gallery.days_left(Media(trashed_at=now - timedelta(days=29, hours=23)), now=now) == 1


def test_a_mask_is_nowhere(session: Session, user: User) -> None:
    factories.MediaFactory(user_id=user.id, origin=MediaOrigin.MASK)
    assert seen(session, user) == []


def test_filters_narrow_and_combine(session: Session, user: User, now: datetime) -> None:
    board = boards.make(session, user_id=user.id, name="Herons", now=now)
    wanted = picture(
        user,
        "a heron",
        style="ink",
        width=1600,
        height=900,
        board_id=board.id,
        share_token="a",
        shared_at=now,
        created_at=now - timedelta(days=3),
    )
    others = [
        picture(user, "a heron", style="art", created_at=now),
        picture(user, "a fox", style="ink", width=900, height=1600),
    ]
    everything = {
        "words": "heron",
        "style": "ink",
        "ratio": "16:9",
        "board_id": board.id,
        "is_shared": True,
        "since": now - timedelta(days=4),
        "until": now - timedelta(days=2),
        "model": "garden",
    }
    assert seen(session, user, **everything) == [wanted.id]
    for name, value in everything.items():
        assert wanted.id in seen(session, user, **{name: value})
    assert seen(session, user, style="ink", words="fox") == [others[1].id]
    assert set(seen(session, user, is_shared=False)) == {one.id for one in others}
    assert seen(session, user, model="flux-dev") == []


@pytest.mark.parametrize(
    ("width", "height", "ratio"),
    [
        (1024, 1024, "1:1"),
        (896, 1152, "3:4"),
        (1152, 896, "4:3"),
        (768, 1344, "9:16"),
        (1344, 768, "16:9"),
        (4000, 100, "16:9"),
        (100, 4000, "9:16"),
        (4032, 3024, "4:3"),
    ],
)
def test_every_shape_has_one_ratio(session: Session, user: User, width: int, height: int, ratio: str) -> None:
    picture(user, width=width, height=height)
    assert [name for name in gallery.RATIOS if seen(session, user, ratio=name)] == [ratio]


def test_pages_go_on_by_key_in_both_directions_and_orders(session: Session, user: User, now: datetime) -> None:
    made = [brought(user, "pond.jpg", created_at=now + timedelta(seconds=n // 2)) for n in range(7)]
    rising = [one.id for one in made]
    by_id = {one.id: one for one in made}
    for oldest_first, order in ((False, rising[::-1]), (True, rising)):
        look = Look(oldest_first=oldest_first)
        first = seen(session, user, limit=3, oldest_first=oldest_first)
        after = gallery.place_of(look, by_id[first[-1]])
        second = seen(session, user, limit=3, oldest_first=oldest_first, after=after)
        assert first + second == order[:6]
        before = gallery.place_of(look, by_id[second[0]])
        assert seen(session, user, limit=2, oldest_first=oldest_first, before=before) == order[1:3]


FOUND = [
    ("a heron at dawn", "heron"),
    ("a heron at dawn", "HERON"),
    ("a heron at dawn", "her daw"),
    ("a heron at dawn", "dawn, heron!"),
    ("état d'âme", "etat ame"),
    ("a cafe", "café"),
    ("it's o'clock \\ 'quoted'", "o'clock"),
    ("शांत कमल का तालाब", "कमल"),
    ("शांत कमल का तालाब", "शांत ताल"),
    ("पत्ता", "पत्ता"),
    ("حديقة هادئة", "هادئة"),
    ("حَدِيقَة هادئة", "حديقة"),
    ("a pond 🪷lotus", "🪷"),
    ("a pond 🪷lotus", "lotus"),
    ("静かな庭の池", "庭"),
    ("静かな庭の池", "静か"),
    ("조용한 정원", "정원"),
    ("тихий Пруд", "пруд"),
    ("ein Straßenfest", "straßen"),
    ("50% off; DROP TABLE", "drop"),
]


@pytest.mark.parametrize(("prompt", "words"), FOUND)
def test_a_picture_is_found_by_the_words_of_its_prompt(session: Session, user: User, prompt: str, words: str) -> None:
    wanted = picture(user, prompt)
    picture(user, "something else")
    assert seen(session, user, words=words) == [wanted.id]


@pytest.mark.parametrize("words", ["eron", "heronry", "fox", "heron fox", "h", "🪷", "कम"])
def test_what_no_word_begins_with_finds_nothing(session: Session, user: User, words: str) -> None:
    picture(user, "a heron at dawn")
    assert seen(session, user, words=words) == []


def test_an_upload_is_found_by_what_its_file_was_called(session: Session, user: User) -> None:
    wanted = brought(user, "Grandmas_garden.jpg")
    brought(user, "pond.jpg")
    assert seen(session, user, words="garden") == [wanted.id]


@pytest.mark.parametrize("words", ["'", "\\", "a:*", "& | !", "<->", "#1", "(", "%", "\u202e", "x" * 5000])
def test_no_search_breaks_anything(session: Session, user: User, words: str) -> None:
    picture(user, "a heron")
    seen(session, user, words=words)


def test_words_cannot_name_another_owner(session: Session, user: User) -> None:
    stranger = factories.person(session)
    picture(stranger, f"a heron of #{user.id}")
    assert seen(session, user, words=f"heron #{stranger.id}") == []


def test_a_prompt_of_one_endless_word_can_be_kept_and_found(session: Session, user: User) -> None:
    wanted = picture(user, "ग" * 1500)
    assert seen(session, user, words="ग" * 40) == [wanted.id]


def test_what_is_in_the_trash_is_still_known_by_its_thumbnail(session: Session, user: User, now: datetime) -> None:
    thrown = picture(user, trashed_at=now - timedelta(days=1))
    file = factories.MediaFileFactory(media_id=thrown.id, role=FileRole.THUMB_SMALL)
    found = gallery.get_thumbnail_in_trash(session, user_id=user.id, uuid=thrown.uuid, now=now)
    assert found.id == file.id


def test_a_thumbnail_in_the_trash_is_its_owners_until_the_30_days_are_over(
    session: Session, user: User, now: datetime
) -> None:
    removed = {"moderation": Moderation.REMOVED, "decided_at": now}
    stranger = factories.person(session)
    for owner, more in (
        (stranger, {"trashed_at": now}),
        (user, {}),
        (user, {"trashed_at": now - timedelta(days=30)}),
        (user, {"trashed_at": now, **removed}),
    ):
        hidden = picture(owner, **more)
        factories.MediaFileFactory(media_id=hidden.id, role=FileRole.THUMB_SMALL)
        with pytest.raises(NotFound):
            gallery.get_thumbnail_in_trash(session, user_id=user.id, uuid=hidden.uuid, now=now)
    with pytest.raises(NotFound):
        gallery.get_thumbnail_in_trash(session, user_id=user.id, uuid=uuid4(), now=now)


def test_the_owner_is_part_of_what_is_searched_for(session: Session) -> None:
    asked = session.scalar(text("SELECT asked_words(7, 'Two words of a y')::text"))
    assert sorted(asked.split(" & ")) == ["'#7'", "'a'", "'of':*", "'two':*", "'words':*", "'y'"]
