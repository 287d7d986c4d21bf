"""How hypothesis searches, what terminal the apps see, and the command line's surroundings.

Hypothesis has no time limit per example, and searches the same way each time in CI.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.command_line import HALF_PAST_NOON, NOBODY
from tests.processes import write_config
from tui.simulator.background import BackgroundSimulator
from tui.simulator.server import Simulator

# An app looks the same whatever the tests are started in.
os.environ |= {"TERM": "xterm-256color", "COLORTERM": "truecolor"}

settings.register_profile("tradex", deadline=None, derandomize="CI" in os.environ)
settings.load_profile("tradex")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home of the test's own: no config, no workspace, no log."""
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "TRADEX_TUI_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A config whose Binance is a simulator, half an hour from the end of an hour."""
    began = time.monotonic()

    def clock() -> int:
        return HALF_PAST_NOON + int((time.monotonic() - began) * 1000)

    with BackgroundSimulator(Simulator(seed=7, clock=clock)) as simulator:
        urls = {"ws_url": simulator.ws_url, "rest_url": simulator.rest_url}
        yield str(write_config(tmp_path_factory.mktemp("config"), urls))


@pytest.fixture
def dead(tmp_path: Path) -> str:
    """A config whose Binance nobody answers for."""
    urls = {"ws_url": f"ws://{NOBODY}", "rest_url": f"http://{NOBODY}"}
    return str(write_config(tmp_path, urls))
