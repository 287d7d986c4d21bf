"""How a pane shares its room between header and chart."""

from __future__ import annotations

from textual.geometry import Region, Size

_CHART_ROWS = 3


def split(width: int, height: int, least: Size) -> tuple[int, Region]:
    """The rows of a pane's header, and what is left for its chart: nothing where that is little.

    Both follow the size of the smallest pane in the grid.
    """
    rows = min(header_rows(*least), height)
    if least.height < rows + _CHART_ROWS:
        return rows, Region()
    return rows, Region(0, rows, width, height - rows)


def header_rows(width: int, height: int) -> int:
    """How many rows the header of a pane takes: 2 where that costs no chart, else 1."""
    narrow = width < 36 or (width < 48 and not 3 < height < 8)
    return 2 if narrow and height > 1 else 1
