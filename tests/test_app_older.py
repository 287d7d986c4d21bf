"""Panning back: the past comes in as far as it is looked at, and the chart says how it stands."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.geometry import Region

from tests.stage import THREE, Stage, play, stage
from tests.test_widgets_header import VIEW
from tui.chart.frame import Options
from tui.chart.layout import Zoom
from tui.feed.older import MOST_CANDLES
from tui.feed.status import Older, OlderState, SeriesView
from tui.simulator.faults import Answer
from tui.widgets.mosaic import Part
from tui.widgets.older_mark import marked, wants_older
from tui.widgets.pane import Pane

_PANNED = Options(offset=10)


def known(s: Stage) -> SeriesView:
    return s.app.engine.view(THREE[0], MOST_CANDLES)


def past(pane: Pane) -> str:
    return pane.chart.pictures[0].plain


def region(width: int) -> Region:
    return Region(0, 1, width, 2)


def mark(view: SeriesView, width: int) -> str:
    """What is written over an empty chart whose history is so wide."""
    blank = ((" " * width, "blank"),)
    part = marked(Part(region(width), [blank, blank]), view, width + 8, _PANNED, 100.0)
    text = "".join(text for text, role in part.rows[0] if role != "blank")
    assert sum(len(text) for text, _ in part.rows[0]) == width
    return text


def test_panning_back_brings_the_past_in_and_says_so_while_it_does_not_come() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1], size=(80, 24)) as s:
            await s.until(s.says("LIVE"))
            begun = known(s).candles[0].open_time
            s.simulator.inject(Answer(503, 60.0))
            await s.pilot.press("z")
            for _ in range(40):
                await s.pilot.press("left")
            await s.until(lambda: "next try in" in past(s.pane()).lower())
            assert s.pane().options.offset < known(s).known < 1_000
            s.simulator.lift()
            await s.until(lambda: known(s).known > 1_000)
            await s.until(lambda: "older" not in past(s.pane()))
            assert known(s).candles[0].open_time < begun and not known(s).holes
            await s.until(s.says("LIVE"))

    play(scenario)


@pytest.mark.parametrize(
    ("offset", "zoom", "asks"),
    [
        (0, Zoom.NORMAL, False),  # the newest: nobody looks back
        (0, Zoom.QUADS, True),  # a chart that is not full
        (5, Zoom.NORMAL, False),  # a screenful is left
        (180, Zoom.NORMAL, True),
    ],
)
def test_older_candles_are_wanted_where_less_than_a_screenful_is_left(
    offset: int, zoom: Zoom, asks: bool
) -> None:
    view = replace(VIEW, known=300)
    assert wants_older(view, 80, Options(offset=offset, zoom=zoom)) is asks


@pytest.mark.parametrize(
    ("older", "words", "narrow"),
    [
        (Older(), "", ""),
        (Older(OlderState.LOADING), " loading older… ", " older… "),
        (Older(OlderState.NONE), " no older candles ", " no older "),
        (Older(OlderState.FULL), " no more candles are kept ", ""),
        (
            Older(OlderState.FAILED, reason="Binance is down.", retry_at=107.2),
            " No older candles yet: Binance is down. Next try in 7 s. ",
            "",
        ),
    ],
    ids=lambda value: value.state.value if isinstance(value, Older) else "",
)
def test_the_mark_says_how_it_stands_with_what_is_older(
    older: Older, words: str, narrow: str
) -> None:
    view = replace(VIEW, known=50, older=older)
    assert mark(view, 70) == words
    assert mark(replace(view, known=20), 12) == narrow


def test_a_mark_hides_the_cells_under_it_and_no_others() -> None:
    view = replace(VIEW, known=61, older=Older(OlderState.LOADING))
    rows = [((" " * 8, "blank"), ("┃" * 22, "up")), (("x" * 30, "grid"),)]
    part = marked(Part(region(30), rows), view, 40, _PANNED, 100.0)
    assert part.rows[0] == ((" loading older… ", "axis"), ("┃" * 14, "up"))
    assert part.rows[1:] == rows[1:]
