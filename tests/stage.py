"""The whole app on a real engine and a real simulator, driven by a pilot."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from textual.pilot import Pilot

from tests.feeds import PATIENCE, engine_on, simulated, subscription
from tui.app import TradexApp
from tui.config import Config
from tui.exchange.settings import ExchangeSettings
from tui.market.symbol import Subscription
from tui.screens.monitor import MonitorScreen
from tui.simulator.background import BackgroundSimulator
from tui.widgets.pane import Pane
from tui.workspace import Workspace

THREE = tuple(subscription(name, "1m") for name in ("BTCUSDT", "ETHUSDT", "SOLUSDT"))
NOTHING_LISTENS = ExchangeSettings("ws://127.0.0.1:9", "http://127.0.0.1:9")


class Stage:
    """A running app, what it runs on, and words for what a test looks at."""

    def __init__(self, app: TradexApp, pilot: Pilot[None], simulator: BackgroundSimulator) -> None:
        self.app = app
        self.pilot = pilot
        self.simulator = simulator

    @property
    def monitor(self) -> MonitorScreen:
        return self.app.monitor

    @property
    def watched(self) -> list[str]:
        return [str(pane.subscription) for pane in self.monitor.grid.panes]

    def pane(self, index: int = 0) -> Pane:
        return self.monitor.grid.panes[index]

    def header(self, index: int = 0) -> str:
        return " ".join(field.plain for field in self.pane(index).header)

    def says(self, word: str, index: int = 0) -> Callable[[], bool]:
        return lambda: word in self.header(index)

    def focuses(self, index: int) -> Callable[[], bool]:
        return lambda: self.app.focused is self.pane(index)

    @property
    def notices(self) -> list[str]:
        return [notice.message for notice in self.app._notifications]

    async def until(self, holds: Callable[[], object]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not holds():
                await self.pilot.pause(0.02)

    async def type(self, text: str) -> None:
        for char in text:
            await self.pilot.press("space" if char == " " else char)


@asynccontextmanager
async def stage(
    panes: tuple[Subscription, ...] = THREE,
    size: tuple[int, int] = (120, 40),
    config: Config = Config(),  # noqa: B008 - frozen
    workspace: Workspace | None = None,
    path: Path | None = None,
    urls: ExchangeSettings | None = None,
) -> AsyncIterator[Stage]:
    with simulated() as (_, exchange):
        urls = urls or ExchangeSettings(exchange.ws_url, exchange.rest_url)
        assert urls.ws_url and urls.rest_url
        with engine_on(urls.ws_url, urls.rest_url, history=100) as engine:
            app = TradexApp(engine, config, workspace or Workspace(panes), path, exchange)
            async with app.run_test(size=size, notifications=True) as pilot:
                yield Stage(app, pilot, exchange)


def play(scenario: Callable[[], Awaitable[None]]) -> None:
    async def run() -> None:
        async with asyncio.timeout(3 * PATIENCE):
            await scenario()

    asyncio.run(run())
