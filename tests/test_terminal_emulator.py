"""The terminal that tests look at: what it shows, what it answers, what it keeps back."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.terminal_emulator import IN_BAND_RESIZE, MAIN_SCREEN, SYNC, Emulated

PYTHON = (sys.executable, "-c")


def terminal(home: Path, program: str, speed: float | None = None) -> Emulated:
    return Emulated(home, program, program=PYTHON, size=(40, 5), speed=speed)


def test_modes_and_keyboards_that_are_left_on_are_seen_and_not_drawn(tmp_path: Path) -> None:
    left = "print('\\x1b[?1000;1016h\\x1b[?25l\\x1b[>25uone\\x1b[>4;2mtwo', end='')"
    with terminal(tmp_path, left) as t:
        assert t.exit_code == 0
    assert t.text.strip() == "onetwo"
    assert t.modes == MAIN_SCREEN - {25} | {1000, 1016}
    assert t.keyboards == 1


def test_a_message_in_a_sequence_that_was_cut_off_is_read_on(tmp_path: Path) -> None:
    with terminal(
        tmp_path, "print('a\\x1b[38;2;1;2;3Connection, 1;1closed\\x1b[1;2;3closed')"
    ) as t:
        assert t.exit_code == 0
    assert t.text.strip() == "aonnection, 1;1closedlosed"


def test_behind_the_alternate_screen_the_main_one_is_as_it_was(tmp_path: Path) -> None:
    turns = "print('main\\x1b[?1049h\\x1b[3;9Hother', flush=True); input(); print('\\x1b[?1049l!')"
    with terminal(tmp_path, turns) as t:
        t.shows("other")
        assert "main" not in t.text
        t.press("enter")
        assert t.exit_code == 0
    assert t.lines[0] == "main!"


def test_it_answers_where_the_cursor_is_and_which_modes_it_knows(tmp_path: Path) -> None:
    asks = """
import sys, tty
tty.setraw(0)
print("abc\\x1b[6n\\x1b[?2026$p\\x1b[?2048$p", end="", flush=True)
heard = ""
while heard.count("y") < 2:
    heard += sys.stdin.read(1)
print(repr(heard))
"""
    with terminal(tmp_path, asks) as t:
        assert t.exit_code == 0
        assert t.settings != t.settings_before  # setraw was not undone
    answers = f"\x1b[1;4R\x1b[?{SYNC};2$y\x1b[?{IN_BAND_RESIZE};0$y"
    assert repr(answers) in t.text.replace("\n", "")  # it wraps


def test_what_is_wide_takes_two_cells(tmp_path: Path) -> None:
    asks = """
import sys, tty
tty.setraw(0)
print("\\u2502a\\u2500\\x1b[6n", end="", flush=True)
print(sys.stdin.read(6)[1:])
"""
    with Emulated(tmp_path, asks, program=PYTHON, wide="│─") as t:
        assert t.exit_code == 0
    assert t.text.splitlines()[0] == "│ a─ [1;6R"


def test_a_mute_one_answers_nothing(tmp_path: Path) -> None:
    asks = """
import sys, tty
tty.setraw(0)
print("\\x1b[6n\\x1b[?2026$p\\x1b[c", end="", flush=True)
print("heard", repr(sys.stdin.read(1)))
"""
    with Emulated(tmp_path, asks, program=PYTHON, mute=True) as t:
        t.until(lambda: b"\x1b[c" in t.written)
        t.press("x")
        t.shows("heard 'x'")


def test_while_it_does_not_read_the_program_stands_still(tmp_path: Path) -> None:
    began, done = tmp_path / "began", tmp_path / "done"
    program = f"open({str(began)!r}, 'w'); print('x' * 100_000); open({str(done)!r}, 'w')"
    with terminal(tmp_path, f"input(); {program}") as t:
        t.pause()
        t.press("enter")
        t.until(began.exists)
        assert not done.exists()
        t.resume()
        assert t.exit_code == 0


def test_a_slow_one_takes_no_more_bytes_a_second_than_it_is_told(tmp_path: Path) -> None:
    with terminal(tmp_path, "input(); print('x' * 1_000_000)", speed=2_000) as t:
        t.press("enter")
        t.until(lambda: t.written.count(b"x") > 400)
        assert t.process.poll() is None


def test_a_hang_up_ends_the_program_with_sighup(tmp_path: Path) -> None:
    with terminal(tmp_path, "print('on', flush=True); input()") as t:
        t.shows("on")
        t.hang_up()
        assert t.process.wait(20) == -1
