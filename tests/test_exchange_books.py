"""Order books as the exchanges' documentation shows them, and those that are none."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.simulated import NOON, Clock
from tui.errors import ExchangeError
from tui.exchange import load_exchange
from tui.market.book import Book, Level
from tui.simulator.depth import depth
from tui.simulator.dialect import World
from tui.simulator.dialects import dialect_named

BINANCE = b"""{"lastUpdateId": 1027024,
    "bids": [["4.00000000", "431.00000000"]], "asks": [["4.00000200", "12.00000000"]]}"""
COINBASE = b"""{"bids": [["6247.58", "6.3578146", 2], ["6247.57", "1", 1]],
    "asks": [["6251.52", "2", 1]], "sequence": 10, "auction_mode": false, "auction": null,
    "time": "2026-01-02T03:04:05.678901Z"}"""
KRAKEN = b"""{"error": [], "result": {"XXBTZUSD": {
    "asks": [["52523.00000", "1.199", 1616663113], ["52536.00000", "0.300", 1616663112]],
    "bids": [["52522.90000", "0.753", 1616663112]]}}}"""


def book(bids: Iterable[tuple[float, float]], asks: Iterable[tuple[float, float]]) -> Book:
    return Book(tuple(Level(*bid) for bid in bids), tuple(Level(*ask) for ask in asks))


def test_a_book_of_binance_is_read() -> None:
    found = load_exchange("binance").parse_book("BNBBTC", BINANCE)
    assert found == book([(4.0, 431.0)], [(4.000002, 12.0)])


def test_a_book_of_coinbase_is_read_with_its_time() -> None:
    found = load_exchange("coinbase").parse_book("BTC-USD", COINBASE)
    expected = book([(6247.58, 6.3578146), (6247.57, 1.0)], [(6251.52, 2.0)])
    assert (found.bids, found.asks) == (expected.bids, expected.asks)
    assert found.time == 1_767_323_045_678


def test_a_book_of_kraken_is_read() -> None:
    found = load_exchange("kraken").parse_book("BTC/USD", KRAKEN)
    assert found == book([(52522.9, 0.753)], [(52523.0, 1.199), (52536.0, 0.3)])


def test_levels_that_cannot_be_are_left_out_and_the_others_sorted() -> None:
    body = b"""{"bids": [["98", "1"], ["99", "1"], ["0", "1"], ["97", "-1"], ["nan", "1"], 7],
        "asks": [["inf", "1"], ["101", "2"]]}"""
    found = load_exchange("binance").parse_book("BTCUSDT", body)
    assert found == book([(99.0, 1.0), (98.0, 1.0)], [(101.0, 2.0)])


@pytest.mark.parametrize("name", ["binance", "coinbase", "kraken"])
@pytest.mark.parametrize(
    "body", [b"{}", b"[]", b'{"bids": [["x"]], "asks": []}', b'{"error": [], "result": {}}']
)
def test_what_is_no_book_is_told_in_words(name: str, body: bytes) -> None:
    with pytest.raises(ExchangeError, match="something else than an order book of BTC"):
        load_exchange(name).parse_book("BTC", body)


def test_the_simulated_book_is_the_same_for_a_second_and_stands_around_the_last_price() -> None:
    world = World(7, Clock(), dialect_named("binance").limits)
    for market in dialect_named("binance")(world).markets.values():
        bids, asks = depth(market, NOON, 20)
        assert (bids, asks) == depth(market, NOON + 999, 20)
        prices = [level.ticks for level in (*reversed(bids), *asks)]
        assert prices == sorted(set(prices)) and prices[0] > 0
        at = min(NOON, market.listing.until or NOON) // 1_000
        assert bids[0].ticks <= market.bar(at - 1, at).close <= asks[0].ticks
        assert min(level.lots for level in (*bids, *asks)) > 0
