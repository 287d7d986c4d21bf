"""The command line as a whole: help, version, the exchange's command, the log file."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.command_line import COMMANDS, run, start, unreached

pytestmark = pytest.mark.usefixtures("home")


@pytest.mark.parametrize("args", [("--help",), ("--version",)])
def test_the_module_and_the_installed_script_are_the_same(args: tuple[str, ...]) -> None:
    script = Path(sys.executable).with_name("tradex-tui")
    by_script = subprocess.run([script, *args], capture_output=True, text=True, check=True)
    assert (by_script.stdout, by_script.stderr) == (run(*args).stdout, "")


def test_the_version_is_that_of_the_package() -> None:
    assert run("--version").stdout == f"tradex-tui {version('tradex-tui')}\n"


def test_help_names_the_commands_and_the_log_file_in_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / ("long-" * 20)))
    text = run("--help").stdout
    for name in COMMANDS.split(", "):
        assert re.search(rf"^  {name} ", text, re.MULTILINE)
    named = re.search(r"^Log file: (.*)$", text, re.MULTILINE)
    assert named
    assert named[1] == str(tmp_path / ("long-" * 20) / "tradex-tui" / "log" / "tradex-tui.log")


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_the_exchange_prints_its_urls_and_ends_on_a_signal(name: str) -> None:
    with start("exchange", "--seed", "3") as exchange:
        assert exchange.stdout and exchange.stderr
        urls = json.loads(exchange.stdout.readline())
        assert list(urls) == ["ws_url", "rest_url"]
        assert urls["ws_url"].replace("ws://", "http://") == urls["rest_url"]
        exchange.send_signal(signal.Signals[name])
        assert (exchange.wait(5), exchange.stderr.read()) == (0, "")


def test_what_goes_wrong_is_in_the_log_file_that_help_names(dead: str) -> None:
    assert unreached("BTCUSDT", "--duration", "0.5", "--config", dead)
    named = re.search(r"^Log file: (.*)$", run("--help").stdout, re.MULTILINE)
    assert named
    assert "127.0.0.1:1 refused the connection" in Path(named[1]).read_text()


def test_a_log_file_that_cannot_be_written_stops_nothing(home: Path, dead: str) -> None:
    (home / ".local").write_text("not a folder")
    lines, _ = unreached("BTCUSDT", "--states", "--duration", "0.5", "--config", dead)
    assert lines[0]["state"] == "dialing"
