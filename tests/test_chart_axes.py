"""Scale, price axis, time axis and volume bars."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone, tzinfo
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.chart import axis, timeline
from tui.chart.layout import Column
from tui.chart.scale import Scale, fit, fit_volume
from tui.chart.volume import bar
from tui.market.interval import Interval


def test_the_scale_leaves_head_room_and_stays_while_the_data_is_inside() -> None:
    scale = fit(100, 200, 20)
    assert scale.low <= 95
    assert scale.high >= 205
    assert fit(100, 205, 20, scale) is scale
    assert fit(100, 207, 20, scale) is not scale
    assert fit(140, 180, 20, scale) is not scale
    assert fit(100, 200, 21, scale).rows == 21


@pytest.mark.parametrize("price", [1e-12, 1e-8, 1.0, 58_000.0, 1e15])
def test_a_market_that_does_not_move_stands_in_the_middle(price: float) -> None:
    scale = fit(price, price, 11)
    assert scale.low < price < scale.high
    assert scale.row(price) == 5


def test_the_volume_scale_moves_rarely() -> None:
    high = fit_volume(100)
    assert high > 100
    assert fit_volume(high, high) == high
    assert fit_volume(50, high) == high
    assert fit_volume(high * 1.01, high) > high
    assert fit_volume(10, high) < high


@given(st.floats(1e-10, 1e12), st.floats(1e-5, 2), st.integers(1, 70), st.integers(0, 18))
def test_price_labels_are_round_apart_and_on_their_rows(
    low: float, share: float, rows: int, digits: int
) -> None:
    scale = fit(low, low * (1 + share), rows)
    labels = sorted(axis.labels(scale, digits).items(), reverse=True)
    assert all(abs(scale.row(float(text)) - row) <= 1 for row, text in labels)
    assert all(
        below - above >= (2 if rows > 6 else 1) for (below, _), (above, _) in pairwise(labels)
    )
    steps = {(Decimal(b) - Decimal(a)).normalize() for (_, a), (_, b) in pairwise(labels)}
    assert len(steps) <= 1
    assert all(step.as_tuple().digits in {(1,), (2,), (2, 5), (5,)} for step in steps)


@given(st.floats(1e-6, 1e9), st.floats(1e-4, 2), st.integers(6, 70))
def test_price_labels_are_two_at_least_and_neither_rare_nor_crowded(
    low: float, share: float, rows: int
) -> None:
    count = len(axis.labels(fit(low, low * (1 + share), rows), 18))
    assert count >= 2
    assert rows // 6 <= count <= rows // 2 + 1


def test_a_low_chart_has_a_second_label_though_a_wider_step_would_be_nearer() -> None:
    assert axis.labels(Scale(470.9, 495.3, 6), 2) == {3: "480", 1: "490"}
    assert axis.labels(Scale(111.3, 125.7, 7), 2) == {5: "115", 2: "120", 0: "125"}


@given(st.floats(1e-6, 1e6), st.floats(1.6, 1e6), st.integers(2, 70))
def test_price_labels_on_a_log_scale_are_round_apart_and_on_their_rows(
    low: float, ratio: float, rows: int
) -> None:
    scale = fit(low, low * ratio, rows, logarithmic=True)
    labels = axis.labels(scale, 12)
    assert all(abs(scale.row(float(text)) - row) <= 1 for row, text in labels.items())
    assert all(above - below >= 2 for below, above in pairwise(sorted(labels)))
    digits = {Decimal(text.strip()).normalize().as_tuple().digits for text in labels.values()}
    assert all(len(found) <= 4 for found in digits)
    assert len(labels) >= rows // 8


def test_a_log_scale_has_powers_of_ten_first_and_linear_steps_where_it_is_narrow() -> None:
    wide = axis.labels(Scale(0.5, 20_000, 20, log=True), 2)
    assert [text.strip() for _, text in sorted(wide.items())] == [
        "10000", "1000", "100", "10", "1",
    ]  # fmt: skip
    narrow = axis.labels(Scale(99.9, 101.1, 8, log=True), 2)
    assert narrow == axis.labels(Scale(99.9, 101.1, 8), 2)


def test_equal_ratios_take_equal_room_on_a_log_scale() -> None:
    scale = Scale(1.0, 10_000.0, 40, log=True)
    assert [scale.row(price) for price in (1.01, 10.01, 100.01, 1_000.01)] == [39, 29, 19, 9]


def test_a_log_scale_needs_prices_above_zero() -> None:
    assert not fit(0.0, 5.0, 10, logarithmic=True).log
    assert fit(0.1, 5.0, 10, logarithmic=True).log


def test_price_labels_write_the_decimals_that_the_step_needs() -> None:
    assert sorted(axis.labels(Scale(99.9, 101.1, 8), 2).values()) == [
        "100.0", "100.5", "101.0",
    ]  # fmt: skip
    assert set(axis.labels(Scale(0.000011295, 0.00001152, 7), 8).values()) == {
        "0.0000113", "0.0000114", "0.0000115",
    }  # fmt: skip
    assert sorted(axis.labels(Scale(995, 1015, 7), 0).values()) == ["1000", "1010"]


def test_price_labels_never_claim_more_digits_than_the_exchange_has() -> None:
    assert axis.labels(Scale(100.001, 100.009, 40), 2) == {}
    whole = axis.labels(Scale(97.5, 102.5, 40), 0)
    assert [text.strip() for _, text in sorted(whole.items())] == ["102", "101", "100", "99", "98"]


def _labels(
    start: datetime, count: int, interval: str, cells: int = 1, tz: tzinfo = UTC
) -> dict[str, str]:
    """Local time of the column to its label."""
    bucket = Interval.parse(interval)
    first = bucket.floor(int(start.timestamp() * 1000))
    columns = [Column(bucket.after(first, n)) for n in range(count)]
    found = timeline.ticks(columns, bucket, cells, tz)
    return {
        f"{datetime.fromtimestamp(columns[at].time / 1000, tz):%Y-%m-%d %H:%M:%S}": label
        for at, label in found.items()
    }


@pytest.mark.parametrize(
    ("start", "interval", "expected"),
    [
        (datetime(2026, 3, 9, 23, 35, tzinfo=UTC), "1m",
         {"2026-03-09 23:40:00": "23:40", "2026-03-09 23:50:00": "23:50",
          "2026-03-10 00:00:00": "10 Mar", "2026-03-10 00:10:00": "00:10"}),
        (datetime(2026, 3, 9, 12, 0, 1, tzinfo=UTC), "1s",
         {"2026-03-09 12:00:15": "12:00:15", "2026-03-09 12:00:30": "12:00:30"}),
        (datetime(2026, 12, 20, tzinfo=UTC), "1d",
         {"2026-12-21 00:00:00": "21 Dec", "2027-01-04 00:00:00": "4 Jan",
          "2027-01-18 00:00:00": "18 Jan"}),
        (datetime(2025, 2, 1, tzinfo=UTC), "1M",
         {"2026-01-01 00:00:00": "2026", "2027-01-01 00:00:00": "2027",
          "2028-01-01 00:00:00": "2028"}),
    ],
)  # fmt: skip
def test_time_labels_stand_at_round_times_with_the_date_where_it_changes(
    start: datetime, interval: str, expected: dict[str, str]
) -> None:
    assert _labels(start, 40, interval) == expected


def test_time_labels_stand_at_steps_that_whole_columns_make_up() -> None:
    found = _labels(datetime(2026, 3, 9, 1, 0, tzinfo=UTC), 20, "3m", cells=3)
    assert list(found.values()) == ["01:15", "01:30", "01:45"]


def test_time_labels_follow_the_time_zone() -> None:
    india = timezone(timedelta(minutes=330))
    found = _labels(datetime(2026, 3, 9, 12, 1, tzinfo=UTC), 40, "15m", tz=india)
    assert found["2026-03-09 18:00:00"] == "18:00"
    assert found["2026-03-10 00:00:00"] == "10 Mar"


@given(
    st.sampled_from(["1s", "1m", "3m", "5m", "12m", "1h", "4h", "1d", "1w", "1M"]),
    st.integers(0, 4_000_000_000),
    st.sampled_from([1, 3]),
    st.integers(1, 150),
    st.sets(st.integers(0, 149)),
)
def test_time_labels_never_touch(
    interval: str, start: int, cells: int, count: int, left_out: set[int]
) -> None:
    bucket = Interval.parse(interval)
    first = bucket.floor(start * 1000)
    columns = [Column(bucket.after(first, n)) for n in range(count) if n not in left_out]
    ticks = timeline.ticks(columns, bucket, cells, UTC)
    row = timeline.label_row(ticks, len(columns), cells)
    assert len(row) == len(columns) * cells
    rest = f" {row} "
    for label in list(ticks.values())[1:-1]:
        _, found, rest = rest.partition(f" {label} ")
        assert found
        rest = " " + rest


@given(st.floats(0, 1e9), st.floats(0, 1e9), st.integers(1, 6))
def test_a_volume_bar_is_as_high_as_its_share(volume: float, more: float, rows: int) -> None:
    levels = " ▁▂▃▄▅▆▇█"
    high = volume + more
    filled = sum(levels.index(glyph) for glyph in bar(volume, high, rows, levels))
    assert filled <= rows * 8
    assert (filled > 0) == (volume > 0)
    if high and volume:
        assert abs(filled - volume / high * rows * 8) <= 1


def test_a_volume_bar_stands_on_the_ground() -> None:
    assert bar(5, 10, 3, " ▁▂▃▄▅▆▇█") == [" ", "▄", "█"]
