"""The drawn parts of the detail view, by plotext: slow to draw, so they are drawn rarely."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, tzinfo

from textual_plotext import PlotextPlot

from tui.market.candle import Candle
from tui.market.format import price
from tui.market.interval import Interval
from tui.market.profile import returns, volume_profile

_BINS = 24
_LEAST_RETURNS = 8
SpreadSample = tuple[int, float]
"""A time (ms UTC) and the distance between best bid and best ask, in hundredths of a per cent."""


class StudyPlot(PlotextPlot):
    """A plot with a title; a sentence in its place while there is nothing to draw."""

    def begin(self, title: str) -> None:
        """Forget what was drawn."""
        self.plt.clear_data()
        self.plt.clear_figure()
        self.plt.title(title)

    def end(self, remark: str = "") -> None:
        """Show what was drawn, or the remark."""
        if remark:
            self.plt.xlim(0, 1)
            self.plt.ylim(0, 1)
            self.plt.xticks([])
            self.plt.yticks([])
            self.plt.text(remark, x=0.5, y=0.5, alignment="center")
        self.refresh()


class ProfilePlot(StudyPlot):
    """How much was traded at which price."""

    def show(self, candles: Sequence[Candle], digits: int) -> None:
        """Draw the volume of these candles by price."""
        self.begin(f"Volume by price, {len(candles)} candles")
        levels = volume_profile(candles, max(4, self.size.height - 5))
        if levels:
            names = [price((level.low + level.high) / 2, digits) for level in levels]
            volumes = [level.volume for level in levels]
            self.plt.bar(names, volumes, orientation="horizontal", width=0.6, color="blue+")
        self.end("" if levels else "no candles yet")


class ReturnsPlot(StudyPlot):
    """How far the price moves from one candle to the next."""

    def show(self, candles: Sequence[Candle], interval: Interval) -> None:
        """Draw the distribution of the returns of these candles."""
        self.begin(f"Returns per {interval}, per cent")
        found = returns(candles, interval)
        enough = len(found) >= _LEAST_RETURNS and min(found) < max(found)
        if enough:
            self.plt.hist(found, bins=_BINS, color="orange+")
        self.end("" if enough else "too few candles")


class SpreadPlot(StudyPlot):
    """How far bid and ask are apart."""

    def show(self, samples: Sequence[SpreadSample], tz: tzinfo) -> None:
        """Draw these samples, oldest first."""
        self.begin("Spread, hundredths of a per cent")
        if len(samples) > 1:
            times = [time for time, _ in samples]
            self.plt.plot(times, [spread for _, spread in samples], marker="braille")
            ends = [float(times[0]), float(times[-1])]
            self.plt.xticks(ends, [_clock(time, tz) for time in ends])
        self.end("" if len(samples) > 1 else "no order book yet")


def _clock(time: float, tz: tzinfo) -> str:
    return f"{datetime.fromtimestamp(time / 1000, tz):%H:%M:%S}"
