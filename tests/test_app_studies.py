"""Indicators in the running app: chosen, shown, remembered."""

from __future__ import annotations

from pathlib import Path

from tests.stage import THREE, Stage, play, stage
from tests.test_app_palette import choose
from tui.screens.studies import StudiesScreen
from tui.workspace import Workspace, load


def legend(s: Stage, index: int = 0) -> str:
    """What stands above the chart of a pane."""
    return s.pane(index).chart.pictures[3].plain


def chosen(s: Stage, index: int = 0) -> list[str]:
    return [str(study) for study in s.pane(index).follower.studies]


async def open_chooser(s: Stage) -> None:
    await s.until(s.says("LIVE"))
    await s.pilot.press("i")
    await s.until(lambda: isinstance(s.app.screen, StudiesScreen))


def test_space_and_enter_tick_studies_and_escape_keeps_them() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await open_chooser(s)
            await s.pilot.press(
                "space", "down", "enter", "up", "space", "down", "down", "space", "escape"
            )
            await s.until(lambda: s.app.screen is s.monitor)
            assert chosen(s) == ["EMA 50", "WMA 20"]
            await s.until(lambda: "EMA 50" in legend(s))
            assert chosen(s, 1) == []

    play(scenario)


def test_a_typed_study_is_added_with_its_numbers_and_a_wrong_one_is_refused() -> None:
    async def scenario() -> None:
        async with stage() as s:
            await open_chooser(s)
            await s.type("rsi 1")
            await s.pilot.press("enter")
            hint = s.app.screen.query_one("#hint")
            await s.until(lambda: "from 2 to 500" in str(hint.render()))
            await s.pilot.press("0", "enter", "escape")
            await s.until(lambda: chosen(s) == ["RSI 10"])

    play(scenario)


def test_studies_are_remembered_for_the_symbol_and_what_is_no_study_is_told(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"
    studies = {"binance:BTCUSDT": ("SMA 5", "sma", "[red]x 3"), "binance:ETHUSDT": ("OBV",)}

    async def scenario() -> None:
        async with stage(workspace=Workspace(THREE, studies=studies), path=path) as s:
            assert (chosen(s), chosen(s, 1), chosen(s, 2)) == (["SMA 5", "SMA 20"], ["OBV"], [])
            await s.until(lambda: any("[red]x" in notice for notice in s.notices))
            await s.until(lambda: "SMA 5 " in legend(s))
            await s.pilot.press("right_square_bracket")
            await s.until(lambda: "3m" in s.header() and "SMA 5 " in legend(s))
            await s.pilot.press("d")
            await s.until(lambda: len(s.watched) == 2)
            await s.pilot.press("u")
            await s.until(lambda: chosen(s) == ["SMA 5", "SMA 20"])
        saved, _ = load(path)
        assert saved and saved.studies == {
            "binance:BTCUSDT": ("SMA 5", "SMA 20"), "binance:ETHUSDT": ("OBV",),
        }  # fmt: skip

    play(scenario)


def test_the_palette_puts_a_study_on_the_pane_and_takes_it_off() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            await s.until(s.says("LIVE"))
            await choose(s, "Study: RSI 14")
            await s.until(lambda: chosen(s) == ["RSI 14"])
            await choose(s, "Study: RSI 14")
            await s.until(lambda: chosen(s) == [])
            await s.until(lambda: not s.pane().chart.pictures[3].region)

    play(scenario)


def test_a_click_ticks_a_study() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            await open_chooser(s)
            await s.pilot.click("OptionList", offset=(4, 2))
            await s.until(lambda: chosen(s) == ["WMA 20"])

    play(scenario)
