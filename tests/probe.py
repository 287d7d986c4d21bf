"""The program with a probe in it: `python -m tests.probe FILE ARGS`.

Each twentieth of a second it appends a line of JSON to FILE: how many seconds the engine's event
loop and the screen's took to answer, what the terminal has taken, and how many connections
were opened anew.
"""

from __future__ import annotations

import asyncio
import json
import sys
import threading
import time
from pathlib import Path

from tui.__main__ import main
from tui.app import TradexApp
from tui.feed.engine import Engine
from tui.terminal.paced_driver import PacedDriver

_PERIOD = 0.05


def _round_trip(loop: asyncio.AbstractEventLoop) -> float:
    """Seconds until the loop answered; 60 when it did not within that time."""
    answered = threading.Event()
    asked = time.monotonic()
    loop.call_soon_threadsafe(answered.set)
    answered.wait(60)
    return time.monotonic() - asked


def _watch(app: TradexApp, engine: Engine, path: Path) -> None:
    driver = app._driver
    assert isinstance(driver, PacedDriver)
    with path.open("a", buffering=1) as lines:
        while engine._thread.is_alive():
            found = {
                "at": time.time(),
                "engine": _round_trip(engine._loop),
                "screen": _round_trip(driver._loop),
                "taken": driver.taken,
                "reconnects": sum(link.reconnects for link in engine.connections()),
            }
            print(json.dumps(found), file=lines)
            time.sleep(_PERIOD)  # the probe's own pace


def start(path: Path) -> None:
    """Probe the app of this process from when it is ready."""
    ready = TradexApp.on_ready

    def on_ready(app: TradexApp) -> None:
        ready(app)
        args = (app, app.engine, path)
        threading.Thread(target=_watch, args=args, name="probe", daemon=True).start()

    TradexApp.on_ready = on_ready  # type: ignore[method-assign, assignment]  # looks in


if __name__ == "__main__":
    start(Path(sys.argv.pop(1)))
    main()
