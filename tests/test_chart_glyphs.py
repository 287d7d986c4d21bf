"""Candles drawn by hand on squared paper, compared cell by cell in every kind and glyph set.

The scale goes from 0 to 8 over four rows: a row is worth 2, a half cell 1, a dot of braille 0.5.
"""

from __future__ import annotations

from dataclasses import fields

import pytest

from tests.chart_series import candle
from tui.chart.bars import bar_texts
from tui.chart.candles import candle_texts
from tui.chart.glyphs import SETS, Glyphs, usual_glyphs
from tui.chart.line import area_texts, line_texts
from tui.chart.scale import Scale

SQUARES = Scale(0.0, 8.0, 4)
HEAVY, BLOCKS, BRAILLE, ASCII = Glyphs.HEAVY, Glyphs.BLOCKS, Glyphs.BRAILLE, Glyphs.ASCII
# Low in half cell 0, body from half cell 2 to 5, high in half cell 6: (open, high, low, close).
UP = candle(0, (2.1, 6.9, 0.1, 5.9))
DOWN = candle(0, (5.9, 6.9, 0.1, 2.1))


def _column(texts: dict[int, str], cells: int) -> list[str]:
    """The four rows from top to bottom, blanks where nothing is drawn."""
    return [texts.get(row, " " * cells) for row in range(4)]


@pytest.mark.parametrize(
    ("glyphs", "cells", "up", "down"),
    [
        (HEAVY, 1, "╷|┃|┃|│", "╷|┃|┃|│"),
        (HEAVY, 3, " ╷ |▐█▌|▐█▌| │ ", " ╷ |▐█▌|▐█▌| │ "),
        (HEAVY, 5, "  ╷  |▐███▌|▐███▌|  │  ", "  ╷  |▐███▌|▐███▌|  │  "),
        (BLOCKS, 1, "│|█|█|│", "│|█|█|│"),
        (BLOCKS, 3, " │ |███|███| │ ", " │ |███|███| │ "),
        (BLOCKS, 5, "  │  |█████|█████|  │  ", "  │  |█████|█████|  │  "),
        (BRAILLE, 1, "⡄|⣿|⣿|⡇", "⡄|⣿|⣿|⡇"),
        (BRAILLE, 3, " ⡄ |⣿⣿⡇|⣿⣿⡇| ⡇ ", " ⡄ |⣿⣿⡇|⣿⣿⡇| ⡇ "),
        (BRAILLE, 5, "  ⡄  |⣿⣿⣿⣿⡇|⣿⣿⣿⣿⡇|  ⡇  ", "  ⡄  |⣿⣿⣿⣿⡇|⣿⣿⣿⣿⡇|  ⡇  "),
        (ASCII, 1, ".|O|O||", ".|#|#||"),
        (ASCII, 3, " . |[ ]|[ ]| | ", " . |###|###| | "),
        (ASCII, 5, "  .  |[   ]|[   ]|  |  ", "  .  |#####|#####|  |  "),
    ],
)
def test_a_candle_is_drawn_as_on_squared_paper(
    glyphs: Glyphs, cells: int, up: str, down: str
) -> None:
    for shape, drawn in ((UP, up), (DOWN, down)):
        texts = candle_texts(shape, SQUARES, SETS[glyphs], cells)
        assert "|".join(_column(texts, cells)) == drawn


@pytest.mark.parametrize(
    ("glyphs", "cells", "up"),
    [
        (HEAVY, 1, "╷|║|║|│"),
        (HEAVY, 3, " ╷ |▐▀▌|▐▄▌| │ "),
        (HEAVY, 5, "  ╷  |▐▀▀▀▌|▐▄▄▄▌|  │  "),
        (BLOCKS, 1, "│|▒|▒|│"),
        (BLOCKS, 3, " │ |│ │|│ │| │ "),
        (BLOCKS, 5, "  │  |│   │|│   │|  │  "),
        (BRAILLE, 1, "⡄|⢹|⣸|⡇"),
        (BRAILLE, 3, " ⡄ |⡏⠉⡇|⣇⣀⡇| ⡇ "),
        (BRAILLE, 5, "  ⡄  |⡏⠉⠉⠉⡇|⣇⣀⣀⣀⡇|  ⡇  "),
        (ASCII, 1, ".|O|O||"),
        (ASCII, 3, " . |[ ]|[ ]| | "),
        (ASCII, 5, "  .  |[   ]|[   ]|  |  "),
    ],
)
def test_a_hollow_candle_is_empty_where_it_rises_and_solid_where_it_falls(
    glyphs: Glyphs, cells: int, up: str
) -> None:
    rising = candle_texts(UP, SQUARES, SETS[glyphs], cells, hollow=True)
    assert "|".join(_column(rising, cells)) == up
    falling = candle_texts(DOWN, SQUARES, SETS[glyphs], cells, hollow=True)
    assert falling == candle_texts(DOWN, SQUARES, SETS[glyphs], cells)


@pytest.mark.parametrize(
    ("glyphs", "cells", "up", "down"),
    [
        (HEAVY, 1, "╷|├|┤|│", "╷|┤|├|│"),
        (HEAVY, 3, " ╷ | ├─|─┤ | │ ", " ╷ |─┤ | ├─| │ "),
        (HEAVY, 5, "  ╷  |  ├──|──┤  |  │  ", "  ╷  |──┤  |  ├──|  │  "),
        (BLOCKS, 1, "│|├|┤|│", "│|┤|├|│"),
        (BLOCKS, 3, " │ | ├─|─┤ | │ ", " │ |─┤ | ├─| │ "),
        (BRAILLE, 1, "╷|├|┤|│", "╷|┤|├|│"),
        (ASCII, 1, ".|}|{||", ".|{|}||"),
        (ASCII, 3, " . | +-|-+ | | ", " . |-+ | +-| | "),
        (ASCII, 5, "  .  |  +--|--+  |  |  ", "  .  |--+  |  +--|  |  "),
    ],
)
def test_a_bar_opens_to_the_left_and_closes_to_the_right(
    glyphs: Glyphs, cells: int, up: str, down: str
) -> None:
    for shape, drawn in ((UP, up), (DOWN, down)):
        assert "|".join(_column(bar_texts(shape, SQUARES, SETS[glyphs], cells), cells)) == drawn


@pytest.mark.parametrize(
    ("glyphs", "cells", "rising", "level", "falling"),
    [
        (BLOCKS, 1, "┌|│|│|┘", " |─| | ", "┐|│|│|└"),
        (BLOCKS, 3, " ┌─| │ | │ |─┘ ", "   |───|   |   ", "─┐ | │ | │ | └─"),
        (ASCII, 1, ".|||||'", " |-| | ", ".|||||'"),
        (ASCII, 3, " .-| | | | |-' ", "   |---|   |   ", "-. | | | | | '-"),
        (HEAVY, 1, "⢸|⣸|⡇|⡇", " |⠤| | ", "⡇|⣇|⢸|⢸"),
        (BRAILLE, 1, "⢸|⣸|⡇|⡇", " |⠤| | ", "⡇|⣇|⢸|⢸"),
    ],
)
def test_a_line_goes_from_the_close_before_to_the_close(
    glyphs: Glyphs, cells: int, rising: str, level: str, falling: str
) -> None:
    for before, close, drawn in ((0.1, 7.9, rising), (4.6, 4.6, level), (7.9, 0.1, falling)):
        texts = line_texts(before, close, SQUARES, SETS[glyphs], cells)
        assert "|".join(_column(texts, cells)) == drawn


@pytest.mark.parametrize(
    ("glyphs", "half", "full"),
    [
        (HEAVY, " | |▅|█", "█|█|█|█"),
        (BLOCKS, " | |█|█", "█|█|█|█"),
        (BRAILLE, " | |⣶|⣿", "⣿|⣿|⣿|⣿"),
        (ASCII, " | |:||", "|||||||"),
    ],
)
def test_an_area_is_filled_up_to_the_close(glyphs: Glyphs, half: str, full: str) -> None:
    for close, drawn in ((3.1, half), (7.99, full)):
        texts = area_texts(close, SQUARES, SETS[glyphs], 1)
        assert "|".join(_column(texts, 1)) == drawn


@pytest.mark.parametrize(
    ("term", "glyphs"),
    [("xterm-256color", HEAVY), ("tmux-256color", HEAVY), ("linux", BLOCKS), ("", HEAVY)],
)
def test_a_text_console_gets_the_characters_that_it_has(term: str, glyphs: Glyphs) -> None:
    assert usual_glyphs({"TERM": term}) is glyphs


def test_a_text_console_has_all_that_blocks_are_drawn_with() -> None:
    blocks = SETS[BLOCKS]
    texts = (getattr(blocks, field.name) for field in fields(blocks) if field.name != "dots")
    drawn = {char for text in texts for char in "".join(text)}
    # Code page 437 has the pointer at 0x11, which Python takes for a control character.
    assert {char for char in drawn if not char.encode("cp437", "ignore")} == {"◄"}
