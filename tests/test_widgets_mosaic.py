"""A mosaic shows each picture in its place, and refreshes what changed in all of them at once."""

from __future__ import annotations

import asyncio

from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot
from textual.widgets import Static

from tui.chart.picture import Row
from tui.theme import variable_defaults
from tui.widgets.mosaic import Mosaic, Part
from tui.widgets.picture import ChartPicture

LEFT, RIGHT = Region(0, 0, 5, 2), Region(5, 0, 3, 2)


class Host(App[None]):
    CSS = "Mosaic { width: 8; height: 2; }"

    def __init__(self) -> None:
        super().__init__()
        self.note = Static("note", markup=False)
        self.mosaic = Mosaic((ChartPicture(), ChartPicture()), [self.note])

    def compose(self) -> ComposeResult:
        yield self.mosaic

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)

    @property
    def seen(self) -> list[str]:
        strips = self.screen._compositor.render_strips()
        return [strip.text[:8] for strip in strips[:2]]


def rows(*texts: str) -> list[Row]:
    return [((text, "up"),) for text in texts]


async def until(pilot: Pilot[None], host: Host, *lines: str) -> None:
    async with asyncio.timeout(5):
        while host.seen != list(lines):
            await pilot.pause(0.01)


def test_pictures_stand_where_they_are_told_and_move_when_told_again() -> None:
    async def scenario() -> None:
        host = Host()
        async with host.run_test() as pilot:
            parts = [Part(LEFT, rows("one", "two")), Part(RIGHT, rows("abc", "def"))]
            host.mosaic.paint(parts, {host.note: Region()})
            await until(pilot, host, "one  abc", "two  def")
            moved = [Part(Region(0, 0, 2, 2), parts[0].rows), Part(Region(2, 0, 6, 2), rows("x"))]
            host.mosaic.paint(moved, {host.note: Region()})
            await until(pilot, host, "onx     ", "tw      ")

    asyncio.run(scenario())


def test_what_gets_no_place_is_not_seen() -> None:
    async def scenario() -> None:
        host = Host()
        async with host.run_test() as pilot:
            host.mosaic.paint([Part(LEFT, rows("one", "two"))], {host.note: Region()})
            await until(pilot, host, "one     ", "two     ")
            assert not host.note.display
            host.mosaic.paint(
                [Part(Region(0, 0, 8, 1), rows("head"))], {host.note: Region(0, 1, 8, 1)}
            )
            await until(pilot, host, "head    ", "note    ")

    asyncio.run(scenario())


def test_one_refresh_covers_the_cells_that_changed_in_all_pictures() -> None:
    async def scenario() -> None:
        host = Host()
        async with host.run_test() as pilot:
            before = [Part(LEFT, rows("one", "two")), Part(RIGHT, rows("abc", "def"))]
            host.mosaic.paint(before, {host.note: Region()})
            await until(pilot, host, "one  abc", "two  def")
            host.mosaic._exchange_repaint_regions()
            after = [Part(LEFT, rows("one", "tWo")), Part(RIGHT, rows("Abc", "def"))]
            host.mosaic.paint(after, {host.note: Region()})
            changed = set(host.mosaic._exchange_repaint_regions())
            assert changed == {Region(0, 1, 2, 1), Region(5, 0, 1, 1)}
            host.mosaic.refresh(*changed)
            await until(pilot, host, "one  Abc", "tWo  def")

    asyncio.run(scenario())
