"""Any JSON feed, as the config declares it; by default the protocol of the integration guide.

The guide (`websocket-integration.md`): subscribe and unsubscribe with a symbol and the channel
`candles`, candles with `isClosed`, `{"type": "ping"}` and `{"type": "pong"}` both ways, history
over `GET /ohlcv?symbol=&timeframe=&limit=`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from tui.exchange.base import Command, Complaint, Exchange, Limits, Request
from tui.exchange.jsonfeed.declaration import declaration
from tui.exchange.jsonfeed.frames import Template
from tui.exchange.jsonfeed.paths import JsonPath
from tui.exchange.jsonfeed.reading import FeedReader
from tui.exchange.reading import UNREADABLE, one_line, unexpected
from tui.exchange.settings import ExchangeSettings
from tui.market.candle import Candle
from tui.market.events import Event
from tui.market.symbol import Subscription

_WORDS = ("message", "msg", "error", "error.message", "reason", "detail")
_COMPLAINTS = [JsonPath.parse(text) for text in _WORDS]


class JsonFeed(Exchange):
    """The feed that `declared` describes; `reader` reads its messages."""

    reads_binary = True

    def __init__(self, name: str, settings: ExchangeSettings) -> None:
        declared = declaration(name, settings)
        self.name = name
        self.declared = declared
        self.reader = FeedReader(declared)
        self.title = declared.title
        self.ws_url = settings.ws_url or ""
        self.rest_url = (settings.rest_url or "").rstrip("/")
        self.intervals = {interval: str(word) for interval, word in declared.intervals.items()}
        self.default_symbols = declared.symbols
        self.from_trades = declared.candle is None
        self.marks_closed = declared.candle is None or declared.candle.closed is not None
        self.omits_empty = declared.omits_empty
        self.pages_from_start = declared.history is not None and declared.history.asks_for_a_time
        self.confirms = bool(declared.frames.ack)
        self.auth_closes = declared.frames.login_refused_closes
        self.has_heartbeat = declared.frames.ping is not None
        self.takes_token = declared.frames.login is not None
        # How much a feed takes that nobody described: what a polite client needs.
        self.limits = Limits(
            subscriptions=1_024,
            command_spacing=declared.command_spacing,
            dial_burst=40,
            dial_spacing=2.0,
            rest_weight=600,
            history_page=declared.history_page,
        )

    def spelling(self, name: str) -> str:
        return self.reader.spelled(name)

    def endpoint(self) -> str:
        return self.ws_url

    def subscribe(
        self, wanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        return self._commands(self.declared.frames.subscribe, wanted, held, first_id)

    def unsubscribe(
        self, unwanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        kept = set(held).difference(unwanted)
        return self._commands(self.declared.frames.unsubscribe, unwanted, kept, first_id)

    def _commands(
        self,
        template: Template | None,
        subscriptions: Iterable[Subscription],
        others: Iterable[Subscription],
        first_id: int,
    ) -> list[Command]:
        """A frame for each that is not the same as that of one of the `others`."""
        if template is None:
            return []
        done = {template.text(self._places(other)) for other in others}
        asked: dict[str, list[Subscription]] = {}
        for subscription in subscriptions:
            asked.setdefault(template.text(self._places(subscription)), []).append(subscription)
        groups = [tuple(covers) for text, covers in asked.items() if text not in done]
        return [
            Command(number, template.text(self._places(covers[0], number)), covers)
            for number, covers in enumerate(groups, first_id)
        ]

    def _places(self, subscription: Subscription, number: int = 0) -> dict[str, Any]:
        name = subscription.symbol.name
        return {
            "symbol": name,
            "symbol:lower": name.lower(),
            "symbol:upper": name.upper(),
            "interval": self.declared.intervals[subscription.interval],
            "id": number,
        }

    def login(self, token: str) -> str:
        template = self.declared.frames.login
        return template.text({"token": token}) if template else super().login(token)

    def ping(self, id: int) -> str:  # noqa: A002 - the wire's own word
        template = self.declared.frames.ping
        return template.text({"id": id}) if template else super().ping(id)

    def parse(self, frame: bytes | str) -> Sequence[Event]:
        return self.reader.events(frame)

    def history_request(
        self, subscription: Subscription, start: int | None, limit: int
    ) -> Request | None:
        history = self.declared.history
        if history is None:
            return None
        places, limit = self._places(subscription), min(limit, self.limits.history_page)
        return history.request(places, subscription.interval, start, limit)

    def parse_history(self, subscription: Subscription, body: bytes, now: int) -> list[Candle]:
        history, expected = self.declared.history, f"candles for {subscription}"
        if history is None:
            raise unexpected(self.title, expected)
        settle = int(self.settle * 1_000)
        return history.candles(body, subscription.interval, now, settle, self.title, expected)

    def parse_complaint(self, body: bytes) -> Complaint | None:
        try:
            answer = msgspec.json.decode(body)
        except UNREADABLE:
            return None
        said = (path.find(answer, answer) for path in _COMPLAINTS)
        reason = next((one_line(text) for text in said if isinstance(text, str)), "")
        return Complaint(reason) if reason else None


def create(name: str, settings: ExchangeSettings) -> Exchange:
    """Raises ValueError that names the key of `[exchanges.NAME]` that is wrong."""
    return JsonFeed(name, settings)
