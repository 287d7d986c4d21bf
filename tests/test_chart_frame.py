"""What a tick changes and what it leaves alone: the history is redrawn rarely."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chart_series import Drawn, candle, series, text, walk, words
from tui.chart import chart
from tui.chart.frame import Frame, Options
from tui.chart.glyphs import Glyphs
from tui.chart.kinds import Kind
from tui.chart.layout import Zoom
from tui.market.series import Hole

MARKET = walk(200)
SHOWN = series(MARKET)
PLAIN = Options()


def _frame(market: Drawn, previous: Frame | None = None, options: Options = PLAIN) -> Frame:
    return chart.frame(market, 90, 24, options, previous)


def _ticked(price: float) -> Drawn:
    last = MARKET[-1]
    low, high = min(last.low, price), max(last.high, price)
    forming = replace(last, close=price, low=low, high=high, volume=last.volume + 0.01)
    return series([*MARKET[:-1], forming])


def test_a_tick_inside_the_scale_leaves_the_history_alone() -> None:
    first = _frame(SHOWN)
    second = _frame(_ticked(MARKET[-1].close * 1.0005), first)
    assert second == first
    assert chart.history_rows(second) == chart.history_rows(first)
    assert chart.live_rows(second) != chart.live_rows(first)
    assert chart.axis_rows(second) != chart.axis_rows(first)


def test_new_extremes_within_the_head_room_leave_the_history_alone() -> None:
    before = _frame(SHOWN)
    highest = max(before.history.high, MARKET[-1].high)
    room = before.scale.high - highest
    volume = (before.history.volume + before.volume_high) / 2
    first = _frame(_ticked(highest + room / 3), before)
    most = replace(_ticked(highest + room / 2).candles[-1], volume=volume)
    second = _frame(series([*MARKET[:-1], most]), first)
    assert highest < highest + room / 3 < most.high
    assert second == first
    assert second.scale is before.scale


def test_a_price_outside_of_the_scale_moves_it() -> None:
    first = _frame(SHOWN)
    price = first.scale.high * 1.01
    second = _frame(_ticked(price), first)
    assert second != first
    assert second.scale.low < price < second.scale.high


@pytest.mark.parametrize(
    "changed",
    [
        series(MARKET, repaired=(Hole(MARKET[150].open_time, MARKET[160].open_time),)),
        series(MARKET, uncertain_from=MARKET[190].open_time),
        series(MARKET[:150] + MARKET[151:]),
        series([*MARKET[:150], replace(MARKET[150], close=MARKET[150].low), *MARKET[151:]]),
        series([*MARKET, candle(200, (56_000, 56_001, 55_999, 56_000))]),
    ],
    ids=["repaired", "uncertain", "hole", "revised", "next candle"],
)
def test_whatever_the_history_shows_differently_makes_the_frame_differ(changed: Drawn) -> None:
    first = _frame(SHOWN)
    second = _frame(changed, first)
    assert second != first
    assert chart.history_rows(second) != chart.history_rows(first)


def test_the_scale_comes_closer_when_the_data_fills_less_than_half_of_it() -> None:
    wild = [candle(0, (100, 200, 50, 100)), *[candle(n, (100, 110, 90, 100)) for n in range(1, 60)]]
    first = chart.frame(series(wild), 90, 24, Options())
    calm = chart.frame(series(wild[1:]), 90, 24, Options(), first)
    assert calm.scale.high - calm.scale.low < 0.3 * (first.scale.high - first.scale.low)


def test_the_forming_candle_reaches_to_a_price_that_came_ahead_of_it() -> None:
    market = series(MARKET, price=MARKET[-1].high + 40)
    live = _frame(market).live
    assert live and live.candle
    assert live.candle.close == live.candle.high == MARKET[-1].high + 40


@pytest.mark.parametrize("seconds", [-1, 60])
def test_a_price_of_another_interval_is_on_the_axis_but_not_in_the_candle(seconds: int) -> None:
    time = MARKET[-1].open_time + seconds * 1000
    frame = _frame(replace(SHOWN, price=1_050_000.0, price_time=time))
    assert frame.live and frame.live.candle == MARKET[-1]
    assert frame.scale.low < 1_050_000 < frame.scale.high
    tags = [words(row) for row in chart.axis_rows(frame) if row[0][1].startswith("tag")]
    assert [tag.strip() for tag in tags] == ["◄1050000.00"]


def test_a_closed_candle_is_not_touched_by_a_newer_price() -> None:
    closed = replace(MARKET[-1], closed=True)
    live = _frame(series([*MARKET[:-1], closed], price=closed.high + 40)).live
    assert live and live.candle == closed


def test_the_last_price_is_written_on_the_row_where_its_candle_ends() -> None:
    frame = _frame(SHOWN)
    rows = chart.axis_rows(frame)
    tagged = [row for row, line in enumerate(rows) if line[0][1].startswith("tag")]
    assert tagged == [frame.scale.row(MARKET[-1].close)]
    assert words(rows[tagged[0]]).strip() == f"◄{MARKET[-1].close:.2f}"
    assert words(chart.live_rows(frame)[tagged[0]]) != " "


def test_all_prices_on_the_axis_have_their_points_above_each_other() -> None:
    market = [candle(n, (990, 1020, 980, 999.5), closed=n < 19) for n in range(20)]
    rows = [words(row) for row in chart.axis_rows(_frame(series(market)))[:18]]
    ends = {(row.rstrip() + ".").index(".") for row in rows if row.strip()}
    assert len(ends) == 1
    assert any(row.startswith("  9") for row in rows)


def test_the_braille_line_goes_on_from_the_history_into_the_live_column() -> None:
    market = [candle(0, (100, 101, 99, 100)), candle(1, (120, 121, 119, 120), closed=False)]
    frame = _frame(series(market), options=Options(kind=Kind.LINE))
    line = [row for row, runs in enumerate(chart.live_rows(frame)) if runs[0][1] == "line"]
    assert line == list(range(frame.scale.row(120), frame.scale.row(100) + 1))


def test_the_tag_says_whether_the_newest_candle_rises() -> None:
    last = MARKET[-1]
    for price, role in ((last.open + 1, "tag-up"), (last.open - 1, "tag-down")):
        roles = {run[1] for row in chart.axis_rows(_frame(_ticked(price))) for run in row}
        assert role in roles


def test_without_candles_everything_is_blank() -> None:
    assert {line.strip() for line in text(_frame(series([])))[:-2]} == {""}


def test_the_ascii_set_is_ascii() -> None:
    holed = series(MARKET[:150] + MARKET[155:], repaired=(Hole(0, MARKET[180].open_time),))
    for line in text(_frame(holed, options=Options(Glyphs.ASCII))):
        assert line.isascii()


@pytest.mark.parametrize("zoom", [Zoom.NORMAL, Zoom.WIDE, Zoom.WIDEST])
@pytest.mark.parametrize("glyphs", Glyphs)
def test_up_and_down_differ_without_colour_in_hollow_candles_and_bars(
    glyphs: Glyphs, zoom: Zoom
) -> None:
    up, down = (100.0, 112.0, 98.0, 110.0), (110.0, 112.0, 98.0, 100.0)
    for kind in (Kind.HOLLOW, Kind.BARS):
        options = Options(glyphs, zoom, kind=kind)
        rising, falling = (
            [words(row) for row in chart.live_rows(_frame(series([candle(0, p)]), None, options))]
            for p in (up, down)
        )
        assert rising != falling
