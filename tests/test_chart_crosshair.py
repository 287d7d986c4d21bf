"""The crosshair: which column it marks, and what is said of that column's candle."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chart_series import Drawn, candle, cells, series, walk, words
from tui.chart import chart, crosshair
from tui.chart.frame import Frame, Options
from tui.chart.glyphs import Glyphs
from tui.chart.kinds import Kind
from tui.chart.layout import Zoom

MARKET = walk(200)
PLAIN = Options()


def _frame(time: int, options: Options = PLAIN, market: Drawn = series(MARKET)) -> Frame:  # noqa: B008 - frozen
    return chart.frame(market, 80, 20, replace(options, cursor=time))


def _said(frame: Frame) -> list[str]:
    return [words(row) for row in crosshair.read_out(frame)]


@pytest.mark.parametrize("glyphs", Glyphs)
@pytest.mark.parametrize("zoom", [Zoom.WIDEST, Zoom.NORMAL, Zoom.PAIRS])
def test_its_column_and_no_other_is_marked_from_top_to_bottom(glyphs: Glyphs, zoom: Zoom) -> None:
    options = Options(glyphs, zoom)
    frame = _frame(MARKET[-6].open_time, options)
    plain = chart.frame(series(MARKET), 80, 20, options)
    before, after = chart.history_rows(plain), chart.history_rows(frame)
    index = next(n for n, c in enumerate(frame.history.columns) if c.time == frame.cursor)
    left = frame.history_width - (len(frame.history.columns) - index) * zoom.cells
    for old, new in zip(map(cells, before[:-1]), map(cells, after[:-1]), strict=True):
        differing = [x for x in range(len(old)) if old[x] != new[x]]
        assert all(left <= x < left + zoom.cells for x in differing)
        here = {role for _, role in new[left : left + zoom.cells]}
        assert "cursor" in here or not {"blank", "grid", "axis"} & here
    assert chart.live_rows(frame) == chart.live_rows(plain)


def test_on_the_newest_column_it_leaves_the_history_alone() -> None:
    frame = _frame(MARKET[-1].open_time + 20_000)
    plain = chart.frame(series(MARKET), 80, 20, PLAIN)
    assert chart.history_rows(frame) == chart.history_rows(plain)
    assert {role for row in chart.live_rows(frame) for _, role in row} >= {"cursor"}


def test_a_tick_under_the_crosshair_leaves_the_history_alone() -> None:
    first = _frame(MARKET[-9].open_time)
    last = MARKET[-1]
    ticked = [*MARKET[:-1], replace(last, close=(last.open + last.close) / 2)]
    options = replace(PLAIN, cursor=MARKET[-9].open_time)
    assert chart.frame(series(ticked), 80, 20, options, first) == first
    moved = replace(PLAIN, cursor=MARKET[-8].open_time)
    assert chart.frame(series(ticked), 80, 20, moved, first) != first


@pytest.mark.parametrize("kind", Kind)
def test_the_read_out_is_what_was_traded_whatever_is_drawn(kind: Kind) -> None:
    market = [candle(0, (100, 101, 99, 100)), candle(1, (100, 104, 98, 102), volume=1_234.0)]
    forming = candle(2, (102, 103, 101, 102), closed=False)
    frame = _frame(market[1].open_time, Options(kind=kind), series([*market, forming]))
    assert _said(frame) == [
        "21 Sep 14:14 O 100.00 H 104.00 L 98.00 C 102.00 V 1.23K +2.00 %",
        "14:14 O 100.00 H 104.00 L 98.00 C 102.00 V 1.23K +2.00 %",
        "14:14 O 100.00 H 104.00 L 98.00 C 102.00 +2.00 %",
        "14:14 O 100.00 H 104.00 L 98.00 C 102.00",
        " O 100.00 H 104.00 L 98.00 C 102.00",
        "14:14 C 102.00 +2.00 %",
        "14:14 C 102.00",
    ]


def test_merged_candles_are_read_as_the_one_that_they_make() -> None:
    frame = _frame(MARKET[-20].open_time, Options(zoom=Zoom.QUADS))
    column = next(c for c in frame.history.columns if c.time == frame.cursor)
    assert column.candle and column.time <= MARKET[-20].open_time < column.time + 240_000
    assert f"H {column.candle.high:.2f} L {column.candle.low:.2f}" in _said(frame)[0]


def test_a_hole_a_quiet_time_and_what_is_not_on_view_are_told_apart() -> None:
    holed = series([*MARKET[:150], *MARKET[153:]])
    assert _said(_frame(MARKET[151].open_time, market=holed))[-1].endswith(" missing")
    quiet = replace(holed, holes=())
    assert _said(_frame(MARKET[151].open_time, market=quiet))[-1].endswith(" no trades")
    assert _said(_frame(MARKET[0].open_time)) == ["not on view"]
    assert _said(_frame(MARKET[-1].open_time + 60_000)) == ["not on view"]


@pytest.mark.parametrize("zoom", Zoom)
def test_every_cell_of_the_chart_is_a_column_s(zoom: Zoom) -> None:
    frame = _frame(0, Options(zoom=zoom))
    columns = [*frame.history.columns, frame.live]
    end = frame.history_width + frame.live_width
    start = end - len(columns) * zoom.cells
    for x in range(80):
        inside = start <= x < end
        column = columns[(x - start) // zoom.cells] if inside else None
        assert crosshair.time_at(frame, x) == (column.time if column else None)


def test_steps_go_from_column_to_column_over_a_folded_hole_and_beyond_the_view() -> None:
    market = series([*MARKET[:110], *MARKET[170:]])
    time, seen = MARKET[-1].open_time, []
    for _ in range(120):
        frame = _frame(time, market=market)
        if frame.cursor is None:
            break
        seen.append(time)
        time = crosshair.beside(frame, time, -1) or 0
    oldest = frame.history.columns[0].time
    assert seen[-1] == oldest and time == oldest - 60_000
    assert seen == sorted(set(seen), reverse=True)
    assert crosshair.beside(frame, time, 1) == oldest
    newest = MARKET[-1].open_time
    assert crosshair.beside(frame, newest + 30_000, -1) == newest - 60_000
    assert crosshair.beside(frame, newest, 1) == newest + 60_000


def test_a_quick_hand_is_not_held_up_by_the_drawing() -> None:
    frame = _frame(MARKET[-1].open_time)
    time = MARKET[-1].open_time
    for _ in range(5):
        time = crosshair.beside(frame, time, -1) or 0
    assert time == MARKET[-6].open_time
