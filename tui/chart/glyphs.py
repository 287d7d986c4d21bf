"""The glyph sets: which characters draw the two halves of a candle's cell, and all the rest.

Each half of a cell is NOTHING, WICK, BODY or EDGE (the first and the last half of a body, which
a hollow body shows and a solid one does not tell from the rest).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

NOTHING, WICK, BODY, EDGE = range(4)


class Glyphs(Enum):
    """The glyph sets to choose from; the values are what a config says."""

    HEAVY = "heavy"
    HOLLOW = "hollow"
    ASCII = "ascii"
    BRAILLE = "braille"


Cells = tuple[str, ...]
"""Sixteen texts, that of a cell with halves (upper, lower) at `upper * 4 + lower`."""


@dataclass(frozen=True, slots=True)
class GlyphSet:
    """One terminal's worth of glyphs; the four `Cells` are for bodies one and three cells wide.

    `levels` are fillings of a cell from empty to full, for volume. `line` says that prices are
    drawn as one braille line and not as candles.
    """

    up: Cells
    down: Cells
    wide_up: Cells
    wide_down: Cells
    levels: str
    hole: str
    rule: str
    tick: str
    repaired: str
    uncertain: str
    missing: str
    grid: str
    pointer: str
    line: bool = False


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
    wide_up=_WIDE,
    wide_down=_WIDE,
    levels=" ▁▂▃▄▅▆▇█",
    hole="╱",
    rule="─",
    tick="┬",
    repaired="═",
    uncertain="?",
    missing="×",
    grid="·",
    pointer="◄",
)
_ASCII = GlyphSet(
    up=_solid(" ,.,o,',|,O,o,O,O"),
    down=_solid(" ,.,#,',|,#,#,#,#"),
    wide_up=_solid("   , . ,.-., ' , | ,.-.,'-','-',[ ]"),
    wide_down=_solid("   , . ,###, ' , | ,###,###,###,###"),
    levels=" .:|",
    hole="/",
    rule="-",
    tick="+",
    repaired="=",
    uncertain="?",
    missing="x",
    grid=".",
    pointer="<",
)

SETS = {
    Glyphs.HEAVY: _HEAVY,
    Glyphs.HOLLOW: replace(
        _HEAVY,
        up=_hollow(" ,╷,╥,╥,╵,│,╥,╥,╨,╨,║,║,╨,╨,║,║"),
        wide_up=_hollow(
            "   , ╷ ,▗ ▖,▗▄▖, ╵ , │ ,▗ ▖,▗▄▖,▝ ▘,▝ ▘,▐ ▌,▐▄▌,▝▀▘,▝▀▘,▐▀▌,▐█▌",
        ),
    ),
    Glyphs.ASCII: _ASCII,
    Glyphs.BRAILLE: replace(_HEAVY, levels=" ⣀⣤⣶⣿", line=True),
}
