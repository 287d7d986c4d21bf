"""The help: how its page is laid out, filtered and scrolled, and that it has the user's keys."""

from __future__ import annotations

import pytest
from textual.containers import VerticalScroll

from tests.stage import THREE, Stage, play, stage
from tests.test_text_on_screen import lines_of
from tui.chart.picture import Row
from tui.config import Config
from tui.keys import KEYS, HelpRow, help_groups
from tui.screens.columns import matching, page, widest
from tui.screens.glossary import MARKS, MOUSE, PANEL, WORDS
from tui.screens.help import HelpScreen
from tui.widgets.picture import row_cells

GROUPS = {**help_groups(KEYS), "Mouse": MOUSE, "Words": WORDS, "Marks": MARKS, "Panel": PANEL}
SIZES = [(40, 12), (80, 24), (120, 40), (240, 60)]


def text(rows: list[Row]) -> str:
    return "\n".join("".join(run for run, _ in row) for row in rows)


@pytest.mark.parametrize(("width", "columns"), [(39, 1), (74, 1), (114, 2), (160, 3), (234, 4)])
def test_there_are_as_many_columns_as_have_room(width: int, columns: int) -> None:
    rows = page(GROUPS, width)
    assert max(sum("─" in run for run, _ in row) for row in rows) == columns
    assert all(row_cells(row) <= width for row in rows)


@pytest.mark.parametrize("width", [20, 39, 74, 114, 160, 234])
def test_no_word_is_lost_at_any_width(width: int) -> None:
    found = set(text(page(GROUPS, width)).split())
    for group, rows in GROUPS.items():
        words = " ".join([group, *(f"{row.keys} {row.description}" for row in rows)]).split()
        assert set(words) <= found


def test_keys_and_what_they_do_stand_side_by_side_or_below_where_that_is_narrow() -> None:
    groups = {"Feed": [HelpRow("n", "Connection panel"), HelpRow("shift+left comma", "Earlier")]}
    heading, panel, keys, below = text(page(groups, 38)).split("\n")
    assert heading == "Feed " + "─" * 33
    assert panel == "n  Connection panel"
    assert (keys, below) == ("shift+left comma", "   Earlier")
    assert text(page(groups, 60)).split("\n")[2] == "shift+left comma  Earlier"


def test_columns_are_of_about_the_same_height_and_no_group_is_torn() -> None:
    groups = {str(n): [HelpRow("k", "does")] * n for n in (5, 2, 3)}
    rows = page(groups, 100)
    assert len(rows) == 3 + 1 + 4
    assert page({}, 100) == []


def test_a_page_is_no_wider_than_its_columns_can_use() -> None:
    assert [widest(width) for width in (39, 74, 300)] == [39, 64, 265]


def test_the_filter_finds_words_in_keys_in_texts_and_in_the_group() -> None:
    assert matching(GROUPS, "mouse zoom") == {}
    assert [row.keys for row in matching(GROUPS, "WHEEL")["Mouse"]] == ["wheel"]
    assert [row.keys for row in matching(GROUPS, "feed panel")["Feed"]] == ["n"]
    assert matching(GROUPS, "  ") == {group: [*rows] for group, rows in GROUPS.items()}


async def opened(s: Stage) -> VerticalScroll:
    await s.pilot.press("question_mark")
    await s.until(lambda: isinstance(s.app.screen, HelpScreen))
    return s.app.screen.query_one(VerticalScroll)


@pytest.mark.parametrize("size", SIZES)
def test_the_help_is_read_to_its_end_at_any_size(size: tuple[int, int]) -> None:
    async def scenario() -> None:
        async with stage(THREE[:1], size=size) as s:
            scroll = await opened(s)
            read = ""
            for _ in range(40):
                read += " ".join(lines_of(s.app))
                await s.pilot.press("pagedown")
                await s.pilot.pause()
            assert scroll.scroll_y == scroll.max_scroll_y
            for word in ("Quit", "Freeze", "QUIET", "double click", "last close", "╱╱╱"):
                assert word in read
            await s.pilot.press("up", "pageup")
            await s.until(lambda: scroll.scroll_y < scroll.max_scroll_y or not scroll.max_scroll_y)

    play(scenario)


def test_typing_filters_and_escape_first_clears_and_then_closes() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1], size=(40, 12)) as s:
            await opened(s)
            await s.type("quit")
            await s.until(lambda: "General" not in str(lines_of(s.app)[3:]))
            assert any("q ctrl+c" in line for line in lines_of(s.app))
            await s.type(" xyz")
            await s.until(lambda: any("Nothing here" in line for line in lines_of(s.app)))
            await s.pilot.press("escape")
            await s.until(lambda: any("This help" in line for line in lines_of(s.app)))
            await s.pilot.press("escape")
            await s.until(lambda: s.app.screen is s.monitor)

    play(scenario)


def test_the_help_has_the_keys_of_the_config_and_closes_with_its_own() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1], config=Config(keys={"help": "f1", "traffic": "ctrl+w"})) as s:
            await s.pilot.press("f1")
            await s.until(lambda: isinstance(s.app.screen, HelpScreen))
            await s.until(lambda: any("ctrl+w" in line for line in lines_of(s.app)))
            assert any("f1" in line and "This help" in line for line in lines_of(s.app))
            await s.pilot.press("f1")
            await s.until(lambda: s.app.screen is s.monitor)

    play(scenario)
