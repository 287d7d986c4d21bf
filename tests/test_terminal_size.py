"""A terminal of any size, and one that never keeps it."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from tests.terminal_emulator import Emulated

USUAL = (120, 40)
ODD = ((1, 1), (500, 200), (0, 0), (2, 60), (200, 2), (13, 5), (40, 12), (39, 11), (20, 3))
OPEN = {"nothing": "", "palette": ":", "help": "?", "add": "a", "connections": "n", "zoom": "z"}


def storm(terminal: Emulated, count: int, random: Random) -> None:
    for _ in range(count):
        terminal.resize(random.randint(1, 130), random.randint(1, 45))


@pytest.mark.parametrize("what", OPEN)
def test_l7_any_size_and_back(tmp_path: Path, what: str) -> None:
    with Emulated(tmp_path, "demo", "BTCUSDT", "ETHUSDT") as terminal:
        terminal.shows("LIVE", "DEMO")
        terminal.press(OPEN[what])
        for size in ODD:
            before = len(terminal.written)
            terminal.resize(*size)
            terminal.until(lambda at=before: len(terminal.written) > at)  # type: ignore[misc]
        storm(terminal, 50, Random(what))
        terminal.resize(*USUAL)
        terminal.press("escape")
        terminal.shows("BTCUSDT", "ETHUSDT", "LIVE", "DEMO")
        terminal.press("ctrl+c")
        assert terminal.exit_code == 130
        terminal.assert_restored()
        assert terminal.text.strip() == ""
