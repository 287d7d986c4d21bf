"""Recorded frames of exchanges: those beside the repository, if they are there, and our own.

Read with the standard library's json alone, so that what is expected of an exchange file does
not come from that file.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ALL_RECORDED = Path(__file__).parents[2] / "shared" / "captures"
MADE_UP = sorted((Path(__file__).parent / "data" / "binance").glob("ws_*.jsonl"))
RECORDED = ALL_RECORDED / "binance"
SOCKETS = [*MADE_UP, *sorted(RECORDED.glob("ws_*.jsonl"))]
DIRECTORIES = sorted(RECORDED.glob("rest_*exchangeInfo*.jsonl"))

Kline = dict[str, Any]
Values = tuple[float, float, float, float, float]


def lines_of(path: Path) -> list[dict[str, Any]]:
    """What a recording says line by line: when, in which direction, and the raw text."""
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def frames_of(path: Path) -> list[str]:
    """The frames received, byte-exact."""
    return [line["raw"] for line in lines_of(path) if line["dir"] == "recv"]


@dataclass(frozen=True, slots=True)
class Expected:
    """What a candle must be when all frames were read."""

    values: Values
    closed: bool
    trades: int


@dataclass(frozen=True, slots=True)
class Capture:
    """The frames received on one combined Binance socket, byte-exact, and the streams asked for."""

    streams: list[str]
    frames: list[str]

    @classmethod
    def read(cls, path: Path) -> Capture:
        url = next(line["url"] for line in lines_of(path) if line["dir"] == "open")
        return cls(url.partition("streams=")[2].split("/"), frames_of(path))

    @property
    def symbols(self) -> list[str]:
        """Those whose one-minute candles were asked for, as the exchange spells them."""
        asked = [stream.partition("@") for stream in self.streams]
        return [symbol.upper() for symbol, _, stream in asked if stream == "kline_1m"]

    def klines(self) -> list[Kline]:
        """The candle in each frame that has one, in order."""
        payloads = [json.loads(frame)["data"] for frame in self.frames]
        klines = [p["k"] for p in payloads if isinstance(p, dict) and p.get("e") == "kline"]
        return [k for k in klines if "o" in k]

    def candles(self) -> dict[tuple[str, int], Expected]:
        """By symbol and open time, what stands at the end: closed is final, else the last."""
        found: dict[tuple[str, int], Expected] = {}
        for kline in self.klines():
            key = kline["s"], kline["t"]
            if key not in found or not found[key].closed:
                found[key] = Expected(values_of(kline), kline["x"], kline["n"])
        return found


def values_of(kline: Kline) -> Values:
    first, high, low, last, volume = (float(kline[name]) for name in "ohlcv")
    return first, high, low, last, volume
