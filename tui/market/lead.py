"""Which of two prices of one thing moves first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log, sqrt

# Fewer moves than this on either side tell nothing.
_LEAST_MOVES = 8
_LEAST_CORRELATION = 0.3


@dataclass(frozen=True, slots=True)
class Lead:
    """The first price moves `steps` samples before the second (after it, when negative).

    `correlation` is that of their moves at this distance, at most 1.
    """

    steps: int
    correlation: float


def lead(first: Sequence[float], second: Sequence[float], most: int) -> Lead | None:
    """How far apart the moves of two prices are alike most, at most `most` samples either way.

    Both are sampled at the same instants, as many each, all above zero. None where too little
    moved, or where nothing is alike. It is the lag of the greatest cross-correlation of the
    logarithmic returns (Box, Jenkins, Reinsel: Time Series Analysis, chapter 12).
    """
    a, b = _returns(first), _returns(second)
    if min(_moves(a), _moves(b)) < _LEAST_MOVES:
        return None
    scale = sqrt(sum(x * x for x in a) * sum(x * x for x in b))
    lags = sorted(range(-most, most + 1), key=abs)  # of equals the nearest
    best = max(lags, key=lambda lag: _product(a, b, lag))
    correlation = _product(a, b, best) / scale
    return Lead(best, correlation) if correlation >= _LEAST_CORRELATION else None


def _returns(prices: Sequence[float]) -> list[float]:
    return [log(after / before) for before, after in pairwise(prices)]


def _moves(returns: Sequence[float]) -> int:
    return sum(x != 0 for x in returns)


def _product(a: Sequence[float], b: Sequence[float], lag: int) -> float:
    """The sum of a[i] * b[i + lag]."""
    pairs = zip(a, b[lag:], strict=False) if lag >= 0 else zip(a[-lag:], b, strict=False)
    return sum(x * y for x, y in pairs)
