"""Every end at twenty seeded moments: while modules are loaded, at the start, in any screen."""

from __future__ import annotations

import signal
import time
from pathlib import Path
from random import Random

import pytest

from tests.leaving import SCREEN_FAILED, WHY, WRAPPED, Desk, desk, faulty, is_empty_group, wrapped
from tests.terminal_emulator import ALT_SCREEN, Emulated

__all__ = ["desk"]  # a fixture
pytestmark = pytest.mark.long

ENDS: dict[str, tuple[str, set[int]]] = {
    "q": ("q", {0}),
    "ctrl+c": ("ctrl+c", {130, -signal.SIGINT}),
    "SIGTERM": ("", {143, -signal.SIGTERM}),
    "SIGHUP": ("", {129, -signal.SIGHUP}),
    "SIGQUIT": ("", {131, -signal.SIGQUIT}),
    "SIGINT": ("", {130, -signal.SIGINT}),
}


@pytest.mark.parametrize("moment", range(20))
@pytest.mark.parametrize("end", ENDS)
def test_l8_l9_l10_it_ends_at_any_moment(desk: Desk, tmp_path: Path, end: str, moment: int) -> None:
    random = Random(f"{end} {moment}")
    key, codes = ENDS[end]
    with desk.monitor(tmp_path) as terminal:
        live_until(terminal, random)
        terminal.press("escape", "escape")  # in a text field, q is a letter
        time.sleep(0.2 if key else 0)
        if key:
            terminal.press(key)
        else:
            terminal.kill(signal.Signals[end])
        assert terminal.exit_code in codes
        terminal.assert_restored()
        assert "tui/" not in terminal.text, "a traceback, and not one of Python's own first steps"
        assert WHY not in terminal.text
        assert is_empty_group(terminal.process.pid)
        terminal.until(lambda: desk.is_empty)


@pytest.mark.parametrize("moment", range(20))
def test_l9_the_terminal_goes_away_at_any_moment(desk: Desk, tmp_path: Path, moment: int) -> None:
    with desk.monitor(tmp_path) as terminal:
        live_until(terminal, Random(f"away {moment}"))
        terminal.hang_up()
        assert terminal.process.wait(5) in (129, -signal.SIGHUP)
        terminal.until(lambda: desk.is_empty)


@pytest.mark.parametrize("moment", range(20))
def test_l10_drawing_fails_at_any_moment(desk: Desk, tmp_path: Path, moment: int) -> None:
    random = Random(f"draw {moment}")
    program = (*faulty("draw later"), str(random.uniform(0, 3)))
    with desk.monitor(tmp_path, program) as terminal:
        live_until(terminal, random, 4)
        assert terminal.exit_code == 1
        terminal.assert_restored()
        assert SCREEN_FAILED in terminal.text  # beside keys that came too late
        assert is_empty_group(terminal.process.pid)


@pytest.mark.parametrize("moment", range(20))
def test_l9_the_parent_is_killed_at_any_moment(desk: Desk, tmp_path: Path, moment: int) -> None:
    with desk.monitor(tmp_path, wrapped(WRAPPED)) as terminal:
        live_until(terminal, Random(f"parent {moment}"))
        terminal.kill(signal.SIGKILL)
        terminal.process.wait()
        terminal.until(lambda: is_empty_group(terminal.process.pid), 5)
        terminal.until(lambda: desk.is_empty)


def test_l11_killed_at_any_moment_it_starts_again(desk: Desk, tmp_path: Path) -> None:
    random = Random("kill -9")
    for _ in range(20):
        with desk.monitor(tmp_path) as terminal:
            live_until(terminal, random)
            terminal.kill(signal.SIGKILL)
            assert terminal.exit_code == -signal.SIGKILL
    with desk.live(tmp_path) as terminal:
        terminal.press("q")
        desk.assert_left(terminal, 0)


def live_until(terminal: Emulated, random: Random, most: float = 3.0) -> None:
    """Let it run for a while, with somebody at the keys."""
    ends = time.monotonic() + random.uniform(0, most)
    while time.monotonic() < ends:
        time.sleep(0.1)
        if ALT_SCREEN in terminal.modes:
            terminal.press(random.choice((*"zvn?:[]ap", "escape", "escape", "down")))
