"""Which candles fall in which column, and what a column says of them."""

from __future__ import annotations

from dataclasses import replace

from tests.chart_series import Drawn, candle, cells, series, text, walk
from tui.chart import chart
from tui.chart.frame import Options
from tui.chart.layout import Column, Zoom
from tui.market.interval import DAY
from tui.market.series import Hole

MARKET = walk(100)
PLAIN = Options()


def _columns(market: Drawn, options: Options = PLAIN) -> tuple[Column, ...]:
    frame = chart.frame(market, 60, 20, options)
    assert frame.live
    return (*frame.history.columns, frame.live)


def test_each_candle_has_a_column_and_the_newest_is_the_live_one() -> None:
    shown = [column.candle for column in _columns(series(MARKET))]
    assert shown == MARKET[-len(shown) :]
    assert len(shown) == 60 - len(" 56256.37 ")


def test_a_column_of_one_candle_starts_with_it_though_others_would_begin_elsewhere() -> None:
    thursdays = [replace(c, open_time=7 * DAY * n) for n, c in enumerate(MARKET[:20], 2_900)]
    columns = _columns(series(thursdays, "1w"))
    assert [column.time for column in columns] == [c.open_time for c in thursdays]


def test_columns_of_several_candles_are_aligned_to_the_clock_and_keep_the_extremes() -> None:
    columns = _columns(series(MARKET), Options(zoom=Zoom.QUADS))
    for column in columns[1:]:
        group = [c for c in MARKET if 0 <= c.open_time - column.time < 240_000]
        assert column.time % 240_000 == 0
        assert column.candle
        assert column.candle.open == group[0].open
        assert column.candle.high == max(c.high for c in group)
        assert column.candle.low == min(c.low for c in group)
        assert column.candle.close == group[-1].close
        assert column.candle.volume == sum(c.volume for c in group)


def test_a_new_candle_does_not_mix_the_merged_columns_anew() -> None:
    options = Options(zoom=Zoom.PAIRS)
    before, after = (_columns(series(MARKET[:n]), options) for n in (90, 91))
    kept = {column.time: column.candle for column in before[:-1]}
    assert len(kept) > 20
    assert all(kept.get(c.time, c.candle) == c.candle for c in after)


def test_a_hole_takes_the_columns_of_the_candles_that_it_lacks() -> None:
    columns = _columns(series(MARKET[:80] + MARKET[84:]))
    missing = [column for column in columns if column.candle is None]
    assert [column.time for column in missing] == [c.open_time for c in MARKET[80:84]]
    assert {column.mark for column in missing} == {"hole"}


def test_a_long_hole_is_folded_and_says_how_many_candles_are_missing() -> None:
    market = series(MARKET[:20] + MARKET[75:])
    missing = [column for column in _columns(market) if column.candle is None]
    assert 2 < len(missing) < 16
    assert {column.folded for column in missing} == {55}
    assert any("55" in line for line in text(chart.frame(market, 60, 20, Options())))


def test_a_jump_in_time_that_is_no_hole_stays_empty() -> None:
    first, second = candle(0, (10, 11, 9, 10)), candle(4, (10, 11, 9, 10))
    quiet = series([first])
    traded_nothing = replace(quiet, candles=(first, second))
    columns = _columns(traded_nothing)
    assert [column.mark for column in columns] == [""] * 5
    assert [column.candle is None for column in columns] == [False, True, True, True, False]


def test_a_long_jump_in_time_that_is_no_hole_is_folded_and_stays_empty() -> None:
    first, second = candle(0, (10, 11, 9, 10)), candle(500, (10, 11, 9, 10))
    frame = chart.frame(replace(series([first]), candles=(first, second)), 60, 20, PLAIN)
    assert {column.mark for column in frame.history.columns} == {""}
    assert {role for row in chart.history_rows(frame) for _, role in row} <= {
        "blank", "grid", "axis", "up", "volume-up",
    }  # fmt: skip


def test_a_merged_column_with_a_candle_missing_is_marked_as_a_hole() -> None:
    odd = next(i for i in range(90, 95) if MARKET[i].open_time % 120_000)
    columns = _columns(series(MARKET[:odd] + MARKET[odd + 1 :]), Options(zoom=Zoom.PAIRS))
    marked = [column for column in columns if column.mark == "hole"]
    assert [column.time for column in marked] == [MARKET[odd - 1].open_time]
    assert marked[0].candle == MARKET[odd - 1]


def test_a_merged_column_is_whole_even_where_panning_begins_inside_of_it() -> None:
    even = next(i for i in range(60, 70) if not MARKET[i].open_time % 120_000)
    offset = len(MARKET) - 1 - even
    last = _columns(series(MARKET), Options(zoom=Zoom.PAIRS, offset=offset))[-1]
    assert last.candle and last.candle.close == MARKET[even + 1].close


def test_repaired_ranges_and_those_waiting_for_backfill_are_marked() -> None:
    repaired = Hole(MARKET[70].open_time, MARKET[75].open_time)
    market = series(MARKET, repaired=(repaired,), uncertain_from=MARKET[96].open_time)
    marks = {column.time: column.mark for column in _columns(market)}
    assert [marks[c.open_time] for c in MARKET[69:76]] == ["", *["repaired"] * 5, ""]
    assert [marks[c.open_time] for c in MARKET[95:]] == ["", *["uncertain"] * 4]


def test_a_candle_never_closed_though_newer_ones_exist_is_drawn_as_provisional() -> None:
    prices = (10.0, 12.0, 9.0, 11.0)
    market = series([candle(0, prices), candle(1, prices, closed=False), candle(2, prices)])
    frame = chart.frame(market, 12, 10, Options())
    rows = [cells(row) for row in chart.history_rows(frame)]
    newer, older = ({row[place][1] for row in rows} for place in (-1, -2))
    assert {"up-provisional", "uncertain"} <= newer
    assert "up" in older
    assert not {"up-provisional", "uncertain"} & older


def test_panning_back_shows_older_candles_and_no_last_price() -> None:
    columns = _columns(series(MARKET), Options(offset=30))
    frame = chart.frame(series(MARKET), 60, 20, Options(offset=30))
    assert columns[-1].candle == MARKET[-31]
    assert frame.price is None
    assert not any(role.startswith("tag") for row in chart.axis_rows(frame) for _, role in row)


def test_panning_stops_at_the_oldest_candle() -> None:
    assert [c.candle for c in _columns(series(MARKET), Options(offset=10_000))] == [MARKET[0]]


def test_wanted_candles_fill_the_chart() -> None:
    for zoom in Zoom:
        options = Options(zoom=zoom, offset=7)
        market = walk(900)
        enough = series(market[-chart.wanted(50, options) :])
        frame = chart.frame(enough, 50, 20, options)
        assert len(frame.history.columns) == frame.history_width // zoom.cells


def test_zoom_steps_stop_at_the_ends() -> None:
    assert Zoom.NORMAL.step(1) is Zoom.WIDE
    assert Zoom.WIDEST.step(1) is Zoom.WIDEST
    assert Zoom.NORMAL.step(-1) is Zoom.PAIRS
    assert Zoom.NORMAL.step(-9) is Zoom.SIXTEENS
