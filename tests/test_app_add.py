"""Adding symbols with several exchanges: which one is meant, and what is said of the others."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager
from random import Random

import pytest
from textual.pilot import Pilot
from textual.widgets import Input, OptionList, Static

from tests.declared import URLS, config_of
from tests.feeds import QUICK
from tests.stage import NOTHING_LISTENS, Stage, play
from tui.app import TradexApp
from tui.config import Config
from tui.exchange import load_exchange
from tui.exchange.base import Exchange
from tui.exchange.settings import ExchangeSettings
from tui.feed.engine import Engine
from tui.feed.status import SymbolDirectory
from tui.market.interval import Interval
from tui.market.symbol import Symbol, SymbolInfo
from tui.screens.add import AddScreen
from tui.screens.search import Typed, matches, remark
from tui.simulator.background import BackgroundSimulator
from tui.simulator.server import Simulator
from tui.workspace import Workspace

LISTED = ("binance", "coinbase", "kraken")
DESK = f'[exchanges.desk]\nkind = "jsonfeed"\n{URLS}symbols = ["EURUSD", "Gold"]\n'


@asynccontextmanager
async def adding(default: str = "binance") -> AsyncIterator[Stage]:
    """The add screen over an app without panes, when every list of symbols has come."""
    exchanges: dict[str, Exchange] = {"desk": config_of(DESK).open_exchange("desk")}
    with simulators(exchanges) as first:
        engine = Engine(exchanges, QUICK, 20, Random(5))
        engine.start()
        try:
            app = TradexApp(engine, Config(exchange=default), Workspace(()), None, first)
            async with app.run_test(size=(120, 40)) as pilot:
                s = Stage(app, pilot, first)
                await s.until(lambda: all(engine.symbols(name).symbols for name in LISTED))
                await pilot.press("a")
                await s.until(lambda: isinstance(app.screen, AddScreen))
                yield s
        finally:
            engine.stop()


@contextmanager
def simulators(exchanges: dict[str, Exchange]) -> Iterator[BackgroundSimulator]:
    with ExitStack() as running:
        for name in LISTED:
            each = running.enter_context(BackgroundSimulator(Simulator(dialect=name, seed=7)))
            exchanges[name] = load_exchange(name, ExchangeSettings(each.ws_url, each.rest_url))
        yield each


def hint(s: Stage) -> str:
    return str(s.app.screen.query_one("#hint", Static).render())


def listed(s: Stage) -> str:
    entries = s.app.screen.query_one(OptionList)
    return "\n".join(str(option.prompt) for option in entries.options)


def scene(play_it: Callable[[Stage], Awaitable[None]], default: str = "binance") -> None:
    async def scenario() -> None:
        async with adding(default) as s:
            await play_it(s)

    play(scenario)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("foo:BTCUSDT", "Unknown exchange 'foo'. Valid: "),
        ("krakn:BTC/USD", "Unknown exchange 'krakn'. Did you mean kraken? Valid: "),
    ],
)
def test_a_prefix_that_is_no_exchange_is_an_error_and_adds_nothing(
    typed: str, sentence: str
) -> None:
    async def scenario(s: Stage) -> None:
        await enter(s, typed)
        await s.until(lambda: sentence in hint(s))
        assert listed(s) == ""
        assert s.watched == []

    scene(scenario)


async def enter(s: Stage, typed: str) -> None:
    s.app.screen.query_one(Input).value = typed
    await s.pilot.pause()
    await s.pilot.press("enter")


@pytest.mark.parametrize(
    ("typed", "default", "added"),
    [
        ("BTC", "binance", "binance:BTCUSDT@1m"),
        ("btc", "kraken", "kraken:BTC/USD@1m"),
        ("BTCUSDT", "coinbase", "coinbase:BTC-USDT@1m"),
        ("eurusd@5m", "binance", "kraken:EUR/USD@5m"),
        ("desk:eurusd", "binance", "desk:EURUSD@1m"),
        ("desk:EUR", "binance", "desk:EUR@1m"),
        ("BTC", "desk", "desk:BTC@1m"),
    ],
)
def test_enter_takes_the_default_exchange_unless_the_name_is_of_another(
    typed: str, default: str, added: str
) -> None:
    async def scenario(s: Stage) -> None:
        await enter(s, typed)
        await s.until(lambda: s.watched)
        assert s.watched == [added]

    scene(scenario, default)


def info(exchange: str, name: str, base: str, quote: str) -> SymbolInfo:
    return SymbolInfo(Symbol(exchange, name), base, quote, 2, 2, trading=True)


def test_hits_of_the_same_letters_come_first_then_those_of_the_default_exchange() -> None:
    known = [
        info("binance", "EURUSDT", "EUR", "USDT"),
        info("kraken", "EUR/USDT", "EUR", "USDT"),
        info("kraken", "EUR/USD", "EUR", "USD"),
    ]
    found = [str(hit.symbol) for hit in matches("eurusd", known, "binance")]
    assert found == ["kraken:EUR/USD", "binance:EURUSDT", "kraken:EUR/USDT"]
    found = [str(hit.symbol) for hit in matches("EURUSDT", known, "kraken")]
    assert found == ["kraken:EUR/USDT", "binance:EURUSDT"]
    found = [str(hit.symbol) for hit in matches("EUR", known, "binance")]
    assert found == ["binance:EURUSDT", "kraken:EUR/USD", "kraken:EUR/USDT"]


def test_a_feed_without_a_list_offers_its_examples_and_takes_any_name() -> None:
    async def scenario(s: Stage) -> None:
        await s.type("desk")
        await s.pilot.press("colon")
        await s.until(lambda: "desk has no list of symbols; any name may be tried" in hint(s))
        assert [line.split() for line in listed(s).splitlines()] == [
            ["EURUSD", "desk"],
            ["Gold", "desk"],
        ]
        await s.type("go")
        await s.pilot.press("down", "enter")
        await s.until(lambda: s.watched == ["desk:Gold@1m"])

    scene(scenario)


def test_a_search_without_a_hit_says_so() -> None:
    async def scenario(s: Stage) -> None:
        await s.type("zzzz")
        await s.until(lambda: hint(s) == "Nothing was found for 'zzzz'; desk:zzzz may be there.")

    scene(scenario)


def unreached(name: str) -> SymbolDirectory:
    return SymbolDirectory(name, error=f"{name} cannot be reached.")


LOADED = SymbolDirectory("kraken", {"EUR/USD": info("kraken", "EUR/USD", "EUR", "USD")})
BROKEN = {name: unreached(name) for name in ("coinbase", "binance", "third")}


@pytest.mark.parametrize(
    ("typed", "default", "shown", "said"),
    [
        ("x", "binance", (), "binance cannot be reached. No symbols of 2 more exchanges either."),
        ("eur", "kraken", (), ""),
        (
            "eur",
            "kraken",
            ("third",),
            "third cannot be reached. No symbols of 2 more exchanges either.",
        ),
    ],
)
def test_what_is_said_of_exchanges_out_of_reach_is_of_those_that_matter(
    typed: str, default: str, shown: tuple[str, ...], said: str
) -> None:
    known = {**BROKEN, "kraken": LOADED}
    assert remark(Typed.parse(typed), known, default, shown, found=True) == said


def test_many_exchanges_out_of_reach_are_told_in_two_lines() -> None:
    async def scenario() -> None:
        exchanges = {name: load_exchange(name, NOTHING_LISTENS) for name in LISTED}
        engine = Engine(exchanges, QUICK, 20, Random(5))
        engine.start()
        try:
            app = TradexApp(engine, Config(), Workspace(()), None, None)
            async with app.run_test(size=(80, 24)) as pilot:
                await pilot.press("a")
                await seen_in_two_lines(app, pilot)
        finally:
            engine.stop()

    play(scenario)


async def seen_in_two_lines(app: TradexApp, pilot: Pilot[None]) -> None:
    """Wait until all exchanges failed; then see the whole sentence."""
    while not (
        isinstance(app.screen, AddScreen)
        and "No symbols of 2 more exchanges either." in screen_text(app)
    ):
        await pilot.pause(0.05)
    hint = app.screen.query_one("#hint", Static)
    assert hint.size.height <= 2
    assert ".;" not in str(hint.render())


def screen_text(app: TradexApp) -> str:
    """What stands in the hint, as far as it is seen, its lines joined."""
    hint = app.screen.query_one("#hint", Static)
    lines = [hint.render_line(y).text.strip() for y in range(hint.size.height)]
    return " ".join(lines)


def test_a_key_that_comes_before_the_screen_is_built_is_no_failure() -> None:
    async def scenario() -> None:
        async with adding() as s:
            AddScreen(s.app.engine, "binance", Interval.parse("1m")).action_highlight(1)

    play(scenario)
