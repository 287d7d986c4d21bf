"""What truly happened: every closed candle of every symbol that was ever subscribed."""

from __future__ import annotations

import json
from collections import defaultdict, deque
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from tui.errors import TradexError
from tui.market.candle import Candle
from tui.market.interval import Interval
from tui.simulator.frame import encode
from tui.text import clean

_FIELDS = ("open_time", "open", "high", "low", "close", "volume", "closed")
_KEPT = 20_000  # candles of one symbol and interval in memory; the file has all


class Ledger:
    """Closed candles: the newest in memory and, with a path, all as JSON lines in a file.

    Candles that stand in the file already are read back, so that a server that was killed
    and started again continues the same record; a last line cut short by the kill is removed.
    `exchange` is the dialect's name; symbols are in its spelling. Lines of others are left alone.
    Raises TradexError when the file cannot be used.
    """

    def __init__(self, path: Path | None = None, exchange: str = "binance") -> None:
        self._exchange = exchange
        self._candles: defaultdict[tuple[str, Interval], deque[Candle]] = defaultdict(
            lambda: deque(maxlen=_KEPT)
        )
        self._file: IO[str] | None = None
        if path is not None:
            self._file = self._opened(path)

    def candles(self, symbol: str, interval: Interval) -> list[Candle]:
        """The newest 20,000 closed candles of this symbol (`BTCUSDT`), oldest first."""
        return list(self._candles.get((symbol, interval), ()))

    def last(self, symbol: str, interval: Interval) -> Candle | None:
        """The newest of them."""
        candles = self._candles.get((symbol, interval))
        return candles[-1] if candles else None

    def append(self, symbol: str, interval: Interval, candle: Candle) -> None:
        """Record a closed candle; the line is in the file when this returns."""
        self._candles[symbol, interval].append(candle)
        if self._file is not None:
            self._file.write(self._line(symbol, interval, candle))
            self._file.flush()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _opened(self, path: Path) -> IO[str]:
        name = clean(str(path))
        try:
            if path.exists():
                self._read(path)
            return path.open("a", encoding="utf-8")
        except OSError as error:
            raise TradexError(f"Cannot use the ledger {name}: {error.strerror}.") from error
        except (ValueError, KeyError, TypeError) as error:
            hint = "Name a new file, or one that a simulator wrote."
            raise TradexError(f"The ledger {name} has a line that is no candle.", hint) from error

    def _read(self, path: Path) -> None:
        content = path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            with path.open("r+b") as file:
                file.truncate(whole)
        for line in content[:whole].splitlines():
            row: dict[str, Any] = json.loads(line)
            key = row["symbol"], Interval.parse(row["interval"])
            if row["exchange"] == self._exchange:
                self._candles[key].append(Candle(**{name: row[name] for name in _FIELDS}))

    def _line(self, symbol: str, interval: Interval, candle: Candle) -> str:
        values = asdict(candle)
        row = {
            **{"type": "candle", "exchange": self._exchange},
            **{"symbol": symbol, "interval": str(interval)},
            **{name: values[name] for name in _FIELDS},
            "origin": "live",
        }
        return encode(row) + "\n"
