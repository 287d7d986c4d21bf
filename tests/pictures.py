"""README's pictures, taken from the running app: `python -m tests.pictures`.

The real app on the exchanges of the demo, one picture healthy and one with the plug pulled, and one
of the page that `tradex-tui serve` shows in a browser: `python -m tests.pictures browser` for that
alone.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from textual.pilot import Pilot

from tests.browser import Tab, browser
from tests.feeds import QUICK
from tests.serving import Served
from tui.app import TradexApp
from tui.config import Config
from tui.exchange.settings import ExchangeSettings
from tui.feed.engine import Engine
from tui.feed.status import ConnectionState
from tui.simulator.demo import Demo
from tui.targets import subscriptions
from tui.workspace import Workspace

FOLDER = Path(__file__).parents[1] / ".github"
SYMBOLS = ("BTCUSDT", "coinbase:BTC-USD", "kraken:ETH/USD", "SOLUSDT", "coinbase:XRP-USD",
           "desk:EURUSD")  # fmt: skip
SIZE = (120, 40)
# Textual's pictures name a font on a host of the web; any monospace font will do.
_WEB_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    if "browser" not in sys.argv:
        asyncio.run(_take())
    _take_in_browser()


@contextmanager
def _running() -> Iterator[tuple[Demo, Engine, Config]]:
    """The demo's exchanges, and an engine on them."""
    with Demo(seed=7) as demo:
        urls = demo.urls()
        desk = ExchangeSettings(*urls.pop("json"), kind="jsonfeed")
        named = {name: ExchangeSettings(*pair) for name, pair in urls.items()}
        config = Config(timezone="utc", exchanges={**named, "desk": desk})
        exchanges = {name: config.open_exchange(name) for name in config.exchange_names}
        engine = Engine(exchanges, replace(QUICK, stale_after=30.0), 500, Random(5))
        engine.start()
        try:
            yield demo, engine, config
        finally:
            engine.stop()


async def _take() -> None:
    with _running() as (demo, engine, config):
        panes = tuple(subscriptions(SYMBOLS, None, config))
        workspace = Workspace(panes=panes, panel_open=False)
        app = TradexApp(engine, config, workspace, None)
        async with app.run_test(size=SIZE) as pilot:

            def all_are(state: ConnectionState) -> bool:
                return all(engine.status(pane).state is state for pane in panes)

            await _until(pilot, lambda: all_are(ConnectionState.LIVE))
            await pilot.pause(3.0)
            _save(app, "monitor.svg")
            demo.refuse(60.0)
            await _until(pilot, lambda: all_are(ConnectionState.BACKOFF))
            await pilot.press("n")
            await pilot.pause(6.0)
            _save(app, "outage.svg")


def _take_in_browser() -> None:
    with (
        TemporaryDirectory() as home,
        Served.ours(Path(home), "--", "demo") as served,
        browser() as chromium,
    ):
        tab = Tab(chromium, served.url)
        tab.until(lambda: tab.text.count("LIVE") >= len(SYMBOLS))
        tab.until(lambda: "adds a symbol" not in tab.text)  # the welcome has gone
        tab.page.screenshot(path=FOLDER / "browser.png")
        tab.page.close()


async def _until(pilot: Pilot[None], holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30.0):
        while not holds():
            await pilot.pause(0.1)


def _save(app: TradexApp, name: str) -> None:
    picture = app.export_screenshot(title="tradex-tui demo")
    (FOLDER / name).write_text(_WEB_FONT.sub("", picture))


if __name__ == "__main__":
    main()
