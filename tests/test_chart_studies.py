"""Studies on a chart: lines in free cells, panels below, the history still from tick to tick."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from tests.chart_series import Drawn, cells, series, text, walk, words
from tests.colour_vision import NORMAL, contrast, distance
from tests.test_theme import OURS
from tui.chart import chart
from tui.chart.frame import Frame, Options
from tui.chart.glyphs import Glyphs
from tui.chart.layout import Zoom
from tui.chart.legend import legend
from tui.chart.picture import Row
from tui.studies.follow import Follower
from tui.studies.study import read
from tui.widgets.picture import Picture

MARKET = walk(400)
SHOWN = series(MARKET)
OVERLAYS = ("SMA 20", "EMA 50", "BB 20 2")
PANELS = ("RSI 14", "MACD 12 26 9", "ATR 14")


def drawn(
    studies: Sequence[str],
    market: Drawn = SHOWN,
    height: int = 40,
    options: Options = Options(),  # noqa: B008 - frozen
) -> Frame:
    follower = Follower(read(studies)[0])
    return chart.frame(market, 100, height, options, None, follower.follow(market))


def parts(frame: Frame) -> list[list[Row]]:
    return [chart.history_rows(frame), chart.live_rows(frame), chart.axis_rows(frame)]


@pytest.mark.parametrize("zoom", Zoom)
@pytest.mark.parametrize("glyphs", Glyphs)
@pytest.mark.parametrize("height", [3, 9, 16, 24, 40, 70])
def test_all_parts_have_the_size_asked_for(glyphs: Glyphs, zoom: Zoom, height: int) -> None:
    frame = drawn(OVERLAYS + PANELS, height=height, options=Options(glyphs, zoom))
    lines = text(frame)
    assert frame.height == len(lines) == height
    assert {len(line) for line in lines} == {100}
    if glyphs is Glyphs.ASCII:
        assert "".join(lines).isascii()


@pytest.mark.parametrize("zoom", Zoom)
@pytest.mark.parametrize("glyphs", Glyphs)
def test_a_line_never_hides_a_cell_of_a_candle(glyphs: Glyphs, zoom: Zoom) -> None:
    frame = drawn(OVERLAYS, options=Options(glyphs, zoom))
    bare = replace(frame, curves=())
    for rows, without in zip(parts(frame), parts(bare), strict=True):
        for row, before in zip(rows, without, strict=True):
            for now, then in zip(cells(row), cells(before), strict=True):
                assert now == then or then[0] in " \u2800" or then[1] == "grid"
    roles = {role for row in chart.history_rows(frame) for _, role in row}
    # With sixteen candles a column one may lie behind candles all along.
    assert len({"study-1", "study-2", "study-3"} & roles) >= 2


def test_a_tick_leaves_the_history_alone_and_moves_the_live_values() -> None:
    follower = Follower(read(("SMA 5", "RSI 14", "MACD"))[0])
    first = chart.frame(SHOWN, 100, 40, Options(), None, follower.follow(SHOWN))
    price = MARKET[-1].close * 1.0005
    ticked = series([*MARKET[:-1], replace(MARKET[-1], close=price, high=price)])
    second = chart.frame(ticked, 100, 40, Options(), first, follower.follow(ticked))
    assert second == first
    assert chart.history_rows(second) == chart.history_rows(first)
    assert all(a.past is b.past for a, b in zip(second.curves, first.curves, strict=True))
    assert words(legend(second, 100)) != words(legend(first, 100))


def test_a_closed_candle_is_drawn_anew() -> None:
    follower = Follower(read(["SMA 5"])[0])
    short = series(MARKET[:-1])
    first = chart.frame(short, 100, 40, Options(), None, follower.follow(short))
    assert chart.frame(SHOWN, 100, 40, Options(), first, follower.follow(SHOWN)) != first


def test_columns_of_several_candles_take_the_last_value() -> None:
    (curve,) = drawn(["SMA 3"], options=Options(zoom=Zoom.QUADS)).curves
    (fine,) = Follower(read(["SMA 3"])[0]).follow(SHOWN)
    frame = drawn(["SMA 3"], options=Options(zoom=Zoom.QUADS))
    column, value = frame.history.columns[-1], curve.past[-1]
    assert value == fine.closed[column.time + 3 * 60_000]
    assert curve.live == fine.live


def test_a_panned_chart_has_the_values_of_its_newest_column() -> None:
    (curve,) = drawn(["SMA 3"], options=Options(offset=100)).curves
    three = MARKET[297:300]
    assert curve.live == pytest.approx((sum(c.close for c in three) / 3,))


def test_a_hole_breaks_the_curve_until_its_window_is_full() -> None:
    market = series(MARKET[:350] + MARKET[353:])
    frame = drawn(["SMA 5"], market)
    (curve,) = frame.curves
    empty = [
        column.time
        for column, value in zip(frame.history.columns, curve.past, strict=True)
        if value == (None,)
    ]
    start = MARKET[350].open_time
    assert empty == [start + 60_000 * i for i in range(3 + 4)]


def test_lines_far_from_the_price_do_not_flatten_the_candles() -> None:
    near, far = drawn([]).scale, drawn(["SMA 300"]).scale
    assert far.high - far.low <= 2.3 * (near.high - near.low)


@pytest.mark.parametrize(("height", "shown"), [(14, 0), (17, 1), (20, 2), (40, 3)])
def test_panels_that_have_no_room_go_newest_first(height: int, shown: int) -> None:
    frame = drawn(PANELS, height=height)
    assert [panel.curve.label for panel in frame.panels] == list(PANELS[:shown])
    assert frame.bands.plot >= 8
    assert all(panel.scale.rows >= 3 for panel in frame.panels)


def test_a_panel_has_its_name_its_guides_and_its_newest_value() -> None:
    frame = drawn(["RSI 14"])
    top = frame.bands.plot + frame.bands.volume
    lines = text(frame)[top : top + frame.panels[0].scale.rows]
    assert lines[0].startswith("RSI 14 ")
    assert any(line.rstrip().endswith(" 70") for line in lines)
    assert any("◄49.1" in line for line in lines)
    assert any("··········" in line for line in lines)


def test_without_a_candle_and_before_the_first_value_nothing_is_drawn() -> None:
    few = drawn(OVERLAYS + PANELS, series(MARKET[:5]))
    assert words(legend(few, 60)) == "── SMA 20 –  ╌╌ EMA 50 –  ·· BB 20 2 –  RSI 14 –  …"
    assert drawn(OVERLAYS, series([])).curves == ()


@pytest.mark.parametrize("width", range(1, 120))
def test_the_legend_has_whole_studies_or_none(width: int) -> None:
    frame = drawn((*OVERLAYS, *PANELS))
    line = words(legend(frame, width))
    full = words(legend(frame, 1_000))
    assert len(line) <= width
    assert full.startswith(line.rstrip("…"))
    assert line.endswith(("…", "  ")) or not line


@pytest.mark.parametrize("name", OURS)
def test_the_colours_of_studies_differ_and_can_be_read_in_every_theme(name: str) -> None:
    colors = OURS[name].to_color_system().generate() | OURS[name].variables
    roles = ("text-warning", "text-primary", "market-hole", "text-secondary", "foreground")
    for number, role in enumerate(roles, start=1):
        assert f"picture--study-{number} {{ color: ${role};" in Picture.DEFAULT_CSS
        assert contrast(colors[role], colors["background"]) >= 3, role
    if name not in ("graphite", "amber"):  # of one hue or none; dashes tell their lines apart
        assert all(distance(colors[a], colors[b], NORMAL) > 10 for a, b in combinations(roles, 2))


GOLDEN = Path(__file__).parent / "data" / "golden"
PICTURES = {
    "studies": (OVERLAYS + PANELS, Options()),
    "studies-ascii": (("SMA 20", "SuperTrend", "Stoch", "OBV"), Options(Glyphs.ASCII)),
    "studies-wide": (("EMA 9", "VWAP", "MACD"), Options(zoom=Zoom.WIDE)),
    "studies-hole": (("WMA 8", "RSI 5"), Options()),
}


@pytest.mark.parametrize("name", PICTURES)
def test_the_studies_look_as_they_did(name: str) -> None:
    """After a wanted change: `TRADEX_GOLDEN=write`, and look at the difference."""
    studies, options = PICTURES[name]
    market = series(MARKET[:350] + MARKET[353:]) if name == "studies-hole" else SHOWN
    frame = drawn(studies, market, options=options)
    lines = [words(legend(frame, 100)), *text(frame)]
    picture = "\n".join(line.rstrip() for line in lines) + "\n"
    path = GOLDEN / f"{name}.txt"
    if os.environ.get("TRADEX_GOLDEN") == "write":
        path.write_text(picture, encoding="utf-8")
    assert picture == path.read_text(encoding="utf-8")
