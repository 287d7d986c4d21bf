"""The kinds of charts, and what of a candle each of them draws."""

from __future__ import annotations

from enum import Enum

from tui.market.candle import Candle


class Kind(Enum):
    """The kinds to choose from, in the order of the key; the values are what a config says."""

    CANDLES = "candles"
    HOLLOW = "hollow"
    BARS = "bars"
    LINE = "line"
    AREA = "area"
    HEIKIN_ASHI = "heikin-ashi"

    @property
    def is_line(self) -> bool:
        """Whether closes alone are drawn."""
        return self in (Kind.LINE, Kind.AREA)

    @property
    def next(self) -> Kind:
        """The kind after this one, the first after the last."""
        kinds = list(Kind)
        return kinds[(kinds.index(self) + 1) % len(kinds)]


def extent(shape: Candle, kind: Kind) -> tuple[float, float]:
    """The lowest and the highest price that is drawn of a candle."""
    return (shape.close, shape.close) if kind.is_line else (shape.low, shape.high)
