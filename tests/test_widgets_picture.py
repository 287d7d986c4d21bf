"""A picture paints what it was given, only what changed, and in the colours of the theme."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color
from textual.app import App, ComposeResult
from textual.geometry import Region
from textual.pilot import Pilot

from tui.chart.picture import Row
from tui.theme import variable_defaults
from tui.widgets.picture import ChartPicture, Picture, TextPicture, _changed_cells

CELLS = st.lists(st.tuples(st.sampled_from("ab "), st.sampled_from(["up", "down"])), max_size=8)


class Host(App[None]):
    CSS = "Picture { width: 8; height: 3; }"

    def __init__(self) -> None:
        super().__init__()
        self.picture = ChartPicture()

    def compose(self) -> ComposeResult:
        yield self.picture

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return variable_defaults(self.current_theme)


def hosted(scenario: Callable[[Host, Picture, Pilot[None]], Awaitable[None]]) -> None:
    async def run() -> None:
        host = Host()
        async with host.run_test() as pilot:
            await scenario(host, host.picture, pilot)

    asyncio.run(run())


def painted(picture: Picture) -> list[str]:
    return [strip.text for strip in picture.render_lines(picture.size.region)]


@given(CELLS, CELLS)
def test_all_that_follows_the_changed_cells_is_the_same(old: list[Row], new: list[Row]) -> None:
    cells = _changed_cells(tuple(old), tuple(new))  # type: ignore[arg-type]  # rows as lists
    assert old[cells:] == new[cells:]
    if len(old) == len(new) and cells:
        assert old[cells - 1] != new[cells - 1]


def test_rows_are_filled_and_cropped_to_the_width() -> None:
    async def scenario(host: Host, picture: Picture, pilot: Pilot[None]) -> None:
        picture.show([(("abc", "up"),), (("0123456789", "down"),)])
        assert painted(picture) == ["abc     ", "01234567", "        "]

    hosted(scenario)


def test_half_a_number_in_a_header_is_seen_to_be_half() -> None:
    async def scenario(host: Host, picture: Picture, pilot: Pilot[None]) -> None:
        header = TextPicture()
        await host.mount(header, before=picture)
        await pilot.pause()
        header.show([(("90170.36 ▲", "up"),), (("90170.36", "up"),)])
        assert painted(header)[:2] == ["90170.3…", "90170.36"]

    hosted(scenario)


def test_only_the_cells_up_to_the_last_changed_one_are_repainted() -> None:
    async def scenario(host: Host, picture: Picture, pilot: Pilot[None]) -> None:
        picture.show([(("100.00 ▲", "up"),), (("same", "up"),)])
        picture._exchange_repaint_regions()
        picture.show([(("100.25 ▲", "up"),), (("same", "up"),)])
        assert set(picture._exchange_repaint_regions()) == {Region(0, 0, 6, 1)}

    hosted(scenario)


def test_blanks_are_painted_with_what_stands_before_them_but_for_a_tag() -> None:
    async def scenario(host: Host, picture: Picture, pilot: Pilot[None]) -> None:
        picture.show(
            [
                (("a", "up"), ("  ", "blank"), ("b", "up"), ("    ", "blank")),
                (("tag", "tag-up"), ("     ", "blank")),
            ]
        )
        joined, tagged = picture.render_lines(picture.size.region)[:2]
        assert [segment.text for segment in joined] == ["a  b    "]
        assert [segment.text for segment in tagged] == ["tag", "     "]

    hosted(scenario)


def test_lines_that_did_not_change_are_the_same_objects() -> None:
    async def scenario(host: Host, picture: Picture, pilot: Pilot[None]) -> None:
        picture.show([(("abc", "up"),), (("def", "up"),)])
        before = list(picture.render_lines(picture.size.region))
        picture.show([(("abd", "up"),), (("def", "up"),)])
        after = picture.render_lines(picture.size.region)
        assert [a is b for a, b in zip(after, before, strict=True)] == [False, True, True]

    hosted(scenario)


def test_another_theme_recolours_what_is_shown() -> None:
    async def scenario(host: Host, picture: Picture, pilot: Pilot[None]) -> None:
        def color() -> Color | None:
            style = next(iter(picture.render_lines(picture.size.region)[0])).style
            return style.color if style else None

        picture.show([(("abc", "up"),)])
        before = color()
        host.theme = "textual-light"
        async with asyncio.timeout(5):
            while color() == before:
                await pilot.pause(0.01)

    hosted(scenario)
