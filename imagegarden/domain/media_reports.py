"""What people say about shared pictures. A report hides nothing: it has a moderator look."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from imagegarden.domain.errors import InvalidRequest, NotFound
from imagegarden.domain.generation_spec import clean_text
from imagegarden.domain.shares import is_open
from imagegarden.models import Media, MediaReport, ReportReason, User

LONGEST_WORDS = 1000
REASONS = {
    ReportReason.ILLEGAL: "It is against the law",
    ReportReason.SEXUAL: "Sexual content",
    ReportReason.VIOLENCE: "Violence or cruelty",
    ReportReason.HATE: "Hate or harassment",
    ReportReason.PRIVACY: "It shows me or somebody I know",
    ReportReason.COPYRIGHT: "It copies somebody's work",
    ReportReason.OTHER: "Something else",
}


def add(
    session: Session, *, token: str, reporter_id: int | None, reason: str, words: str, now: datetime
) -> MediaReport:
    """Report what a link shows. One person's second report, while the first is open, is the first.

    Raises InvalidRequest, and NotFound when the link shows nothing any more.
    """
    kind, words = _checked(reason, words)
    # Locked, so that whoever decides about it just now sees this report, or this sees the decision.
    media = session.scalar(
        select(Media)
        .join(User, User.id == Media.user_id)
        .where(is_open(token))
        .with_for_update(of=Media)
        .execution_options(populate_existing=True)
    )
    if media is None:
        raise NotFound
    if reporter_id is not None:
        earlier = session.scalar(
            select(MediaReport).where(
                MediaReport.media_id == media.id,
                MediaReport.reporter_id == reporter_id,
                MediaReport.closed_at.is_(None),
            )
        )
        if earlier is not None:
            return earlier
    report = MediaReport(media_id=media.id, reporter_id=reporter_id, reason=kind, words=words, created_at=now)
    session.add(report)
    media.queued_at = now
    session.flush()
    return report


def _checked(reason: str, words: str) -> tuple[ReportReason, str]:
    faults = {}
    words = clean_text(words)
    if reason not in set(ReportReason):
        faults["reason"] = "Choose what is wrong with it."
    if len(words) > LONGEST_WORDS:
        faults["words"] = f"Say it in at most {LONGEST_WORDS:,} characters."
    elif reason == ReportReason.OTHER and not words:
        faults["words"] = "Say what is wrong with it."
    if faults:
        raise InvalidRequest(faults)
    return ReportReason(reason), words
