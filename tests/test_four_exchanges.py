"""Symbols of every exchange in one program, each by its own exchange's rules."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.command_line import run, start
from tests.feeds import PATIENCE
from tui.app import TradexApp
from tui.config import load
from tui.feed.engine import Engine
from tui.feed.settings import ConnectionSettings
from tui.simulator.demo import Demo
from tui.targets import subscriptions
from tui.widgets.pane import Pane
from tui.workspace import Workspace

pytestmark = pytest.mark.usefixtures("home")
# What is typed, and the exchange and symbol that its candles say they are of.
SYMBOLS = {
    "binance:btcusdt": ("binance", "BTCUSDT"),
    "coinbase:btc-usd": ("coinbase", "BTC-USD"),
    "kraken:XBT/USD": ("kraken", "BTC/USD"),
    "older:btc/usd": ("older", "BTC/USD"),
    "desk:EURUSD": ("desk", "EURUSD"),
}
KINDS = {
    "binance": ("binance", ""),
    "coinbase": ("coinbase", ""),
    "kraken": ("kraken", ""),
    "older": ("kraken", 'kind = "kraken"\nprotocol = 1\n'),
    "desk": ("json", 'kind = "jsonfeed"\n'),
}


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A config with an exchange of each protocol, and one that is declared."""
    with Demo(seed=7) as demo:
        urls = demo.urls()
        text = "".join(
            f'[exchanges.{name}]\n{keys}ws_url = "{urls[dialect][0]}"\n'
            f'rest_url = "{urls[dialect][1]}"\n'
            for name, (dialect, keys) in KINDS.items()
        )
        file = tmp_path_factory.mktemp("four") / "config.toml"
        file.write_text(text, "utf-8")
        yield str(file)


def test_all_stream_side_by_side_and_have_their_history(config: str) -> None:
    wanted = {(*of, origin) for of in SYMBOLS.values() for origin in ("history", "live")}
    found = set[tuple[str, str, str]]()
    args = ("--history", "3", "--duration", "60", "--config", config)
    with start("stream", *SYMBOLS, *args) as stream:
        assert stream.stdout
        for line in map(json.loads, stream.stdout):
            found.add((line["exchange"], line["symbol"], line["origin"]))
            if found >= wanted:
                break
        stream.send_signal(signal.SIGINT)
        _, complaints = stream.communicate(timeout=10)
    assert complaints == ""
    assert found - wanted <= {(*of, "backfill") for of in SYMBOLS.values()}
    assert found >= wanted


def test_their_panes_are_live_side_by_side(config: str) -> None:
    async def scenario() -> None:
        read = load(Path(config), {})
        wanted = subscriptions(list(SYMBOLS), "1m", read)
        exchanges = {each.symbol.exchange: each for each in wanted}
        opened = {name: read.open_exchange(name) for name in exchanges}
        engine = Engine(opened, ConnectionSettings(), 60)
        engine.start()
        try:
            app = TradexApp(engine, read, Workspace(tuple(wanted)), None)
            async with app.run_test(size=(160, 50)) as pilot:
                panes = app.grid.panes
                async with asyncio.timeout(PATIENCE):
                    while not all(_is_live(pane) for pane in panes):
                        await pilot.pause(0.05)
                assert [pane.subscription for pane in panes] == wanted
                assert all(s.symbol.name in _header(p) for p, s in zip(panes, wanted, strict=True))
        finally:
            engine.stop()

    asyncio.run(scenario())


def _header(pane: Pane) -> str:
    return " ".join(field.plain for field in pane.header)


def _is_live(pane: Pane) -> bool:
    """It has prices of now, the candles before them, and the last 24 hours where those are told."""
    said = _header(pane)
    return "LIVE" in said and ("24h" in said or pane.subscription.symbol.exchange == "desk")


@pytest.mark.parametrize(
    ("typed", "title", "nearest"),
    [
        ("coinbase:BTCUSDT", "Coinbase", "BTC-USDT, BTC-USD"),
        ("coinbase:BTC-USDC", "Coinbase", "BTC-USD, BTC-USDT"),
        ("kraken:BTC-USD", "Kraken", "BTC/USD, BTC/USDT"),
        ("kraken:XBTUSD", "Kraken", "BTC/USD, BTC/USDT"),
        ("binance:BTC-USD", "Binance", "BTCUSDT"),
    ],
)
def test_another_exchange_s_style_is_told_with_the_right_spelling(
    typed: str, title: str, nearest: str, config: str
) -> None:
    ended = run("stream", typed, "--config", config)
    assert (ended.returncode, ended.stdout) == (2, "")
    first, last = ended.stderr.splitlines()
    assert f"is not a symbol on {title}." in first
    assert first.partition("The nearest: ")[2].startswith(nearest)
    assert last == "tradex-tui: None of these symbols can be followed."
