"""A series as Parquet, for which pyarrow must be installed: the extra `export`."""

from __future__ import annotations

from io import BytesIO

from tui.errors import TradexError
from tui.export.rows import CandleRow, Series, rows


def parquet_of(view: Series) -> bytes:
    """The columns of the CSV in Parquet's own types; the file's metadata name the series.

    `open_time` is a timestamp in ms with the zone UTC. Raises TradexError without pyarrow.
    """
    try:
        # Half a second to load, and most who look at prices never need it.
        import pyarrow
        from pyarrow import parquet
    except ImportError as error:
        hint = "pip install pyarrow adds it; CSV needs nothing."
        raise TradexError("Parquet needs the package pyarrow.", hint) from error
    found = rows(view)
    types = {
        "open_time": pyarrow.timestamp("ms", "UTC"),
        **dict.fromkeys(("open_time_ms", "trades", "missing_before"), pyarrow.int64()),
        **dict.fromkeys(("open", "high", "low", "close", "volume"), pyarrow.float64()),
        **dict.fromkeys(("closed", "repaired", "uncertain"), pyarrow.bool_()),
    }
    schema = pyarrow.schema(
        [(name, types[name]) for name in CandleRow._fields],
        metadata={
            "exchange": view.subscription.symbol.exchange,
            "symbol": view.subscription.symbol.name,
            "interval": str(view.subscription.interval),
        },
    )
    file = BytesIO()
    parquet.write_table(
        pyarrow.Table.from_pylist([row._asdict() for row in found], schema=schema), file
    )
    return file.getvalue()
