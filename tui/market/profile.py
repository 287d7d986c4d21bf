"""What a series of candles is like as a whole: where its volume lies, and how much it moves."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from tui.market.candle import Candle
from tui.market.interval import Interval


@dataclass(frozen=True, slots=True)
class Level:
    """The volume traded at prices from `low` to `high`."""

    low: float
    high: float
    volume: float


def volume_profile(candles: Sequence[Candle], levels: int) -> list[Level]:
    """Volume by price, lowest first, in `levels` equal steps (at least 1) of the whole range.

    A candle's volume is spread evenly from its low to its high: nothing better is known of it.
    Empty without candles.
    """
    if not candles:
        return []
    low, high = min(c.low for c in candles), max(c.high for c in candles)
    step = (high - low) / levels
    if not step:
        return [Level(low, high, sum(c.volume for c in candles))]
    volumes = [0.0] * levels
    for candle in candles:
        first, last = _level(candle.low, low, step, levels), _level(candle.high, low, step, levels)
        for n in range(first, last + 1):
            volumes[n] += candle.volume * _share(candle, low + n * step, low + (n + 1) * step)
    return [Level(low + n * step, low + (n + 1) * step, v) for n, v in enumerate(volumes)]


def returns(candles: Sequence[Candle], interval: Interval) -> list[float]:
    """Logarithmic returns from close to close, in per cent; none over a hole."""
    return [
        100 * log(b.close / a.close)
        for a, b in pairwise(candles)
        if interval.after(a.open_time) == b.open_time
    ]


def _level(price: float, low: float, step: float, levels: int) -> int:
    return max(0, min(levels - 1, int((price - low) / step)))


def _share(candle: Candle, low: float, high: float) -> float:
    """How much of the candle's range lies between the two prices, 0 to 1."""
    span = candle.high - candle.low
    return (min(high, candle.high) - max(low, candle.low)) / span if span else 1.0
