"""Candles from trades: the sums are right, and silence closes candles too."""

from __future__ import annotations

from collections.abc import Iterator

from hypothesis import given
from hypothesis import strategies as st

from tui.market.aggregate import CandleBuilder
from tui.market.candle import Candle
from tui.market.interval import SECOND, Interval

Trade = tuple[float, float, int]
START = 1_700_000_000_000
trades = st.lists(
    st.tuples(
        st.integers(1, 1_000).map(float),
        st.integers(0, 64).map(lambda eighths: eighths / 8),
        st.integers(0, 30_000).map(lambda offset: START + offset),
    ),
    max_size=60,
)
intervals = st.sampled_from([Interval(1, "s"), Interval(3, "s"), Interval(1, "m")])


def closed(reports: Iterator[Candle]) -> list[Candle]:
    return [candle for candle in reports if candle.closed]


def build(builder: CandleBuilder, given_trades: list[Trade], until: int) -> list[Candle]:
    """All closed candles after the trades and the time up to `until`."""
    candles = [candle for trade in given_trades for candle in closed(builder.add(*trade))]
    return candles + closed(builder.advance(until))


@given(interval=intervals, unordered=trades, silence=st.integers(0, 20_000))
def test_every_candle_sums_up_its_own_trades(
    interval: Interval, unordered: list[Trade], silence: int
) -> None:
    ordered = sorted(unordered, key=lambda trade: trade[2])
    end = (ordered[-1][2] if ordered else START) + silence
    candles = build(CandleBuilder(interval), ordered, end)
    price = 0.0
    for candle in candles:
        own = [(p, size) for p, size, time in ordered if interval.floor(time) == candle.open_time]
        prices = [p for p, _ in own] or [price]
        price = prices[-1]
        assert candle.values == (
            prices[0],
            max(prices),
            min(prices),
            price,
            sum(size for _, size in own),
        )
        assert candle.trades == len(own)
        assert candle.as_of == interval.after(candle.open_time)
        assert candle.flaw is None


@given(interval=intervals, unordered=trades.filter(bool), silence=st.integers(0, 20_000))
def test_no_interval_is_left_out_between_the_first_trade_and_now(
    interval: Interval, unordered: list[Trade], silence: int
) -> None:
    ordered = sorted(unordered, key=lambda trade: trade[2])
    first, now = interval.floor(ordered[0][2]), ordered[-1][2] + silence
    candles = build(CandleBuilder(interval), ordered, now)
    ended = interval.steps(first, interval.floor(now))
    assert [candle.open_time for candle in candles] == [
        interval.after(first, step) for step in range(ended)
    ]


@given(interval=intervals, unordered=trades)
def test_a_closed_candle_never_opens_again_and_late_trades_are_counted(
    interval: Interval, unordered: list[Trade]
) -> None:
    builder = CandleBuilder(interval)
    newest, late = 0, 0
    for trade in unordered:
        opened = interval.floor(trade[2])
        late += opened < newest
        before = builder.forming
        reports = list(builder.add(*trade))
        if opened < newest:
            assert (reports, builder.forming) == ([], before)
        else:
            assert all(candle.open_time >= newest for candle in reports)
            assert reports[-1].open_time == opened
            assert not reports[-1].closed
        newest = max(newest, opened)
    assert builder.late == late


def test_a_silent_interval_closes_at_the_price_before_it() -> None:
    builder = CandleBuilder(Interval(1, "s"))
    list(builder.add(10.0, 1.0, START))
    first, second = builder.advance(START + 2 * SECOND)
    assert first.values == (10.0, 10.0, 10.0, 10.0, 1.0)
    assert second == Candle(
        START + SECOND, 10.0, 10.0, 10.0, 10.0, 0.0, closed=True, as_of=START + 2 * SECOND
    )


def test_the_first_trade_after_silence_opens_the_candle_at_its_own_price() -> None:
    builder = CandleBuilder(Interval(1, "s"))
    list(builder.add(10.0, 1.0, START))
    list(builder.advance(START + SECOND))
    (forming,) = builder.add(20.0, 2.0, START + SECOND + 5)
    assert forming.values == (20.0, 20.0, 20.0, 20.0, 2.0)
    assert forming.trades == 1


def test_before_the_first_trade_there_is_nothing_to_close() -> None:
    builder = CandleBuilder(Interval(1, "s"))
    assert list(builder.advance(START)) == []
    assert builder.forming is None


def test_a_candle_ends_with_the_first_moment_of_the_next() -> None:
    builder = CandleBuilder(Interval(1, "s"))
    list(builder.add(10.0, 1.0, START))
    assert list(builder.advance(START + SECOND - 1)) == []
    assert len(list(builder.advance(START + SECOND))) == 1


def test_a_month_closes_with_the_calendar() -> None:
    builder = CandleBuilder(Interval(1, "M"))
    list(builder.add(10.0, 1.0, 1_706_832_000_000))  # 2024-02-02
    (february,) = builder.advance(1_709_251_200_000)  # 2024-03-01
    assert february.as_of == 1_709_251_200_000
