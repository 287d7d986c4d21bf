"""When the simulated Kraken sends something; its streams without a network."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby, pairwise

import pytest

from tui.market.interval import HOUR, MINUTE, SECOND, Interval
from tui.simulator.bar import Bar
from tui.simulator.catalogue import CATALOGUE
from tui.simulator.kraken.streams import OhlcStream, TickerStream, TradesStream
from tui.simulator.market import Market

_NOON = 1_795_435_200_000
_MINUTES = Interval.parse("1m")
_TEN_MINUTES = 10 * MINUTE

Told = tuple[int, Bar, int]


def _market(name: str) -> Market:
    return Market(7, CATALOGUE[name])


def _told(market: Market, times: Iterable[int]) -> list[Told]:
    """Open time, bar and time of every frame when the clock stands at these times in turn."""
    told: list[Told] = []

    def word(open_time: int, bar: Bar, now: int) -> str:
        told.append((open_time, bar, now))
        return "{}"

    stream = OhlcStream("a", market.listing.name, market, _MINUTES, word)
    frames = [f for before, now in pairwise(times) for f in stream.advance(before, now)]
    assert [frame.open_time for frame in frames] == [open_time for open_time, _, _ in told]
    return told


def _late(told: list[Told]) -> list[int]:
    """The places of frames that are about an earlier candle than the frame before them."""
    return [i for i in range(1, len(told)) if told[i][0] < told[i - 1][0]]


@pytest.mark.parametrize("name", ["BTCUSD", "KSMUSDT", "DOTBTC"])
def test_a_candle_is_told_when_it_traded_and_then_only(name: str) -> None:
    market = _market(name)
    told = _told(market, range(_NOON, _NOON + _TEN_MINUTES, 200))
    late = _late(told)
    for i, (open_time, bar, now) in enumerate(told):
        assert bar.prints
        if i not in late:
            traded = list(market.prints(now - 200, now))
            assert traded
            assert open_time == traded[-1].time // MINUTE * MINUTE
    prints = market.prints(_NOON, _NOON + _TEN_MINUTES - 200)
    assert {at // MINUTE for at, _, _ in told} == {trade.time // MINUTE for trade in prints}


@pytest.mark.parametrize("name", ["BTCUSD", "KSMUSDT", "DOTBTC"])
def test_the_last_frame_of_a_candle_is_final_even_if_it_is_late(name: str) -> None:
    market = _market(name)
    told = _told(market, range(_NOON, _NOON + 40 * MINUTE, 1_900))
    last = {open_time: bar for open_time, bar, _ in told}
    for open_time, bar in last.items():
        if open_time + 5 * MINUTE < told[-1][0]:
            assert bar == market.candle(_MINUTES, open_time)


def test_now_and_then_a_final_frame_follows_the_first_one_of_the_next_candle() -> None:
    market = _market("ETHUSD")
    told = _told(market, range(_NOON, _NOON + 30 * MINUTE, 500))
    late = _late(told)
    assert 3 < len(late) < 15
    for i in late:
        open_time, final, now = told[i]
        after, _, at = told[i - 1]
        _, unfinished, _ = told[i - 2]
        assert told[i - 2][0] == open_time
        assert (after, at) == (open_time + MINUTE, now)
        assert final == market.candle(_MINUTES, open_time)
        assert 0 < unfinished.prints < final.prints
        assert all(told_at > open_time for told_at, _, _ in told[i + 1 :])


def test_which_candles_are_late_does_not_depend_on_when_anybody_looks() -> None:
    market = _market("ETHUSD")
    by_step = {}
    for step in (2_500, 20_000, 150_000):
        told = _told(market, range(_NOON, _NOON + 30 * MINUTE + 1, step))
        by_step[step] = {told[i][0] for i in _late(told)}
    assert by_step[2_500] == by_step[20_000] == by_step[150_000] != set()


def test_all_candles_that_a_jump_of_the_clock_passes_are_told_in_order() -> None:
    market = _market("BTCUSD")
    told = _told(market, (_NOON, _NOON + 10 * MINUTE + 30 * SECOND))
    late = set(_late(told))
    opens = [told[i][0] for i in range(len(told)) if i not in late]
    assert [at for at, _ in groupby(opens)] == [_NOON + i * MINUTE for i in range(11)]
    assert len(opens) == 11


def test_what_was_due_while_nobody_listened_is_not_told_later() -> None:
    market = _market("ETHUSD")
    stream = OhlcStream("a", "ETH/USD", market, _MINUTES, lambda open_time, bar, now: "")
    for start in range(_NOON, _NOON + 2 * HOUR, 2 * MINUTE):
        list(stream.advance(start + 59_000, start + 59_900))
        frames = list(stream.advance(start + 90_000, start + 95_000))
        assert {frame.open_time for frame in frames} <= {start + MINUTE}


def test_each_trade_is_told_once_together_with_those_of_the_same_moment() -> None:
    market = _market("BTCUSD")
    groups: list[list[int]] = []

    def word(prints: object) -> str:
        assert isinstance(prints, tuple)
        groups.append([trade.id for trade in prints])
        return "[]"

    stream = TradesStream("a", "BTC/USD", market, word)
    for now in range(_NOON, _NOON + MINUTE, 500):
        list(stream.advance(now, now + 500))
    told = [number for group in groups for number in group]
    prints = list(market.prints(_NOON, _NOON + MINUTE))
    assert told == list(range(prints[0].first_trade, prints[-1].last_trade + 1))
    assert len(groups) < len(told)
    groups.clear()
    list(stream.advance(_NOON, _NOON + MINUTE))
    assert [number for group in groups for number in group] == told
    assert max(map(len, groups)) <= 50


def test_the_day_is_told_after_trades_only() -> None:
    market = _market("KSMUSDT")
    stream = TickerStream("a", "KSM/USDT", market, str)
    for now in range(_NOON, _NOON + 10 * MINUTE, SECOND):
        frames = list(stream.advance(now, now + SECOND))
        assert len(frames) == any(True for _ in market.prints(now, now + SECOND))


@pytest.mark.parametrize("name", ["XMRUSDT", "WAVESUSDT"])
def test_of_a_market_that_is_halted_nothing_is_told(name: str) -> None:
    market = _market(name)
    assert not _told(market, range(_NOON, _NOON + HOUR, MINUTE))
    assert not list(TradesStream("a", name, market, lambda _: "").advance(_NOON, _NOON + MINUTE))
    assert not list(TickerStream("a", name, market, str).advance(_NOON, _NOON + MINUTE))
