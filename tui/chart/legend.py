"""One row that names the studies of a chart and says what they are worth now."""

from __future__ import annotations

from collections.abc import Iterator

from tui.chart.curves import Curve
from tui.chart.frame import Frame
from tui.chart.overlay import sample
from tui.chart.picture import Row, Run, merge
from tui.chart.studied import value

_MORE: Run = ("…", "axis")


def legend(frame: Frame, width: int) -> Row:
    """`── SMA 20 64120.50  RSI 14 49.1` in at most `width` cells; whole studies or none.

    What has no room is left out at the end, and a sign says so.
    """
    runs: list[Run] = []
    used = 0
    for entry in _entries(frame):
        cells = sum(len(text) for text, _ in entry)
        if used + cells > width:
            return merge([*runs, _MORE] if used < width else runs)
        runs += entry
        used += cells
    return merge(runs)


def _entries(frame: Frame) -> Iterator[list[Run]]:
    for curve in frame.curves:
        lead = "" if curve.kind.panel else f"{sample(curve, frame.glyphs)} "
        yield [(lead, curve.role), (f"{curve.label} ", "axis"), (_values(curve, frame), curve.role)]


def _values(curve: Curve, frame: Frame) -> str:
    """The values that there are; a study of several lines may have some of them only."""
    unit, digits = curve.kind.unit, frame.digits
    known = [value(number, unit, digits) for number in curve.live if number is not None]
    return f"{' '.join(known) or '–'}  "
