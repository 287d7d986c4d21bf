"""A hub with one subscription, and hands that bring it events."""

from __future__ import annotations

from tui.exchange import load_exchange
from tui.exchange.base import Exchange
from tui.feed.gaps import LoadPlan
from tui.feed.hub import Hub
from tui.feed.outlet import Outlet
from tui.feed.status import ConnectionState, FeedStatus, SeriesView
from tui.market.candle import Candle
from tui.market.events import CandleReport, Data
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

MINUTE = 60_000
SUBSCRIPTION = Subscription(Symbol("binance", "BTCUSDT"), Interval(1, "m"))
LIVE = FeedStatus(ConnectionState.LIVE)


def candle(minute: int, close: float = 100.0, *, closed: bool = True, trades: int = 5) -> Candle:
    time = minute * MINUTE
    as_of = time + (MINUTE + 200 if closed else 30_000)
    return Candle(time, 100.0, max(101.0, close), 99.0, close, 3.0, closed, trades, as_of)


class Desk:
    """A hub with one lease, and everything it tells."""

    def __init__(
        self, subscription: Subscription = SUBSCRIPTION, exchange: Exchange | None = None
    ) -> None:
        self.subscription = subscription
        self.exchange = subscription.symbol.exchange
        self.hub = Hub(1_000, {self.exchange: exchange or load_exchange(self.exchange)})
        self.outlet = Outlet()
        self.hub.listen(self.outlet, candles=True)
        self.hub.acquire(subscription)
        self.plan = self.begin_load()

    def live(self, candle: Candle, now: float = 0.0) -> None:
        name, interval = self.subscription.symbol.name, self.subscription.interval
        self.hear(CandleReport(name, interval, candle), now)

    def hear(self, event: Data, now: float = 0.0) -> None:
        self.hub.apply(self.exchange, event, now)

    def merge(self, candles: list[Candle], now: float = 0.0) -> None:
        self.hub.merge(self.subscription, candles, now)

    def begin_load(self) -> LoadPlan:
        plan = self.hub.load_plan(self.subscription)
        assert plan
        self.plan = plan
        return plan

    def end_load(self) -> bool:
        return self.hub.loaded(self.subscription, self.plan)

    def look(self, now: float = 0.0) -> int | None:
        """What the engine does each second: is anything to be asked for, and from where?"""
        return self.hub.repair_from(self.subscription, now)

    def told(self, kind: type) -> list[object]:
        return [event for event in self.outlet.take() if isinstance(event, kind)]

    @property
    def view(self) -> SeriesView:
        return self.hub.view(self.subscription, 1_000, LIVE)
