"""What the monitor is compared with: `python -m tests.bench.plots FD WS_URL REST_URL`.

A Textual app with a grid of textual-plotext's `PlotextPlot` candlesticks, one a symbol, as one
would write it: on the same engine, at the same frame rate, with as many candles as the
monitor's panes of that size show. A frame draws the plots of which something changed.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime

from textual.app import App, ComposeResult, RenderResult
from textual.containers import Grid
from textual_plotext import PlotextPlot

from tests.bench.spender import COLUMNS, FRAME_RATE, Spender, open_engine
from tui.exchange.settings import ExchangeSettings
from tui.feed.engine import Engine
from tui.feed.status import SeriesView
from tui.market.candle import Candle
from tui.market.symbol import Subscription

_CANDLES = 48


class CandlePlot(PlotextPlot):
    """One symbol's candles, with its price as the title."""

    def __init__(self, subscription: Subscription, spender: Spender) -> None:
        super().__init__()
        self.subscription = subscription
        self._spender = spender
        self._news = False

    def show(self, view: SeriesView) -> None:
        """Draw these candles at the next occasion."""
        candles = [*view.candles[:-1], _forming(view)]
        dates = [_date(candle.open_time) for candle in candles]
        columns = {
            name: [getattr(candle, name.lower()) for candle in candles]
            for name in ("Open", "High", "Low", "Close")
        }
        self.plt.clear_data()
        self.plt.date_form("d/m/Y H:M")
        self.plt.candlestick(dates, columns)
        self.plt.title(f"{view.subscription} {view.price:.2f}")
        self._news = True
        self.refresh()

    def render(self) -> RenderResult:
        self._spender.updates += self._news
        self._news = False
        return super().render()


class PlotGrid(App[None]):
    """Twelve plots in four columns."""

    CSS = f"Grid {{ grid-size: {COLUMNS}; }}"

    def __init__(self, engine: Engine, panes: tuple[Subscription, ...], spender: Spender) -> None:
        super().__init__()
        self._engine = engine
        self._plots = {pane: CandlePlot(pane, spender) for pane in panes}

    def compose(self) -> ComposeResult:
        yield Grid(*self._plots.values())

    def on_mount(self) -> None:
        for pane in self._plots:
            self._engine.acquire(pane)
        self.set_interval(1 / FRAME_RATE, self._draw)

    def _draw(self) -> None:
        for pane in self._engine.drain().dirty:
            view = self._engine.view(pane, _CANDLES)
            if view.candles:
                self._plots[pane].show(view)


def _forming(view: SeriesView) -> Candle:
    """The newest candle with the newest price in it."""
    last, price = view.candles[-1], view.price or view.candles[-1].close
    return replace(last, close=price, high=max(last.high, price), low=min(last.low, price))


def _date(time: int) -> str:
    return f"{datetime.fromtimestamp(time / 1000, UTC):%d/%m/%Y %H:%M}"


def main(descriptor: int, urls: ExchangeSettings) -> None:
    """Run until killed."""
    spender = Spender(descriptor)
    engine, panes = open_engine(urls)
    app = PlotGrid(engine, panes, spender)
    spender.listen()
    app.run()


if __name__ == "__main__":
    main(int(sys.argv[1]), ExchangeSettings(sys.argv[2], sys.argv[3]))
