"""A process that is told to go on: after a stop of its own, without one, and with a hang-up."""

from __future__ import annotations

import shlex
import signal
from pathlib import Path

from tests.processes import command
from tests.terminal_emulator import ALT_SCREEN, MAIN_SCREEN, Emulated

HUNG_UP = 128 + signal.SIGHUP


def log(home: Path) -> str:
    return (home / ".local/state/tradex-tui/log/tradex-tui.log").read_text()


def stopped(t: Emulated) -> bool:
    return Path(f"/proc/{t.process.pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T"


def test_told_to_go_on_without_a_stop_it_starts_nothing_twice(tmp_path: Path) -> None:
    with Emulated(tmp_path, "demo") as t:
        t.shows("LIVE")
        t.kill(signal.SIGCONT)
        t.resize(90, 30)
        t.until(lambda: "DEMO" in t.lines[29])
        assert t.keyboards == 1
        t.press("q")
        assert t.exit_code == 0
        t.assert_restored()


def test_l9_a_hang_up_which_also_says_go_on_ends_it_in_order(tmp_path: Path) -> None:
    """The kernel sends SIGHUP and SIGCONT (tty_io.c: tty_signal_session_leader)."""
    with Emulated(tmp_path, "demo") as t:
        t.shows("LIVE")
        t.hang_up()
        assert t.process.wait(20) == HUNG_UP
    assert "ERROR" not in log(tmp_path)


def test_stopped_from_a_shell_it_goes_on_in_the_foreground(tmp_path: Path) -> None:
    with Emulated(tmp_path, program=["/bin/sh"]) as t:
        t.until(lambda: t.text.strip() in ("$", "#"))
        t.press(shlex.join(command("demo")), "enter")
        t.shows("LIVE")
        t.press("ctrl+z")
        t.shows("Stopped")
        assert t.modes == MAIN_SCREEN
        t.press("fg", "enter")
        t.shows("LIVE", "DEMO")
        t.press("q")
        t.until(lambda: ALT_SCREEN not in t.modes)
        t.press("exit", "enter")
        assert t.exit_code == 0
        t.assert_restored()


def test_without_a_shell_to_go_back_to_ctrl_z_stops_nothing(tmp_path: Path) -> None:
    with Emulated(tmp_path, "demo") as t:
        t.shows("LIVE")
        t.press("ctrl+z")
        t.press("n")
        t.shows("last close")
        assert not stopped(t)
        t.press("q")
        assert t.exit_code == 0


def test_l9_hung_up_while_it_was_stopped_it_ends_in_order(tmp_path: Path) -> None:
    with Emulated(tmp_path, "demo") as t:
        t.shows("LIVE")
        t.kill(signal.SIGTSTP)
        t.until(lambda: stopped(t))
        t.until(lambda: ALT_SCREEN not in t.modes)
        t.hang_up()
        assert t.process.wait(20) == HUNG_UP
    assert "ERROR" not in log(tmp_path)
