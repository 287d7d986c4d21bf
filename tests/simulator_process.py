"""A simulator in a process of its own, so that its work takes no time from the program's."""

from __future__ import annotations

import asyncio
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Self

from tui.exchange.settings import ExchangeSettings
from tui.simulator.faults import Breakable, Fault
from tui.simulator.limits import Limits
from tui.simulator.server import Simulator, wall_ms

_SPAWN = get_context("spawn")


class SimulatorProcess(Breakable):
    """Runs between `__enter__` and `__exit__`; each closed candle is in the file `ledger`.

    Its market's time passes `speed` times as fast as real time.
    """

    def __init__(self, ledger: Path | None, limits: Limits, speed: int = 1) -> None:
        self._pipe, theirs = _SPAWN.Pipe()
        self._process = _SPAWN.Process(target=_main, args=(theirs, ledger, limits, speed))
        self._process.start()
        theirs.close()
        self.urls: ExchangeSettings = self._pipe.recv()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._pipe.close()
        self._process.join()

    def inject(self, fault: Fault) -> None:
        self._pipe.send(fault)

    def lift(self) -> None:
        self._pipe.send(None)


def _main(pipe: Connection, ledger: Path | None, limits: Limits, speed: int) -> None:
    began = wall_ms()
    simulator = Simulator(
        seed=7, ledger=ledger, clock=lambda: began + speed * (wall_ms() - began), limits=limits
    )
    asyncio.run(_serve(pipe, simulator))


async def _serve(pipe: Connection, simulator: Simulator) -> None:
    """Obey until the other end of the pipe is closed."""
    over = asyncio.Event()

    def obey() -> None:
        try:
            fault: Fault | None = pipe.recv()
        except EOFError:
            return over.set()
        simulator.inject(fault) if fault else simulator.lift()

    async with simulator:
        asyncio.get_running_loop().add_reader(pipe.fileno(), obey)
        pipe.send(ExchangeSettings(simulator.ws_url, simulator.rest_url))
        await over.wait()
        asyncio.get_running_loop().remove_reader(pipe.fileno())
