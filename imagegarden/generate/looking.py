"""What of a gallery an address asks for, and the addresses that ask for something else."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, Self
from uuid import UUID

from flask import request, url_for

from imagegarden.current import known_models
from imagegarden.domain.gallery import LONGEST_SEARCH, RATIOS, Look, Tab
from imagegarden.models import Board
from imagegarden.providers import catalogue
from imagegarden.web.ids import read_id
from imagegarden.web.zones import begin_of, reader_zone

TABS = {
    Tab.ALL: "All",
    Tab.IMAGES: "Images",
    Tab.VIDEOS: "Videos",
    Tab.UPLOADS: "Uploads",
    Tab.STARRED: "Starred",
    Tab.TRASH: "Trash",
}
SHARING = {"yes": "Shared by a link", "no": "Only mine"}
OLDEST = "oldest"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The address of a view of the gallery, read; what is no possible answer is as if it were not there."""

    tab: Tab = Tab.ALL
    board: Board | None = None
    q: str = ""
    model: str = ""
    style: str = ""
    ratio: str = ""
    since: date | None = None
    until: date | None = None
    shared: str = ""
    sort: str = ""

    @classmethod
    def read(cls, board: Board | None) -> Self:
        """What the request at hand asks for."""
        asked = request.args
        show = asked.get("show", "")
        return cls(
            tab=Tab(show) if show in set(Tab) else Tab.ALL,
            board=board,
            q=" ".join(asked.get("q", "").replace("\x00", " ").split())[:LONGEST_SEARCH],
            model=_one_of(known_models(), asked.get("model")),
            style=_one_of(catalogue.STYLES, asked.get("style")),
            ratio=_one_of(RATIOS, asked.get("ratio")),
            since=_day(asked.get("from")),
            until=_day(asked.get("to")),
            shared=_one_of(SHARING, asked.get("shared")),
            sort=_one_of((OLDEST,), asked.get("sort")),
        )

    @property
    def look(self) -> Look:
        """The same for the domain: days are those of the reader."""
        zone = reader_zone()
        return Look(
            tab=self.tab,
            board_id=self.board.id if self.board else None,
            words=self.q,
            model=self.model,
            style=self.style,
            ratio=self.ratio,
            since=begin_of(self.since, zone) if self.since else None,
            until=begin_of(self.until + timedelta(days=1), zone) if self.until else None,
            is_shared={"yes": True, "no": False}.get(self.shared),
            oldest_first=self.sort == OLDEST,
        )

    @property
    def chips(self) -> list[tuple[str, str]]:
        """What narrows the view, in words, each with the address that does without it."""
        words = {
            "q": f"“{self.q}”" if self.q else "",
            "model": known_models()[self.model].label if self.model else "",
            "style": catalogue.STYLES[self.style].label if self.style else "",
            "ratio": self.ratio,
            "since": f"From {_read_out(self.since)}" if self.since else "",
            "until": f"Until {_read_out(self.until)}" if self.until else "",
            "shared": SHARING.get(self.shared, ""),
        }
        return [
            (said, replace(self, **{name: None if name in ("since", "until") else ""}).address())  # type: ignore[arg-type]
            for name, said in words.items()
            if said
        ]

    @property
    def folded(self) -> int:
        """How many of the filters that are folded away are set."""
        return sum(map(bool, (self.model, self.style, self.ratio, self.since, self.until, self.shared)))

    def on(self, tab: Tab) -> str:
        """The address of the same view in another tab."""
        return replace(self, tab=tab).address()

    @property
    def unfiltered(self) -> str:
        """The address of this tab and board with nothing to narrow it."""
        return Asked(tab=self.tab, board=self.board).address()

    @property
    def place(self) -> str:
        """The address of the whole gallery, or of the board, with nothing asked of it."""
        return Asked(board=self.board).address()

    def address(self, **places: str | None) -> str:
        """The address of this view; `after` and `before` name a place in it."""
        values: dict[str, Any] = {
            "show": self.tab.value if self.tab != Tab.ALL else None,
            "q": self.q or None,
            "model": self.model or None,
            "style": self.style or None,
            "ratio": self.ratio or None,
            "from": self.since.isoformat() if self.since else None,
            "to": self.until.isoformat() if self.until else None,
            "shared": self.shared or None,
            "sort": self.sort or None,
            **places,
        }
        if self.board is not None:
            return url_for("generate.board", board_uuid=self.board.uuid, **values)
        return url_for("generate.gallery", **values)


def chosen_ids() -> list[UUID]:
    """The pictures that a form names: the one whose button was pressed, or all that are checked. Raises NotFound."""
    only = request.form.get("only")
    return [read_id(text) for text in ([only] if only else request.form.getlist("ids"))]


def local_day(moment: datetime) -> date:
    """The day of a moment as its reader counts."""
    return moment.astimezone(reader_zone()).date()


def _one_of(known: object, asked: str | None) -> str:
    return asked if asked and asked in known else ""  # type: ignore[operator]


def _day(asked: str | None) -> date | None:
    try:
        day = date.fromisoformat(asked or "")
    except ValueError:
        return None
    # Days that a calendar has on either side of them.
    return day if datetime(1970, 1, 2, tzinfo=UTC).date() <= day <= datetime(9000, 1, 1, tzinfo=UTC).date() else None


def _read_out(day: date) -> str:
    return day.strftime("%-d %b %Y")
