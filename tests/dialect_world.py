"""An exchange of any kind and an engine on it, both on clocks that run many times too fast."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from unittest.mock import patch

from tests.fast_time import FastLoop, fast_clock
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.simulator.background import BackgroundSimulator
from tui.simulator.server import Simulator, wall_ms

# What a computer takes to answer does not get shorter with the clock.
PATIENT = ConnectionSettings(connect_timeout=60.0, pong_timeout=60.0, heartbeat_interval=30.0)


class FastExchange:
    """A simulated exchange that keeps its port and its ledger over restarts."""

    def __init__(self, dialect: str, ledger: Path, speed: int, seed: int = 7) -> None:
        began = wall_ms()
        self.clock: Callable[[], int] = lambda: began + speed * (wall_ms() - began)
        self._dialect, self._ledger, self._seed = dialect, ledger, seed
        self._port = 0
        self._background: BackgroundSimulator | None = None

    def start(self) -> None:
        simulator = Simulator(
            dialect=self._dialect, seed=self._seed, port=self._port, ledger=self._ledger,
            clock=self.clock,
        )  # fmt: skip
        self._background = BackgroundSimulator(simulator)
        self._background.__enter__()
        self._port = int(self.ws_url.rpartition(":")[2])

    def stop(self) -> None:
        assert self._background
        self._background.__exit__(None, None, None)

    @property
    def ws_url(self) -> str:
        assert self._background
        return self._background.ws_url

    @property
    def rest_url(self) -> str:
        assert self._background
        return self._background.rest_url


@contextmanager
def fast_engine(
    name: str, settings: ExchangeSettings, speed: int, history: int,
    connection: ConnectionSettings = PATIENT,
) -> Iterator[Engine]:  # fmt: skip
    """A started engine on one exchange, whose seconds pass `speed` times too fast."""
    clock = fast_clock(speed)
    with patch("aiohttp.connector.monotonic", clock):  # it ends idle connections by it
        with patch("asyncio.new_event_loop", lambda: FastLoop(speed)):
            exchanges = {name: load_exchange(name, settings)}
            engine = Engine(exchanges, connection, history, Random(1), clock)
        engine.start()
        try:
            yield engine
        finally:
            engine.stop()
