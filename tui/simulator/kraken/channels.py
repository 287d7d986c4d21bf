"""The channels of both WebSocket protocols, and the names of their streams."""

from __future__ import annotations

from typing import NamedTuple

from tui.market.interval import Interval
from tui.simulator.kraken.numbers import INTERVALS

KINDS = ("ohlc", "trade", "ticker")


class Channel(NamedTuple):
    """One of KINDS for a market, on v1 or v2.

    `symbol` is the modern one (`BTC/USD`) in both; `minutes` is 0 but for ohlc.
    """

    version: str
    kind: str
    symbol: str
    minutes: int = 0

    @property
    def stream(self) -> str:
        return ":".join(map(str, self))

    @property
    def name(self) -> str:
        """`ohlc-1`, `trade`, `ticker`: how v1 calls it."""
        return f"ohlc-{self.minutes}" if self.kind == "ohlc" else self.kind

    @property
    def grid(self) -> Interval:
        """What the candles of an ohlc channel stand on."""
        return INTERVALS[self.minutes]


def channel_of(stream: str) -> Channel:
    """The channel that has this stream."""
    version, kind, symbol, minutes = stream.split(":")
    return Channel(version, kind, symbol, int(minutes))
