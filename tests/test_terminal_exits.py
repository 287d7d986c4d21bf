"""However the program ends, the terminal is as it was: in a real one, by its bytes and settings."""

from __future__ import annotations

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.leaving import (
    LOG,
    PROGRAM_FAILED,
    SCREEN_FAILED,
    WORKSPACE,
    WRAPPED,
    Desk,
    desk,
    faulty,
    is_empty_group,
    logged,
    wrapped,
)
from tests.processes import write_config
from tests.terminal_emulator import MAIN_SCREEN, Emulated

__all__ = ["desk"]  # a fixture


@contextmanager
def shell(home: Path) -> Iterator[Emulated]:
    """An interactive one, with job control."""
    program = ("bash", "--norc", "-i")
    with Emulated(home, program=program, size=(120, 24), environ={"PS1": "$ "}) as terminal:
        terminal.shows("$")
        yield terminal


# --- as asked -----------------------------------------------------------------------------


@pytest.mark.parametrize(("keys", "code"), [("q", 0), ("\x03", 130), ("\x03\x03", 130)], ids=repr)
def test_l10_a_key(desk: Desk, tmp_path: Path, keys: str, code: int) -> None:
    with desk.live(tmp_path) as terminal:
        terminal.press(keys)
        desk.assert_left(terminal, code)


@pytest.mark.parametrize(
    ("name", "code"), [("SIGTERM", 143), ("SIGHUP", 129), ("SIGINT", 130), ("SIGQUIT", 131)]
)
def test_l8_l9_l10_a_signal(desk: Desk, tmp_path: Path, name: str, code: int) -> None:
    with desk.live(tmp_path) as terminal:
        terminal.kill(signal.Signals[name])
        terminal.until(lambda: desk.is_empty, 1)
        desk.assert_left(terminal, code)


def test_l8_l10_two_signals_at_once(desk: Desk, tmp_path: Path) -> None:
    with desk.live(tmp_path) as terminal:
        terminal.kill(signal.SIGTERM)
        terminal.kill(signal.SIGINT)
        desk.assert_left(terminal, terminal.exit_code)
        assert terminal.exit_code in (143, 130)


@pytest.mark.parametrize(("module", "code"), [("click", 130), ("tui.opening", -signal.SIGINT)])
def test_l10_an_interrupt_while_modules_are_loaded(
    desk: Desk, tmp_path: Path, module: str, code: int
) -> None:
    with desk.monitor(tmp_path, faulty(f"interrupt {module}")) as terminal:
        desk.assert_left(terminal, code)


# --- without being asked ------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["draw", "compose", "mount", "terminal", "input"])
def test_l10_an_exception_of_the_screen(desk: Desk, tmp_path: Path, fault: str) -> None:
    with desk.monitor(tmp_path, faulty(fault)) as terminal:
        desk.assert_left(terminal, 1, SCREEN_FAILED)
        assert "DeliberateError" in logged(tmp_path)


@pytest.mark.parametrize("fault", ["init", "engine"])
def test_l10_an_exception_before_there_is_a_screen(desk: Desk, tmp_path: Path, fault: str) -> None:
    with desk.monitor(tmp_path, faulty(fault)) as terminal:
        desk.assert_left(terminal, 1, PROGRAM_FAILED)
        assert "DeliberateError" in logged(tmp_path)


def test_l10_an_exception_in_an_action(desk: Desk, tmp_path: Path) -> None:
    with desk.live(tmp_path, faulty("action")) as terminal:
        terminal.press("?")
        desk.assert_left(terminal, 1, SCREEN_FAILED)


@pytest.mark.parametrize("fault", ["thread", "unraisable", "pane", "frame", "worker"])
def test_l10_an_exception_that_ends_nothing_is_in_the_log(
    desk: Desk, tmp_path: Path, fault: str
) -> None:
    with desk.monitor(tmp_path, faulty(fault)) as terminal:
        terminal.shows("BTCUSDT")
        terminal.press("v?")
        terminal.until(lambda: (tmp_path / LOG).exists() and "DeliberateError" in logged(tmp_path))
        terminal.press("ctrl+c")
        desk.assert_left(terminal, 130)
        assert b"DeliberateError" not in terminal.written


# --- when it hangs ------------------------------------------------------------------------


@pytest.mark.parametrize(("end", "code"), [("SIGTERM", 143), ("ctrl+c twice", 130)])
def test_l8_l10_a_screen_that_hangs(desk: Desk, tmp_path: Path, end: str, code: int) -> None:
    with desk.live(tmp_path, faulty("hang")) as terminal:
        terminal.press("?")
        time.sleep(0.1)
        if end == "SIGTERM":
            terminal.kill(signal.SIGTERM)
        else:
            terminal.press("ctrl+c", "ctrl+c")
        terminal.until(lambda: desk.is_empty, 1)
        desk.assert_left(terminal, code)


def test_l10_a_thread_that_hangs(desk: Desk, tmp_path: Path) -> None:
    urls = {"ws_url": "ws://nobody.example", "rest_url": "http://nobody.example"}
    config = str(write_config(tmp_path, urls))
    with Emulated(tmp_path, "--config", config, program=faulty("resolver")) as terminal:
        terminal.shows("BTCUSDT", "CONNECTING")
        began = time.monotonic()
        terminal.press("q")
        terminal.until(lambda: terminal.modes == MAIN_SCREEN)
        desk.assert_left(terminal, 0)
        assert time.monotonic() - began < 10


# --- when others go away ------------------------------------------------------------------


def test_l9_the_shell_that_leads_the_session_is_killed(desk: Desk, tmp_path: Path) -> None:
    with desk.live(tmp_path, wrapped(WRAPPED)) as terminal:
        terminal.kill(signal.SIGKILL)
        terminal.process.wait()
        terminal.until(lambda: is_empty_group(terminal.process.pid), 5)
        terminal.until(lambda: desk.is_empty)


def test_l9_a_parent_is_killed_and_the_terminal_stays(desk: Desk, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    inner = f"sh -c 'echo $$ > {pid}; {WRAPPED}' sh \"$@\""
    # Without a word about the killed one: it would come in the midst of a frame.
    script = f"exec 2> /dev/null; {inner}; read wait; echo the next one"
    with desk.live(tmp_path, wrapped(script)) as terminal:
        os.kill(int(pid.read_text()), signal.SIGKILL)
        terminal.until(lambda: terminal.modes == MAIN_SCREEN and desk.is_empty, 5)
        terminal.press("enter")
        assert terminal.exit_code == 0
        terminal.assert_restored()
        assert terminal.text.split() == ["the", "next", "one"]
        terminal.until(lambda: is_empty_group(terminal.process.pid), 5)


def test_l9_a_parent_with_job_control_is_killed(desk: Desk, tmp_path: Path) -> None:
    with shell(tmp_path) as terminal:
        usual = terminal.settings
        terminal.press(
            f"sh -c 'echo $$ > {tmp_path}/pid; {WRAPPED}' sh {' '.join(desk.args)}", "enter"
        )
        terminal.shows("LIVE")
        os.kill(int((tmp_path / "pid").read_text()), signal.SIGKILL)
        terminal.until(lambda: terminal.modes == MAIN_SCREEN and desk.is_empty, 5)
        terminal.press("enter", "echo $((6 * 7))", "enter")
        terminal.shows("42")
        assert terminal.settings == usual


def test_l9_the_terminal_goes_away(desk: Desk, tmp_path: Path) -> None:
    with desk.live(tmp_path) as terminal:
        terminal.hang_up()
        assert terminal.process.wait(5) == 129
        terminal.until(lambda: desk.is_empty)


def test_l9_the_terminal_goes_away_and_no_signal_says_so(desk: Desk, tmp_path: Path) -> None:
    with desk.live(tmp_path, faulty("no hang-up")) as terminal:
        terminal.hang_up()
        assert terminal.process.wait(5) == 129
        terminal.until(lambda: desk.is_empty)


@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_l8_l9_a_terminal_that_does_not_read(desk: Desk, tmp_path: Path, name: str) -> None:
    with desk.live(tmp_path) as terminal:
        terminal.pause()
        for zoom in "zzzzzz":
            terminal.press(zoom)
            time.sleep(0.1)
        terminal.kill(signal.Signals[name])
        terminal.until(lambda: desk.is_empty, 1)
        assert terminal.process.wait(5) == 128 + signal.Signals[name]
        terminal.resume()
        assert terminal.exit_code == 128 + signal.Signals[name]
        # What it answers by then to the last question, nobody can take back.
        terminal.until(lambda: re.fullmatch(r"(\^\[\[\d+;\d+R)?", terminal.text.strip()))
        terminal.assert_restored()


# --- killed -------------------------------------------------------------------------------


def test_l11_after_kill_9_the_next_start_is_as_it_was_left(desk: Desk, tmp_path: Path) -> None:
    with desk.live(tmp_path) as terminal:
        terminal.press("[")
        terminal.shows("BTCUSDT 1s")
        terminal.until((tmp_path / WORKSPACE).exists)
        terminal.kill(signal.SIGKILL)
        assert terminal.exit_code == -signal.SIGKILL
        terminal.until(lambda: desk.is_empty)
    with Emulated(tmp_path, *desk.args[1:], size=(120, 24)) as terminal:
        terminal.shows("BTCUSDT 1s", "LIVE")
        terminal.press("q")
        desk.assert_left(terminal, 0)
