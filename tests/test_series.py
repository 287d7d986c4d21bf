"""The series: what is kept does not depend on the order or the number of reports."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.market.candle import Candle, supersedes
from tui.market.interval import MINUTE, Interval
from tui.market.series import CandleSeries, Change, Hole

INTERVAL = Interval(1, "m")
START = 1_700_000_040_000
prices = st.integers(1, 9).map(float)


@st.composite
def reports(draw: st.DrawFn, slots: int = 12) -> Candle:
    """Few slots and few values, so that repeats, ties and revisions are common."""
    first, last = draw(prices), draw(prices)
    return Candle(
        START + draw(st.integers(0, slots)) * MINUTE,
        first,
        max(first, last) + draw(st.integers(0, 1)),
        min(first, last),
        last,
        float(draw(st.integers(0, 3))),
        closed=draw(st.booleans()),
        trades=draw(st.integers(0, 3)),
        as_of=START + draw(st.integers(0, 3)),
    )


many = st.lists(reports(), max_size=30)


def series_of(candles: list[Candle], capacity: int = 1_000) -> CandleSeries:
    series = CandleSeries(INTERVAL, capacity)
    for candle in candles:
        series.apply(candle)
    return series


def candle(slot: int = 0, close: float = 1.0, closed: bool = False, as_of: int = 0) -> Candle:
    return Candle(START + slot * MINUTE, 1.0, max(1.0, close), 1.0, close, 1.0, closed, 0, as_of)


@given(data=st.data(), live=many, backfilled=many, capacity=st.integers(1, 15))
def test_p24_any_order_and_any_repetition_gives_the_same_series(
    data: st.DataObject, live: list[Candle], backfilled: list[Candle], capacity: int
) -> None:
    once = live + backfilled
    repeats = data.draw(st.lists(st.sampled_from(once))) if once else []
    shuffled = data.draw(st.permutations(once + repeats))
    one, other = series_of(once, capacity), series_of(list(shuffled), capacity)
    assert one.newest(100) == other.newest(100)
    assert one.holes() == other.holes()
    assert one.unconfirmed() == other.unconfirmed()


@given(given_reports=many, capacity=st.integers(1, 15))
def test_kept_are_the_newest_open_times_each_with_the_report_that_stands(
    given_reports: list[Candle], capacity: int
) -> None:
    best: dict[int, Candle] = {}
    for report in given_reports:
        held = best.get(report.open_time)
        if held is None or supersedes(report, held):
            best[report.open_time] = report
    expected = tuple(best[time] for time in sorted(best)[-capacity:])
    series = series_of(given_reports, capacity)
    assert series.newest(100) == expected
    assert len(series) == len(expected) <= capacity
    assert series.last == (expected[-1] if expected else None)
    assert series.last_closed == next((c for c in reversed(expected) if c.closed), None)
    assert series.unconfirmed() == [c.open_time for c in expected[:-1] if not c.closed]
    assert [series.get(time) for time in best] == [
        best[time] if best[time] in expected else None for time in best
    ]


@given(given_reports=many)
def test_p24_a_closed_candle_never_opens_again(given_reports: list[Candle]) -> None:
    series = CandleSeries(INTERVAL)
    closed: set[int] = set()
    for report in given_reports:
        series.apply(report)
        closed |= {report.open_time} if report.closed else set()
        assert {c.open_time for c in series.newest(100) if c.closed} == closed


@given(
    looked_at=st.lists(st.tuples(reports(), st.booleans()), max_size=30),
    capacity=st.integers(1, 15),
)
def test_holes_are_exactly_the_runs_of_missing_slots_whenever_one_looks(
    looked_at: list[tuple[Candle, bool]], capacity: int
) -> None:
    series = CandleSeries(INTERVAL, capacity)
    for report, look in looked_at:
        series.apply(report)
        if look:
            kept = [c.open_time for c in series.newest(100)]
            missing = set(range(kept[0], kept[-1], MINUTE)) - set(kept)
            holes = series.holes()
            covered = [time for h in holes for time in range(h.start, h.end, MINUTE)]
            assert covered == sorted(missing)
            assert all(one.end < other.start for one, other in pairwise(holes))


@given(given_reports=many, capacity=st.integers(1, 15))
def test_the_revision_grows_exactly_when_something_to_draw_changed(
    given_reports: list[Candle], capacity: int
) -> None:
    series = CandleSeries(INTERVAL, capacity)
    for report in given_reports:
        revision, before = series.revision, [(c.values, c.closed) for c in series.newest(100)]
        change = series.apply(report)
        after = [(c.values, c.closed) for c in series.newest(100)]
        times_moved = len(before) != len(after)
        changed = change is not Change.NOTHING
        assert series.revision == revision + changed
        assert changed or not times_moved
        assert changed == (before != after) or len(before) == capacity


@given(one=reports(slots=0), other=reports(slots=0), third=reports(slots=0))
def test_which_report_stands_is_a_total_order(one: Candle, other: Candle, third: Candle) -> None:
    assert not supersedes(one, one)
    assert (one == other) != (supersedes(one, other) or supersedes(other, one))
    assert not (supersedes(one, other) and supersedes(other, one))
    if supersedes(one, other) and supersedes(other, third):
        assert supersedes(one, third)


def test_what_a_report_did_is_said() -> None:
    series = CandleSeries(INTERVAL, capacity=2)
    assert series.apply(candle()) is Change.UPDATED
    assert series.apply(candle()) is Change.NOTHING
    assert series.apply(candle(close=2.0, as_of=1)) is Change.UPDATED
    assert series.apply(candle(close=2.0, closed=True)) is Change.CLOSED
    assert series.apply(candle(close=5.0, as_of=9)) is Change.NOTHING
    assert series.apply(candle(close=2.0, closed=True, as_of=5)) is Change.NOTHING
    assert series.apply(candle(close=3.0, closed=True, as_of=6)) is Change.REVISED
    assert series.apply(candle(1, closed=True)) is Change.CLOSED
    assert series.apply(candle(2)) is Change.UPDATED
    assert series.apply(candle(0)) is Change.NOTHING
    assert [c.open_time for c in series.newest(9)] == [START + MINUTE, START + 2 * MINUTE]


def test_a_stale_rest_row_does_not_undo_a_live_frame() -> None:
    live = replace(candle(close=3.0, as_of=100), trades=20, volume=7.0)
    row = replace(candle(close=2.0, as_of=200), trades=12, volume=5.0)
    assert series_of([live, row]).last == live


def test_months_have_no_holes_because_of_their_lengths() -> None:
    month = Interval(1, "M")
    series = CandleSeries(month)
    opens = [month.after(month.floor(START), step) for step in range(30)]
    for time in opens:
        series.apply(replace(candle(), open_time=time))
    assert series.holes() == ()


def test_candles_at_odd_times_overlap_rather_than_leave_a_hole() -> None:
    series = series_of([candle(), replace(candle(), open_time=START + 40_000), candle(2)])
    assert series.holes() == (Hole(START + 100_000, START + 2 * MINUTE),)


@pytest.mark.parametrize(("count", "slots"), [(0, []), (-1, []), (2, [1, 2]), (9, [0, 1, 2])])
def test_the_newest_come_oldest_first(count: int, slots: list[int]) -> None:
    series = series_of([candle(slot) for slot in range(3)])
    assert [(c.open_time - START) // MINUTE for c in series.newest(count)] == slots


def test_an_empty_series_has_nothing_to_say() -> None:
    series = CandleSeries(INTERVAL)
    assert (len(series), series.last, series.last_closed, series.get(START)) == (
        0,
        None,
        None,
        None,
    )
    assert (series.holes(), series.unconfirmed(), series.newest(5)) == ((), [], ())


@pytest.mark.parametrize(
    ("changes", "flaw"),
    [
        ({}, None),
        ({"low": 0.0}, "prices must be"),
        ({"high": float("inf")}, "prices must be"),
        ({"high": float("nan")}, "prices must be"),
        ({"low": 3.0, "high": 2.0}, "prices must be"),
        ({"open": 9.0}, "open and close"),
        ({"close": 0.5}, "open and close"),
        ({"close": float("nan")}, "open and close"),
        ({"volume": -1.0}, "volume must be"),
        ({"volume": float("nan")}, "volume must be"),
        ({"volume": float("inf")}, "volume must be"),
    ],
)
def test_p19_what_cannot_be_a_candle_says_why(changes: dict[str, float], flaw: str | None) -> None:
    values = {"open": 2.0, "high": 3.0, "low": 1.0, "close": 2.0, "volume": 0.0} | changes
    first, high, low, last, volume = values.values()
    found = Candle(START, first, high, low, last, volume).flaw
    assert found == flaw if flaw is None else flaw in (found or "")
