"""What belongs to a person, as they take it along. Every column is named here: what is not, stays.

No hash, no token of ours, and nobody else's data. Rows are read some hundred at a time, and as plain values.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import QueryableAttribute, Session, aliased

from imagegarden.db import Base
from imagegarden.models import (
    ApiKey,
    ApiUsage,
    Board,
    CreditEntry,
    CreditLot,
    FileRole,
    Generation,
    Media,
    MediaDecision,
    MediaFile,
    MediaReport,
    Moderation,
    Payment,
    Period,
    Plan,
    Preset,
    Purchase,
    Refund,
    Subscription,
    User,
    UserSession,
)

AT_ONCE = 500
Row = dict[str, Any]
_parent, _mask = aliased(Media), aliased(Media)


@dataclass(frozen=True)
class Part:
    """One table of an export: whose rows (`owner`), in which order (`key`), and what of them."""

    name: str
    owner: QueryableAttribute[Any]
    key: QueryableAttribute[int]
    rows: Select[Any]


def _columns(table: type[Base], *columns: Any, **named: Any) -> Select[Any]:
    return select(*columns, *(column.label(name) for name, column in named.items())).select_from(table)


# As JSON: what nests, or is read by programs.
DOCUMENTS = (
    Part(
        "account",
        User.id,
        User.id,
        _columns(
            User,
            User.email,
            User.username,
            User.role,
            User.status,
            User.created_at,
            User.last_seen_at,
            User.wants_end_letter,
            User.leaves_at,
        ),
    ),
    Part(
        "devices",
        UserSession.user_id,
        UserSession.id,
        _columns(
            UserSession,
            UserSession.device,
            UserSession.address,
            UserSession.created_at,
            UserSession.seen_at,
            UserSession.ended_at,
        ),
    ),
    Part(
        "api_keys",
        ApiKey.user_id,
        ApiKey.id,
        _columns(
            ApiKey,
            ApiKey.name,
            ApiKey.prefix,
            ApiKey.scopes,
            ApiKey.credit_cap,
            ApiKey.created_at,
            ApiKey.expires_at,
            ApiKey.last_used_at,
            ApiKey.revoked_at,
            id=ApiKey.uuid,
        ),
    ),
    Part("boards", Board.user_id, Board.id, _columns(Board, Board.name, Board.created_at, id=Board.uuid)),
    Part(
        "presets",
        Preset.user_id,
        Preset.id,
        _columns(Preset, Preset.name, Preset.created_at, id=Preset.uuid, fields=Preset.values),
    ),
    Part(
        "generations",
        Generation.user_id,
        Generation.id,
        _columns(
            Generation,
            Generation.kind,
            Generation.prompt,
            Generation.style,
            Generation.color,
            Generation.model,
            Generation.params,
            Generation.price,
            Generation.charged,
            Generation.status,
            Generation.error_code,
            Generation.notice,
            Generation.result_text,
            Generation.via,
            Generation.created_at,
            Generation.started_at,
            Generation.finished_at,
            Generation.refunded_at,
            id=Generation.uuid,
            started_from=_parent.uuid,
            mask=_mask.uuid,
        )
        .outerjoin(_parent, _parent.id == Generation.parent_media_id)
        .outerjoin(_mask, _mask.id == Generation.mask_media_id),
    ),
    Part(
        "decisions",
        MediaDecision.owner_id,
        MediaDecision.id,
        _columns(
            MediaDecision, MediaDecision.action, MediaDecision.reason, MediaDecision.created_at, picture=Media.uuid
        ).outerjoin(Media, Media.id == MediaDecision.media_id),
    ),
    Part(
        "reports",
        MediaReport.reporter_id,
        MediaReport.id,
        _columns(MediaReport, MediaReport.reason, MediaReport.words, MediaReport.created_at, MediaReport.outcome),
    ),
)
# As CSV: what is added up.
TABLES = (
    Part(
        "ledger",
        CreditEntry.user_id,
        CreditEntry.id,
        _columns(
            CreditEntry,
            CreditEntry.created_at,
            CreditEntry.kind,
            CreditEntry.amount,
            CreditEntry.reference,
            CreditEntry.reason,
            lot=CreditEntry.lot_id,
            lot_source=CreditLot.source,
            lot_expires_at=CreditLot.expires_at,
            id=CreditEntry.id,
        ).join(CreditLot, CreditLot.id == CreditEntry.lot_id),
    ),
    Part(
        "payments",
        Payment.user_id,
        Payment.id,
        _columns(
            Payment,
            Payment.created_at,
            Payment.captured_at,
            Payment.amount_paise,
            Payment.refunded_paise,
            Payment.currency,
            Payment.state,
            Payment.method,
            plan=Plan.key,
            gateway=Payment.vendor,
            gateway_id=Payment.vendor_id,
            id=Payment.uuid,
        )
        .join(Purchase, Purchase.id == Payment.purchase_id)
        .join(Plan, Plan.id == Purchase.plan_id),
    ),
    Part(
        "refunds",
        Payment.user_id,
        Refund.id,
        _columns(Refund, Refund.created_at, Refund.amount_paise, Payment.currency, payment=Payment.uuid).join(
            Payment, Payment.id == Refund.payment_id
        ),
    ),
    Part(
        "premium_days",
        Period.user_id,
        Period.id,
        _columns(Period, Period.starts_at, Period.ends_at, Period.credits, Period.created_at),
    ),
    Part(
        "subscriptions",
        Subscription.user_id,
        Subscription.purchase_id,
        _columns(
            Subscription,
            Subscription.state,
            Subscription.paid_until,
            Subscription.renews_at,
            Subscription.cancel_wished_at,
            Subscription.ended_at,
            gateway_id=Purchase.vendor_id,
        ).join(Purchase, Purchase.id == Subscription.purchase_id),
    ),
    Part(
        "api_usage",
        ApiUsage.user_id,
        ApiUsage.id,
        _columns(
            ApiUsage, ApiUsage.usage_date, ApiUsage.endpoint, ApiUsage.outcome, ApiUsage.count, key=ApiKey.name
        ).join(ApiKey, ApiKey.id == ApiUsage.api_key_id),
    ),
)
PICTURES = Part(
    "pictures",
    Media.user_id,
    Media.id,
    _columns(
        Media,
        Media.origin,
        Media.kind,
        Media.title,
        Media.sha256,
        Media.width,
        Media.height,
        Media.duration_seconds,
        Media.starred,
        Media.created_at,
        Media.trashed_at,
        Media.share_token,
        Media.shared_at,
        Media.shows_prompt,
        Media.offered_at,
        Media.showcased_at,
        Media.moderation,
        Media.decided_at,
        Media.decided_for,
        id=Media.uuid,
        generation=Generation.uuid,
        board=Board.name,
    )
    .outerjoin(Generation, Generation.id == Media.generation_id)
    .outerjoin(Board, Board.id == Media.board_id),
)
# What was taken down its owner does not see, either; it stands in the list of pictures, and why.
FILES = Part(
    "files",
    Media.user_id,
    MediaFile.id,
    _columns(
        MediaFile,
        MediaFile.key,
        MediaFile.mime,
        MediaFile.bytes,
        MediaFile.sha256,
        MediaFile.role,
        Media.origin,
        Media.kind,
        Media.title,
        Media.created_at,
        Generation.prompt,
        media=Media.uuid,
        what=Generation.kind,
    )
    .join(Media, Media.id == MediaFile.media_id)
    .outerjoin(Generation, Generation.id == Media.generation_id)
    .where(MediaFile.role.in_((FileRole.ORIGINAL, FileRole.SVG)), Media.moderation != Moderation.REMOVED),
)


def read(session: Session, part: Part, *, user_id: int) -> Iterator[list[Row]]:
    """A person's rows of a part, a few hundred at a time; whoever works long with them gives the connection back."""
    # The ids first: they are small, and what comes later does not move what is read.
    ids = session.scalars(
        part.rows.with_only_columns(part.key, maintain_column_froms=True)
        .where(part.owner == user_id)
        .order_by(part.key)
    ).all()
    remaining = iter(ids)
    while chunk := list(islice(remaining, AT_ONCE)):
        rows = session.execute(part.rows.where(part.key.in_(chunk)).order_by(part.key)).mappings()
        yield [dict(row) for row in rows]
