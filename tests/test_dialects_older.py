"""For each exchange's own protocol: what is older comes in page by page, and equals the market."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal

import pytest

from tests.dialect_world import KINDS, FastExchange, Kind, fast_engine
from tests.exchange_follower import Follower
from tests.feeds import is_live
from tui.feed.engine import Engine
from tui.feed.older import MOST_CANDLES
from tui.feed.status import OlderState
from tui.market.candle import Candle
from tui.market.symbol import Subscription
from tui.simulator.amounts import price, volume
from tui.simulator.dialect import World
from tui.simulator.dialects import dialect_named
from tui.simulator.faults import BadPage
from tui.simulator.market import Market

_ASKED, _SPEED = 5, 5
_BY_START = {
    "path": "/ohlcv?symbol={symbol}&timeframe={interval}&limit={limit}&start={start}",
    "columns": ["time", "open", "high", "low", "close", "volume"],
}
KINDS_THAT_PAGE = {
    "binance": Kind("binance", "binance", ("BTCUSDT",)),
    "coinbase": Kind("coinbase", "coinbase", ("LTC-EUR",)),  # minutes without a trade in it
    "json by start": Kind(
        "desk", "json", ("EURUSD",), "jsonfeed", {"history": _BY_START}
    ),
}  # fmt: skip
KINDS_OF_THE_NEWEST = {name: KINDS[name] for name in ("kraken", "kraken v1", "json")}


def truth(market: Market, subscription: Subscription, open_time: int) -> Candle:
    """The closed candle of the simulated market itself."""
    bar, listing = market.candle(subscription.interval, open_time), market.listing
    ticks = (bar.open, bar.high, bar.low, bar.close)
    first, high, low, last = (float(price(listing, each)) for each in ticks)
    size = float(volume(listing, bar.lots))
    return Candle(open_time, first, high, low, last, size, closed=True)


def loaded(engine: Engine, subscription: Subscription, known: int) -> bool:
    """Ask as a pane does, until there are so many candles or no more."""
    engine.load_older(subscription)
    view = engine.view(subscription, 0)
    return view.known >= known or view.older.state is OlderState.NONE


def tried(engine: Engine, subscription: Subscription) -> bool:
    """Ask, until that was in vain twice, or brought something."""
    engine.load_older(subscription)
    view = engine.view(subscription, 0)
    return view.older.attempt >= 2 or view.known > 2 * _ASKED


def series_with_older(
    kind: Kind, ledger: Path, known: int, page: BadPage | None = None
) -> tuple[list[Candle], OlderState]:
    """A series made at least so long, if that can be, that must equal the market.

    Bad pages come first, until they were asked for.
    """
    exchange = FastExchange(kind.dialect, ledger, _SPEED)
    exchange.start()
    each = kind.minutes[-1]
    with fast_engine(kind.exchange, exchange.settings(kind), _SPEED, _ASKED) as engine:
        follower = Follower(engine.listen(candles=True))
        engine.acquire(each)
        follower.wait(lambda: is_live(engine, each))
        begun = engine.view(each, 1_000).candles[0].open_time
        if page:
            exchange.inject(page)
            follower.wait(partial(tried, engine, each))
            assert engine.view(each, 0).older.state is not OlderState.NONE
            exchange.lift()
        follower.wait(partial(loaded, engine, each, known))
        view = engine.view(each, MOST_CANDLES)
    exchange.stop()
    older = [candle for candle in view.candles if candle.open_time < begun]
    market = dialect_named(kind.dialect)(
        World(7, exchange.clock, dialect_named(kind.dialect).limits)
    ).markets[each.symbol.name]
    expected = [truth(market, each, candle.open_time) for candle in older]
    assert [(c.open_time, *c.values) for c in older] == [(c.open_time, *c.values) for c in expected]
    assert all(candle.closed for candle in older)
    # What the stream brings meanwhile may wait for its repair on a busy machine.
    assert [hole for hole in (*view.holes, *view.repaired) if hole.start < begun] == []
    assert view.uncertain_from is None or view.uncertain_from >= begun
    assert {e.origin for es in follower.told[each].values() for e in es} <= {"history", "live"}
    return older, view.older.state


@pytest.mark.parametrize("kind", KINDS_THAT_PAGE.values(), ids=KINDS_THAT_PAGE)
def test_page_after_page_of_older_candles_comes_in(kind: Kind, tmp_path: Path) -> None:
    older, state = series_with_older(kind, tmp_path / "ledger.jsonl", 800)
    assert len(older) >= 700 and state is not OlderState.NONE


@pytest.mark.parametrize("kind", KINDS_OF_THE_NEWEST.values(), ids=KINDS_OF_THE_NEWEST)
def test_where_only_the_newest_can_be_had_they_come_in_and_then_there_are_none(
    kind: Kind, tmp_path: Path
) -> None:
    older, state = series_with_older(kind, tmp_path / "ledger.jsonl", MOST_CANDLES)
    assert len(older) >= 400 and state is OlderState.NONE


@pytest.mark.parametrize("page", ["empty", "overlap", "cut"])
@pytest.mark.parametrize(
    "kind",
    [KINDS_THAT_PAGE["binance"], KINDS_THAT_PAGE["coinbase"], KINDS["kraken"]],
    ids=lambda kind: kind.exchange,
)
def test_p37_bad_pages_neither_leave_a_hole_nor_end_the_past(
    kind: Kind, page: Literal["empty", "overlap", "cut"], tmp_path: Path
) -> None:
    older, _ = series_with_older(kind, tmp_path / "ledger.jsonl", 600, BadPage(page, 600.0))
    assert len(older) >= 500
