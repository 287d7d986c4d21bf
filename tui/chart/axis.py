"""The price axis: labels at round prices, and the last price on its row."""

from __future__ import annotations

from math import ceil, floor, log10

from tui.chart.picture import Row, Run, blank
from tui.chart.scale import Scale
from tui.market import format as text

# Factor of a power of ten, and the decimals that it has itself.
_ROUND = ((1.0, 0), (2.0, 0), (2.5, 1), (5.0, 0))
_ROWS_PER_LABEL = 4


def width(high: float, digits: int) -> int:
    """Cells for prices up to `high` with `digits` decimals, the pointer and a space after."""
    return len(text.price(high, digits)) + 2


def labels(scale: Scale, digits: int) -> dict[int, str]:
    """Row to price, at steps of 1, 2, 2.5 or 5 times a power of ten, four rows apart or more.

    Decimals are those that the step needs, never more than `digits`; all end at the same place.
    """
    step, decimals = _step(scale, digits)
    prices = (n * step for n in range(ceil(scale.low / step), floor(scale.high / step) + 1))
    whole = len(text.price(scale.high, 0))
    return {scale.row(p): _aligned(text.price(p, decimals), whole) for p in prices}


def price_rows(scale: Scale, digits: int, cells: int, tag: tuple[int, Run] | None) -> list[Row]:
    """The labels of `scale.rows` rows, `cells` wide, with the tag of the last price over them."""
    marks = labels(scale, digits)
    rows: list[Row] = [
        ((f" {marks[row]}".ljust(cells)[:cells], "axis"),) if row in marks else (blank(cells),)
        for row in range(scale.rows)
    ]
    if tag:
        rows[tag[0]] = (tag[1],)
    return rows


def tag(
    price: float, rising: bool, scale: Scale, digits: int, cells: int, pointer: str
) -> tuple[int, Run]:
    """The row and the text of the last price."""
    whole = len(text.price(scale.high, 0))
    shown = pointer + _aligned(text.price(price, digits), whole)
    return scale.row(price), (shown.ljust(cells)[:cells], "tag-up" if rising else "tag-down")


def _aligned(price: str, whole: int) -> str:
    """`price` with its point after `whole` cells."""
    return " " * (whole - len(price.partition(".")[0])) + price


def _step(scale: Scale, digits: int) -> tuple[float, int]:
    """The step between labels and the decimals to write it with."""
    least = (scale.high - scale.low) * min(1.0, _ROWS_PER_LABEL / scale.rows)
    least = max(least, 10.0**-digits)
    power = floor(log10(least))
    for factor, more in _ROUND:
        decimals = max(0, more - power)
        if factor * 10.0**power >= least and decimals <= digits:
            return factor * 10.0**power, decimals
    return 10.0 * 10.0**power, max(0, -1 - power)
