"""A simulator beside the program: on a thread of its own, or as the program."""

from __future__ import annotations

import asyncio
import json
import signal
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from tui.simulator.faults import Fault
from tui.simulator.plug import Pluggable
from tui.simulator.server import Simulator


class BackgroundSimulator(Pluggable):
    """Runs a simulator on a daemon thread between `__enter__` and `__exit__`.

    Faults may be made from any thread and happen on the server's loop.
    Entering raises TradexError when the address cannot be had.
    """

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="simulator", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        try:
            asyncio.run_coroutine_threadsafe(self._simulator.start(), self._loop).result()
        except BaseException:  # whatever ends the start, the thread must not stay behind
            self._end()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._simulator.stop(), self._loop).result()
        self._end()

    @property
    def ws_url(self) -> str:
        return self._simulator.ws_url

    @property
    def rest_url(self) -> str:
        return self._simulator.rest_url

    def inject(self, fault: Fault) -> None:
        self._loop.call_soon_threadsafe(self._simulator.inject, fault)

    def lift(self) -> None:
        self._loop.call_soon_threadsafe(self._simulator.lift)

    def _end(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def run(simulator: Simulator, say: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; `say` gets one line of JSON with the urls.

    Raises TradexError when the address cannot be had.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    async with simulator:
        say(json.dumps({"ws_url": simulator.ws_url, "rest_url": simulator.rest_url}))
        await stopped.wait()
