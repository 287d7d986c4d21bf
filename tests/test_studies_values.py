"""Studies against published figures, and what follows a series against a new start."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.chart_series import candle, series, walk
from tui.market.candle import Candle
from tui.studies.catalogue import KINDS, Values
from tui.studies.follow import Figures, Follower
from tui.studies.study import Study

# StockCharts ChartSchool, "Moving Averages - Simple and Exponential", cs-movavg.xls.
AVERAGED = (
    22.2734, 22.194, 22.0847, 22.1741, 22.184, 22.1344, 22.2337, 22.4323, 22.2436, 22.2933,
    22.1542, 22.3926, 22.3816, 22.6109, 23.3558, 24.0519, 23.753, 23.8324, 23.9516, 23.6338,
    23.8225, 23.8722, 23.6537, 23.187, 23.0976, 23.326, 22.6805, 23.0976, 22.4025, 22.1725,
)  # fmt: skip
SMA_10 = (22.22, 22.21, 22.23, 22.26, 22.31, 22.42, 22.61, 22.77, 22.91, 23.08, 23.21, 23.38,
          23.53, 23.65, 23.71, 23.69, 23.61, 23.51, 23.43, 23.28, 23.13)  # fmt: skip
EMA_10 = (22.22475, 22.21192273, 22.24477314, 22.26965075, 22.33169607, 22.51789678, 22.79680646,
          22.97065983, 23.12733986, 23.27720534, 23.34204073, 23.42939696, 23.50990661,
          23.53605086, 23.47258707, 23.4044076, 23.39015167, 23.2611241, 23.23139244,
          23.08068473, 22.91556023)  # fmt: skip
# StockCharts ChartSchool, "Relative Strength Index", after Wilder, New Concepts (1978).
STRONG = (
    44.3389, 44.0902, 44.1497, 43.6124, 44.3278, 44.8264, 45.0955, 45.4245, 45.8433, 46.0826,
    45.8931, 46.0328, 45.6140, 46.2820, 46.2820, 46.0028, 46.0328, 46.4116, 46.2222, 45.6439,
    46.2122, 46.2521, 45.7137, 46.4515, 45.7835, 45.3548, 44.0288, 44.1783, 44.2181, 44.5672,
    43.4205, 42.6628, 43.1314,
)  # fmt: skip
RSI_14 = (70.53, 66.32, 66.55, 69.41, 66.36, 57.97, 62.93, 63.26, 56.06, 62.38, 54.71, 50.42,
          39.99, 41.46, 41.87, 45.46, 37.30, 33.08, 37.77)  # fmt: skip
# StockCharts ChartSchool, "Average True Range", after Wilder.
HIGHS = (48.70, 48.72, 48.90, 48.87, 48.82, 49.05, 49.20, 49.35, 49.92, 50.19, 50.12, 49.66, 49.88,
         50.19, 50.36, 50.57, 50.65, 50.43, 49.63, 50.33, 50.29, 50.17, 49.32, 48.50, 48.32, 46.80,
         47.80, 48.39, 48.66, 48.79)  # fmt: skip
LOWS = (47.79, 48.14, 48.39, 48.37, 48.24, 48.64, 48.94, 48.86, 49.50, 49.87, 49.20, 48.90, 49.43,
        49.73, 49.26, 50.09, 50.30, 49.21, 48.98, 49.61, 49.20, 49.43, 48.08, 47.64, 41.55, 44.28,
        47.31, 47.20, 47.90, 47.73)  # fmt: skip
CLOSES = (48.16, 48.61, 48.75, 48.63, 48.74, 49.03, 49.07, 49.32, 49.91, 50.13, 49.53, 49.50, 49.75,
          50.03, 50.31, 50.52, 50.41, 49.34, 49.37, 50.23, 49.24, 49.93, 48.43, 48.18, 46.57, 45.41,
          47.77, 47.72, 48.62, 47.85)  # fmt: skip
ATR_14 = (0.56, 0.59, 0.59, 0.57, 0.62, 0.62, 0.64, 0.67, 0.69, 0.78, 0.78, 1.21, 1.30, 1.38, 1.37,
          1.34, 1.32)  # fmt: skip
# StockCharts ChartSchool, "Bollinger Bands": the first row with values.
BANDED = (
    86.1557, 89.0867, 88.7829, 90.3228, 89.0671, 91.1453, 89.4397, 89.1750, 86.9302, 87.6752,
    86.9596, 89.4299, 89.3221, 88.7241, 87.4497, 87.2634, 89.4985, 87.9006, 89.1260, 90.7043,
)  # fmt: skip

EVERY = tuple(map(Study.usual, KINDS.values()))
SHORT = tuple(
    map(Study.parse, ("SMA 3", "EMA 3", "WMA 3", "VWAP", "BB 3 2", "SuperTrend 3 2", "RSI 3",
                      "MACD 2 4 3", "ATR 3", "Stoch 3 2", "OBV"))
)  # fmt: skip


def values(text: str, candles: Sequence[Candle]) -> list[Values]:
    """All values of a study, the newest last."""
    (found,) = Follower([Study.parse(text)]).follow(series(candles))
    return [*found.closed.values(), found.live]


def firsts(text: str, closes: Sequence[float]) -> list[float]:
    """The first line's values from closes alone, where there are any."""
    flat = [candle(i, (close, close, close, close)) for i, close in enumerate(closes)]
    return [value[0] for value in values(text, flat) if value[0] is not None]


def test_sma_and_ema_are_those_of_the_published_example() -> None:
    assert firsts("SMA 10", AVERAGED) == pytest.approx(SMA_10, abs=0.0051)
    assert firsts("EMA 10", AVERAGED) == pytest.approx(EMA_10, abs=1e-8)


def test_macd_is_the_difference_of_two_published_averages() -> None:
    flat = [candle(i, (close, close, close, close)) for i, close in enumerate(AVERAGED)]
    # EMA 5 and EMA 10 of the same closes, as published for the same sheet.
    macd, signal, bars = values("MACD 5 10 3", flat)[-1]
    assert macd is not None and signal is not None and bars is not None
    assert macd == pytest.approx(22.64808419 - 22.91556023, abs=1e-7)
    assert bars == pytest.approx(macd - signal)


def test_rsi_is_wilders() -> None:
    assert firsts("RSI 14", STRONG) == pytest.approx(RSI_14, abs=0.0051)


def test_atr_is_wilders() -> None:
    rows = zip(HIGHS, LOWS, CLOSES, strict=True)
    candles = [candle(i, (close, high, low, close)) for i, (high, low, close) in enumerate(rows)]
    found = [value[0] for value in values("ATR 14", candles) if value[0] is not None]
    # The published table is made of rounded parts.
    assert found == pytest.approx(ATR_14, abs=0.011)


def test_bollinger_bands_are_those_of_the_published_example() -> None:
    flat = [candle(i, (close, close, close, close)) for i, close in enumerate(BANDED)]
    assert values("BB 20 2", flat)[-1] == pytest.approx((91.29, 88.71, 86.12), abs=0.0051)


def test_wma_vwap_stochastic_and_obv_are_what_their_formulas_say() -> None:
    rows = [((10, 12, 9, 11), 5.0), ((11, 13, 10, 12), 3.0), ((12, 12, 8, 9), 2.0)]
    candles = [candle(i, prices, volume) for i, (prices, volume) in enumerate(rows)]
    assert values("WMA 3", candles)[-1] == pytest.approx(((11 + 2 * 12 + 3 * 9) / 6,))
    typical = [(12 + 9 + 11) / 3, (13 + 10 + 12) / 3, (12 + 8 + 9) / 3]
    weighted = sum(t * v for t, (_, v) in zip(typical, rows, strict=True)) / 10
    assert values("VWAP", candles)[-1] == pytest.approx((weighted,))
    assert values("Stoch 3 1", candles)[-1] == pytest.approx((100 * (9 - 8) / (13 - 8),) * 2)
    assert [value[0] for value in values("OBV", candles)] == [5, 8, 6]


def test_supertrend_changes_sides_with_the_market_and_never_starts_at_zero() -> None:
    up = [candle(i, (100 + i, 102 + i, 99 + i, 101 + i)) for i in range(30)]
    down = [candle(30 + i, (130 - 4 * i, 131 - 4 * i, 125 - 4 * i, 126 - 4 * i)) for i in range(15)]
    found = values("SuperTrend 5 2", up + down)
    assert found[0] == (None, None)
    assert all(0 not in value for value in found)
    rising, falling = found[29], found[-1]
    assert rising[0] is not None and rising[0] < up[-1].close and rising[1] is None
    assert falling[1] is not None and falling[1] > down[-1].close and falling[0] is None


# --- a series that goes on ----------------------------------------------------------------


def same(followed: Sequence[Figures], candles: Sequence[Candle], studies: Sequence[Study]) -> None:
    """The figures are those of a follower that sees the series for the first time."""
    for one, other in zip(followed, Follower(studies).follow(series(candles)), strict=True):
        assert {time: one.closed[time] for time in other.closed} == other.closed, one.study
        assert one.live == other.live, one.study


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["tick", "close", "skip", "revise", "fill", "older"]), st.integers(0, 9)
    ),
    max_size=12,
)


@given(STEPS)
@settings(max_examples=25, deadline=None)
def test_what_follows_a_series_has_the_values_of_a_new_start(
    steps: list[tuple[str, int]],
) -> None:
    market = walk(80)
    first, follower = 30, Follower(SHORT)
    shown = market[first:36]
    followed = follower.follow(series(shown))
    for at, (step, by) in enumerate(steps):
        newest = shown[-1]
        index = market.index(next(c for c in market if c.open_time == newest.open_time))
        if step == "tick":
            close = newest.low + (newest.high - newest.low) * by / 9
            shown = [*shown[:-1], replace(newest, close=close, closed=False, volume=at + 1.0)]
        elif step == "close":
            shown = [*shown[:-1], replace(newest, closed=True), market[index + 1]]
        elif step == "skip":
            shown = [*shown, market[index + 2]]
        elif step == "revise" and by < len(shown):
            shown = [*shown]
            shown[by] = replace(shown[by], close=shown[by].low, volume=at + 1.0)
        elif step == "fill":
            known = {c.open_time: c for c in market[first : index + 1]} | {
                c.open_time: c for c in shown
            }
            shown = [known[time] for time in sorted(known)]
        elif step == "older" and first:
            first -= 1
            shown = [market[first], *shown]
        followed = follower.follow(series(shown))
    same(followed, shown, SHORT)


def test_values_of_closed_candles_never_change_with_a_tick() -> None:
    market, follower = walk(120), Follower(EVERY)
    before = follower.follow(series(market))
    ticked = replace(market[-1], high=market[-1].high + 500, close=market[-1].high, volume=99.0)
    after = follower.follow(series([*market[:-1], ticked]))
    assert all(a.closed is b.closed for a, b in zip(after, before, strict=True))
    still = [a.study.name for a, b in zip(after, before, strict=True) if a.live == b.live]
    assert still == ["SuperTrend"]  # a line that holds until it is crossed


def test_a_price_ahead_of_its_candle_is_in_the_newest_value() -> None:
    market = walk(40)
    (found,) = Follower([Study.parse("SMA 2")]).follow(series(market, price=60_000.0))
    assert found.live == pytest.approx(((60_000.0 + market[-2].close) / 2,))


def test_a_study_starts_anew_after_a_hole() -> None:
    market = walk(40)
    shown = [*market[:20], *market[22:]]
    (found,) = Follower([Study.parse("SMA 3")]).follow(series(shown))
    after = [found.closed[c.open_time] for c in market[22:25]]
    assert after[:2] == [(None,), (None,)]
    assert after[2] == pytest.approx((sum(c.close for c in market[22:25]) / 3,))


def test_vwap_starts_anew_with_the_utc_day() -> None:
    market = walk(60, "30m")
    (found,) = Follower([Study.parse("VWAP")]).follow(series(market, "30m"))
    first = next(c for c in market if c.open_time % 86_400_000 == 0)
    assert found.closed[first.open_time] == pytest.approx(
        ((first.high + first.low + first.close) / 3,)
    )


def test_a_market_that_stands_still_without_volume_fails_no_study() -> None:
    market = [candle(i, (5.0, 5.0, 5.0, 5.0), 0.0) for i in range(80)]
    found = {one.study.name: one.live for one in Follower(EVERY).follow(series(market))}
    assert found["SMA"] == found["EMA"] == found["WMA"] == pytest.approx((5.0,))
    assert found["VWAP"] == (None,)
    assert found["RSI"] == (100.0,)  # no loss at all
    assert found["ATR"] == found["OBV"] == (0.0,)


def test_a_long_run_keeps_its_values_and_not_its_past() -> None:
    market = walk(9_000)
    follower = Follower(EVERY)
    for end in range(600, len(market) + 1, 300):
        followed = follower.follow(series(market[end - 600 : end]))
    whole = Follower(EVERY).follow(replace(series(market), candles=tuple(market)))
    assert [one.live for one in followed] == [one.live for one in whole]
    assert all(len(one.closed) <= 4_000 for one in followed)
