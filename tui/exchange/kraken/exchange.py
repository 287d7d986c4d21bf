"""Kraken spot: candles of its own making over a WebSocket, which it never calls closed.

Of the two protocols that its WebSocket speaks v2 is the usual one and v1 the older one; both
modules beside this one say the same with other words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import count
from typing import Protocol

from tui.exchange.base import Command, Exchange, Limits
from tui.exchange.batches import in_batches
from tui.exchange.kraken import arrays, objects
from tui.exchange.kraken.names import typed
from tui.exchange.kraken.rest import KrakenRest
from tui.exchange.settings import ExchangeSettings
from tui.market.events import Event
from tui.market.symbol import Subscription
from tui.rules import whole

OPTIONS = {"protocol": whole(1, 2)}
# About fifty names in a frame: Kraken paces frames, and says of none how long it may be.
_NAMES_BYTES = 700


class Wire(Protocol):
    """One protocol of the WebSocket: commands with the names and intervals of this program."""

    PATH: str

    def ohlc_command(self, method: str, names: Sequence[str], minutes: str, number: int) -> str: ...
    def ticker_command(self, method: str, names: Sequence[str], number: int) -> str: ...
    def ping(self, number: int) -> str: ...
    def parse(self, frame: bytes | str) -> Sequence[Event]: ...


_PROTOCOLS: dict[int, Wire] = {1: arrays, 2: objects}


class Kraken(KrakenRest):
    """`protocol` 1 or 2 is the one that the WebSocket is spoken to in."""

    default_symbols = ("BTC/USD", "ETH/USD", "SOL/USD", "XRP/USD", "DOGE/USD", "ADA/USD")
    marks_closed = False
    omits_empty = True
    has_heartbeat = True
    # A connection has carried 300 symbols. The pace of commands is not told, and over it they are
    # lost; nor is that of dials: its own client makes 120 in ten minutes. Over REST about 30 calls
    # in a row are too many, one a second is not.
    limits = Limits(
        subscriptions=200,
        command_spacing=0.5,
        dial_burst=20,
        dial_spacing=6.0,
        rest_weight=60,
        rest_burst=15,
        history_page=720,
    )

    def __init__(self, name: str, settings: ExchangeSettings) -> None:
        self.name = name
        self.ws_url = settings.ws_url or "wss://ws.kraken.com"
        self.rest_url = settings.rest_url or "https://api.kraken.com"
        self._wire = _PROTOCOLS[settings.options.get("protocol", 2)]

    def spelling(self, name: str) -> str:
        return typed(name)

    def fits(self, subscription: Subscription, others: Iterable[Subscription]) -> bool:
        """A connection has one interval of a symbol; a second one is refused."""
        return all(s == subscription or s.symbol != subscription.symbol for s in others)

    def endpoint(self) -> str:
        return self.ws_url + self._wire.PATH

    def subscribe(
        self, wanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        return self._commands("subscribe", wanted, {s.symbol.name for s in held}, first_id)

    def unsubscribe(
        self, unwanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        kept = {s.symbol.name for s in set(held).difference(unwanted)}
        return self._commands("unsubscribe", unwanted, kept, first_id)

    def ping(self, id: int) -> str:  # noqa: A002 the wire's own word
        return self._wire.ping(id)

    def parse(self, frame: bytes | str) -> Sequence[Event]:
        return self._wire.parse(frame)

    def _commands(
        self, method: str, of: Sequence[Subscription], streamed: set[str], first_id: int
    ) -> list[Command]:
        """Candles first, by interval; then the tickers, but for those `streamed` for others."""
        numbers = count(first_id)
        return [
            *self._of_candles(method, of, numbers),
            *self._of_tickers(method, of, streamed, numbers),
        ]

    def _of_candles(
        self, method: str, of: Sequence[Subscription], numbers: Iterator[int]
    ) -> Iterator[Command]:
        for interval in dict.fromkeys(s.interval for s in of):
            group = ((s, [s.symbol.name]) for s in of if s.interval == interval)
            for names, covers in in_batches(group, set(), _NAMES_BYTES):
                number, minutes = next(numbers), self.intervals[interval]
                text = self._wire.ohlc_command(method, names, minutes, number)
                yield Command(number, text, covers)

    def _of_tickers(
        self, method: str, of: Sequence[Subscription], streamed: set[str], numbers: Iterator[int]
    ) -> Iterator[Command]:
        wanted = ((s, [s.symbol.name]) for s in of)
        for names, _ in in_batches(wanted, streamed, _NAMES_BYTES):
            number = next(numbers)
            yield Command(number, self._wire.ticker_command(method, names, number), ())


def create(name: str, settings: ExchangeSettings) -> Exchange:
    return Kraken(name, settings)
