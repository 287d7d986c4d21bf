"""Longer candles out of shorter ones: the same as if they were made of the trades themselves."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.market.aggregate import CandleBuilder
from tui.market.candle import Candle
from tui.market.coarser import coarser
from tui.market.events import Trade
from tui.market.interval import MINUTE, Interval

START = 1_699_999_200_000
QUARTER, HALF = Interval(15, "m"), Interval(30, "m")

trades = st.lists(
    st.tuples(
        st.integers(1, 1_000).map(float),
        st.integers(0, 64).map(lambda eighths: eighths / 8),
        st.integers(0, 8 * 60 * MINUTE).map(lambda offset: START + offset),
    ),
    max_size=60,
).map(lambda found: sorted(found, key=lambda trade: trade[2]))


def made_of(found: list[tuple[float, float, int]], interval: Interval) -> list[Candle]:
    """What each span of `interval` that has trades looks like after the last of them."""
    builder = CandleBuilder(interval)
    trades = [Trade("X", *each, number, number) for number, each in enumerate(found, 1)]
    candles = {c.open_time: c for trade in trades for c in builder.add([trade]) if c.trades}
    return [candles[open_time] for open_time in sorted(candles)]


def compared(candles: list[Candle]) -> list[tuple[object, ...]]:
    return [(c.open_time, c.values, c.trades) for c in candles]


@pytest.mark.parametrize("interval", [HALF, Interval(4, "h"), Interval(1, "d")], ids=str)
@given(found=trades)
def test_a_longer_candle_is_that_of_the_trades_of_its_parts(
    interval: Interval, found: list[tuple[float, float, int]]
) -> None:
    joined = coarser(made_of(found, QUARTER), interval)
    assert compared(joined) == compared(made_of(found, interval))
    assert not any(candle.closed or candle.as_of for candle in joined)


@given(found=trades)
def test_candles_of_the_length_itself_stay_as_they_are(
    found: list[tuple[float, float, int]],
) -> None:
    candles = made_of(found, QUARTER)
    assert compared(coarser(candles, QUARTER)) == compared(candles)


def test_volumes_are_added_as_the_decimals_that_they_are() -> None:
    volumes = ["0.1", "0.2", "0.00000001", "123456.7"]
    quarters = [
        Candle(START + i * 15 * MINUTE, 1.0, 1.0, 1.0, 1.0, float(volume), closed=True, as_of=1)
        for i, volume in enumerate(volumes)
    ]
    assert [candle.volume for candle in coarser(quarters, Interval(1, "h"))] == [
        float(sum(map(Decimal, volumes)))
    ]
    assert coarser(quarters[:2], HALF)[0].volume == 0.3


def test_volumes_beyond_all_bounds_are_a_flaw_and_no_exception() -> None:
    huge = [Candle(START + i * 15 * MINUTE, 1.0, 1.0, 1.0, 1.0, 1.7e308) for i in range(2)]
    assert coarser(huge, HALF)[0].flaw
