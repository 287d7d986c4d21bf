"""The market of the benchmarks: seeded random walks, in the words of Binance's wire.

It knows nothing of the program that is measured. Each symbol has four frames a second of its own
time, in turn a kline, a trade, a 24 h ticker and another trade, each with a new price. That is a
larger share of klines, which cost the receiver most, than the exchange sends of a busy symbol.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from itertools import count
from random import Random
from typing import Any

FRAMES_A_SECOND = 4
MINUTE = 60_000
_HISTORY = 600
_SIGMA = 1e-4  # of one step's log return: 0.15 % in a minute
_STEPS_A_MINUTE = 60 * FRAMES_A_SECOND
_COARSE_STEPS = 12  # a candle of the history is made in fewer, larger moves

MarketFrame = tuple[int, str, str]
"""(time in ms UTC, symbol, frame as text)"""


def names(count: int) -> tuple[str, ...]:
    """The first `count` symbols, as the exchange spells them."""
    return tuple(f"C{number:02}USDT" for number in range(count))


class Pair:
    """One symbol: its walk, its closed one-minute candles as REST rows, its forming candle."""

    def __init__(self, name: str, start: int) -> None:
        self.name = name
        self.rows: list[list[Any]] = []
        self._random = Random(name)
        self._price = self._first = self._random.uniform(1_000, 90_000)
        self._trade_id = 1
        minute = start - start % MINUTE
        for opened in range(minute - _HISTORY * MINUTE, minute, MINUTE):
            self._open(opened)
            self._trade(_COARSE_STEPS, _STEPS_A_MINUTE // _COARSE_STEPS)
            self.rows.append(self._row())
        self._open(minute)
        self._told = self._trade_id - 1

    def history(self, start: int, limit: int) -> list[list[Any]]:
        """Rows from `start` (ms UTC; 0: the newest) on, at most `limit`, the forming one last."""
        rows = [*self.rows, self._row()]
        if start:
            return [row for row in rows if row[0] >= start][:limit]
        return rows[-limit:]

    def frame(self, turn: int, time: int) -> str:
        """What the symbol says at `time` (ms UTC) when it is its `turn`."""
        if turn % FRAMES_A_SECOND == 0:
            return self._kline(time)
        self._trade()
        return self._ticker(time) if turn % FRAMES_A_SECOND == 2 else self._agg_trade(time)

    def _open(self, open_time: int) -> None:
        self._open_time, self._volume, self._trades = open_time, 0.0, 0
        self._opened = self._high = self._low = self._price

    def _trade(self, moves: int = 1, steps: int = 1) -> None:
        """`moves` trades, each of which stands for so many steps of the walk."""
        for _ in range(moves):
            self._price *= math.exp(self._random.gauss(0, _SIGMA * math.sqrt(steps)))
            self._high = max(self._high, self._price)
            self._low = min(self._low, self._price)
            self._volume += steps * self._random.expovariate(2)
        self._trades += moves * steps
        self._trade_id += moves * steps

    def _values(self) -> tuple[str, ...]:
        prices = (self._opened, self._high, self._low, self._price)
        return tuple(f"{value:.2f}000000" for value in prices)

    def _row(self) -> list[Any]:
        amounts = [f"{self._volume:.8f}", self._open_time + MINUTE - 1, "0", self._trades]
        return [self._open_time, *self._values(), *amounts, "0", "0", "0"]

    def _kline(self, time: int) -> str:
        closed = time >= self._open_time + MINUTE
        if not closed:
            self._trade()
        first, high, low, last = self._values()
        kline = {
            "t": self._open_time, "T": self._open_time + MINUTE - 1, "s": self.name, "i": "1m",
            "f": self._trade_id - self._trades, "L": self._trade_id, "o": first, "c": last,
            "h": high, "l": low, "v": f"{self._volume:.8f}", "n": self._trades, "x": closed,
            "q": f"{self._volume * self._price:.8f}", "V": f"{self._volume / 2:.8f}",
            "Q": f"{self._volume * self._price / 2:.8f}", "B": "0",
        }  # fmt: skip
        if closed:
            self.rows.append(self._row())
            self._open(self._open_time + MINUTE)
        return self._wrapped("kline_1m", {"e": "kline", "E": time, "s": self.name, "k": kline})

    def _agg_trade(self, time: int) -> str:
        first, self._told = self._told + 1, self._trade_id  # no id is left out
        trade = {
            "e": "aggTrade", "E": time, "s": self.name, "a": first, "p": self._values()[3],
            "q": "0.08620500", "f": first, "l": self._told, "T": time, "m": True, "M": True,
        }  # fmt: skip
        return self._wrapped("aggTrade", trade)

    def _ticker(self, time: int) -> str:
        low, high = sorted((self._first, self._price))
        first, last = f"{self._first:.2f}000000", f"{self._price:.2f}000000"
        ticker = {
            "e": "24hrMiniTicker", "E": time, "s": self.name, "c": last, "o": first,
            "h": f"{high:.2f}000000", "l": f"{low:.2f}000000", "v": "59912.81630000",
            "q": "3512894502.15817270",
        }  # fmt: skip
        return self._wrapped("miniTicker", ticker)

    def _wrapped(self, stream: str, data: dict[str, Any]) -> str:
        message = {"stream": f"{self.name.lower()}@{stream}", "data": data}
        return json.dumps(message, separators=(",", ":"))


class Market:
    """`symbols` walks from `start` (ms UTC) on, `rate` frames a second of each, in turn."""

    def __init__(self, symbols: Sequence[str], start: int, rate: int = FRAMES_A_SECOND) -> None:
        self.pairs = {name: Pair(name, start) for name in symbols}
        self._start = start
        self._rate = rate

    def frames(self) -> Iterator[MarketFrame]:
        """The market's frames without end, evenly spaced in time."""
        pairs = list(self.pairs.values())
        for turn in count():
            for index, pair in enumerate(pairs):
                slot = turn * len(pairs) + index
                time = self._start + 1000 * slot // (self._rate * len(pairs))
                yield time, pair.name, pair.frame(turn, time)
