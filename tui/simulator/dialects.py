"""The protocols that the simulated exchange speaks."""

from __future__ import annotations

from tui.errors import unknown
from tui.simulator.binance.dialect import Binance
from tui.simulator.coinbase.dialect import Coinbase
from tui.simulator.dialect import Dialect
from tui.simulator.jsonfeed.dialect import JsonFeed
from tui.simulator.kraken.dialect import Kraken

_ALL: tuple[type[Dialect], ...] = (Binance, Coinbase, JsonFeed, Kraken)
DIALECTS = {dialect.name: dialect for dialect in _ALL}


def dialect_named(name: str) -> type[Dialect]:
    """Raises UsageError, with the valid names, when there is no such dialect."""
    if name not in DIALECTS:
        raise unknown("dialect", name, DIALECTS)
    return DIALECTS[name]
