"""The list of alerts on the screen, and what a ring does."""

from __future__ import annotations

import re
import sys
from pathlib import Path

from tests.alert_views import rule
from tests.stage import THREE, Stage, play, stage
from tests.terminal_emulator import Emulated
from tui.alerts.alert import Alert
from tui.alerts.file import load, save
from tui.alerts.settings import AlertSettings
from tui.config import Config
from tui.screens.alerts import AlertsScreen

LINE = "binance:BTCUSDT@1m > 1"


def opened(s: Stage) -> AlertsScreen:
    assert isinstance(s.app.screen, AlertsScreen)
    return s.app.screen


def rows(s: Stage) -> list[str]:
    screen = opened(s)
    count = screen._list.option_count
    return [str(screen._list.get_option_at_index(i).prompt) for i in range(count)]


def hint(s: Stage) -> str:
    return str(opened(s)._hint.content)


def test_an_alert_is_typed_edited_switched_deleted_and_brought_back(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"

    async def scenario() -> None:
        async with stage(THREE[:1], path=path) as s:
            await s.pilot.press("A")
            await s.until(lambda: isinstance(s.app.screen, AlertsScreen))
            await s.type("BTCUSDT > 1")
            await s.pilot.press("enter")
            assert rows(s)[0].startswith(f"● {LINE}")
            await s.until(lambda: "past it" in rows(s)[0])
            await s.pilot.press("a")
            await s.type("btcusdt rsi > 70")
            await s.pilot.press("enter")
            assert "binance:BTCUSDT@1m rsi > 70" in rows(s)[1]
            await s.pilot.press("enter", "backspace", "5", "enter")
            assert "rsi > 75" in rows(s)[1]
            await s.pilot.press("space")
            assert rows(s)[1].startswith("○") and rows(s)[1].endswith("off")
            await s.pilot.press("k", "d")
            assert len(rows(s)) == 1 and "u brings it back" in hint(s)
            await s.pilot.press("u")
            assert rows(s)[0].startswith(f"● {LINE}")
            await s.pilot.press("escape")
            await s.until(lambda: s.app.screen is s.monitor)
        alerts, _ = load(tmp_path / "demo-alerts.toml")
        assert [str(alert.rule) for alert in alerts] == [LINE, "binance:BTCUSDT@1m rsi > 75"]
        assert [alert.on for alert in alerts] == [True, False]

    play(scenario)


def test_a_wrong_line_is_told_and_stays_to_be_mended() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            await s.until(s.says("LIVE"))
            await s.pilot.press("A")
            for typed, told in (
                ("BTCUSDT [red] 3x", "is no alert"),
                ("BTCUSDT@7m > 3", "Unknown interval"),
                ("nowhere:X > 3", "Unknown exchange"),
            ):
                opened(s)._input.value = typed
                await s.pilot.press("enter")
                assert told in hint(s) and opened(s)._input.value == typed
            assert rows(s) == []
            await s.pilot.press("escape")
            await s.until(lambda: s.app.screen is s.monitor)

    play(scenario)


def test_a_change_over_a_long_window_takes_candles_that_reach_so_far() -> None:
    async def scenario() -> None:
        async with stage(THREE[:1]) as s:
            await s.pilot.press("A")
            await s.type("BTCUSDT -5% 7d")
            await s.pilot.press("enter")
            assert "BTCUSDT@1h -5% 7d" in rows(s)[0]

    play(scenario)


def test_what_rings_is_told_once_and_runs_the_command_once(tmp_path: Path) -> None:
    path, ran = tmp_path / "workspace.toml", tmp_path / "ran"
    save(tmp_path / "demo-alerts.toml", [Alert(rule("BTCUSDT > 1"), armed=True)])
    script = "import sys; open(sys.argv[1], 'a').write(sys.argv[2] + '\\n')"
    settings = AlertSettings(command=(sys.executable, "-c", script, str(ran)))

    async def scenario() -> None:
        async with stage(THREE[1:2], path=path, config=Config(alerts=settings)) as s:
            await s.until(lambda: any(LINE in notice for notice in s.notices))
            await s.until(lambda: ran.exists() and ran.read_text().count("\n") == 1)
            await s.pilot.press("A")
            await s.until(lambda: "rang " in rows(s)[0])
        async with stage(THREE[1:2], path=path) as s:
            await s.pilot.press("A")
            await s.until(lambda: "past it" in rows(s)[0])
            assert not any(LINE in notice for notice in s.notices)
            assert ran.read_text().count(LINE) == 1

    play(scenario)


def test_a_command_that_fails_is_told_once(tmp_path: Path) -> None:
    path = tmp_path / "workspace.toml"
    lines = [Alert(rule(f"BTCUSDT > {price}"), armed=True) for price in range(1, 7)]
    save(tmp_path / "demo-alerts.toml", lines)
    config = Config(alerts=AlertSettings(bell=False, command=("/no/such/program",)))

    async def scenario() -> None:
        async with stage(THREE[:1], path=path, config=config) as s:
            await s.until(lambda: any("cannot be run" in notice for notice in s.notices))
            await s.until(lambda: s.app.alarm._commands.empty())
            assert sum("cannot be run" in notice for notice in s.notices) == 1
            assert sum("crossed while" in notice for notice in s.notices) == 3
            assert "3 more alerts rang." in s.notices

    play(scenario)


def test_the_terminal_gets_the_bell_and_the_notification(tmp_path: Path) -> None:
    state = tmp_path / ".local/state/tradex-tui"
    save(state / "demo-alerts.toml", [Alert(rule("BTCUSDT > 1"), armed=True)])
    with Emulated(tmp_path, "demo", "ETHUSDT") as t:
        notification = re.escape(f"\x1b]9;tradex-tui: {LINE}: ".encode()) + rb"[^\x07]*\x07"
        bell = rb"\x07"
        t.until(lambda: re.search(notification + bell, t.written))
        t.shows("Alert", LINE)
        t.press("q")
        assert t.exit_code == 0
    alerts, _ = load(state / "demo-alerts.toml")
    assert alerts[0].armed is False and alerts[0].rang
