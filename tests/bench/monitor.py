"""The monitor in a terminal: `python -m tests.bench.monitor FD WS_URL REST_URL`.

The app as the command line starts it, with the default settings, on the benchmark's exchange.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from weakref import WeakKeyDictionary

from tests.bench.spender import COLUMNS, FRAME_RATE, Spender, open_engine
from tui.app import TradexApp
from tui.chart.curves import Figures
from tui.chart.frame import Options
from tui.config import Config
from tui.exchange.settings import ExchangeSettings
from tui.feed.status import SeriesView
from tui.market.candle import Candle
from tui.widgets.candle_chart import CandleChart
from tui.workspace import Workspace


def count_updates(spender: Spender) -> None:
    """Count each view with another newest candle or price that a frame gives to a chart."""
    show = CandleChart.show
    shown: WeakKeyDictionary[CandleChart, tuple[Candle, float | None]] = WeakKeyDictionary()

    def counted(
        chart: CandleChart, view: SeriesView, options: Options, figures: Sequence[Figures]
    ) -> None:
        newest = view.candles[-1], view.price
        spender.updates += newest != shown.get(chart)
        shown[chart] = newest
        show(chart, view, options, figures)

    CandleChart.show = counted  # type: ignore[method-assign, assignment]  # counts


def main(descriptor: int, urls: ExchangeSettings) -> None:
    """Run until killed."""
    spender = Spender(descriptor)
    count_updates(spender)
    engine, panes = open_engine(urls)
    config = Config(frame_rate=FRAME_RATE, exchanges={"binance": urls})
    app = TradexApp(engine, config, Workspace(panes, columns=COLUMNS), None)
    spender.listen()
    app.run()


if __name__ == "__main__":
    main(int(sys.argv[1]), ExchangeSettings(sys.argv[2], sys.argv[3]))
