"""Frames for a slow terminal: only cells that differ from what it shows, a few at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import chain, groupby
from operator import itemgetter

from rich.cells import cell_len
from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.geometry import Region
from textual.strip import Strip

# A character and its style; the second cell of a wide character is empty.
Cell = tuple[str, Style | None]
_UNKNOWN: Cell = ("?", Style.null())
# So many equal cells are written again sooner than the cursor is moved over them.
_WORTH_A_MOVE = 6
_CLEAR = Control.clear().segment.text


class Part(CompositorUpdate):
    """An update that was rendered already."""

    def __init__(self, text: str) -> None:
        self._text = text

    def render_segments(self, console: Console) -> str:
        return self._text


class Economy:
    """Knows what the terminal shows since it is slow; `owed` is what it does not show yet."""

    def __init__(self) -> None:
        self.owed: set[Region] = set()
        self._shown: dict[int, list[Cell]] = {}
        self._since: dict[int, float] = {}
        self._wipe = False

    def forget(self) -> None:
        """The terminal may show something else by now."""
        self._shown.clear()
        self._wipe = False

    def begin_anew(self) -> None:
        """What the terminal shows is of another layout: nothing of it may stand beside the new."""
        self.forget()
        self._wipe = True

    def behind(self, now: float) -> float:
        """How many seconds the part that is owed longest has waited."""
        return now - min(self._since.values(), default=now)

    def owe(self, update: CompositorUpdate) -> None:
        """The terminal is not shown this now; it stays owed."""
        for x, y, cells in _lines(update):
            self.owed.add(Region(x, y, len(cells), 1))

    def claim(self) -> set[Region]:
        """All that is owed; the caller sees to it that the next update has it."""
        claimed, self.owed = self.owed, set()
        return claimed

    def part(
        self,
        updates: Iterable[CompositorUpdate],
        console: Console,
        budget: float,
        group: Callable[[int, int], int],
        now: float,
    ) -> CompositorUpdate:
        """What of some updates differs from what is shown, as far as `budget` bytes go.

        `group` tells of a cell, by x and y, to which part of the screen it belongs: a part comes
        as a whole where it can, those below 0 first, then those that have waited longest.
        Something always comes through.
        """
        lines = sorted(
            ((group(x, y), x, y, cells) for x, y, cells in chain(*map(_lines, updates))),
            key=lambda line: self._turn(line[0], now) + line[:3],
        )
        waiting = set[int]()
        wiped, self._wipe = _CLEAR if self._wipe else "", False
        taken: list[str] = []
        for part, x, y, cells in lines:
            text = self._difference(x, y, cells, console)
            budget -= len(text.encode())
            if budget < 0 and taken:
                self.owed.add(Region(x, y, len(cells), 1))
                waiting.add(part)
            elif text:
                taken.append(text)
                self._row(y, x + len(cells))[x : x + len(cells)] = cells
        self._since = {part: self._since.get(part, now) for part in waiting}
        return Part(wiped + "".join(taken))

    def _turn(self, part: int, now: float) -> tuple[int, float]:
        return min(part, 0), self._since.get(part, now)

    def _row(self, y: int, width: int) -> list[Cell]:
        row = self._shown.setdefault(y, [])
        row += [_UNKNOWN] * (width - len(row))
        return row

    def _difference(self, x: int, y: int, cells: list[Cell], console: Console) -> str:
        shown = self._row(y, x + len(cells))[x:]
        return "".join(
            Control.move_to(x + start, y).segment.text + _written(cells[start:end], console)
            for start, end in _runs(cells, shown)
        )


def _lines(update: CompositorUpdate) -> Iterator[tuple[int, int, list[Cell]]]:
    """The cells of an update from (x, y) on, once they have been styled by Textual."""
    match update:
        case LayoutUpdate(strips=rows, region=region):
            for y, row in enumerate(rows, region.y):
                x = region.x
                for part in row:
                    yield x, y, list(_cells(part))
                    x += part.cell_length
        case ChopsUpdate(chops=chops, spans=spans, chop_ends=ends):
            for y, x1, x2 in spans:
                for end, (x, strip) in zip(ends[y], chops[y].items(), strict=False):
                    # As ChopsUpdate does: each strip is written from its start.
                    if strip is not None and x <= x2 and end > x1:
                        yield x, y, list(_cells(strip))[: min(end, x2) - x]


def _cells(strip: Strip) -> Iterator[Cell]:
    for text, style, control in strip:
        for character in "" if control else text:
            yield character, style
            if cell_len(character) == 2:
                yield "", style


def _runs(cells: list[Cell], shown: list[Cell]) -> Iterator[tuple[int, int]]:
    """Where `cells` differ; near ones are one."""
    differ = [i for i, (new, old) in enumerate(zip(cells, shown, strict=False)) if new != old]
    start = end = -1
    for i in differ:
        if start >= 0 and i - end >= _WORTH_A_MOVE:
            yield start, end
            start = -1
        if start < 0:
            start = i - 1 if cells[i][0] == "" and i else i
        end = i + 2 if cell_len(cells[i][0]) == 2 else i + 1
    if start >= 0:
        yield start, end


def _written(cells: list[Cell], console: Console) -> str:
    runs = groupby(cells, itemgetter(1))
    return Strip(
        [Segment("".join(character for character, _ in run), style) for style, run in runs]
    ).render(console)
