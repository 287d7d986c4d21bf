"""The trade tape: what the stream brings while somebody watches, each trade once."""

from __future__ import annotations

import pytest

from tests.feeds import eventually, is_live, running, subscription
from tui.feed.hub import Hub
from tui.feed.tape import LENGTH
from tui.market.events import Trade
from tui.simulator.faults import Drop

BTC, ETH = subscription("BTCUSDT"), subscription("ETHUSDT")


def trade(number: int, last: int | None = None) -> Trade:
    return Trade("BTCUSDT", 100.0 + number, 1.0, 1_800_000_000_000 + number, number, last or number)


def without_id(number: int) -> Trade:
    return Trade("BTCUSDT", 100.0 + number, 1.0, 1_800_000_000_000 + number, None, None)


def test_the_newest_trades_are_kept_while_somebody_watches() -> None:
    hub = Hub(100)
    hub.acquire(BTC)
    hub.apply("binance", trade(1), 0.0)
    assert hub.trades(BTC) == ()
    tape = hub.watch_trades(BTC)
    also = hub.watch_trades(BTC)
    for number in range(2, LENGTH + 12):
        hub.apply("binance", trade(number), 0.0)
    kept = [each.first_id for each in hub.trades(BTC)]
    assert kept == list(range(12, LENGTH + 12))
    hub.unwatch_trades(BTC, tape)
    assert len(hub.trades(BTC)) == LENGTH
    hub.unwatch_trades(BTC, also)
    assert hub.trades(BTC) == ()


def test_a_trade_that_is_repeated_after_a_reconnect_is_kept_once() -> None:
    hub = Hub(100)
    hub.acquire(BTC)
    hub.watch_trades(BTC)
    for each in (trade(1), trade(2, 4), trade(2, 4), trade(1), trade(7)):
        hub.apply("binance", each, 0.0)
    assert [each.first_id for each in hub.trades(BTC)] == [1, 2, 7]


def test_trades_without_ids_are_all_kept() -> None:
    hub = Hub(100)
    hub.acquire(BTC)
    hub.watch_trades(BTC)
    for _ in range(2):
        hub.apply("binance", without_id(1), 0.0)
    assert len(hub.trades(BTC)) == 2


def test_a_tape_of_an_earlier_lease_ends_no_later_one() -> None:
    hub = Hub(100)
    hub.acquire(BTC)
    old = hub.watch_trades(BTC)
    hub.release(BTC)
    hub.acquire(BTC)
    hub.watch_trades(BTC)
    hub.apply("binance", trade(1), 0.0)
    hub.unwatch_trades(BTC, old)
    assert len(hub.trades(BTC)) == 1
    with pytest.raises(KeyError):
        hub.watch_trades(ETH)


def test_the_tape_of_a_real_stream_goes_on_over_a_reconnect_in_the_order_of_ids() -> None:
    with running() as (_, exchange, engine):
        engine.acquire(BTC)
        watching = engine.watch_trades(BTC)
        eventually(lambda: len(engine.trades(BTC)) >= 5)
        exchange.inject(Drop())
        eventually(lambda: engine.connections()[0].reconnects == 1 and is_live(engine, BTC))
        before = engine.trades(BTC)[-1].last_id or 0
        eventually(lambda: (engine.trades(BTC)[-1].last_id or 0) > before)
        ids = [each.last_id or 0 for each in engine.trades(BTC)]
        assert ids == sorted(set(ids))
        watching.release()
        assert engine.trades(BTC) == ()
