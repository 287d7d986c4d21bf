"""The protocols that the simulated exchange speaks."""

from __future__ import annotations

from tui.errors import unknown
from tui.simulator.binance.dialect import Binance
from tui.simulator.dialect import Dialect
from tui.simulator.jsonfeed.dialect import JsonFeed

DIALECTS: dict[str, type[Dialect]] = {dialect.name: dialect for dialect in (Binance, JsonFeed)}


def dialect_named(name: str) -> type[Dialect]:
    """Raises UsageError, with the valid names, when there is no such dialect."""
    if name not in DIALECTS:
        raise unknown("dialect", name, DIALECTS)
    return DIALECTS[name]
