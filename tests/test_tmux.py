"""The monitor in a real tmux: it draws, obeys keys, outlives a detach, fits the next terminal."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes import command, processes_with
from tests.terminal_emulator import Emulated

pytestmark = pytest.mark.skipif(not shutil.which("tmux"), reason="tmux is not here")
# Keys may follow each other as fast as a test presses them.
_CONFIG = """
set -g default-terminal {term}
set -g focus-events on
set -g status off
set -g assume-paste-time 0
set -as terminal-features ",xterm*:RGB"
"""
_MARK = "TRADEX_TEST_TMUX"


class Tmux:
    """A server of its own in `home`, whose sessions say that the terminal is a `term`."""

    def __init__(self, home: Path, term: str) -> None:
        self._home = home
        (home / "tmux.conf").write_text(_CONFIG.format(term=term))

    def client(self, *words: str, size: tuple[int, int] = (120, 40)) -> Emulated:
        """A terminal with a client of the server; the first one starts it."""
        environ = {_MARK: str(self._home)}
        return Emulated(self._home, *words, program=self._program, size=size, environ=environ)

    def kill(self) -> None:
        subprocess.run([*self._program, "kill-server"], capture_output=True)

    def processes(self) -> dict[int, str]:
        """The server's and all that was started in it."""
        return processes_with(f"{_MARK}={self._home}")

    @property
    def _program(self) -> list[str]:
        return ["tmux", "-S", f"{self._home}/socket", "-f", f"{self._home}/tmux.conf"]


@pytest.fixture(params=["tmux-256color", "screen-256color"])
def tmux(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Tmux]:
    server = Tmux(tmp_path, request.param)
    yield server
    server.kill()


def test_it_outlives_a_detach_fits_the_next_terminal_and_gives_the_shell_back(tmux: Tmux) -> None:
    with tmux.client("new-session", "/bin/sh") as first:
        first.until(lambda: first.text.strip() in ("$", "#"))
        first.press(f"{shlex.join(command('demo'))}; echo it ended with $?", "enter")
        first.shows("BTCUSDT 1m", "EURUSD 1m", "LIVE")
        first.press("n")
        first.shows("last close")
        first.press("ctrl+b")
        first.press("d")
        assert first.exit_code == 0
    with tmux.client("attach", size=(90, 30)) as second:
        second.until(lambda: "DEMO" in second.lines[29])
        second.shows("LIVE")
        second.resize(70, 20)
        second.until(lambda: "DEMO" in second.lines[19])
        second.press("q")
        second.shows("it ended with 0")
        assert "LIVE" not in second.text
        second.press("exit", "enter")
        assert second.exit_code == 0
        second.assert_restored()


def test_l9_with_the_server_it_ends_too(tmux: Tmux) -> None:
    with tmux.client("new-session", *command("demo")) as t:
        t.shows("LIVE")
        assert len(tmux.processes()) > 1
        tmux.kill()
        t.until(lambda: not tmux.processes(), 15)
