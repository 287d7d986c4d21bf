"""Lines in per cent over time, one a symbol."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo

from textual_plotext import PlotextPlot

from tui.market.percent import Point

# Apart from one another for every kind of colour vision (Okabe and Ito, 2008), without black.
COLORS = (
    (86, 180, 233),
    (230, 159, 0),
    (0, 158, 115),
    (204, 121, 167),
    (213, 94, 0),
    (0, 114, 178),
    (240, 228, 66),
    (150, 150, 150),
    (120, 200, 120),
)
_CELLS_PER_TIME = 16


@dataclass(frozen=True, slots=True)
class Line:
    """The pieces of one line, its number, which stands at its end, and its colour."""

    number: int
    pieces: Sequence[Sequence[Point]]

    @property
    def color(self) -> tuple[int, int, int]:
        """One of COLORS."""
        return COLORS[(self.number - 1) % len(COLORS)]


class PercentPlot(PlotextPlot):
    """Drawn by plotext whenever it is given lines."""

    def show(self, lines: Sequence[Line], tz: tzinfo) -> None:
        """Draw these lines in place of those before."""
        plot = self.plt
        plot.clear_data()
        plot.clear_figure()
        times = [time for line in lines for piece in line.pieces for time, _ in piece]
        if times:
            for line in lines:
                self._draw(line)
            plot.horizontal_line(0, color="gray+")
            marks = list(_marks(min(times), max(times), self.size.width // _CELLS_PER_TIME))
            plot.xticks(marks, [_label(mark, tz) for mark in marks])
            plot.ylabel("%")
        self.refresh()

    def _draw(self, line: Line) -> None:
        for piece in line.pieces:
            xs, ys = [time for time, _ in piece], [percent for _, percent in piece]
            self.plt.plot(xs, ys, color=line.color, marker="braille")
        last = line.pieces[-1][-1] if line.pieces else None
        if last:
            self.plt.text(str(line.number), x=last[0], y=last[1], color=line.color)


def _marks(first: int, last: int, count: int) -> Iterator[float]:
    """`count` times, at least two, from the first to the last."""
    steps = max(1, count - 1)
    return (first + (last - first) * step // steps for step in range(steps + 1))


def _label(time: float, tz: tzinfo) -> str:
    return f"{datetime.fromtimestamp(time / 1000, tz):%H:%M}"
