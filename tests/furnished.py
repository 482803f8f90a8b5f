"""A studio with something in every room, written straight into the database: for tests that look at all of it."""

import io
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID, uuid4

from PIL import Image
from sqlalchemy.orm import Session

from imagegarden.clock import now
from imagegarden.domain import audit
from imagegarden.filing import Content, put_all, with_thumbnails
from imagegarden.models import (
    Board,
    FileRole,
    Generation,
    GenerationStatus,
    Media,
    MediaFile,
    MediaKind,
    MediaOrigin,
    MediaReport,
    ModerationRule,
    Preset,
    Purchase,
    ReportReason,
    Role,
    RuleAction,
    RuleKind,
    User,
)
from imagegarden.storage import MediaStore
from tests import factories

MEMBER = "robin@garden.example"
OWNER = "ada@garden.example"
WIDTH, HEIGHT = 640, 480
MOST_PRESETS = 100


@dataclass(frozen=True)
class Furnished:
    """Where to look."""

    member_id: int
    pictures: list[UUID]
    film: UUID
    upload: UUID
    board: UUID
    preset: UUID
    tokens: list[str]
    payment: UUID
    purchase: UUID
    job: UUID


def furnish(session: Session, store: MediaStore, words: tuple[str, ...]) -> Furnished:
    """One member, whose every word is one of these, and an administrator. The context of an application is open."""
    factories.use(session)
    member = factories.person(session, email=MEMBER, sign_up_credits=200)
    factories.person(session, email=OWNER, role=Role.ADMIN)
    paid = factories.payment(session, member)
    for one in words[:20]:
        factories.device(session, member, name=one)
    factories.api_key(session, member, name=words[0][:40])
    model = factories.generation(member, prompt="what waits", count=1)
    session.add(model)
    boards = [Board(user_id=member.id, name=one, created_at=now()) for one in _names(words)]
    presets = [
        Preset(uuid=uuid4(), user_id=member.id, name=name, values={"prompt": word}, created_at=now())
        for name, word in list(zip(_names(words), words, strict=False))[:MOST_PRESETS]
    ]
    session.add_all([*boards, *presets])
    session.flush()
    files = _files(store)
    pictures = [_picture(session, model, boards[n % len(boards)], word, n, files) for n, word in enumerate(words)]
    upload = _picture(session, model, None, words[0], len(words), files, origin=MediaOrigin.UPLOAD)
    film = _picture(session, model, None, words[0], len(words) + 1, files, kind=MediaKind.VIDEO)
    _thrown_away(session, model, words[:12], len(words) + 2, files)
    model.parent_media_id = pictures[0].id
    member.username, member.face_media_id = boards[0].name, pictures[0].id
    _staff_reads(session, member, pictures, words)
    session.commit()
    return Furnished(
        member_id=member.id,
        pictures=[one.uuid for one in pictures],
        film=film.uuid,
        upload=upload.uuid,
        board=boards[0].uuid,
        preset=presets[0].uuid,
        tokens=[one.share_token for one in pictures if one.share_token],
        payment=paid.uuid,
        purchase=session.get_one(Purchase, paid.purchase_id).uuid,
        job=model.uuid,
    )


def _names(words: tuple[str, ...]) -> list[str]:
    """Words as names: shorter, and no two alike."""
    return list({one[:60].lower(): one[:60] for one in words}.values())


def _files(store: MediaStore) -> list[MediaFile]:
    picture = Image.linear_gradient("L").resize((WIDTH, HEIGHT)).convert("RGB")
    written = io.BytesIO()
    picture.save(written, "PNG")
    contents = with_thumbnails(picture, Content(written.getvalue(), "image/png"))
    contents[FileRole.POSTER] = contents[FileRole.THUMB_LARGE]
    return [
        MediaFile(role=one.role, key=one.key, mime=one.mime, bytes=one.bytes, sha256=one.sha256)
        for one in put_all(store, "users/0/furnished", contents)
    ]


def _picture(
    session: Session,
    model: Generation,
    board: Board | None,
    words: str,
    number: int,
    files: list[MediaFile],
    *,
    origin: MediaOrigin = MediaOrigin.OUTPUT,
    kind: MediaKind = MediaKind.IMAGE,
) -> Media:
    """One picture with the request that it came of; every third starred, and shared with its prompt."""
    at = now() - timedelta(minutes=number)
    request = _request(session, model, words, number) if origin == MediaOrigin.OUTPUT else None
    media: Media = factories.MediaFactory(
        user_id=model.user_id,
        generation_id=request.id if request else None,
        ordinal=0 if request else None,
        origin=origin,
        kind=kind,
        title=None if request else words,
        width=WIDTH,
        height=HEIGHT,
        duration_seconds=4.0 if kind == MediaKind.VIDEO else None,
        created_at=at,
        starred=number % 3 == 0,
        board_id=board.id if board else None,
        share_token=uuid4().hex if request else None,
        shared_at=at if request else None,
        shows_prompt=request is not None,
        offered_at=at if number < 12 else None,
        showcased_at=at if number < 12 else None,
    )
    for one in files:
        session.add(
            MediaFile(media_id=media.id, role=one.role, key=one.key, mime=one.mime, bytes=one.bytes, sha256=one.sha256)
        )
    return media


def _request(session: Session, model: Generation, words: str, number: int) -> Generation:
    at = now() - timedelta(minutes=number)
    made = Generation(
        user_id=model.user_id,
        kind=model.kind,
        prompt=words,
        style=model.style,
        color=model.color,
        model=model.model,
        params={**model.params, "width": WIDTH, "height": HEIGHT, "negative_prompt": words},
        price_id=model.price_id,
        price=1,
        charged=1,
        status=GenerationStatus.SUCCEEDED,
        progress=100,
        request_key=f"furnished:{number}",
        request_hash="furnished",
        via=model.via,
        created_at=at,
        started_at=at,
        finished_at=at,
    )
    session.add(made)
    session.flush()
    return made


def _thrown_away(
    session: Session, model: Generation, words: tuple[str, ...], begin: int, files: list[MediaFile]
) -> None:
    for number, word in enumerate(words, begin):
        media = _picture(session, model, None, word, number, files)
        media.trashed_at, media.share_token, media.shared_at = now(), None, None


def _staff_reads(session: Session, member: User, pictures: list[Media], words: tuple[str, ...]) -> None:
    """Reports, rules and reasons with these words."""
    for picture, word in zip(pictures, words, strict=True):
        picture.queued_at = now()
        session.add(MediaReport(media_id=picture.id, reason=ReportReason.OTHER, words=word[:1000], created_at=now()))
        session.add(
            ModerationRule(
                action=RuleAction.WARN,
                kind=RuleKind.PHRASE,
                pattern=word[:200],
                reason=word[:200],
                created_at=now(),
                retired_at=now() if len(word) % 2 else None,
            )
        )
        audit.record(
            session,
            actor_id=member.id,
            action="credits.adjust",
            subject_id=member.id,
            target=word[:60],
            reason=word[:500],
            now=now(),
        )
