"""What `doctor` finds of a terminal: in a real pty, before a terminal that answers as some do."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import pytest

from tests.terminal_emulator import FOCUS, SYNC, Emulated

AMBIGUOUS = "▲▼×·═╱─┬╷╵│▁▄█"


def examined(home: Path, config: str, **terminal: Any) -> Emulated:
    """`doctor` in a terminal that holds all that it says; see Emulated for the terminal."""
    args = ("doctor", "--config", config)
    return Emulated(home, *args, size=(120, 70), **{"known": (FOCUS, SYNC), **terminal})


def said(terminal: Emulated) -> str:
    """What a person reads once it has ended; no question and no answer is left in it."""
    with terminal:
        assert terminal.exit_code == 1  # the exchange is dead
        terminal.assert_restored()
        shown = terminal.text
    assert shown.startswith("terminal\n") and "^[" not in shown
    return " ".join(shown.split())


def test_a_terminal_that_has_it_all_is_said_to(home: Path, dead: str) -> None:
    text = said(examined(home, dead))
    assert "ok terminal TERM=xterm-256color, with UTF-8. ok size 120 columns, 70 lines." in text
    assert "ok colours 16 million." in text
    assert "ok glyphs All that charts are drawn with take one cell each." in text
    assert "ok focus This terminal reports when you look elsewhere." in text
    assert "ok frames This terminal hides a screen while it is half drawn." in text


def test_a_terminal_that_answers_nothing_is_not_waited_for(home: Path, dead: str) -> None:
    text = said(examined(home, dead, mute=True))
    assert "note glyphs This terminal does not tell how wide it draws characters." in text
    assert "note focus This terminal does not tell whether it reports when" in text
    assert "Wrong: binance connection." in text


def test_glyphs_that_are_drawn_two_cells_wide_are_wrong(home: Path, dead: str) -> None:
    text = said(examined(home, dead, wide=AMBIGUOUS))
    assert 'FAIL glyphs Candles would be torn: "heavy" draws with ' in text
    assert 'note glyphs "blocks" draws with ' in text
    assert "Wrong: terminal glyphs, binance connection." in text


def test_glyphs_that_nobody_draws_with_are_only_noted(home: Path, dead: str) -> None:
    config = Path(dead)
    config.write_text(f'glyphs = "ascii"\n{config.read_text()}')
    text = said(examined(home, dead, wide=AMBIGUOUS))
    assert "FAIL glyphs" not in text and 'note glyphs "heavy" draws with ' in text
    assert "note text Headers and hints are drawn with " in text


def test_modes_that_it_does_not_have_are_noted(home: Path, dead: str) -> None:
    text = said(examined(home, dead, known=()))
    assert "note focus This terminal does not report when you look elsewhere." in text
    assert "note frames This terminal does not hide a screen while it is half drawn." in text


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({"COLORTERM": ""}, "note colours Only 256: a theme's colours are approximated."),
        ({"COLORTERM": "", "TERM": "xterm"}, "note colours Only 16: "),
        ({"NO_COLOR": "1"}, "note colours NO_COLOR is set: nothing has a colour"),
        (
            {"TERM": "screen", "STY": "1.desk", "COLORTERM": ""},
            "and rising candles are hollow. In ~/.screenrc set",
        ),
        (
            {"TERM": "screen.xterm-256color", "STY": "1.desk"},
            "note colours 16 million, as COLORTERM says. GNU screen draws them from version 5",
        ),
        ({"TERM": "screen", "STY": "1.desk"}, "note focus GNU screen keeps it to itself"),
        ({"STY": "1.desk"}, "ok colours 16 million."),
        ({"TERM": "dumb"}, "FAIL terminal This terminal cannot place text on the screen"),
        (
            {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
            "FAIL terminal The monitor draws with UTF-8",
        ),
    ],
    ids=[
        "256 colours", "16 colours", "NO_COLOR", "screen", "screen, COLORTERM", "screen, focus",
        "started from screen", "dumb", "no UTF-8",
    ],
)  # fmt: skip
def test_what_the_environment_says_of_the_terminal_is_told(
    environ: dict[str, str], line: str, home: Path, dead: str
) -> None:
    assert line in said(examined(home, dead, environ=environ))


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, -signal.SIGTERM)], ids=str
)
def test_a_signal_while_it_asks_leaves_the_terminal_as_it_was(
    number: signal.Signals, code: int, home: Path, dead: str
) -> None:
    with examined(home, dead, mute=True) as terminal:
        terminal.until(lambda: b"\x1b[c" in terminal.written)
        assert terminal.settings != terminal.settings_before
        terminal.kill(number)
        assert terminal.exit_code == code
        terminal.assert_restored()
