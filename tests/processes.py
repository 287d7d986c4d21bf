"""The program's own commands as processes, and what they printed."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from tests.held_port import HeldPort

SYMBOLS = ["BTCUSDT", "ETHUSDT", "SOLUSDT", "XRPUSDT", "KSMUSDT"]
Line = dict[str, Any]
Key = tuple[str, int]


def command(*args: str) -> list[str]:
    """The command line of the program in this very environment."""
    return [sys.executable, "-m", "tui", *args]


class ExchangeProcess:
    """`tradex-tui exchange` on a port of its own that it keeps over a kill."""

    def __init__(self, folder: Path, seed: int = 7) -> None:
        self.ledger = folder / "ledger.jsonl"
        self._seed = seed
        self._port = HeldPort()
        self._process: subprocess.Popen[str] | None = None

    def start(self) -> dict[str, str]:
        """Start it; the urls it printed."""
        args = ["exchange", "--seed", str(self._seed), "--ledger", str(self.ledger)]
        self._process = subprocess.Popen(
            command(*args, "--port", str(self._port.number)), stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout
        urls: dict[str, str] = json.loads(self._process.stdout.readline())
        return urls

    def kill(self) -> None:
        """kill -9."""
        assert self._process and self._process.stdout
        self._process.kill()
        self._process.wait()
        self._process.stdout.close()


def write_config(folder: Path, urls: dict[str, str]) -> Path:
    """A config whose Binance is the exchange at `urls`."""
    path = folder / "config.toml"
    lines = [f"{key} = {json.dumps(url)}" for key, url in urls.items()]
    path.write_text("\n".join(["[exchanges.binance]", *lines]))
    return path


def closed_candles(text: str) -> list[Line]:
    """The closed candles among JSON lines; a line cut off by a kill is left out."""
    lines = [json.loads(line) for line in text.splitlines() if line.endswith("}")]
    return [line for line in lines if line["type"] == "candle" and line["closed"]]


def by_key(candles: list[Line]) -> dict[Key, tuple[float, ...]]:
    """Values by symbol and open time."""
    names = ("open", "high", "low", "close", "volume")
    return {(c["symbol"], c["open_time"]): tuple(c[n] for n in names) for c in candles}


def assert_complete(streamed: list[Line], ledger: list[Line]) -> None:
    """Each symbol's closed candles: none twice, none missing between the first and the last,
    each equal to the exchange's ledger."""
    counts = Counter((c["symbol"], c["open_time"]) for c in streamed if not c.get("revised"))
    assert [key for key, count in counts.items() if count > 1] == []
    found, truth = by_key(streamed), by_key(ledger)
    for symbol in {symbol for symbol, _ in truth}:
        times = sorted(time for name, time in found if name == symbol)
        assert times == list(range(times[0], times[-1] + 1, 1000)), f"{symbol} has holes"
        overlap = [key for key in truth if key[0] == symbol and times[0] <= key[1] <= times[-1]]
        assert len(overlap) >= len(times) - 1
        assert {key: found.get(key) for key in overlap} == {key: truth[key] for key in overlap}


def processes_with(variable: str) -> dict[int, str]:
    """The processes of this machine that have `variable`, such as "A=1", in their environment:
    their ids, and what they are."""
    found = (_about(path) for path in Path("/proc").iterdir() if path.name.isdigit())
    return {pid: name for pid, name, variables in found if variable.encode() in variables}


def _about(process: Path) -> tuple[int, str, list[bytes]]:
    """A process's id, name and environment; the latter is empty once it ended."""
    try:
        name, variables = (process / "comm").read_text(), (process / "environ").read_bytes()
    except OSError:  # it ended meanwhile, or is another user's
        name, variables = "", b""
    return int(process.name), name.strip(), variables.split(b"\0")
