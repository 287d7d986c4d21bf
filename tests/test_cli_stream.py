"""`tradex-tui stream`: candles and states as JSON lines, and how it ends."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.command_line import HALF_PAST_NOON, run, start, streamed, unreached
from tests.processes import command
from tui.feed.status import CandleChanged, ConnectionState, StateChanged
from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol
from tui.stream import Failures, candle_line

pytestmark = pytest.mark.usefixtures("home")
CANDLE: dict[str, type] = {
    "type": str, "exchange": str, "symbol": str, "interval": str, "open_time": int, "open": float,
    "high": float, "low": float, "close": float, "volume": float, "closed": bool, "origin": str,
}  # fmt: skip
STATE = ["type", "exchange", "symbol", "state", "attempt", "delay", "reason"]


def candles(lines: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [line for line in lines if line["type"] == "candle"]


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
    lines, _ = unreached("BTCUSDT", "--states", "--duration", "1", "--config", dead)
    assert lines[0]["state"] == "dialing"
    waits = [line for line in lines if line["state"] == "backoff"]
    assert [wait["attempt"] for wait in waits] == list(range(1, len(waits) + 1))
    for wait in waits:
        assert type(wait["delay"]) is float
        assert wait["delay"] >= 0
        assert wait["reason"].startswith("127.0.0.1:1 refused the connection")


def test_only_a_candle_that_the_exchange_changed_is_marked_as_revised() -> None:
    subscription = Subscription(Symbol("binance", "BTCUSDT"), Interval.parse("1m"))
    candle = Candle(HALF_PAST_NOON, 1.0, 2.0, 0.5, 1.5, 3.0, closed=True)
    line = candle_line(CandleChanged(subscription, candle, "backfill"))
    assert list(line) == list(CANDLE)
    assert candle_line(CandleChanged(subscription, candle, "backfill", revised=True)) == (
        line | {"revised": True}
    )


def test_duration_ends_the_stream(config: str) -> None:
    began = time.monotonic()
    assert streamed("BTCUSDT", "--closed", "--interval", "1d", "--duration", "0.5",
                    "--config", config) == []  # fmt: skip
    assert 0.5 <= time.monotonic() - began < 5


def test_a_failure_is_told_once_and_to_have_reached_nobody_ends_with_1(dead: str) -> None:
    lines, complaints = unreached("BTCUSDT", "ETHUSDT", "--duration", "1.5", "--config", dead)
    assert lines == []
    why = "127.0.0.1:1 refused the connection; check the url in [exchanges], it keeps trying."
    assert sorted(complaints[:-1]) == [
        f"tradex-tui: binance:BTCUSDT: {why}", f"tradex-tui: binance:ETHUSDT: {why}",
    ]  # fmt: skip
    assert complaints[-1] == "tradex-tui: No candle came; the reasons are above."


def test_a_failure_is_told_again_when_its_reason_is_another() -> None:
    failures, watched = Failures(), Subscription(Symbol("binance", "BTCUSDT"), Interval.parse("1m"))

    def told(state: ConnectionState, reason: str) -> str:
        return failures.take(StateChanged(watched, state, 1, None, reason))

    backoff = ConnectionState.BACKOFF
    assert told(ConnectionState.DIALING, "") == ""
    assert told(backoff, "Gone.") == "binance:BTCUSDT: Gone."
    assert told(backoff, "Gone.") == ""
    assert told(ConnectionState.PARKED, "Not here.") == "binance:BTCUSDT: Not here."
    assert not failures.reached
    assert told(ConnectionState.SYNCING, "") == ""
    assert failures.reached


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
