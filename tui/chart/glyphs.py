"""The glyph sets: which characters draw the two halves of a candle's cell, and all the rest.

Each half of a cell is NOTHING, WICK, BODY or EDGE (the first and the last half of a body, which
a hollow body shows and a solid one does not tell from the rest).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache

NOTHING, WICK, BODY, EDGE = range(4)


class Glyphs(Enum):
    """The glyph sets to choose from; the values are what a config says."""

    HEAVY = "heavy"
    BLOCKS = "blocks"
    BRAILLE = "braille"
    ASCII = "ascii"

    @property
    def next(self) -> Glyphs:
        """The set after this one, the first after the last."""
        sets = list(Glyphs)
        return sets[(sets.index(self) + 1) % len(sets)]


Cells = tuple[str, ...]
"""Sixteen texts, that of a cell with halves (upper, lower) at `upper * 4 + lower`."""


@dataclass(frozen=True, slots=True)
class GlyphSet:
    """One terminal's worth of glyphs; the six `Cells` are for bodies one and three cells wide.

    A `hollow` body is a rising one. `bars` are the verticals of a bar, through the whole cell, its
    upper and its lower half, each alone, with the opening to the left, the close to the right, and
    both; `wide_bars` the same where `dash` stands to the left and right. `line` is a dash, a
    vertical and the corners left-up, down-right, left-down, up-right; empty for braille. `levels`
    are fillings of a cell from empty to full. `dots` says that candles are drawn in braille.
    """

    up: Cells
    down: Cells
    hollow: Cells
    wide_up: Cells
    wide_down: Cells
    wide_hollow: Cells
    bars: str
    wide_bars: str
    dash: str
    line: str
    levels: str
    hole: str
    rule: str
    tick: str
    repaired: str
    uncertain: str
    missing: str
    grid: str
    pointer: str
    cursor: str
    cross: str
    dots: bool = False


def bodies(glyphs: GlyphSet, rising: bool, hollow: bool, cells: int) -> Cells:
    """The texts of candles whose bodies are `cells` wide: 1, 3 or 5."""
    if cells == 1:
        return (glyphs.hollow if hollow else glyphs.up) if rising else glyphs.down
    wide = (glyphs.wide_hollow if hollow else glyphs.wide_up) if rising else glyphs.wide_down
    return wide if cells == 3 else _wider(wide)


@lru_cache
def _wider(table: Cells) -> Cells:
    return tuple(map(_stretched, table))


def _stretched(text: str) -> str:
    """A text of three cells as one of five: bodies grow, wicks stay in the middle."""
    is_body = text[0] != " "
    return f"{text[0]}{text[1] * 3}{text[2]}" if is_body else f" {text} "


def usual_glyphs(environ: Mapping[str, str]) -> Glyphs:
    """The best set that the terminal's own fonts have: a text console has no braille."""
    term = environ.get("TERM", "")
    return Glyphs.BLOCKS if term in _CONSOLES else Glyphs.HEAVY


# Terminals with a font of 256 or 512 characters: those of code page 437.
_CONSOLES = {"linux", "cons25", "vt220", "wsvt25"}


def _solid(table: str) -> Cells:
    """Nine texts for NOTHING, WICK, BODY, separated by commas, upper half slowest, as `Cells`."""
    nine = table.split(",")
    halves = (0, 1, 2, 2)
    return tuple(nine[upper * 3 + lower] for upper in halves for lower in halves)


def _hollow(table: str) -> Cells:
    """All sixteen texts, separated by commas."""
    return tuple(table.split(","))


_NARROW = _solid(" ,╷,╻,╵,│,╽,╹,╿,┃")
_WIDE = _solid("   , ╷ ,▗▄▖, ╵ , │ ,▗▄▖,▝▀▘,▝▀▘,▐█▌")

_HEAVY = GlyphSet(
    up=_NARROW,
    down=_NARROW,
    hollow=_hollow(" ,╷,╥,╥,╵,│,╥,╥,╨,╨,║,║,╨,╨,║,║"),
    wide_up=_WIDE,
    wide_down=_WIDE,
    wide_hollow=_hollow(
        "   , ╷ ,▗ ▖,▗▄▖, ╵ , │ ,▗ ▖,▗▄▖,▝ ▘,▝ ▘,▐ ▌,▐▄▌,▝▀▘,▝▀▘,▐▀▌,▐█▌",
    ),
    bars="│┤├┼╵┘└┴╷┐┌┬",
    wide_bars="│┤├┼╵┘└┴╷┐┌┬",
    dash="─",
    line="",
    levels=" ▁▂▃▄▅▆▇█",
    hole="╱",
    rule="─",
    tick="┬",
    repaired="═",
    uncertain="?",
    missing="×",
    grid="·",
    pointer="◄",
    cursor="┊",
    cross="┼",
)
_BLOCK = _solid(" ,│,▄,│,│,▄,▀,▀,█")
_WIDE_BLOCK = _solid("   , │ ,▄▄▄, │ , │ ,▄▄▄,▀▀▀,▀▀▀,███")
_BLOCKS = replace(
    _HEAVY,
    up=_BLOCK,
    down=_BLOCK,
    hollow=_solid(" ,│,▒,│,│,▒,▒,▒,▒"),
    wide_up=_WIDE_BLOCK,
    wide_down=_WIDE_BLOCK,
    wide_hollow=_solid("   , │ ,┌─┐, │ , │ ,┌┴┐,└─┘,└┬┘,│ │"),
    bars="│┤├┼│┘└┴│┐┌┬",
    wide_bars="│┤├┼│┘└┴│┐┌┬",
    line="─│┘┌┐└",
    levels=" ▄█",
    hole="░",
    missing="x",
    cursor="│",
)
_ASCII_NARROW = _solid(" ,.,o,',|,O,o,O,O")
_ASCII_WIDE = _solid("   , . ,.-., ' , | ,.-.,'-','-',[ ]")
_ASCII = GlyphSet(
    up=_ASCII_NARROW,
    down=_solid(" ,.,#,',|,#,#,#,#"),
    hollow=_ASCII_NARROW,
    wide_up=_ASCII_WIDE,
    wide_down=_solid("   , . ,###, ' , | ,###,###,###,###"),
    wide_hollow=_ASCII_WIDE,
    bars="|{}+'{}+.{}+",
    wide_bars="|+++'+++.+++",
    dash="-",
    line="-|'..'",
    levels=" .:|",
    hole="/",
    rule="-",
    tick="+",
    repaired="=",
    uncertain="?",
    missing="x",
    grid=".",
    pointer="<",
    cursor=":",
    cross="+",
)

SETS = {
    Glyphs.HEAVY: _HEAVY,
    Glyphs.BLOCKS: _BLOCKS,
    Glyphs.BRAILLE: replace(_HEAVY, levels=" ⣀⣤⣶⣿", dots=True),
    Glyphs.ASCII: _ASCII,
}
