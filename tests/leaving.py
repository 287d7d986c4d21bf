"""Monitors that are to end, each in a terminal, and the exchange that they are connected to."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.feeds import MANY_DIALS
from tests.processes import command, write_config
from tests.terminal_emulator import Emulated
from tui.simulator.background import BackgroundSimulator
from tui.simulator.server import Simulator

LOG = ".local/state/tradex-tui/log/tradex-tui.log"
WORKSPACE = ".local/state/tradex-tui/workspace.toml"
MONITOR = tuple(command())
WHY = "The log file (tradex-tui --help names it) has the reason."
SCREEN_FAILED = f"tradex-tui: The screen failed. {WHY}"
PROGRAM_FAILED = f"tradex-tui: This program failed. {WHY}"


def faulty(fault: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "tests.faulty_monitor", fault)


class Desk:
    """Monitors of one symbol, each in a terminal, and the exchange that they are connected to."""

    def __init__(self, folder: Path, simulator: Simulator) -> None:
        urls = {"ws_url": simulator.ws_url, "rest_url": simulator.rest_url}
        self.args = ("BTCUSDT", "--config", str(write_config(folder, urls)))
        self._simulator = simulator

    @property
    def is_empty(self) -> bool:
        """Whether no socket is connected to the exchange."""
        return self._simulator.clients == 0

    def monitor(self, home: Path, program: Sequence[str] = MONITOR) -> Emulated:
        return Emulated(home, *self.args, program=program, size=(120, 24))

    @contextmanager
    def live(self, home: Path, program: Sequence[str] = MONITOR) -> Iterator[Emulated]:
        """A monitor that shows prices."""
        with self.monitor(home, program) as terminal:
            terminal.shows("LIVE")
            yield terminal

    def assert_left(self, terminal: Emulated, code: int, said: str = "") -> None:
        """The program ended with `code`, said this one line, and left nothing behind."""
        assert terminal.exit_code == code
        terminal.assert_restored()
        assert terminal.text.strip() == said
        assert is_empty_group(terminal.process.pid)
        terminal.until(lambda: self.is_empty)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    simulator = Simulator(seed=7, limits=MANY_DIALS)
    with BackgroundSimulator(simulator):
        yield Desk(tmp_path_factory.mktemp("desk"), simulator)


def is_empty_group(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return True
    return False


def logged(home: Path) -> str:
    return (home / LOG).read_text()


WRAPPED = f'{" ".join(MONITOR)} "$@"; echo not reached'


def wrapped(script: str) -> tuple[str, ...]:
    return ("sh", "-c", script, "sh")
