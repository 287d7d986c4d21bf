"""What the screen looks like is remembered, and a start from it looks the same."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import NoReturn

import pytest

from tests.stage import THREE, play, stage
from tui.chart.kinds import Kind
from tui.config import Config
from tui.workspace import Workspace, load


def test_changes_are_written_while_the_app_runs_and_at_its_end(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"

    async def scenario() -> None:
        async with stage(path=path) as s:
            await s.pilot.press("d")
            await s.until(path.exists)
            saved, notice = load(path)
            assert saved and notice is None
            assert saved.panes == THREE[1:]
            await s.pilot.press("T", "n", "v", "z")
            await s.until(lambda: s.monitor.grid.zoomed)
        saved, _ = load(path)
        assert saved and saved.theme and saved.panel_open and saved.zoomed == 0
        assert not saved.volume

    play(scenario)


def test_a_start_restores_panes_zoom_panel_theme_and_charts() -> None:
    workspace = Workspace(
        THREE,
        theme="paper",
        zoomed=1,
        panel_open=True,
        glyphs="braille",
        volume=False,
        zoom="wide",
        chart="bars",
        log=True,
    )

    async def scenario() -> None:
        async with stage(workspace=workspace) as s:
            await s.until(lambda: s.monitor.grid.zoomed)
            assert s.monitor.grid.current is s.pane(1)
            assert s.app.theme == "paper"
            assert s.monitor.panel.display
            assert s.monitor.snapshot() == Workspace(
                THREE, None, 0, 1, True, "braille", False, "wide", "bars", True
            )

    play(scenario)


def test_a_workspace_that_cannot_be_saved_is_told_once(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")

    async def scenario() -> None:
        async with stage(path=blocked / "workspace.toml") as s:
            await s.pilot.press("v")
            await s.until(lambda: any("cannot be saved" in notice for notice in s.notices))
            s.app.remembering.keeper.save()
            assert sum("cannot be saved" in notice for notice in s.notices) == 1

    play(scenario)


def test_a_theme_that_is_gone_is_told_and_the_app_starts() -> None:
    async def scenario() -> None:
        async with stage(workspace=Workspace(THREE, theme="gone")) as s:
            assert any("There is no theme gone" in notice for notice in s.notices)
            await s.until(lambda: "LIVE" in s.header())

    play(scenario)


def test_a_theme_without_hues_draws_hollow_candles_until_the_user_chooses(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"

    async def scenario() -> None:
        async with stage(path=path, workspace=Workspace(THREE, theme="graphite")) as s:
            assert s.monitor.grid.options.kind is Kind.HOLLOW
            s.app.theme = "midnight"
            await s.until(lambda: s.monitor.grid.options.kind is Kind.CANDLES)
            s.app.theme = "graphite"
            await s.until(lambda: s.pane().options.kind is Kind.HOLLOW)
            assert s.app.remembering.workspace.chart is None
            s.monitor.grid.use_options(replace(s.monitor.grid.options, kind=Kind.CANDLES))
            await s.until(lambda: s.app.remembering.workspace.chart == "candles")
            s.app.theme = "paper"
            s.app.theme = "graphite"
            await s.pilot.pause()
            assert s.monitor.grid.options.kind.value == "candles"

    play(scenario)


def test_without_colours_candles_are_hollow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")

    async def scenario() -> None:
        async with stage(workspace=Workspace(THREE)) as s:
            assert s.monitor.grid.options.kind is Kind.HOLLOW

    play(scenario)


def test_candles_that_the_config_names_are_drawn_whatever_the_theme() -> None:
    async def scenario() -> None:
        workspace, config = Workspace(THREE, theme="graphite"), Config(chart="candles")
        async with stage(workspace=workspace, config=config) as s:
            assert s.monitor.grid.options.kind is Kind.CANDLES

    play(scenario)


def test_l18_a_worker_that_fails_is_logged_and_the_screen_lives_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object) -> NoReturn:
        raise ZeroDivisionError

    monkeypatch.setattr("tui.remembering.save", fail)

    async def scenario() -> None:
        async with stage(THREE[:1], path=tmp_path / "workspace.toml") as s:
            await s.pilot.press("v")
            await s.until(lambda: "ZeroDivisionError" in caplog.text)
            await s.until(s.says("LIVE"))
            monkeypatch.undo()

    play(scenario)


def test_the_first_start_explains_the_screen_once(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"

    async def scenario() -> None:
        async with stage(path=path) as s:
            hints = s.monitor.bar._hints
            await s.until(lambda: "a adds one, ? explains" in hints.plain)
            await s.until(s.says("LIVE"))
            assert not s.notices
            await s.pilot.press("v")
            await s.until(lambda: "? help" in hints.plain)
        async with stage(path=path) as s:
            await s.until(s.says("LIVE"))
            assert "explains" not in s.monitor.bar._hints.plain

    play(scenario)
