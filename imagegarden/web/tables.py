"""Tables for spreadsheets, as CSV."""

import csv
import io
from collections.abc import Iterable, Sequence

from flask import Response

# With these a spreadsheet begins a formula, which is not what somebody's words are.
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def csv_file(name: str, columns: Sequence[str], rows: Iterable[Sequence[str | int | None]]) -> Response:
    """A file of rows to keep. Whatever they hold, no spreadsheet runs any of it."""
    text = io.StringIO()
    table = csv.writer(text)
    table.writerow(columns)
    for row in rows:
        table.writerow([plain(cell) if isinstance(cell, str) else cell for cell in row])
    response = Response(text.getvalue(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def plain(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(FORMULA_STARTS) else cell
