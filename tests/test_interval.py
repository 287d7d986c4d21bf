"""Intervals: every time falls in one candle, and counting candles equals walking over them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.market.interval import DAY, Interval

UNITS = {
    "s": timedelta(seconds=1),
    "m": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "d": timedelta(days=1),
    "w": timedelta(weeks=1),
}
counts = st.integers(1, 48)
fixed = st.builds(Interval, counts, st.sampled_from("smhdw"))
months = st.builds(Interval, counts, st.just("M"))
# 1971 to 2190, both sides of leap years and of 2100, which is none.
times = st.integers(31_536_000_000, 6_942_240_000_000)


def ms(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp() * 1000)


def day(time: int) -> datetime:
    return datetime.fromtimestamp(time / 1000, UTC)


@given(interval=fixed | months)
def test_an_interval_reads_as_it_is_written(interval: Interval) -> None:
    assert Interval.parse(str(interval)) == interval


@pytest.mark.parametrize(
    "text", ["", "m", "1", "0m", "-1m", "1y", "01m", "1 m", "1m\n", "1mm", "10000m", "1.5h", "١m"]
)
def test_anything_else_is_not_an_interval(text: str) -> None:
    with pytest.raises(ValueError, match="is not an interval"):
        Interval.parse(text)


def test_a_minute_is_not_a_month() -> None:
    assert Interval.parse("1m").milliseconds == 60_000
    assert Interval.parse("1M").milliseconds == 30 * DAY


def test_intervals_sort_by_length() -> None:
    texts = ["1M", "1s", "1w", "1d", "90m", "1h", "1m"]
    shown = [str(interval) for interval in sorted(map(Interval.parse, texts))]
    assert shown == ["1s", "1m", "1h", "90m", "1d", "1w", "1M"]


@given(interval=fixed)
def test_a_fixed_interval_is_as_long_as_its_unit_says(interval: Interval) -> None:
    assert interval.milliseconds == interval.count * UNITS[interval.unit] // timedelta(
        milliseconds=1
    )


@given(interval=fixed | months, time=times)
def test_every_time_falls_in_exactly_one_candle(interval: Interval, time: int) -> None:
    opened = interval.floor(time)
    assert opened <= time < interval.after(opened)
    assert interval.floor(opened) == opened
    assert interval.floor(interval.after(opened)) == interval.after(opened)


@given(interval=fixed | months, time=times, steps=st.integers(-200, 200))
def test_going_there_and_back_ends_where_it_began(
    interval: Interval, time: int, steps: int
) -> None:
    opened = interval.floor(time)
    assert interval.after(interval.after(opened, steps), -steps) == opened


@given(interval=fixed, time=times, steps=st.integers(0, 50))
def test_off_grid_candles_stay_off_grid(interval: Interval, time: int, steps: int) -> None:
    assert interval.after(time, steps) == time + steps * interval.milliseconds


@given(
    interval=fixed | months,
    time=times,
    on_grid=st.booleans(),
    share=st.fractions(-2, 60, max_denominator=100),
)
def test_counting_candles_equals_walking_over_them(
    interval: Interval, time: int, on_grid: bool, share: float
) -> None:
    start = interval.floor(time) if on_grid else time
    end = start + int(share * interval.milliseconds)
    walked, at = 0, start
    while at < end:
        walked, at = walked + 1, interval.after(at)
    assert interval.steps(start, end) == walked


@given(interval=fixed | months, time=times, steps=st.integers(0, 300))
def test_so_many_steps_later_are_so_many_steps(interval: Interval, time: int, steps: int) -> None:
    opened = interval.floor(time)
    later = interval.after(opened, steps)
    assert interval.steps(opened, later) == steps
    assert interval.steps(opened, later + 1) == steps + 1
    assert interval.steps(later, opened) == 0


@given(count=st.sampled_from([1, 2, 3, 4, 6, 12]), time=times)
def test_months_open_on_the_first_at_midnight_and_divide_the_year(count: int, time: int) -> None:
    opened = day(Interval(count, "M").floor(time))
    assert (opened.day, opened.hour, opened.minute, opened.second) == (1, 0, 0, 0)
    assert (opened.month - 1) % count == 0
    assert opened.year == day(time).year


@pytest.mark.parametrize(
    ("interval", "opened", "following"),
    [
        ("1M", "2024-02-01", "2024-03-01"),
        ("1M", "2023-02-01", "2023-03-01"),
        ("1M", "2100-02-01", "2100-03-01"),
        ("1M", "2023-12-01", "2024-01-01"),
        ("3M", "2023-10-01", "2024-01-01"),
        ("12M", "2024-01-01", "2025-01-01"),
        ("1w", "2024-02-26", "2024-03-04"),
        ("1d", "2024-02-29", "2024-03-01"),
        ("1d", "2023-12-31", "2024-01-01"),
    ],
)
def test_calendar_edges(interval: str, opened: str, following: str) -> None:
    length = Interval.parse(interval)
    assert length.after(ms(opened)) == ms(following)
    assert length.after(ms(following), -1) == ms(opened)
    assert length.floor(ms(following) - 1) == ms(opened)
    assert length.floor(ms(following)) == ms(following)


@given(time=times)
def test_weeks_open_on_mondays(time: int) -> None:
    opened = day(Interval(1, "w").floor(time))
    assert (opened.weekday(), opened.hour, opened.minute) == (0, 0, 0)
