"""An exchange of any kind and an engine on it, both on clocks that run many times too fast."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from unittest.mock import patch

from tests.fast_time import FastLoop, fast_clock
from tests.held_port import HeldPort
from tui.exchange import load_exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.simulator.background import BackgroundSimulator
from tui.simulator.faults import Fault
from tui.simulator.server import Simulator, wall_ms

# Seconds by which history may lag behind, where it does: Coinbase's up to a minute.
_REST_LAG = 45.0
# What a computer takes to answer does not get shorter with the clock.
PATIENT = ConnectionSettings(connect_timeout=60.0, pong_timeout=60.0, heartbeat_interval=30.0)


@dataclass(frozen=True, slots=True)
class Kind:
    """An exchange as the config has it, on a simulator of that dialect."""

    exchange: str
    dialect: str
    names: tuple[str, ...]
    kind: str = ""
    options: Mapping[str, object] = field(default_factory=dict)

    @property
    def minutes(self) -> list[Subscription]:
        """Its symbols' candles of a minute."""
        return [Subscription(Symbol(self.exchange, n), Interval(1, "m")) for n in self.names]


KINDS = {
    "coinbase": Kind("coinbase", "coinbase", ("BTC-USD", "ETH-USD", "LTC-EUR")),
    "kraken": Kind("kraken", "kraken", ("BTC/USD", "DOGE/USD", "LTC/EUR")),
    "kraken v1": Kind("kraken", "kraken", ("BTC/USD", "DOGE/USD"), options={"protocol": 1}),
    "json": Kind("desk", "json", ("EURUSD", "BTCUSD"), kind="jsonfeed"),
}


class FastExchange:
    """A simulated exchange that keeps its port and its ledger over restarts."""

    def __init__(self, dialect: str, ledger: Path, speed: int, seed: int = 7) -> None:
        began = wall_ms()
        self.clock: Callable[[], int] = lambda: began + speed * (wall_ms() - began)
        self._dialect, self._ledger, self._seed = dialect, ledger, seed
        self._port = HeldPort()
        self._background: BackgroundSimulator | None = None

    def start(self) -> None:
        simulator = Simulator(
            dialect=self._dialect, seed=self._seed, port=self._port.number, ledger=self._ledger,
            clock=self.clock, rest_lag=_REST_LAG,
        )  # fmt: skip
        self._background = BackgroundSimulator(simulator)
        self._background.__enter__()

    def stop(self) -> None:
        assert self._background
        self._background.__exit__(None, None, None)

    def inject(self, fault: Fault) -> None:
        assert self._background
        self._background.inject(fault)

    def lift(self) -> None:
        assert self._background
        self._background.lift()

    def settings(self, kind: Kind) -> ExchangeSettings:
        """What the config would say of it."""
        return ExchangeSettings(self.ws_url, self.rest_url, kind.kind, kind.options)

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
