"""The command line as a person or a script meets it: every test runs the program itself."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest

from tests.processes import command, write_config
from tui.feed.status import CandleChanged
from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.simulator.background import BackgroundSimulator
from tui.simulator.server import Simulator
from tui.stream import candle_line

HALF_PAST_NOON = 1_795_437_000_000
INTERVALS = "1s, 1m, 3m, 5m, 15m, 30m, 1h, 2h, 4h, 6h, 8h, 12h, 1d, 3d, 1w, 1M"
COMMANDS = "watch, demo, stream, exchange"
NOBODY = "127.0.0.1:1"
ESCAPES = "\x1b]0;owned\x07\x1b[31m\u202e\x9b2J"


@pytest.fixture(autouse=True)
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


def run(*args: str, **options: Any) -> subprocess.CompletedProcess[str]:
    """The program with `args`, without a terminal."""
    return subprocess.run(
        command(*args), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=20,
        **options,
    )  # fmt: skip


def start(*args: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(*args), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def refusal(*args: str) -> str:
    """The one line that the program says when it cannot do what it was asked, and exits with 2."""
    ended = run(*args)
    assert (ended.returncode, ended.stdout) == (2, ""), ended
    assert ended.stderr.startswith("tradex-tui: ")
    assert ended.stderr.endswith("\n")
    assert ended.stderr[:-1].isprintable()
    return ended.stderr[:-1].removeprefix("tradex-tui: ")


def streamed(*args: str) -> list[dict[str, Any]]:
    """The lines that `stream` prints until it ends by itself, without a word of complaint."""
    ended = run("stream", *args)
    assert (ended.returncode, ended.stderr) == (0, ""), ended
    return [json.loads(line) for line in ended.stdout.splitlines()]


def candles(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["type"] == "candle"]


# Bad input: exit 2, one line


@pytest.mark.parametrize("before", [("stream",), ("watch",), ("demo",), ()], ids=str)
def test_an_unknown_interval_is_told_with_the_nearest(before: tuple[str, ...]) -> None:
    line = refusal(*before, "BTCUSDT", "--interval", "7m")
    assert line == f"Unknown interval '7m'. Did you mean 5m? Valid: {INTERVALS}."


def test_an_interval_that_is_none_is_told(dead: str) -> None:
    line = refusal("stream", "BTCUSDT", "--interval", "soon", "--config", dead)
    assert line == f"Unknown interval 'soon'. Valid: {INTERVALS}."


@pytest.mark.parametrize("before", ["stream", "watch"])
def test_an_unknown_exchange_is_told_with_the_nearest(before: str) -> None:
    line = refusal(before, "binanse:BTCUSDT")
    assert line == "Unknown exchange 'binanse'. Did you mean binance? Valid: binance."


def test_an_unknown_command_is_told_with_the_nearest() -> None:
    line = refusal("steam", "BTCUSDT")
    assert line == (
        f"Unknown command 'steam'. Did you mean stream? Valid: {COMMANDS}; "
        "or a symbol in capitals: STEAM."
    )


def test_an_unknown_dialect_is_told() -> None:
    assert refusal("exchange", "--dialect", "okx") == "Unknown dialect 'okx'. Valid: binance."


@pytest.mark.parametrize("text", ["", ":", "binance:", ":BTCUSDT"])
def test_what_is_no_symbol_is_told_with_how_to_write_one(text: str) -> None:
    assert refusal("stream", text) == (
        f"'{text}' is not a symbol. Write BTCUSDT or binance:BTCUSDT."
    )


@pytest.mark.parametrize(
    "args",
    [("stream",), ("stream", "BTCUSDT", "--counts", "3"), ("stream", "BTCUSDT", "--count", "0"),
     ("stream", "BTCUSDT", "--duration", "x"), ("exchange", "--port", "70000"), ("-x",)],
    ids=" ".join,
)  # fmt: skip
def test_options_that_cannot_be_are_told_in_one_line(args: tuple[str, ...]) -> None:
    assert refusal(*args)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ('exchange = "binance\n', "line 1, column"),
        ("intervall = '1m'\n", "unknown key intervall; the nearest is interval"),
        ("[connection]\nstale_after = 'long'\n",
         'connection.stale_after is "long"; expected seconds from 1 to 86400'),
        ("[exchanges.binance]\nws_url = 'http://x'\n",
         'exchanges.binance.ws_url is "http://x"; expected ws://HOST:PORT or wss://HOST:PORT'),
    ],
    ids=["not TOML", "unknown key", "wrong type", "wrong url"],
)  # fmt: skip
def test_a_config_that_cannot_be_used_is_told_with_file_and_key(
    text: str, fault: str, tmp_path: Path
) -> None:
    path = tmp_path / "my.toml"
    path.write_text(text)
    line = refusal("stream", "BTCUSDT", "--config", str(path))
    assert line.startswith(f"{path}: {fault}")


@pytest.mark.parametrize("before", ["stream", "watch", "demo"])
def test_a_config_that_is_not_there_is_told(before: str, tmp_path: Path) -> None:
    path = tmp_path / "gone.toml"
    line = refusal(before, "BTCUSDT", "--config", str(path))
    assert line == f"{path}: no such config file."


@pytest.mark.parametrize("args", [(), ("watch",), ("demo",), ("BTCUSDT", "ETHUSDT")], ids=str)
def test_without_a_terminal_the_monitor_hints_at_stream(args: tuple[str, ...]) -> None:
    line = refusal(*args)
    assert "needs a terminal" in line
    assert "`tradex-tui stream SYMBOL ...`" in line


@pytest.mark.parametrize(
    "args",
    [("stream", f"{ESCAPES}:BTCUSDT"), ("stream", f"BTCUSDT@{ESCAPES}7m"), ("stream", ESCAPES),
     ("stream", "BTCUSDT", "--interval", f"7{ESCAPES}m"), ("stream", "B", "--config", ESCAPES),
     ("stream", "B", "--count", ESCAPES), ("stream", "B", f"--{ESCAPES}"),
     (f"{ESCAPES}:B", "--interval", "1m"), ("exchange", "--dialect", ESCAPES)],
    ids=lambda args: " ".join(args).encode("unicode_escape").decode(),
)  # fmt: skip
def test_hostile_text_in_an_argument_does_not_reach_the_terminal(args: tuple[str, ...]) -> None:
    assert refusal(*args)


def test_a_hostile_symbol_is_cleaned_before_it_is_asked_for(config: str) -> None:
    args = (f"ETH{ESCAPES}USDT", "--interval", "1s", "--count", "1", "--states")
    lines = streamed(*args, "--config", config)
    assert {line["symbol"] for line in lines} == {"ETHUSDT"}


# What it says of itself


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


# Candles and states as JSON lines

CANDLE: dict[str, type] = {
    "type": str, "exchange": str, "symbol": str, "interval": str, "open_time": int, "open": float,
    "high": float, "low": float, "close": float, "volume": float, "closed": bool, "origin": str,
}  # fmt: skip
STATE = ["type", "exchange", "symbol", "state", "attempt", "delay", "reason"]


def test_a_candle_has_the_fields_of_the_form_in_order(config: str) -> None:
    args = ("btcusdt", "binance:ETHUSDT", "--interval", "1s", "--count", "6", "--config", config)
    lines = streamed(*args)
    assert len(lines) == 6
    for line in lines:
        assert {name: type(value) for name, value in line.items()} == CANDLE
        assert list(line) == list(CANDLE)
        assert (line["type"], line["exchange"], line["interval"]) == ("candle", "binance", "1s")
        assert line["open_time"] % 1000 == 0
        assert 0 <= line["open_time"] - HALF_PAST_NOON < 120_000
        assert line["low"] <= min(line["open"], line["close"])
        assert line["high"] >= max(line["open"], line["close"])
        assert line["origin"] in ("live", "backfill")
    assert {line["symbol"] for line in lines} == {"BTCUSDT", "ETHUSDT"}


def test_closed_prints_each_closed_candle_once_and_no_other(config: str) -> None:
    lines = streamed("BTCUSDT", "--interval", "1s", "--closed", "--count", "2", "--config", config)
    assert all(line["closed"] for line in lines)
    first = lines[0]["open_time"]
    assert [line["open_time"] for line in lines] == [first, first + 1000]


def test_history_prints_the_closed_candles_before_the_start(config: str) -> None:
    lines = streamed("BTCUSDT", "--interval", "1h", "--history", "3", "--count", "4",
                     "--config", config)  # fmt: skip
    hour = 3_600_000
    noon = HALF_PAST_NOON // hour * hour
    assert [(line["open_time"], line["closed"], line["origin"]) for line in lines[:3]] == [
        (noon - i * hour, True, "history") for i in (3, 2, 1)
    ]
    assert (lines[3]["open_time"], lines[3]["closed"]) == (noon, False)


def test_history_that_the_exchange_may_still_change_is_not_printed_yet(config: str) -> None:
    args = ("BTCUSDT", "--interval", "1s", "--history", "5", "--duration", "1.5")
    history = [line for line in streamed(*args, "--config", config) if line["origin"] == "history"]
    assert 1 <= len(history) < 5
    assert all(line["closed"] for line in history)


def test_without_history_nothing_from_before_the_start_is_printed(config: str) -> None:
    lines = streamed("BTCUSDT", "--interval", "1m", "--duration", "1", "--config", config)
    assert lines
    assert {(line["closed"], line["open_time"]) for line in lines} <= {
        (closed, HALF_PAST_NOON // 60_000 * 60_000 + minute * 60_000)
        for closed in (False, True)
        for minute in (0, 1)
    }


def test_states_tell_the_way_to_the_first_candle(config: str) -> None:
    lines = streamed("BTCUSDT", "--interval", "1s", "--states", "--count", "4", "--config", config)
    states = [line for line in lines if line["type"] == "state"]
    assert [state["state"] for state in states] == ["dialing", "subscribing", "syncing", "live"]
    for state in states:
        assert list(state) == STATE
        assert (state["attempt"], state["delay"], state["reason"]) == (0, None, "")
    assert len(candles(lines)) == 4


def test_states_tell_of_each_failed_attempt(dead: str) -> None:
    lines = streamed("BTCUSDT", "--states", "--duration", "1", "--config", dead)
    assert lines[0]["state"] == "dialing"
    waits = [line for line in lines if line["state"] == "backoff"]
    assert [wait["attempt"] for wait in waits] == list(range(1, len(waits) + 1))
    for wait in waits:
        assert type(wait["delay"]) is float
        assert wait["delay"] >= 0
        assert wait["reason"] == "127.0.0.1:1 refused the connection."


def test_only_a_candle_that_the_exchange_changed_is_marked_as_revised() -> None:
    subscription = Subscription(Symbol("binance", "BTCUSDT"), Interval.parse("1m"))
    candle = Candle(HALF_PAST_NOON, 1.0, 2.0, 0.5, 1.5, 3.0, closed=True)
    line = candle_line(CandleChanged(subscription, candle, "backfill"))
    assert list(line) == list(CANDLE)
    assert candle_line(CandleChanged(subscription, candle, "backfill", revised=True)) == (
        line | {"revised": True}
    )


def test_duration_ends_the_stream(dead: str) -> None:
    began = time.monotonic()
    assert streamed("BTCUSDT", "--duration", "0.5", "--config", dead) == []
    assert 0.5 <= time.monotonic() - began < 5


def test_a_symbol_that_is_unknown_is_told_and_the_others_live_on(config: str) -> None:
    ended = run("stream", "BTCUSTD", "ETHUSDT", "--interval", "1s", "--count", "4",
                "--config", config)  # fmt: skip
    assert ended.returncode == 0
    assert {json.loads(line)["symbol"] for line in ended.stdout.splitlines()} == {"ETHUSDT"}
    (sentence,) = ended.stderr.splitlines()
    assert sentence.startswith("tradex-tui: binance:BTCUSTD: BTCUSTD is not a symbol on Binance.")
    assert "BTCUSDT" in sentence.partition("The nearest: ")[2]


def test_when_all_symbols_are_unknown_the_stream_ends_with_2(config: str) -> None:
    ended = run("stream", "BTCUSTD", "ETHUSTD", "--config", config)
    assert (ended.returncode, ended.stdout) == (2, "")
    first, second, last = ended.stderr.splitlines()
    assert ("BTCUSTD" in first, "ETHUSTD" in second) == (True, True)
    assert last == "tradex-tui: None of these symbols can be followed."


# The end


def test_ctrl_c_ends_the_stream_quietly(config: str) -> None:
    with start("stream", "BTCUSDT", "--interval", "1s", "--config", config) as stream:
        assert stream.stdout
        assert stream.stdout.readline().startswith('{"type": "candle"')
        stream.send_signal(signal.SIGINT)
        rest, complaints = stream.communicate(timeout=5)
    assert (stream.returncode, complaints) == (0, "")
    assert all(line.endswith("}") for line in rest.splitlines())


def test_a_closed_pipe_ends_the_stream_quietly(config: str) -> None:
    with start("stream", "BTCUSDT", "--interval", "1s", "--config", config) as stream:
        assert stream.stdout and stream.stderr
        assert stream.stdout.readline().startswith('{"type": "candle"')
        stream.stdout.close()
        assert stream.stderr.read() == ""
        assert stream.wait(5) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_ends_the_stream_with_one_line(dead: str) -> None:
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            command("stream", "BTCUSDT", "--states", "--config", dead),
            stdout=full, stderr=subprocess.PIPE, text=True, timeout=10,
        )  # fmt: skip
    assert ended.stderr == "tradex-tui: Cannot write the candles: No space left on device.\n"
    assert ended.returncode == 2


@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_the_exchange_prints_its_urls_and_ends_on_a_signal(name: str) -> None:
    with start("exchange", "--seed", "3") as exchange:
        assert exchange.stdout and exchange.stderr
        urls = json.loads(exchange.stdout.readline())
        assert list(urls) == ["ws_url", "rest_url"]
        assert urls["ws_url"].replace("ws://", "http://") == urls["rest_url"]
        exchange.send_signal(signal.Signals[name])
        assert (exchange.wait(5), exchange.stderr.read()) == (0, "")


def test_a_port_that_is_taken_is_told(config: str) -> None:
    port = Path(config).read_text().rpartition(":")[2].strip('"\n ')
    assert refusal("exchange", "--port", port) == (
        f"Port {port} on 127.0.0.1 is in use. Choose another, or 0 for a free one."
    )


def test_what_goes_wrong_is_in_the_log_file_that_help_names(dead: str) -> None:
    assert streamed("BTCUSDT", "--duration", "0.5", "--config", dead) == []
    named = re.search(r"^Log file: (.*)$", run("--help").stdout, re.MULTILINE)
    assert named
    assert "127.0.0.1:1 refused the connection." in Path(named[1]).read_text()


def test_a_log_file_that_cannot_be_written_stops_nothing(home: Path, dead: str) -> None:
    (home / ".local").write_text("not a folder")
    lines = streamed("BTCUSDT", "--states", "--duration", "0.5", "--config", dead)
    assert lines[0]["state"] == "dialing"
