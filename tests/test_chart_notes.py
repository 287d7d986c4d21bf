"""What is written into the plot: the highest and the lowest price, and what the chart is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.chart_series import candle, cells, series, text, walk, words
from tui.chart import chart
from tui.chart.frame import Frame, Options
from tui.chart.glyphs import Glyphs
from tui.chart.kinds import Kind

# Minutes of 100 to 101, but for one that went up to 109.5 and one that went down to 91.25.
CALM = [candle(n, (100.0, 101.0, 99.5, 100.5)) for n in range(60)]
CALM[30] = candle(30, (100.0, 109.5, 99.5, 100.5))
CALM[45] = candle(45, (100.0, 101.0, 91.25, 100.5))


def _frame(options: Options = Options(), width: int = 80, height: int = 24) -> Frame:  # noqa: B008 - frozen
    return chart.frame(series(CALM), width, height, options)


@pytest.mark.parametrize("glyphs", Glyphs)
def test_the_highest_and_the_lowest_price_stand_beside_their_candles(glyphs: Glyphs) -> None:
    frame = _frame(Options(glyphs))
    rows = [words(row) for row in chart.history_rows(frame)]
    dash = "-" if glyphs is Glyphs.ASCII else "─"
    assert f"{dash}109.50" in rows[frame.scale.row(109.5)]
    assert f"{dash}91.25" in rows[frame.scale.row(91.25)]


def test_of_two_candles_that_reach_as_far_the_newer_has_the_mark() -> None:
    market = list(CALM)
    market[40] = replace(CALM[30], open_time=CALM[40].open_time)
    drawn = text(chart.frame(series(market), 80, 24, Options()))
    (line,) = [line for line in drawn if "109.50" in line]
    assert line.count("109.50") == 1
    assert line.rindex("╷") < line.index("109.50")


def test_a_mark_hides_nothing_that_is_drawn() -> None:
    plain = chart.history_rows(chart.frame(series(walk(300)), 90, 5, Options(show_volume=False)))
    assert not any("─5" in words(row) for row in plain[:-2])
    frame = chart.frame(series(walk(300)), 90, 20, Options())
    drawn = [cells(row) for row in chart.history_rows(frame)][: frame.bands.plot]
    for place, column in enumerate(reversed(frame.history.columns), 1):
        assert column.candle
        for price in (column.candle.low, column.candle.high):
            assert drawn[frame.scale.row(price)][-place][1] in {"up", "down"}


def test_when_the_newest_column_goes_beyond_all_others_its_price_is_on_the_axis() -> None:
    market = [*CALM[:59], candle(59, (100.0, 111.25, 99.5, 100.5), closed=False)]
    frame = chart.frame(series(market), 80, 24, Options())
    axis = [words(row) for row in chart.axis_rows(frame)]
    assert axis[frame.scale.row(111.25)].startswith("─111.25")
    assert not any("109.50" in line for line in text(frame))
    assert any("─91.25" in line for line in text(frame))


def test_the_newest_column_moves_the_mark_once_and_not_with_each_tick() -> None:
    def ticked(high: float, previous: Frame | None) -> Frame:
        newest = candle(59, (100.0, high, 99.5, 100.5), closed=False)
        return chart.frame(series([*CALM[:59], newest]), 80, 24, Options(), previous)

    first = ticked(101.0, None)
    second = ticked(109.6, first)
    third = ticked(109.7, second)
    assert first != second == third


@pytest.mark.parametrize(
    ("kind", "log", "width", "caption"),
    [
        (Kind.HEIKIN_ASHI, False, 80, "Heikin-Ashi"),
        (Kind.HEIKIN_ASHI, True, 80, "Heikin-Ashi, log"),
        (Kind.HEIKIN_ASHI, False, 20, "HA"),
        (Kind.CANDLES, True, 80, "log"),
    ],
)
def test_averages_and_a_log_scale_are_told(kind: Kind, log: bool, width: int, caption: str) -> None:
    drawn = text(_frame(Options(kind=kind, log=log), width))
    assert any(line.startswith(caption) or f" {caption} " in line for line in drawn)
    assert not any(caption in line for line in text(_frame(width=width)))


def test_heikin_ashi_averages_are_those_of_the_definition_and_leave_the_candles_alone() -> None:
    market = [
        candle(0, (10.0, 12.0, 9.0, 11.0)),
        candle(1, (11.0, 14.0, 10.0, 13.0)),
        candle(2, (13.0, 13.5, 8.0, 9.0), closed=False),
    ]
    frame = chart.frame(series(market), 80, 24, Options(kind=Kind.HEIKIN_ASHI))
    assert frame.live
    columns = (*frame.history.columns, frame.live)
    assert [column.candle for column in columns] == market
    shapes = [column.shape for column in columns]
    # By hand: close = (o + h + l + c) / 4; open = half of the open and close before it.
    assert [(s.open, s.high, s.low, s.close) for s in shapes if s] == [
        (10.5, 12.0, 9.0, 10.5),
        (10.5, 14.0, 10.0, 12.0),
        (11.25, 13.5, 8.0, 10.875),
    ]


def test_heikin_ashi_of_a_view_owes_next_to_nothing_to_where_it_begins() -> None:
    market = walk(300)
    options = Options(kind=Kind.HEIKIN_ASHI)
    enough = series(market[-chart.wanted(60, options) :])
    some = chart.frame(enough, 60, 20, options).history.columns
    all_ = chart.frame(series(market), 60, 20, options).history.columns
    for one, other in zip(some, all_, strict=True):
        assert one.shape and other.shape
        assert one.shape.open == pytest.approx(other.shape.open, rel=1e-7)


def test_heikin_ashi_begins_anew_after_a_hole() -> None:
    market = [candle(n, (100.0, 101.0, 99.0, 100.0)) for n in range(5)]
    after = replace(candle(8, (200.0, 202.0, 198.0, 201.0)), closed=False)
    frame = chart.frame(series([*market, after]), 80, 24, Options(kind=Kind.HEIKIN_ASHI))
    assert frame.live and frame.live.shape
    assert frame.live.shape.open == 200.5
