"""Where the parts of the detail view stand, for each size of the terminal."""

from __future__ import annotations

from enum import Enum

from textual.geometry import Region

_LEAST_WIDTH, _LEAST_HEIGHT = 60, 24
_SIDE, _SIDE_FROM = 34, 110
_GUTTER = 1


class Detail(Enum):
    """The parts beside the chart, in their order; the values are their titles."""

    STATISTICS = "Last 24 hours"
    BOOK = "Order book"
    TRADES = "Trades"
    HISTORY = "Connection"
    PROFILE = "Volume by price"
    RETURNS = "Returns"
    SPREAD = "Spread"

    @property
    def width(self) -> int:
        """The least cells that it needs."""
        return 34 if self in TEXTS else 40


TEXTS = (Detail.STATISTICS, Detail.BOOK, Detail.TRADES, Detail.HISTORY)
"""The parts that are rows of text; the others are drawn."""


def places(width: int, height: int, front: Detail | None) -> tuple[Region, dict[Detail, Region]]:
    """The regions of the chart and of the parts that have room; `front` comes first of them.

    In a small terminal there is either the chart (`front` None) or one part. Else parts stand
    below the chart; where it is wide, trades and order book stand at its side.
    """
    whole = Region(0, 0, width, height)
    if width < _LEAST_WIDTH or height < _LEAST_HEIGHT:
        return (whole, {}) if front is None else (Region(), {front: whole})
    below = max(9, min(16, height // 3))
    above = height - below
    order = list(Detail)
    found: dict[Detail, Region] = {}
    room = width
    if width >= _SIDE_FROM:
        room = width - _SIDE - _GUTTER
        half = above // 2
        found[Detail.BOOK] = Region(room + _GUTTER, 0, _SIDE, half)
        found[Detail.TRADES] = Region(room + _GUTTER, half, _SIDE, above - half)
        order = [part for part in order if part not in found]
    if front in order:
        order = order[order.index(front) :] + order[: order.index(front)]
    return Region(0, 0, room, above), found | _row(order, width, above, below)


def _row(order: list[Detail], width: int, top: int, height: int) -> dict[Detail, Region]:
    """As many parts as fit side by side, sharing the width."""
    shown: list[Detail] = []
    needed = -_GUTTER
    for part in order:
        needed += part.width + _GUTTER
        if needed > width and shown:
            break
        shown.append(part)
    edges = [round(n * (width + _GUTTER) / len(shown)) for n in range(len(shown) + 1)]
    return {
        part: Region(left, top, right - left - _GUTTER, height)
        for part, left, right in zip(shown, edges, edges[1:], strict=False)
    }
