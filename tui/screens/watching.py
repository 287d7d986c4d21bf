"""What the detail view asks of the engine beside candles: trades, the order book, its spread."""

from __future__ import annotations

from collections import deque

from tui.feed.engine import Engine, Lease
from tui.feed.status import BookView
from tui.market.events import Trade
from tui.market.symbol import Subscription
from tui.widgets.study_plots import SpreadSample

_SAMPLES = 1_800


class Watching:
    """Watches one subscription after another, until it is closed.

    `spreads` are those of the newest books, one each.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._subscription: Subscription | None = None
        self._leases: list[Lease] = []
        self.spreads: deque[SpreadSample] = deque(maxlen=_SAMPLES)

    def follow(self, subscription: Subscription) -> None:
        """Watch this one from now on."""
        if subscription == self._subscription:
            return
        lasting = self._subscription and self._subscription.symbol == subscription.symbol
        if not lasting:
            self.spreads.clear()
        old, self._subscription = self._leases, subscription
        engine = self._engine
        self._leases = [engine.acquire(subscription), engine.watch_trades(subscription)]
        self._leases.append(engine.watch_book(subscription))
        _release(old)

    def close(self) -> None:
        """Watch nothing."""
        _release(self._leases)
        self._leases = []

    def trades(self) -> tuple[Trade, ...]:
        """The newest trades, oldest first."""
        return self._engine.trades(self._subscription) if self._subscription else ()

    def book(self) -> BookView | None:
        """The order book; None where the exchange has none."""
        return self._engine.book(self._subscription) if self._subscription else None

    def sample(self, now: int) -> None:
        """Note the spread of the present book at `now` (ms UTC), unless it is an old one."""
        view = self.book()
        if view and view.book and view.book.bids and view.book.asks and not view.reason:
            bid, ask = view.book.bids[0].price, view.book.asks[0].price
            self.spreads.append((now, (ask - bid) / (ask + bid) * 2 * 10_000))


def _release(leases: list[Lease]) -> None:
    for lease in reversed(leases):
        lease.release()
