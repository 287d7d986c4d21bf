"""README's pictures, taken from the running app: `python -m tests.pictures`.

The real app on the real simulator, one picture healthy and one with the plug pulled.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from textual.pilot import Pilot

from tests.feeds import QUICK, engine_on, simulated, subscription
from tui.app import TradexApp
from tui.config import Config
from tui.feed.status import ConnectionState
from tui.workspace import Workspace

FOLDER = Path(__file__).parents[1] / ".github"
SYMBOLS = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "BNBUSDT", "XRPUSDT", "DOGEUSDT"]
SIZE = (120, 40)
# Textual's pictures name a font on a host of the web; any monospace font will do.
_WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    asyncio.run(_take())


async def _take() -> None:
    panes = tuple(subscription(name, "1m") for name in SYMBOLS)
    workspace = Workspace(panes=panes, panel_open=False)
    settings = replace(QUICK, stale_after=30.0)
    with (
        simulated() as (_, exchange),
        engine_on(exchange.ws_url, exchange.rest_url, settings, history=500) as engine,
    ):
        app = TradexApp(engine, Config(timezone="utc"), workspace, None)
        async with app.run_test(size=SIZE) as pilot:

            def all_are(state: ConnectionState) -> bool:
                return all(engine.status(pane).state is state for pane in panes)

            await _until(pilot, lambda: all_are(ConnectionState.LIVE))
            await pilot.pause(3.0)
            _save(app, "monitor.svg")
            exchange.refuse(60.0)
            await _until(pilot, lambda: all_are(ConnectionState.BACKOFF))
            await pilot.press("n")
            await pilot.pause(6.0)
            _save(app, "outage.svg")


async def _until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30.0):
        while not holds():
            await pilot.pause(0.1)


def _save(app: TradexApp, name: str) -> None:
    picture = app.export_screenshot(title="tradex-tui demo")
    (FOLDER / name).write_text(_WEB_FONT.sub("", picture))


if __name__ == "__main__":
    main()
