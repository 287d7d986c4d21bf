"""The bands of studies below the volume: how many have room, and the scale of each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tui.chart.curves import Curve
from tui.chart.scale import HEAD_ROOM, Scale

_LEAST_PLOT = 8
_LEAST_ROWS = 3
_MOST_ROWS = 7
_LEAST_FILL = 0.5


@dataclass(frozen=True, slots=True)
class Panel:
    """One study below the chart, over the rows of a scale of its own."""

    curve: Curve
    scale: Scale


def panels(curves: Iterable[Curve], plot: int, previous: Iterable[Panel]) -> tuple[Panel, ...]:
    """The panels that have room in the `plot` rows of a chart; those chosen last go first.

    The candles keep half of the rows, and never fewer than eight. A scale stays as long as the
    values are inside it and fill half of it.
    """
    wanted = [curve for curve in curves if curve.kind.panel]
    rows = max(_LEAST_ROWS, min(_MOST_ROWS, plot // 7))
    count = max(0, plot - max(_LEAST_PLOT, plot // 2)) // rows
    before = {panel.curve.label: panel.scale for panel in previous}
    return tuple(Panel(c, _fit(c, rows, before.get(c.label))) for c in wanted[:count])


def _fit(curve: Curve, rows: int, previous: Scale | None) -> Scale:
    if curve.kind.bounds:
        return Scale(*curve.kind.bounds, rows)
    low, high = curve.span()
    if low > high:
        return Scale(0.0, 1.0, rows)
    if curve.kind.guides:
        low, high = min(low, *curve.kind.guides), max(high, *curve.kind.guides)
    if previous and previous.rows == rows and previous.low <= low and high <= previous.high:
        fill = (high - low) / (previous.high - previous.low)
        if fill >= _LEAST_FILL or low == high:
            return previous
    pad = (high - low) * HEAD_ROOM or max(abs(high), 1e-9) * HEAD_ROOM
    return Scale(low - pad, high + pad, rows)
