"""The kinds of studies that there are: their parameters, what computes them, how they are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from talipp.indicators import (
    ATR,
    BB,
    EMA,
    MACD,
    OBV,
    RSI,
    SMA,
    VWAP,
    WMA,
    Stoch,
    SuperTrend,
)
from talipp.indicators.SuperTrend import Trend

Values = tuple[float | None, ...]
"""One value a line of a study; None where it cannot be known, or the line has nothing there."""


Unit = Literal["price", "share", "volume"]
"""What a study's values are, which decides how they are written; a share is of a hundred."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number that a study takes: its name, its default, and the range that makes sense."""

    name: str
    default: float
    low: float
    high: float
    whole: bool = True


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of study.

    `create` gives the talipp indicator for the parameters, `values` one value a line of what it
    put out. `closes` says that it is fed the closing price alone. One with a `panel` is drawn
    below the chart, with `guides` at these values and, for `bounds`, always at the same scale;
    the line `bars` is drawn as bars from zero. `daily` ones start anew with each UTC day.
    """

    name: str
    description: str
    parameters: tuple[Parameter, ...]
    lines: tuple[str, ...]
    create: Callable[..., Any]
    values: Callable[[Any], Values]
    closes: bool = False
    panel: bool = False
    unit: Unit = "price"
    guides: tuple[float, ...] = ()
    bounds: tuple[float, float] | None = None
    bars: int | None = None
    daily: bool = False


def _period(default: float, low: float = 1) -> Parameter:
    return Parameter("period", default, low, 500)


def _one(value: float) -> Values:
    return (value,)


def _bands(value: Any) -> Values:
    return value.ub, value.cb, value.lb


def _trend(value: Any) -> Values:
    """The line below the price while it rises, above it while it falls; 0 is no value yet."""
    if not value.value:
        return None, None
    return (value.value, None) if value.trend is Trend.UP else (None, value.value)


def _macd(value: Any) -> Values:
    return value.macd, value.signal, value.histogram


def _stochastic(value: Any) -> Values:
    return value.k, value.d


_KINDS = (
    Kind(
        "SMA",
        "Simple moving average",
        (_period(20),),
        ("",),
        SMA,
        _one,
        closes=True,
    ),
    Kind(
        "EMA",
        "Exponential moving average",
        (_period(50),),
        ("",),
        EMA,
        _one,
        closes=True,
    ),
    Kind(
        "WMA",
        "Weighted moving average",
        (_period(20),),
        ("",),
        WMA,
        _one,
        closes=True,
    ),
    Kind(
        "VWAP",
        "Average price by volume of the UTC day",
        (),
        ("",),
        VWAP,
        _one,
        daily=True,
    ),
    Kind(
        "BB",
        "Bollinger bands around the SMA",
        (_period(20, 2), Parameter("factor", 2, 0.1, 10, whole=False)),
        ("upper", "middle", "lower"),
        BB,
        _bands,
        closes=True,
    ),
    Kind(
        "SuperTrend",
        "Trend line by the average true range",
        (_period(10), Parameter("multiplier", 3, 0.1, 20, whole=False)),
        ("up", "down"),
        SuperTrend,
        _trend,
    ),
    Kind(
        "RSI",
        "Relative strength index",
        (_period(14, 2),),
        ("",),
        RSI,
        _one,
        closes=True,
        panel=True,
        unit="share",
        guides=(30.0, 70.0),
        bounds=(0.0, 100.0),
    ),
    Kind(
        "MACD",
        "Distance of two EMAs, with signal and bars",
        (
            Parameter("fast", 12, 1, 500),
            Parameter("slow", 26, 2, 500),
            Parameter("signal", 9, 1, 500),
        ),
        ("", "signal", "bars"),
        MACD,
        _macd,
        closes=True,
        panel=True,
        guides=(0.0,),
        bars=2,
    ),
    Kind("ATR", "Average true range", (_period(14),), ("",), ATR, _one, panel=True),
    Kind(
        "Stoch",
        "Stochastic: the close within the range",
        (_period(14), Parameter("smoothing", 3, 1, 100)),
        ("%K", "%D"),
        Stoch,
        _stochastic,
        panel=True,
        unit="share",
        guides=(20.0, 80.0),
        bounds=(0.0, 100.0),
    ),
    Kind(
        "OBV",
        "On-balance volume from the first candle",
        (),
        ("",),
        OBV,
        _one,
        panel=True,
        unit="volume",
    ),
)
KINDS = {kind.name: kind for kind in _KINDS}
