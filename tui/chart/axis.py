"""The price axis: labels at round prices, and the last price on its row."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from math import ceil, floor, log10

from tui.chart.picture import Row, Run, blank
from tui.chart.scale import Scale
from tui.market import format as text

# Factor of a power of ten, and the decimals that it has itself.
_ROUND = ((1.0, 0), (2.0, 0), (2.5, 1), (5.0, 0))
_LEAST_ROWS = 2.0
_GOOD_ROWS = 3.5
_SPARE_FROM = 8
_LOG_ROWS = 3
_NEARLY_LINEAR = 1.5


def width(high: float, digits: int) -> int:
    """Cells for prices up to `high` with `digits` decimals, the pointer and a space after."""
    return len(text.price(high, digits)) + 2


def labels(scale: Scale, digits: int) -> dict[int, str]:
    """Row to price, at steps of 1, 2, 2.5 or 5 times a power of ten.

    Decimals are those that the step needs, never more than `digits`; all points are above each
    other.
    """
    if scale.log and scale.high > scale.low * _NEARLY_LINEAR:
        return _log_labels(scale, digits)
    step, decimals = _step(scale, digits)
    whole = len(text.price(scale.high, 0))
    prices = (n * step for n in _multiples(scale, step))
    return {scale.row(p): _aligned(text.price(p, decimals), whole) for p in prices}


@lru_cache(maxsize=256)
def price_rows(scale: Scale, digits: int, cells: int) -> tuple[Row, ...]:
    """The labels of `scale.rows` rows, `cells` wide."""
    marks = labels(scale, digits)
    return tuple(
        ((f" {marks[row]}".ljust(cells)[:cells], "axis"),) if row in marks else (blank(cells),)
        for row in range(scale.rows)
    )


def tag(
    price: float, rising: bool, scale: Scale, digits: int, cells: int, pointer: str
) -> tuple[int, Run]:
    """The row and the text of the last price."""
    whole = len(text.price(scale.high, 0))
    shown = pointer + _aligned(text.price(price, digits), whole)
    return scale.row(price), (shown.ljust(cells)[:cells], "tag-up" if rising else "tag-down")


def mark(price: float, scale: Scale, digits: int, cells: int, dash: str) -> Row:
    """A price that is not round: the highest or the lowest."""
    whole = len(text.price(scale.high, 0))
    shown = dash + _aligned(text.price(price, digits), whole)
    return ((shown.ljust(cells)[:cells], "axis"),)


def _log_labels(scale: Scale, digits: int) -> dict[int, str]:
    """Row to price on a logarithmic scale: the roundest first, finer ones where there is room."""
    apart = _LOG_ROWS if scale.rows >= _SPARE_FROM else _LOG_ROWS - 1
    whole = len(text.price(scale.high, 0))
    found: dict[int, str] = {}
    for price, decimals in _round_prices(scale, digits):
        row = scale.row(price)
        if all(abs(row - other) >= apart for other in found):
            found[row] = _aligned(text.price(price, decimals), whole)
    return found


def _round_prices(scale: Scale, digits: int) -> Iterator[tuple[float, int]]:
    """Prices on the scale, the roundest first, with the decimals that they need.

    Powers of ten, then multiples of 5, 2 and 1 times ever smaller ones, down to the steps of the
    lowest row.
    """
    finest = scale.low * ((scale.high / scale.low) ** (1 / scale.rows) - 1)
    least = max(-digits, floor(log10(finest)))
    powers = [(p, max(0, -p)) for p in range(floor(log10(scale.high)), least - 1, -1)]
    yield from ((10.0**p, d) for p, d in powers if scale.low <= 10.0**p)
    for p, decimals in powers:
        for factor in (5, 2, 1):
            step = factor * 10.0**p
            # Higher up the labels of the step before are closer than that already.
            for n in _multiples(scale, step)[: scale.rows * 10]:
                yield n * step, decimals


def _aligned(price: str, whole: int) -> str:
    """`price` with its point after `whole` cells."""
    return " " * (whole - len(price.partition(".")[0])) + price


def _step(scale: Scale, digits: int) -> tuple[float, int]:
    """The step between labels and the decimals to write it with.

    Of the round steps of two rows or more the one nearest to a label in three or four rows, with
    one label to spare where there is room, as the last price may hide one; if need be, the widest
    that gives two labels at all.
    """
    per_row = (scale.high - scale.low) / scale.rows
    power = floor(log10(per_row))
    steps = [
        (factor * 10.0**p, max(0, more - p))
        for p in range(power, power + 3)
        for factor, more in _ROUND
    ]
    known = [(s, d) for s, d in steps if s >= per_row and d <= digits] or [(10.0**-digits, digits)]
    several = [(s, d) for s, d in known if len(_multiples(scale, s)) >= 2]
    apart = [(s, d) for s, d in several or known if s >= per_row * _LEAST_ROWS]
    if not apart:
        return several[-1]
    spare = [(s, d) for s, d in apart if len(_multiples(scale, s)) >= 3]
    if spare and scale.rows >= _SPARE_FROM:
        apart = spare
    return min(apart, key=lambda step: abs(log10(step[0] / per_row / _GOOD_ROWS)))


def _multiples(scale: Scale, step: float) -> range:
    """Which multiples of the step are on the scale."""
    return range(ceil(scale.low / step), floor(scale.high / step) + 1)
