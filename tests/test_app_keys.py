"""What the keys do to panes, charts and the screen."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from textual.command import CommandPalette
from textual.events import MouseScrollDown, MouseScrollUp

from tests.stage import THREE, play, stage
from tui.chart.glyphs import Glyphs
from tui.chart.kinds import Kind
from tui.chart.layout import Zoom
from tui.config import Config
from tui.keys import hints
from tui.screens.help import HelpScreen
from tui.workspace import Workspace


def test_arrows_letters_numbers_and_tab_move_between_panes() -> None:
    async def scenario() -> None:
        async with stage(workspace=Workspace(THREE, columns=2)) as s:
            moves = (
                ("right", 1), ("left", 0), ("down", 2), ("up", 0), ("l", 1), ("h", 0),
                ("j", 2), ("k", 0), ("G", 2), ("g", 0), ("2", 1), ("tab", 2), ("tab", 0),
                ("shift+tab", 2),
            )  # fmt: skip
            for key, index in moves:
                await s.pilot.press(key)
                assert s.monitor.grid.current is s.pane(index), key
                await s.until(s.focuses(index))

    play(scenario)


def test_a_zoomed_pane_fills_the_grid_and_escape_gives_it_back() -> None:
    async def scenario() -> None:
        async with stage() as s:
            small = s.pane(0).size
            await s.pilot.press("z")
            await s.until(lambda: s.pane(0).size.width == 120)
            assert s.pane(0).size.area > small.area
            assert [pane.display for pane in s.monitor.grid.panes] == [True, False, False]
            await s.pilot.press("escape")
            await s.until(lambda: all(pane.display for pane in s.monitor.grid.panes))
            assert s.app.is_running

    play(scenario)


def test_a_double_click_zooms() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.pilot.click(s.pane(1), offset=(10, 5), times=2)
            await s.until(lambda: s.monitor.grid.zoomed and s.monitor.grid.current is s.pane(1))

    play(scenario)


def test_in_a_zoomed_pane_left_pans_back_and_end_returns_to_now() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.until(s.says("LIVE"))
            await s.pilot.press("z", "left")
            await s.until(s.says("back"))
            await s.pilot.press("end")
            await s.until(lambda: "back" not in s.header())

    play(scenario)


def test_brackets_change_the_interval_of_the_current_pane_alone() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.pilot.press("right_square_bracket")
            expected = ["binance:BTCUSDT@3m", "binance:ETHUSDT@1m", "binance:SOLUSDT@1m"]
            await s.until(lambda: s.watched == expected)
            await s.until(lambda: "3m" in s.header() and "LIVE" in s.header())

    play(scenario)


def test_volume_chart_zoom_and_log_scale_change_every_chart() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.pilot.press("v", "plus", "L")
            assert all(not pane.options.show_volume for pane in s.monitor.grid.panes)
            assert all(pane.options.log for pane in s.monitor.grid.panes)
            assert all(pane.options.zoom is Zoom.WIDE for pane in s.monitor.grid.panes)

    play(scenario)


def test_c_goes_through_the_kinds_and_shift_c_through_the_glyphs_of_every_chart() -> None:
    async def scenario() -> None:
        async with stage() as s:
            options = s.monitor.grid.options
            for _ in Kind:
                await s.pilot.press("c")
                options = replace(options, kind=options.kind.next)
                assert {pane.options for pane in s.monitor.grid.panes} == {options}
            for _ in Glyphs:
                await s.pilot.press("C")
                options = replace(options, glyphs=options.glyphs.next)
                assert {pane.options for pane in s.monitor.grid.panes} == {options}
            assert s.monitor.snapshot().chart == "candles"

    play(scenario)


def test_the_crosshair_moves_in_all_panes_by_key_and_by_mouse_and_escape_leaves_it() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.until(lambda: all(pane.chart.frame for pane in s.monitor.grid.panes))
            await s.until(s.says("LIVE"))

            def cursors() -> set[int | None]:
                return {pane.options.cursor for pane in s.monitor.grid.panes}

            await s.pilot.hover(s.pane(1), offset=(10, 8))
            assert cursors() == {None}
            await s.pilot.press("m", "left", "left")
            (newest,) = cursors()
            await s.pilot.press("left")
            assert newest is not None and cursors() == {newest - 60_000}
            assert s.monitor.grid.current is s.pane(0)
            await s.until(s.says(" O ", 2))
            assert "LIVE" in s.header(2) or "QUIET" in s.header(2)
            await s.pilot.hover(s.pane(1), offset=(10, 8))
            await s.until(lambda: cursors().isdisjoint({newest, newest - 60_000, None}))
            assert len(cursors()) == 1
            await s.pilot.press("escape")
            assert cursors() == {None}
            await s.until(lambda: " O " not in s.header(2))

    play(scenario)


def test_the_crosshair_pans_its_pane_when_it_reaches_the_edge() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1], size=(60, 24)) as s:
            await s.until(s.says("LIVE"))
            await s.pilot.press("m", "right")
            assert s.pane().options.offset == 0
            await s.pilot.press(*["left"] * 55)
            await s.until(lambda: s.pane().options.offset > 0)
            frame = s.pane().chart.frame
            assert frame and frame.cursor is not None

    play(scenario)


def test_a_frozen_screen_says_so_and_how_old_its_price_is_and_moves_none() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            await s.until(s.says("LIVE"))
            await s.pilot.press("p")
            await s.until(s.says("FROZEN"))
            await s.until(lambda: "FROZEN" in s.monitor.bar._health.plain)
            frozen, before = s.header().split(), s.app.engine.view(s.pane().subscription, 1)
            await s.until(lambda: s.app.engine.view(s.pane().subscription, 1).price != before.price)
            await s.until(lambda: re.search(r"FROZEN, [1-9]", s.header()))
            assert s.header().split()[:4] == frozen[:4]
            hints = s.monitor.bar._hints
            assert hints.plain.startswith("p go on ")
            await s.pilot.press("p")
            await s.until(s.says("LIVE"))
            await s.until(lambda: "go on" not in hints.plain)

    play(scenario)


def test_a_key_that_can_do_nothing_says_why_and_not_twice_at_a_time() -> None:
    refusals = {
        "u": "Nothing to bring back.",
        "7": "There is no pane 7.",
        "tab": "There is no other pane.",
        "end": "The chart ends now already.",
        "full_stop": "The chart ends now already.",
        "escape": "Nothing to leave here; q quits.",
        "ctrl+z": "No shell here could make it go on.",
    }

    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            for key, why in refusals.items():
                s.app.clear_notifications()
                await s.pilot.press(key, key)
                assert s.notices == [why], key
            for key, end in (("[", "shorter"), ("]", "longer")):
                s.app.clear_notifications()
                await s.pilot.press(*[key] * 20)
                assert s.notices == [f"binance has no {end} interval."]
            for key, end in (("+", "wider"), ("-", "narrower")):
                s.app.clear_notifications()
                await s.pilot.press(*[key] * 9)
                assert s.notices == [f"Candles get no {end}."]

    play(scenario)


def test_the_connection_panel_has_a_row_for_each_connection() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.pilot.press("n")
            table = s.monitor.panel._table
            await s.until(lambda: table.plain.count("live") == 3)
            assert "BTCUSDT@1m" in table.plain
            await s.pilot.press("n")
            await s.until(lambda: not s.monitor.panel.display)

    play(scenario)


def test_reconnect_dials_the_current_pane_anew() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            await s.until(s.says("LIVE"))
            old = s.app.engine.connections()[0].id
            await s.pilot.press("r")
            await s.until(lambda: s.app.engine.connections()[0].id != old)
            assert s.says("LIVE")()

    play(scenario)


def test_help_shows_the_keys_and_closes_with_escape() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.pilot.press("question_mark")
            await s.until(lambda: isinstance(s.app.screen, HelpScreen))
            await s.pilot.press("escape")
            await s.until(lambda: s.app.screen is s.monitor)

    play(scenario)


def test_keys_of_the_config_replace_those_of_the_table() -> None:
    async def scenario() -> None:
        config = Config(keys={"volume": "W", "zooom": "f", "freeze": "q"})
        async with stage(config=config) as s:
            await s.pilot.press("v")
            assert s.pane().options.show_volume
            await s.pilot.press("W")
            assert not s.pane().options.show_volume
            problems = [notice for notice in s.notices if notice.startswith("Keys:")]
            assert len(problems) == 1
            assert "zooom" in problems[0] and "freeze" in problems[0]

    play(scenario)


def test_two_keys_that_the_config_exchanges_do_each_other_s_work() -> None:
    async def scenario() -> None:
        async with stage(
            THREE[:2],
            config=Config(keys={"volume": "p,n", "freeze": "v", "connections": "exclamation_mark"}),
        ) as s:
            assert not s.notices
            await s.pilot.press("v")
            assert s.monitor.grid.frozen and s.pane().options.show_volume
            await s.pilot.press("n")
            assert not s.pane().options.show_volume
            await s.pilot.press("exclamation_mark")
            await s.until(lambda: s.monitor.panel.display)
            assert any(hint.keys == "!" for hint in hints(s.app.key_table))

    play(scenario)


def test_the_theme_key_goes_through_all_own_themes() -> None:
    async def scenario() -> None:
        async with stage() as s:
            seen = set()
            for _ in s.app.wardrobe.names:
                await s.pilot.press("T")
                seen.add(s.app.theme)
            assert seen == set(s.app.wardrobe.names) >= {"midnight", "paper", "horizon", "graphite"}

    play(scenario)


def test_the_wheel_pans_and_with_ctrl_changes_the_width_of_the_candles() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.until(s.says("LIVE"))
            pane = s.pane(1)

            def turn(kind: type[MouseScrollUp | MouseScrollDown], ctrl: bool) -> None:
                pane.post_message(kind(pane, 5, 5, 0, 0, 0, False, False, ctrl))

            turn(MouseScrollUp, ctrl=True)
            await s.until(lambda: s.monitor.grid.options.zoom is Zoom.WIDE)
            assert pane.options.offset == 0
            turn(MouseScrollDown, ctrl=True)
            await s.until(lambda: s.monitor.grid.options.zoom is Zoom.NORMAL)
            turn(MouseScrollUp, ctrl=False)
            await s.until(lambda: pane.options.offset > 0)
            turn(MouseScrollDown, ctrl=False)
            await s.until(lambda: pane.options.offset == 0)
            assert s.pane(0).options.offset == 0

    play(scenario)


def test_a_right_click_selects_the_pane_and_opens_the_palette_for_it() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.pilot.click(s.pane(2), offset=(10, 5), button=3)
            await s.until(lambda: isinstance(s.app.screen, CommandPalette))
            assert s.monitor.grid.current is s.pane(2)

    play(scenario)


def test_a_middle_click_removes_a_pane_by_its_header_alone() -> None:
    async def scenario() -> None:
        async with stage() as s:
            before = s.watched
            await s.pilot.click(s.pane(1), offset=(10, 5), button=2)
            await s.until(s.focuses(1))
            assert s.watched == before
            await s.pilot.click(s.pane(1), offset=(10, 0), button=2)
            await s.until(lambda: s.watched == [before[0], before[2]])

    play(scenario)


def test_a_click_on_the_interval_offers_the_others() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.until(lambda: "1m" in s.header(1))
            column = s.pane(1).header[0].plain.index("1m")
            await s.pilot.click(s.pane(1), offset=(column - 2, 0))
            await s.until(s.focuses(1))
            assert s.app.screen is s.monitor
            await s.pilot.click(s.pane(1), offset=(column, 0))
            await s.until(lambda: isinstance(s.app.screen, CommandPalette))
            await s.type("4h")
            await s.pilot.pause(0.3)
            await s.pilot.press("enter")
            await s.until(lambda: s.watched[1] == "binance:ETHUSDT@4h")
            assert s.watched[0] == "binance:BTCUSDT@1m"

    play(scenario)


def test_a_click_on_a_hint_does_what_the_hint_says() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await s.until(lambda: "zoom" in s.monitor.bar._hints.plain)
            text = s.monitor.bar._hints.plain
            await s.pilot.click("#hints", offset=(text.index("zoom"), 0))
            await s.until(lambda: s.monitor.grid.zoomed)
            await s.pilot.click("#hints", offset=(text.index("help"), 0))
            await s.until(lambda: isinstance(s.app.screen, HelpScreen))

    play(scenario)


@pytest.mark.parametrize("folder", ["Downloads", "elsewhere"])
def test_the_saved_screen_is_named(
    folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / folder).mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path / folder)

    async def scenario() -> None:
        async with stage() as s:
            await s.pilot.press("ctrl+s")
            await s.until(lambda: any("screen is saved as" in notice for notice in s.notices))
            (picture,) = (tmp_path / folder).glob("*.svg")
            assert any(str(picture) in notice for notice in s.notices)
            assert "BTCUSDT" in picture.read_text()

    play(scenario)
