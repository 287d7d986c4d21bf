"""The ledger: what was true, also over kills and restarts."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect

from tui.errors import TradexError
from tui.market.candle import Candle
from tui.market.interval import MINUTE, SECOND, Interval
from tui.simulator.catalogue import CATALOGUE
from tui.simulator.ledger import Ledger
from tui.simulator.market import Market
from tui.simulator.server import Simulator

_NOON = 1_795_435_200_000
_SECOND = Interval.parse("1s")
_SPEED = 20
# The exchange as a program of its own, on a clock that runs 20 times as fast as the wall's.
_PROGRAM = f"""
import asyncio, sys, time
from pathlib import Path
from tui.simulator.background import run
from tui.simulator.server import Simulator
port, ledger, started = int(sys.argv[1]), Path(sys.argv[2]), float(sys.argv[3])
clock = lambda: {_NOON} + int((time.time() - started) * 1000 * {_SPEED})
exchange = Simulator(seed=7, port=port, ledger=ledger, clock=clock)
asyncio.run(run(exchange, lambda line: print(line, flush=True)))
"""
_LINE = (
    '{"type":"candle","exchange":"binance","symbol":"BTCUSDT","interval":"1s",'
    '"open_time":1795435200000,"open":1.5,"high":2.0,"low":1.0,"close":1.25,"volume":10.0,'
    '"closed":true,"origin":"live"}\n'
)


def _serve(port: int, ledger: Path, started: float) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-c", _PROGRAM, str(port), str(ledger), str(started)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    urls: dict[str, str] = json.loads(process.stdout.readline())
    return process, urls["ws_url"]


async def _watch(url: str, streams: list[str], closes: int) -> None:
    """Subscribe and stay until so many candles closed."""
    async with asyncio.timeout(20), connect(f"{url}/ws/{'/'.join(streams)}", proxy=None) as client:
        while closes:
            closes -= json.loads(await client.recv())["k"]["x"]


def _rows(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_line_has_exactly_the_documented_form(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    ledger = Ledger(path)
    candle = Candle(_NOON, 1.5, 2.0, 1.0, 1.25, 10.0, closed=True, trades=3)
    ledger.append("BTCUSDT", _SECOND, candle)
    assert path.read_text() == _LINE
    assert [c.values for c in Ledger(path).candles("BTCUSDT", _SECOND)] == [candle.values]


def test_a_last_line_cut_short_is_removed(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    path.write_text(_LINE + _LINE[:50])
    assert len(Ledger(path).candles("BTCUSDT", _SECOND)) == 1
    assert path.read_text() == _LINE


def test_what_another_exchange_wrote_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    path.write_text(_LINE)
    ledger = Ledger(path, "json")
    assert ledger.last("BTCUSDT", _SECOND) is None
    ledger.append("BTCUSDT", _SECOND, Candle(_NOON, 1.5, 2.0, 1.0, 1.25, 10.0, True, 3))
    assert [row["exchange"] for row in _rows(path)] == ["binance", "json"]


@pytest.mark.parametrize("content", ["hello\n", "[]\n", '{"symbol":"BTCUSDT"}\n'])
def test_a_file_that_is_no_ledger_is_named(tmp_path: Path, content: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_text(content)
    with pytest.raises(TradexError, match=r"notes\.txt has a line that is no candle"):
        Ledger(path)
    assert path.read_text() == content


def test_a_ledger_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with pytest.raises(TradexError, match="No such file or directory"):
        Ledger(tmp_path / "missing" / "ledger")


def test_the_name_of_a_ledger_is_cleaned_before_it_is_told(tmp_path: Path) -> None:
    with pytest.raises(TradexError, match="ledger owned/file: No such file") as caught:
        Ledger(tmp_path / "a\x1b]0;x\x07 ledger owned" / "file")
    assert str(caught.value).isprintable()


def test_symbols_once_subscribed_are_recorded_until_the_end(tmp_path: Path) -> None:
    async def scenario() -> None:
        now = [_NOON]
        path = tmp_path / "ledger"
        async with Simulator(seed=7, clock=lambda: now[0], ledger=path) as exchange:
            async with connect(exchange.ws_url + "/ws/ethusdt@kline_1m", proxy=None):
                pass
            for minutes in (1, 2, 3):
                now[0] = _NOON + minutes * MINUTE + SECOND
                async with asyncio.timeout(5):
                    while len(_rows(path)) < minutes:  # noqa: ASYNC110 - the file has no event
                        await asyncio.sleep(0.01)
        assert [row["open_time"] for row in _rows(path)] == [_NOON + i * MINUTE for i in range(3)]

    asyncio.run(scenario())


def test_a_restart_fills_in_what_closed_meanwhile_and_only_once_asked(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    path.write_text(_LINE)

    async def scenario() -> None:
        now = _NOON + 90 * SECOND + 700
        async with Simulator(seed=7, clock=lambda: now, ledger=path) as exchange:
            async with connect(exchange.ws_url + "/ws/ethusdt@kline_1s", proxy=None):
                assert len(_rows(path)) == 1
            async with connect(exchange.ws_url + "/ws/btcusdt@kline_1s", proxy=None):
                pass
            opens = [c.open_time for c in exchange.ledger.candles("BTCUSDT", _SECOND)]
            assert opens == [_NOON + i * SECOND for i in range(90)]

    asyncio.run(scenario())


def test_after_a_long_absence_at_most_5000_candles_are_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "ledger"
    path.write_text(_LINE)

    async def scenario() -> None:
        now = _NOON + 20_000 * SECOND + 700
        async with Simulator(seed=7, clock=lambda: now, ledger=path) as exchange:
            async with connect(exchange.ws_url + "/ws/btcusdt@kline_1s", proxy=None):
                pass
            opens = [c.open_time for c in exchange.ledger.candles("BTCUSDT", _SECOND)]
            assert opens[1:] == [_NOON + i * SECOND for i in range(15_000, 20_000)]

    asyncio.run(scenario())


def test_the_ledger_is_whole_and_true_over_a_kill_and_a_restart_on_the_same_port(
    tmp_path: Path,
) -> None:
    path, started = tmp_path / "ledger", time.time()
    streams = ["btcusdt@kline_1s", "ksmusdt@kline_1s"]
    process, url = _serve(0, path, started)
    try:
        asyncio.run(_watch(url, streams, 40))
        process.kill()
        process.wait()
        process, again = _serve(int(url.rsplit(":", 1)[1]), path, started)
        assert again == url
        asyncio.run(_watch(url, streams, 40))
        process.send_signal(signal.SIGTERM)
        assert process.wait(5) == 0
    finally:
        with suppress(ProcessLookupError):
            os.kill(process.pid, signal.SIGKILL)
        process.wait()
    for name in ("BTCUSDT", "KSMUSDT"):
        rows = [row for row in _rows(path) if row["symbol"] == name]
        first = rows[0]["open_time"]
        assert len(rows) > 40
        assert [row["open_time"] for row in rows] == [first + i * SECOND for i in range(len(rows))]
        market, digits = Market(7, CATALOGUE[name]), CATALOGUE[name].price_digits
        for row in rows:
            bar = market.candle(_SECOND, row["open_time"])
            assert row["close"] == pytest.approx(bar.close / 10**digits)
            assert row["volume"] == pytest.approx(bar.lots / 10 ** CATALOGUE[name].volume_digits)
