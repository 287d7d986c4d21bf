"""What can be watched: a symbol on an exchange, and a subscription to its candles."""

from __future__ import annotations

from dataclasses import dataclass

from tui.market.interval import Interval


@dataclass(frozen=True, slots=True, order=True)
class Symbol:
    """A market on an exchange; `name` is the exchange's own spelling (`BTCUSDT`, `BTC-USD`)."""

    exchange: str
    name: str

    @classmethod
    def parse(cls, text: str, default_exchange: str) -> Symbol:
        """Read `binance:BTCUSDT`, or a bare `BTCUSDT` on the default exchange.

        Raises ValueError when either part is empty.
        """
        exchange, colon, name = text.strip().partition(":")
        if not colon:
            exchange, name = default_exchange, exchange
        if not exchange or not name:
            raise ValueError(f"{text!r} is not a symbol")
        return cls(exchange.lower(), name)

    def __str__(self) -> str:
        return f"{self.exchange}:{self.name}"


@dataclass(frozen=True, slots=True)
class SymbolInfo:
    """What an exchange says of one of its symbols.

    `price_digits` and `volume_digits` are decimals after the point (0 to 18);
    `trading` is false when the market is halted or delisted.
    """

    symbol: Symbol
    base: str
    quote: str
    price_digits: int
    volume_digits: int
    trading: bool


@dataclass(frozen=True, slots=True, order=True)
class Subscription:
    """The candles of one symbol at one interval: the key of everything that is kept and drawn."""

    symbol: Symbol
    interval: Interval

    def __str__(self) -> str:
        return f"{self.symbol}@{self.interval}"
