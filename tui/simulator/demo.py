"""Simulated exchanges of every protocol beside the program, whose plugs are pulled together."""

from __future__ import annotations

from contextlib import ExitStack
from types import TracebackType
from typing import Self

from tui.simulator.background import BackgroundSimulator
from tui.simulator.dialects import DIALECTS
from tui.simulator.faults import Fault
from tui.simulator.plug import Pluggable
from tui.simulator.server import Simulator


class Demo(Pluggable):
    """One exchange for each dialect, on loopback, between `__enter__` and `__exit__`."""

    def __init__(self, seed: int) -> None:
        self._exchanges = {
            name: BackgroundSimulator(Simulator(dialect=name, seed=seed)) for name in DIALECTS
        }
        self._running = ExitStack()

    def __enter__(self) -> Self:
        for exchange in self._exchanges.values():
            self._running.enter_context(exchange)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._running.close()

    def urls(self) -> dict[str, tuple[str, str]]:
        """The WebSocket and the REST url of each dialect."""
        return {name: (each.ws_url, each.rest_url) for name, each in self._exchanges.items()}

    def inject(self, fault: Fault) -> None:
        for exchange in self._exchanges.values():
            exchange.inject(fault)

    def lift(self) -> None:
        for exchange in self._exchanges.values():
            exchange.lift()
