"""Where the monitor cannot be shown: exit code 2, and a sentence that says what to do."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.processes import command
from tests.terminal_emulator import Emulated

NO_TERMINAL = "tradex-tui: The monitor needs a terminal, and this is none."


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"TERM": "dumb"}, "This terminal cannot place text on the screen (TERM=dumb)."),
        ({"TERM": ""}, "This terminal cannot place text on the screen (TERM is not set)."),
        ({"LC_ALL": "C"}, "The monitor draws with UTF-8, and this terminal's text is"),
    ],
    ids=str,
)
def test_l12_a_terminal_that_cannot_show_it(
    tmp_path: Path, environ: Mapping[str, str], sentence: str
) -> None:
    with Emulated(tmp_path, environ=environ, size=(200, 5)) as terminal:
        assert terminal.exit_code == 2
        assert terminal.text.startswith(f"tradex-tui: {sentence}")
        assert b"\x1b" not in terminal.written
        terminal.assert_restored()


@pytest.mark.parametrize("redirected", ["< /dev/null", "| cat", ">&-", "<&-", "< /dev/null | cat"])
def test_l12_no_terminal(tmp_path: Path, redirected: str) -> None:
    line = f"set -o pipefail; {' '.join(command())} {redirected}"
    with Emulated(tmp_path, line, program=("bash", "-c"), size=(200, 5)) as terminal:
        assert terminal.exit_code == 2
        assert terminal.text.startswith(NO_TERMINAL)
        terminal.assert_restored()


def test_l12_nothing_is_a_terminal(tmp_path: Path) -> None:
    ended = subprocess.run(command(), stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.startswith(NO_TERMINAL)


@pytest.mark.parametrize(
    ("environ", "unwanted"),
    [
        ({"TERM": "xterm-newest"}, b"no such"),  # no terminfo is needed
        ({"TERM": "xterm", "COLORTERM": ""}, b"38;2;"),
        ({"NO_COLOR": "1"}, b"38;2;95;218;179"),
    ],
    ids=["unknown to terminfo", "16 colours", "no colours"],
)
def test_l12_one_that_can_however_it_is_called(
    tmp_path: Path, environ: Mapping[str, str], unwanted: bytes
) -> None:
    with Emulated(tmp_path, "demo", "BTCUSDT", environ=environ) as terminal:
        terminal.shows("LIVE", "DEMO")
        assert unwanted not in terminal.written
        terminal.press("q")
        assert terminal.exit_code == 0
        terminal.assert_restored()


def test_l12_without_anywhere_for_errors(tmp_path: Path) -> None:
    line = f"{' '.join(command('demo', 'BTCUSDT'))} 2>&-"
    with Emulated(tmp_path, line, program=("sh", "-c")) as terminal:
        terminal.shows("LIVE", "DEMO")
        terminal.press("q")
        assert terminal.exit_code == 0
        terminal.assert_restored()
