"""Pictures of charts, compared with those kept in tests/data/golden.

After a wanted change: `TRADEX_GOLDEN=write pytest tests/test_chart_golden.py`, and look at the
difference before it is committed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from tests.chart_series import Drawn, series, text, walk
from tui.chart import chart
from tui.chart.frame import Options
from tui.chart.glyphs import Glyphs
from tui.chart.kinds import Kind
from tui.chart.layout import Zoom
from tui.market.series import Hole

GOLDEN = Path(__file__).parent / "data" / "golden"
MARKET = walk(400)
LONG_HOLE = MARKET[:340] + MARKET[372:]
PLAIN = Options()


@dataclass(frozen=True)
class Picture:
    name: str
    series: Drawn
    width: int
    height: int
    options: Options = PLAIN


def _span(first: int, end: int) -> Hole:
    return Hole(MARKET[first].open_time, MARKET[end].open_time)


PICTURES = [
    Picture("heavy", series(MARKET), 100, 30),
    Picture("hollow", series(MARKET), 100, 30, Options(kind=Kind.HOLLOW)),
    Picture("ascii", series(MARKET), 100, 30, Options(Glyphs.ASCII)),
    Picture("braille", series(MARKET), 100, 30, Options(Glyphs.BRAILLE, kind=Kind.LINE)),
    Picture("wide", series(MARKET), 100, 24, Options(zoom=Zoom.WIDE)),
    Picture("wide-hollow", series(MARKET), 100, 24, Options(zoom=Zoom.WIDE, kind=Kind.HOLLOW)),
    Picture("wide-ascii", series(MARKET), 100, 24, Options(Glyphs.ASCII, Zoom.WIDE)),
    Picture("pairs", series(MARKET), 100, 24, Options(zoom=Zoom.PAIRS)),
    Picture("quads", series(MARKET), 100, 24, Options(zoom=Zoom.QUADS)),
    Picture("widest", series(MARKET), 100, 24, Options(zoom=Zoom.WIDEST)),
    Picture("sixteens", series(MARKET), 40, 24, Options(zoom=Zoom.SIXTEENS)),
    Picture("bars", series(MARKET), 80, 16, Options(kind=Kind.BARS)),
    Picture("bars-wide", series(MARKET), 80, 16, Options(zoom=Zoom.WIDE, kind=Kind.BARS)),
    Picture("area", series(MARKET), 80, 16, Options(kind=Kind.AREA)),
    Picture("heikin-ashi", series(MARKET), 80, 16, Options(kind=Kind.HEIKIN_ASHI)),
    Picture("log", series(walk(80, price=20.0)), 80, 16, Options(log=True)),
    Picture("braille-candles", series(MARKET), 80, 16, Options(Glyphs.BRAILLE)),
    Picture("blocks", series(MARKET), 80, 16, Options(Glyphs.BLOCKS)),
    Picture("blocks-line", series(MARKET), 80, 16, Options(Glyphs.BLOCKS, kind=Kind.LINE)),
    Picture("no-volume", series(MARKET), 80, 16, Options(show_volume=False)),
    Picture("holes", series(MARKET[:350] + MARKET[353:380] + MARKET[390:]), 80, 16),
    Picture("hole-folded", series(LONG_HOLE), 80, 16),
    Picture("hole-folded-wide", series(LONG_HOLE), 120, 16, Options(zoom=Zoom.WIDE)),
    Picture(
        "marks",
        series(
            MARKET[:350] + MARKET[353:],
            repaired=(_span(360, 375),),
            uncertain_from=MARKET[395].open_time,
        ),
        80,
        16,
    ),
    Picture("marks-low", series(MARKET, repaired=(_span(375, 388),)), 40, 6),
    Picture("panned", series(MARKET), 80, 12, Options(offset=150)),
    Picture("few", series(MARKET[:12]), 60, 14),
    Picture("days", series(walk(200, "1d"), "1d"), 100, 14),
    Picture("seconds", series(walk(200, "1s"), "1s"), 100, 14),
    Picture("zone", series(walk(200)), 80, 12, Options(tz=timezone(timedelta(minutes=330), "IST"))),
    Picture("small-prices", series(walk(80, price=0.0000115), digits=8), 60, 16),
    Picture("tiny", series(MARKET), 12, 4),
]


@pytest.mark.parametrize("picture", PICTURES, ids=lambda picture: picture.name)
def test_the_chart_looks_as_it_did(picture: Picture) -> None:
    frame = chart.frame(picture.series, picture.width, picture.height, picture.options)
    drawn = "\n".join(line.rstrip() for line in text(frame)) + "\n"
    path = GOLDEN / f"{picture.name}.txt"
    if os.environ.get("TRADEX_GOLDEN") == "write":
        path.write_text(drawn, encoding="utf-8")
    assert drawn == path.read_text(encoding="utf-8")
