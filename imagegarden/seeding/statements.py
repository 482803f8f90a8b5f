"""How a statement over all made-up people is run."""

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import CursorResult, text
from sqlalchemy.orm import Session

# A name under which its rows are counted, or none, and the statement.
Statements = Sequence[tuple[str, str]]

# What the planner has to look at anew afterwards.
TABLES = (
    "users",
    "credit_accounts",
    "purchases",
    "payments",
    "refunds",
    "periods",
    "credit_lots",
    "credit_holds",
    "credit_entries",
    "generations",
    "attempts",
    "api_keys",
    "api_usage",
)


def run(session: Session, statement: str, values: Mapping[str, object]) -> int:
    """Run a statement with those of the values that it names; how many rows it made."""
    named = {name: values[name] for name in re.findall(r"(?<!:):([a-z_]+)", statement)}
    done = session.execute(text(statement), named)
    assert isinstance(done, CursorResult)
    return done.rowcount
