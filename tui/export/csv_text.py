"""A series as CSV (RFC 4180, lines ended by LF), as `pandas.read_csv` reads it without options."""

from __future__ import annotations

import csv
from io import StringIO

from tui.export.rows import CandleRow, Series, rows


def csv_of(view: Series) -> bytes:
    """One line of column names, and one a candle: times as ISO 8601 and ms, true or false."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CandleRow._fields)
    writer.writerows([_written(value) for value in row] for row in rows(view))
    return text.getvalue().encode()


def _written(value: object) -> object:
    match value:
        case bool():
            return str(value).lower()
        case CandleRow() | int() | float():
            return value
        case _:
            return f"{value:%Y-%m-%dT%H:%M:%SZ}"
