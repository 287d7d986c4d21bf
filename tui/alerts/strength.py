"""The relative strength index, by talipp."""

from __future__ import annotations

from collections.abc import Sequence

from talipp.indicators import RSI


def rsi(closes: Sequence[float], period: int) -> float | None:
    """The newest value, 0 to 100, by Wilder's smoothing; None while there are too few closes."""
    values = RSI(period, list(closes))
    return values[-1] if values and values[-1] is not None else None
