"""Candles from trades: exact sums, closed only when the ids prove that nothing is missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tui.market.aggregate import CandleBuilder, MissingTrades, filled
from tui.market.candle import Candle
from tui.market.events import Trade
from tui.market.interval import MINUTE, SECOND, Interval

START = 1_700_000_040_000
TEN = Interval(10, "s")
MIN = Interval(1, "m")


def trade(id_: int | None, time: int, price: float = 10.0, size: float = 0.1) -> Trade:
    return Trade("BTC-USD", price, size, START + time, id_, id_)


def closed(candles: Iterable[Candle]) -> list[Candle]:
    return [candle for candle in candles if candle.closed]


def final(candles: Iterable[Candle]) -> dict[int, Candle]:
    """The last word on each candle that was closed, by seconds after START."""
    return {(c.open_time - START) // SECOND: c for c in candles if c.closed}


@st.composite
def markets(draw: st.DrawFn) -> list[Trade]:
    """Trades in order of id and of time, over about a minute."""
    steps = draw(st.lists(st.integers(0, 4_000), min_size=2, max_size=40))
    times = [sum(steps[: n + 1]) for n in range(len(steps))]
    prices = draw(st.lists(st.integers(1, 1_000), min_size=len(steps), max_size=len(steps)))
    sizes = draw(st.lists(st.integers(1, 10**6), min_size=len(steps), max_size=len(steps)))
    return [
        trade(100 + n, time, float(prices[n]), sizes[n] / 10**8) for n, time in enumerate(times)
    ]


def true_candle(
    open_time: int, trades: Sequence[Trade], before: Sequence[Trade]
) -> tuple[float, ...]:
    """(open, high, low, close, volume): the volume by exact decimals."""
    own = [t for t in trades if TEN.floor(t.time) == open_time]
    if not own:
        price = before[-1].price
        return price, price, price, price, 0.0
    prices = [t.price for t in own]
    volume = float(sum((Decimal(repr(t.size)) for t in own), Decimal()))
    return prices[0], max(prices), min(prices), prices[-1], volume


def expected_seconds(market: Sequence[Trade]) -> list[int]:
    """Of the first candle only a part was seen, the last one still forms."""
    first, last = TEN.floor(market[0].time), TEN.floor(market[-1].time)
    return [(t - START) // SECOND for t in range(TEN.after(first), last, TEN.milliseconds)]


@given(market=markets(), data=st.data())
def test_in_any_order_each_closed_candle_is_exact(market: list[Trade], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(market + market[:3]))
    builder = CandleBuilder(TEN)
    word = final(c for t in shuffled for c in builder.add([t]))
    assert set(word) <= set(expected_seconds(market))
    for seconds, candle in word.items():
        before = [t for t in market if t.time < candle.open_time]
        assert candle.values == true_candle(START + seconds * SECOND, market, before)
        assert candle.flaw is None


@given(market=markets(), data=st.data())
def test_trades_a_few_places_late_leave_no_candle_open(
    market: list[Trade], data: st.DataObject
) -> None:
    late = data.draw(st.lists(st.integers(0, 3), min_size=len(market), max_size=len(market)))
    order = sorted(range(len(market)), key=lambda index: index + late[index])
    builder = CandleBuilder(TEN)
    word = final(c for index in order for c in builder.add([market[index]]))
    assert sorted(word) == expected_seconds(market)


@given(market=markets(), data=st.data())
def test_no_candle_with_a_missing_trade_is_closed_and_the_trade_heals_it(
    market: list[Trade], data: st.DataObject
) -> None:
    assume(len(market) > 3)
    lost = data.draw(st.sampled_from(market[1:-1]))
    builder = CandleBuilder(TEN)
    word = final(builder.add(t for t in market if t is not lost))
    for candle in word.values():
        before = [t for t in market if t.time < candle.open_time]
        assert candle.values == true_candle(candle.open_time, market, before)
    assert builder.gap and builder.gap[0] == lost.first_id
    word |= final(builder.add([lost]))
    assert builder.gap is None
    assert len(word) == max(0, TEN.steps(TEN.floor(market[0].time), TEN.floor(market[-1].time)) - 1)


def test_the_volume_is_exact_where_floats_are_not() -> None:
    builder = CandleBuilder(TEN)
    builder.add([trade(1, -1)])
    candles = builder.add([*(trade(n, n, size=0.1) for n in range(2, 12)), trade(12, 10_001)])
    assert final(candles)[0].volume == 1.0
    assert sum([0.1] * 10) != 1.0


def test_a_repeated_trade_is_not_counted_again() -> None:
    builder = CandleBuilder(TEN)
    builder.add([trade(7, -1), trade(8, 1)])
    assert builder.add([trade(8, 1), trade(7, -1)]) == []
    assert final(builder.add([trade(9, 10_000)]))[0].trades == 1


def test_the_first_candle_after_the_start_is_partial_and_not_closed() -> None:
    builder = CandleBuilder(TEN)
    candles = builder.add([trade(7, 3_000), trade(8, 12_000), trade(9, 21_000)])
    assert sorted(final(candles)) == [10]
    assert not next(c for c in candles if c.open_time == START).closed


def test_an_interval_without_a_trade_closes_at_the_price_before_it() -> None:
    builder = CandleBuilder(TEN)
    word = final(builder.add([trade(1, 1, 5.0), trade(2, 31_000, 7.0)]))
    assert [word[s].values for s in (10, 20)] == [(5.0, 5.0, 5.0, 5.0, 0.0)] * 2


def test_intervals_of_a_long_silence_close_one_by_one() -> None:
    builder = CandleBuilder(TEN)
    builder.add([trade(1, 1, 5.0)])
    word = final(c for s in range(1, 101) for c in builder.reach(1, START + s * SECOND))
    assert sorted(word) == list(range(0, 100, 10))
    assert {candle.close for candle in word.values()} == {5.0}


def test_a_trade_that_comes_many_intervals_late_closes_none_with_less_than_it_had() -> None:
    market = [trade(n, n * SECOND) for n in range(1, 100)]
    late = market[14]
    builder = CandleBuilder(TEN)
    word = final(c for t in market if t is not late for c in builder.add([t]))
    word |= final(builder.add([late]))
    for candle in word.values():
        before = [t for t in market if t.time < candle.open_time]
        assert candle.values == true_candle(candle.open_time, market, before)
    assert builder.gap is None


def test_the_exchanges_word_that_nothing_was_traded_closes_a_candle_on_time() -> None:
    builder = CandleBuilder(TEN)
    builder.add([trade(1, 1, 5.0)])
    assert final(builder.reach(1, START + 10_000))[0].close == 5.0
    assert final(builder.reach(1, START + 25_000))[10].volume == 0.0


def test_silence_before_the_first_trade_proves_that_the_candle_is_whole() -> None:
    builder = CandleBuilder(TEN)
    assert builder.reach(41, START - 500) == []
    word = final(builder.add([trade(42, 3_000), trade(43, 10_000)]))
    assert word[0].trades == 1


def test_a_promised_trade_that_does_not_come_is_a_gap_and_holds_up_the_close() -> None:
    builder = CandleBuilder(TEN)
    builder.add([trade(1, 1)])
    assert builder.reach(3, START + 11_000) == []
    assert builder.gap == (2, START + 1)
    builder.add([trade(3, 9_000)])
    word = final(builder.add([trade(2, 8_000)]))
    assert not word and builder.gap is None
    assert final(builder.reach(3, START + 12_000))[0].trades == 3


def test_a_promise_that_the_next_one_takes_back_is_no_gap() -> None:
    builder = CandleBuilder(TEN)
    builder.add([trade(1, 1)])
    builder.reach(1_000_000, START + 2_000)
    assert builder.gap
    word = final(builder.reach(1, START + 11_000))
    assert builder.gap is None and word[0].trades == 1


def test_what_is_missing_is_named_by_its_ids_and_time() -> None:
    builder = CandleBuilder(TEN)
    assert builder.missing(1_000) is None
    builder.add([trade(50, 13_000)])
    assert builder.missing(1_000) == MissingTrades(50, None, START + 10_000)
    builder.add([trade(60, 25_000)])
    assert builder.missing(1_000) == MissingTrades(60, 50, START + 10_000)
    # What is too far back for trades is left alone: only the newest candle is made whole.
    assert builder.missing(5) == MissingTrades(60, None, START + 20_000)
    builder.add([trade(n, 14_000) for n in range(51, 60)])
    assert builder.missing(1_000) is None


def test_missing_trades_are_covered_by_the_known_one_or_by_an_older_one() -> None:
    missing = MissingTrades(60, 50, START)
    assert not missing.is_covered_by([trade(51, 5), trade(52, 6)])
    assert missing.is_covered_by([trade(50, 5)])
    assert missing.is_covered_by([trade(53, -1)])


def test_rest_tells_the_beginning_of_a_candle_once() -> None:
    builder = CandleBuilder(TEN)
    builder.add([trade(50, 5_000, 10.0, 1.0)])
    row = Candle(START, 8.0, 12.0, 7.0, 10.0, 4.0)
    (told,) = builder.rest(row)
    assert told.values == (8.0, 12.0, 7.0, 10.0, 4.0)
    (grown,) = builder.add([trade(51, 6_000, 13.0, 0.5)])
    assert grown.values == (8.0, 13.0, 7.0, 13.0, 4.5)
    assert builder.rest(row) == []
    assert not grown.closed


def test_trades_without_ids_follow_each_other_until_the_link_is_lost() -> None:
    builder = CandleBuilder(TEN)
    word = final(builder.add([trade(None, 1), trade(None, 12_000), trade(None, 21_000)]))
    assert sorted(word) == [10]
    builder.break_off()
    word = final(builder.add([trade(None, 25_000), trade(None, 32_000), trade(None, 41_000)]))
    assert sorted(word) == [30]


def test_ids_that_begin_anew_do_not_end_the_candles() -> None:
    builder = CandleBuilder(TEN)
    builder.add([trade(5_000, 0)])
    later = 2 * MINUTE
    candles = builder.add([trade(3, later), trade(4, later + 11_000), trade(5, later + 20_000)])
    assert sorted(final(candles)) == [130]


@pytest.mark.parametrize("time", [-2 * 365 * 24 * 60 * MINUTE, -400 * 24 * 60 * MINUTE])
def test_a_trade_of_long_ago_does_not_bring_a_year_of_empty_candles(time: int) -> None:
    builder = CandleBuilder(TEN)
    candles = builder.add([trade(1, time), trade(2, 0)])
    assert len(candles) <= 1_001


@given(market=markets())
def test_memory_does_not_grow_with_the_trades(market: list[Trade]) -> None:
    builder = CandleBuilder(Interval(1, "s"))
    for index, each in enumerate(market):
        builder.add([trade(100 + 2 * index, each.time - START)])
    assert sum(len(run.sums) for run in builder._runs) <= 4 * 5


def rows(*minutes: int) -> list[Candle]:
    return [
        Candle(START + m * MINUTE, 1.0, 3.0, 1.0, 2.0 + m, 5.0, closed=True, as_of=9)
        for m in minutes
    ]


def test_omitted_minutes_are_filled_at_the_close_before_them() -> None:
    (before,) = rows(0)
    told = list(filled(MIN, rows(2, 5), before, START + 7 * MINUTE, 77))
    assert [(c.open_time - START) // MINUTE for c in told] == list(range(1, 7))
    for one, following in pairwise([before, *told]):
        if not following.volume:
            assert following.values[:4] == (one.close,) * 4
            assert (following.closed, following.as_of) == (True, 77)


def test_nothing_is_filled_before_the_first_candle_that_is_known() -> None:
    assert list(filled(MIN, rows(3), None, 0, 1)) == rows(3)
