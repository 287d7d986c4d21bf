"""What an engine tells of closed candles, and what is true of them."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from tui.feed.outlet import Outlet
from tui.feed.status import CandleChanged
from tui.market.candle import Candle
from tui.market.interval import MINUTE
from tui.market.symbol import Subscription
from tui.simulator.ledger import Ledger

PATIENCE = 60.0
Closed = dict[int, list[CandleChanged]]


class Follower:
    """All that was told of closed candles, by subscription and open time."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self.told: dict[Subscription, Closed] = {}

    def look(self) -> None:
        for event in self._outlet.take():
            if isinstance(event, CandleChanged) and event.candle.closed:
                told = self.told.setdefault(event.subscription, {})
                told.setdefault(event.candle.open_time, []).append(event)

    def wait(self, holds: Callable[[], bool]) -> None:
        ends = time.monotonic() + PATIENCE
        self.look()
        while not holds():
            assert time.monotonic() < ends, {
                str(s): sorted(t // MINUTE % 1000 for t in told) for s, told in self.told.items()
            }
            time.sleep(0.02)  # between two looks
            self.look()

    def live(self, subscription: Subscription) -> Closed:
        """Those that are not from before the start."""
        told = self.told.get(subscription, {})
        return {t: events for t, events in told.items() if events[0].origin != "history"}


def truth(ledger: Path, dialect: str, subscription: Subscription) -> dict[int, Candle]:
    """The closed candles that a simulated exchange wrote down, by open time."""
    read = Ledger(ledger, dialect)
    candles = read.candles(subscription.symbol.name, subscription.interval)
    read.close()
    return {candle.open_time: candle for candle in candles}
