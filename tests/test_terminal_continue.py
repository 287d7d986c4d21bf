"""A process that is told to go on: after a stop of its own, without one, and with a hang-up."""

from __future__ import annotations

import os
import re
import shlex
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.leaving import is_empty_group
from tests.processes import command
from tests.terminal_emulator import ALT_SCREEN, MAIN_SCREEN, PASTE, Emulated

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


def test_where_no_shell_could_make_it_go_on_the_key_says_so(tmp_path: Path) -> None:
    with Emulated(tmp_path, "demo") as t:
        t.shows("LIVE")
        t.press("ctrl+z")
        t.shows("No shell here")
        assert not stopped(t)


@contextmanager
def stopped_job(home: Path) -> Iterator[Emulated]:
    """The first job of a shell, stopped with ctrl+z; the shell's prompt is back."""
    bash = ("bash", "--norc", "-i")
    with Emulated(home, program=bash, environ={"PS1": "> "}, known=()) as t:
        t.shows(">")
        t.press(shlex.join(command("demo", "BTCUSDT")), "enter")
        t.shows("LIVE")
        stop(t)
        yield t


def stop(t: Emulated) -> None:
    t.press("ctrl+z")
    t.until(lambda: ALT_SCREEN not in t.modes)
    t.shows("Stopped")


def clock(t: Emulated) -> str:
    """The time in the corner; empty before it is drawn."""
    found = re.findall(r"\d\d:\d\d:\d\d", t.text)
    return found[-1] if found else ""


def says(t: Emulated, line: str, answer: str) -> None:
    t.press(line, "enter")
    t.shows(answer)


def test_l3_stopped_from_a_shell_it_goes_on_in_the_foreground(tmp_path: Path) -> None:
    with stopped_job(tmp_path) as t:
        for _ in "12":
            assert t.modes - {PASTE} == MAIN_SCREEN  # the shell has switched that on itself
            says(t, "echo $((6 * 7)) is it", "42 is it")
            t.press("fg", "enter")
            t.shows("BTCUSDT", "LIVE", "DEMO", "? help")
            assert "42 is it" not in t.text
            t.press("?")
            t.shows("This help")
            t.press("escape")
            t.until(lambda: "This help" not in t.text)
            stop(t)


def test_l3_in_the_background_it_leaves_the_terminal_to_the_shell(tmp_path: Path) -> None:
    with stopped_job(tmp_path) as t:
        t.press("bg", "enter")
        t.shows(" &")
        says(t, "echo $((6 * 7))", "42")
        says(t, "sleep 0.3; jobs", "[1]+  Stopped")
        assert ALT_SCREEN not in t.modes
        t.press("fg", "enter")
        t.shows("LIVE", "DEMO")


def test_l3_l8_a_stopped_job_is_ended_without_a_stroke_on_the_shell(tmp_path: Path) -> None:
    with stopped_job(tmp_path) as t:
        settings = t.settings
        t.press("fg", "enter")
        t.shows("LIVE", "DEMO")
        job = t.foreground
        stop(t)
        t.press("kill %1", "enter")
        t.until(lambda: is_empty_group(job))
        says(t, "jobs", "Exit 143")
        assert t.modes - {PASTE} == MAIN_SCREEN
        assert t.settings == settings
        says(t, "echo $((6 * 7))", "42")


def test_l3_stopped_from_outside_it_draws_all_anew(tmp_path: Path) -> None:
    with stopped_job(tmp_path) as t:
        t.press("fg", "enter")
        t.shows("LIVE", "DEMO")
        job = t.foreground
        os.kill(job, signal.SIGSTOP)
        t.until(lambda: t.foreground != job)
        t.press("enter", "clear; fg", "enter")
        t.shows("BTCUSDT", "LIVE", "DEMO", "? help")
        t.until(lambda: "fg" not in t.text and t.keyboards == 1)
        # What is typed while the terminal is being taken may be lost.
        t.until(lambda: clock(t))
        first = clock(t)
        t.until(lambda: clock(t) != first)
        t.press("q")
        t.until(lambda: ALT_SCREEN not in t.modes and t.foreground != job)
        says(t, "echo $((6 * 7))", "42")


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
        t.kill(signal.SIGSTOP)
        t.until(lambda: stopped(t))
        t.hang_up()
        assert t.process.wait(20) == HUNG_UP
    assert "ERROR" not in log(tmp_path)
