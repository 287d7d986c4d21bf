"""Tabs, pages and the order of panes, as a person uses them."""

from __future__ import annotations

from pathlib import Path

from textual.command import CommandList, CommandPalette
from textual.events import Paste

from tests.feeds import subscription
from tests.stage import THREE, Stage, play, stage
from tests.test_app_palette import best, choose, palette
from tui.market.symbol import Subscription
from tui.screens.monitor import MonitorScreen
from tui.tab import Tab
from tui.workspace import Workspace, load

FIVE = subscription("BTCUSDT", "5m")
OTHER = Tab((FIVE, THREE[0]), "other", columns=1)
MANY = tuple(subscription(name, "1m") for name in ("BTCUSDT", "ETHUSDT", "SOLUSDT")) + tuple(
    subscription(name, "5m") for name in ("BTCUSDT", "ETHUSDT", "SOLUSDT")
)


def row(s: Stage) -> str:
    return s.monitor.tabs.plain.rstrip()


def connection_of(s: Stage, pane: Subscription) -> object:
    """The connection that follows the pane's symbol now."""
    return next(c.id for c in s.app.engine.connections() if pane in c.subscriptions)


def holds(s: Stage, tab: Tab) -> bool:
    return s.watched == [str(pane) for pane in tab.panes]


def test_braces_go_through_the_tabs_and_a_hidden_tab_costs_no_connection() -> None:
    async def scenario() -> None:
        workspace = Workspace(THREE, name="majors", after=(OTHER,))
        async with stage(workspace=workspace) as s:
            await s.until(lambda: len(s.app.engine.connections()) == 3)
            await s.until(lambda: row(s) == " ▸1 majors  2 other")
            shared = connection_of(s, THREE[0])
            await s.pilot.press("right_curly_bracket")
            await s.until(lambda: holds(s, OTHER))
            assert row(s) == "  1 majors ▸2 other"
            assert s.monitor.grid.columns == 1
            await s.until(lambda: len(s.app.engine.connections()) == 2)
            await s.until(s.says("LIVE", 0))
            assert connection_of(s, THREE[0]) == shared
            await s.pilot.press("left_curly_bracket", "2")
            await s.until(lambda: s.watched == [str(pane) for pane in THREE])
            await s.until(lambda: len(s.app.engine.connections()) == 3)
            await s.until(s.focuses(1))
            await s.pilot.press("right_curly_bracket", "right_curly_bracket")
            await s.until(s.focuses(1))

    play(scenario)


def test_one_tab_has_no_row_and_a_click_on_a_name_shows_its_tab() -> None:
    async def scenario() -> None:
        async with stage() as s:
            assert not s.monitor.tabs.display
            await s.monitor.tabs.open(OTHER)
            await s.until(lambda: s.monitor.tabs.size.height == 1)
            await s.pilot.click("Tabs", offset=(2, 0))
            await s.until(lambda: s.watched == [str(pane) for pane in THREE])
            await s.pilot.click("Tabs", offset=(row(s).index("2"), 0))
            await s.until(lambda: holds(s, OTHER))

    play(scenario)


def test_tabs_are_made_named_closed_and_brought_back_by_name(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"

    async def scenario() -> None:
        async with stage(path=path) as s:
            await choose(s, "Close tab")
            assert "This is the only tab." in s.notices
            await choose(s, "New tab")
            await s.until(lambda: not s.watched and row(s) == "  1 ▸2")
            await s.pilot.press("colon")
            await s.type("Rename tab")
            await s.until(lambda: best_is(s, "Rename tab"))
            await s.pilot.press("enter")
            await s.until(lambda: "No name" in listed(s))
            await s.type("[red]")
            await s.until(lambda: "Call it [red]" in listed(s))
            await s.pilot.press("enter")
            await s.until(lambda: row(s) == "  1 ▸2 [red]")
            await s.monitor.grid.add([FIVE])
            await choose(s, "Close tab")
            await s.until(lambda: len(s.watched) == 3)
            assert s.notices[-1] == "Tab 2 [red] closed. u brings it back."
            await s.pilot.press("u")
            await s.until(lambda: s.watched == [str(FIVE)] and row(s) == "  1 ▸2 [red]")
            assert not any("closed" in notice for notice in s.notices)
        saved, _ = load(path)
        assert saved and saved.tabs == (Tab(THREE), Tab((FIVE,), "[red]"))

    play(scenario)


def best_is(s: Stage, name: str) -> bool:
    return best(s.app.screen.query_one(CommandList)) == name


def listed(s: Stage) -> str:
    return palette(s) if isinstance(s.app.screen, CommandPalette) else ""


def test_u_brings_panes_back_to_the_tab_that_they_were_taken_from() -> None:
    async def scenario() -> None:
        async with stage(workspace=Workspace(THREE, after=(OTHER,))) as s:
            await s.pilot.press("2", "d")
            await s.until(lambda: len(s.watched) == 2)
            await s.pilot.press("right_curly_bracket")
            await s.until(lambda: holds(s, OTHER))
            await s.pilot.press("u")
            await s.until(lambda: s.watched == [str(pane) for pane in THREE])
            assert s.monitor.tabs.shown == 0

    play(scenario)


def test_a_tab_keeps_its_zoomed_pane_while_it_is_hidden_and_over_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"

    async def scenario() -> None:
        async with stage(path=path, workspace=Workspace(THREE, before=(OTHER,))) as s:
            await s.pilot.press("3", "z", "right_curly_bracket")
            await s.until(lambda: holds(s, OTHER))
            assert not s.monitor.grid.zoomed
        saved, _ = load(path)
        assert saved == Workspace(
            OTHER.panes, name="other", columns=1, after=(Tab(THREE, zoomed=2),), glyphs=None
        )
        async with stage(workspace=saved) as s:
            assert holds(s, OTHER)
            await s.pilot.press("left_curly_bracket")
            await s.until(lambda: s.monitor.grid.zoomed and s.monitor.grid.current is s.pane(2))

    play(scenario)


def test_a_layout_typed_in_the_palette_opens_in_a_new_tab() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.pilot.press("colon")
            await s.type("2 columns: btcusdt@5m | binance:ETHUSDT")
            name = "Open layout: 2 columns: binance:BTCUSDT@5m | binance:ETHUSDT@1m"
            await s.until(lambda: name in listed(s))
            await s.pilot.press("enter")
            await s.until(lambda: s.watched == ["binance:BTCUSDT@5m", "binance:ETHUSDT@1m"])
            assert (s.monitor.grid.columns, row(s)) == (2, "  1 ▸2")
            await s.pilot.press("colon")
            await s.type("BTCUSDT@7m | mars:X")
            await s.until(lambda: "Unknown interval '7m'" in listed(s))

    play(scenario)


def test_a_pasted_layout_opens_in_a_new_tab_and_other_text_is_refused() -> None:
    async def scenario() -> None:
        async with stage() as s:
            s.app.post_message(Paste("binance:BTCUSDT@5m |\n ETHUSDT\n"))
            await s.until(lambda: s.watched == ["binance:BTCUSDT@5m", "binance:ETHUSDT@1m"])
            s.app.post_message(Paste("rm -rf [bold] | \x1b]52;c;eA==\x07"))
            await s.until(lambda: any("is no layout" in notice for notice in s.notices))
            assert len(s.monitor.tabs.tabs) == 2

    play(scenario)


def test_the_layout_is_copied_as_text() -> None:
    async def scenario() -> None:
        async with stage(workspace=Workspace(THREE[:2], columns=2)) as s:
            await choose(s, "Copy layout")
            text = "2 columns: binance:BTCUSDT@1m | binance:ETHUSDT@1m"
            await s.until(lambda: s.app.clipboard == text)
            assert f"Copied: {text}" in s.notices

    play(scenario)


def test_a_pane_is_moved_in_the_order_and_keeps_its_chart(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"

    async def scenario() -> None:
        async with stage(path=path) as s:
            moved = s.pane(0)
            for key, index in ((">", 1), (">", 2), (">", 2), ("<", 1)):
                await s.pilot.press({">": "greater_than_sign", "<": "less_than_sign"}[key])
                await s.until(lambda index=index: s.pane(index) is moved)  # type: ignore[misc]  # its default
                assert s.monitor.grid.current is moved
            await s.until(lambda: moved.region.x > s.pane(0).region.x)
        saved, _ = load(path)
        assert saved and saved.panes == (THREE[1], THREE[0], THREE[2])

    play(scenario)


def test_panes_that_do_not_fit_stand_on_pages() -> None:
    async def scenario() -> None:
        async with stage(workspace=Workspace(MANY, columns=1), size=(80, 24)) as s:
            grid: MonitorScreen = s.monitor

            def on_view() -> list[int]:
                return [i for i, pane in enumerate(grid.grid.panes) if grid.sees(pane)]

            def said(words: str) -> bool:
                return words in s.monitor.bar._health.plain

            await s.until(lambda: on_view() == [0, 1, 2] and said("page 1 of 2"))
            assert s.pane(0).size.height >= 7
            await s.pilot.press("pagedown")
            await s.until(lambda: on_view() == [3, 4, 5] and said("page 2 of 2"))
            await s.until(s.says("LIVE", 4))
            await s.pilot.press("pagedown", "up")
            await s.until(lambda: on_view() == [0, 1, 2] and grid.grid.current is s.pane(2))
            await s.pilot.press("down")
            await s.until(lambda: on_view() == [3, 4, 5] and grid.grid.current is s.pane(3))
            await s.pilot.press("pageup")
            await s.until(lambda: on_view() == [0, 1, 2])
            await s.pilot.press("5")
            await s.until(lambda: on_view() == [3, 4, 5])
            for columns in (2, 3):
                await s.pilot.press("number_sign")
                await s.until(lambda columns=columns: grid.grid.chosen.columns == columns)  # type: ignore[misc]  # its default
            await s.until(lambda: len(on_view()) == 6 and not said("page"))
            assert "Columns: 3" in s.notices

    play(scenario)
