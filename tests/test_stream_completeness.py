"""The promise of the stream: every closed candle of the exchange, once, with its values."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.processes import (
    SYMBOLS,
    ExchangeProcess,
    assert_complete,
    by_key,
    closed_candles,
    command,
    write_config,
)


def _run(folder: Path, seconds: int, *, kill_after: int | None = None, down: int = 0) -> None:
    exchange = ExchangeProcess(folder)
    config = write_config(folder, exchange.start())
    args = ["--interval", "1s", "--config", str(config), "--duration", str(seconds)]
    with subprocess.Popen(
        command("stream", *SYMBOLS, *args), stdout=subprocess.PIPE, text=True
    ) as stream:
        if kill_after is not None:
            _outlast(stream, kill_after)
            exchange.kill()
            _outlast(stream, down)
            exchange.start()
        printed = stream.communicate()[0]
    exchange.kill()
    assert stream.returncode == 0
    streamed = closed_candles(printed)
    assert len(by_key(streamed)) >= len(SYMBOLS) * (seconds - down - 8)
    assert_complete(streamed, closed_candles(exchange.ledger.read_text()))
    origins = {candle["origin"] for candle in streamed}
    assert origins == ({"live", "backfill"} if down else {"live"})


def _outlast(process: subprocess.Popen[str], seconds: float) -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        process.wait(seconds)


def test_every_closed_candle_of_the_ledger_is_streamed_once(tmp_path: Path) -> None:
    _run(tmp_path, 15)


def test_an_exchange_killed_and_restarted_leaves_no_candle_missing(tmp_path: Path) -> None:
    _run(tmp_path, 30, kill_after=6, down=4)


@pytest.mark.long
def test_a_minute_of_every_closed_candle(tmp_path: Path) -> None:
    _run(tmp_path, 60)


@pytest.mark.long
def test_ten_seconds_of_a_killed_exchange(tmp_path: Path) -> None:
    _run(tmp_path, 75, kill_after=20, down=10)
