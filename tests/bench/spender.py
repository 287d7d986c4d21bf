"""The other side of a `Terminal`: a program that says what it spent when it is asked."""

from __future__ import annotations

import json
import os
import signal
import time
from dataclasses import dataclass

from tests.bench.messages import subscriptions
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.engine import Engine
from tui.market.symbol import Subscription

PANES, COLUMNS = 12, 4
FRAME_RATE = 10


@dataclass
class Spender:
    """Counts pane updates, and answers SIGUSR1 on a file descriptor with [CPU seconds, updates]."""

    descriptor: int
    updates: int = 0

    def listen(self) -> None:
        """Answer once now, which says that it is ready, and whenever it is asked."""
        signal.signal(signal.SIGUSR1, lambda *_: self._answer())
        self._answer()

    def _answer(self) -> None:
        os.write(self.descriptor, json.dumps([time.process_time(), self.updates]).encode())


def open_engine(urls: ExchangeSettings) -> tuple[Engine, tuple[Subscription, ...]]:
    """The running engine on the benchmark's exchange, and what the panes follow."""
    engine = Engine({"binance": load_exchange("binance", urls)})
    engine.start()
    return engine, tuple(subscriptions(PANES))
