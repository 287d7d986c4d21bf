"""Order books over REST: on real simulators of all kinds, and their pace on a virtual clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import cast

import pytest

from tests.dialect_world import KINDS, FastExchange, Kind, fast_engine
from tests.exchange_follower import Follower
from tests.feeds import is_live
from tests.virtual_time import now, run_virtually
from tui.exchange import load_exchange
from tui.exchange.base import Request
from tui.feed.books import Books
from tui.feed.faults import Fault, FaultKind
from tui.feed.rest import Reply, RequestFailed, Rest
from tui.feed.status import BookView
from tui.market.book import Level

KINDS_WITH_BOOKS = {
    "binance": Kind("binance", "binance", ("BTCUSDT", "PEPEUSDT")),
    "coinbase": KINDS["coinbase"],
    "kraken": KINDS["kraken"],
}
_PAGE = b'{"lastUpdateId":1,"bids":[["99.5","1.0"],["99.0","2"]],"asks":[["100.5","3"]]}'
_BUSY = Fault(FaultKind.PACED, "Binance is busy.", retry_after=40.0)


@pytest.mark.parametrize("kind", KINDS_WITH_BOOKS.values(), ids=KINDS_WITH_BOOKS)
def test_a_book_comes_while_it_is_watched_and_stands_around_the_price(
    kind: Kind, tmp_path: Path
) -> None:
    exchange = FastExchange(kind.dialect, tmp_path / "ledger.jsonl", 1)
    exchange.start()
    each = kind.minutes[-1]
    with fast_engine(kind.exchange, exchange.settings(kind), 1, 5) as engine:
        follower = Follower(engine.listen(candles=True))
        engine.acquire(each)
        follower.wait(lambda: is_live(engine, each))
        assert engine.book(each) == BookView()
        watching = engine.watch_book(each)
        follower.wait(lambda: view_of(engine.book(each)).book is not None)
        view, price = view_of(engine.book(each)), engine.view(each, 1).price
        assert view.book and view.age is not None and view.age < 60.0 and price
        bids, asks = prices(view.book.bids), prices(view.book.asks)
        assert bids == sorted(set(bids), reverse=True) and asks == sorted(set(asks))
        assert bids[0] < asks[0] and len(bids) == len(asks) == 100
        assert bids[0] * 0.95 < price < asks[0] * 1.05
        assert (view.book.time is not None) == (kind.exchange == "coinbase")
        watching.release()
        follower.wait(lambda: engine.book(each) == BookView())
    exchange.stop()


def view_of(view: BookView | None) -> BookView:
    assert view
    return view


def prices(levels: tuple[Level, ...]) -> list[float]:
    return [level.price for level in levels]


def test_an_exchange_without_books_says_so(tmp_path: Path) -> None:
    kind = KINDS["json"]
    exchange = FastExchange(kind.dialect, tmp_path / "ledger.jsonl", 1)
    exchange.start()
    with fast_engine(kind.exchange, exchange.settings(kind), 1, 5) as engine:
        engine.acquire(kind.minutes[0])
        engine.watch_book(kind.minutes[0]).release()
        assert engine.book(kind.minutes[0]) is None
    exchange.stop()


class Counter:
    """Answers with a book, or as it is told to; `asked` are the times of the questions."""

    def __init__(self) -> None:
        self.asked: list[float] = []
        self.answer: Callable[[], bytes] = lambda: _PAGE

    async def get(self, _: Request) -> Reply:
        self.asked.append(now())
        await asyncio.sleep(0.1)
        return Reply(self.answer(), None, self.asked[-1])


def books_on(rest: Counter) -> Books:
    return Books(load_exchange("binance"), cast(Rest, rest), now, Random(1))


def test_one_question_in_two_seconds_serves_all_who_watch_and_none_without_them() -> None:
    async def scenario() -> None:
        rest = Counter()
        books = books_on(rest)
        books.watch("BTCUSDT")
        books.watch("BTCUSDT")
        await asyncio.sleep(20.0)
        assert 9 <= len(rest.asked) <= 10
        books.unwatch("BTCUSDT")
        await asyncio.sleep(20.0)
        assert 19 <= len(rest.asked) <= 20
        books.unwatch("BTCUSDT")
        asked = len(rest.asked)
        await asyncio.sleep(20.0)
        assert len(rest.asked) == asked
        await books.close()

    run_virtually(scenario())


def test_a_book_grows_old_with_the_reason_while_none_comes_and_the_wait_is_kept() -> None:
    async def scenario() -> None:
        rest = Counter()
        books = books_on(rest)
        books.watch("BTCUSDT")
        await asyncio.sleep(1.0)
        rest.answer = fail
        await asyncio.sleep(30.0)
        view = books.view("BTCUSDT")
        assert view.book and view.book.bids[0] == Level(99.5, 1.0)
        assert view.age and 28.0 < view.age < 32.0 and view.reason == "Binance is busy."
        assert len(rest.asked) == 2
        rest.answer = lambda: _PAGE
        await asyncio.sleep(15.0)
        view = books.view("BTCUSDT")
        assert view.age is not None and view.age < 3.0 and view.reason == ""
        await books.close()

    run_virtually(scenario())


def fail() -> bytes:
    raise RequestFailed(_BUSY)


def test_an_answer_that_is_no_book_is_told_and_does_not_end_the_watch() -> None:
    async def scenario() -> None:
        rest = Counter()
        books = books_on(rest)
        rest.answer = lambda: b'{"bids":[["x","1"]],"asks":[]}'
        books.watch("BTCUSDT")
        await asyncio.sleep(1.0)
        said = "Binance answered with something else than an order book of BTCUSDT."
        assert books.view("BTCUSDT") == BookView(reason=said)
        rest.answer = lambda: _PAGE
        await asyncio.sleep(5.0)
        assert books.view("BTCUSDT").book
        await books.close()

    run_virtually(scenario())
