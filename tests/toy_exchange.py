"""An exchange that speaks the plain JSON of the integration guide, with logins and own pings.

Frames are `{"type": ...}`: subscribe and unsubscribe with `symbol`, `interval`, `channel` and
`id`, answered by `subscribed` and `unsubscribed`; candle; ping and pong; auth with `token`,
answered by `authenticated` or by an error with the code `auth`.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tui.errors import ExchangeError
from tui.exchange.base import Command, Complaint, Exchange, Limits, Request
from tui.market.candle import Candle
from tui.market.events import (
    Ack,
    CandleReport,
    Event,
    LoggedIn,
    LoginRefused,
    Malformed,
    Ping,
    Pong,
    Refusal,
)
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol, SymbolInfo
from tui.text import clean

Json = dict[str, Any]
SECOND = Interval.parse("1s")


class ToyExchange(Exchange):
    """At any urls; takes a command each `spacing` seconds."""

    name = "toy"
    title = "Toy"
    intervals: Mapping[Interval, str] = {SECOND: "1s"}
    auth_closes = frozenset({4001, 4003})
    has_heartbeat = True

    def __init__(self, ws_url: str, rest_url: str, spacing: float = 0.01) -> None:
        self.ws_url, self.rest_url = ws_url, rest_url
        self.limits = Limits(100, spacing, 1_000, 0.01, 60_000, 1_000)

    def endpoint(self) -> str:
        return f"{self.ws_url}/ws"

    def subscribe(
        self, wanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        return _commands("subscribe", wanted, first_id)

    def unsubscribe(
        self, unwanted: Sequence[Subscription], held: Iterable[Subscription], first_id: int
    ) -> list[Command]:
        return _commands("unsubscribe", unwanted, first_id)

    def login(self, token: str) -> str:
        return json.dumps({"type": "auth", "token": token})

    def ping(self, id: int) -> str:  # noqa: A002 - the wire's own word
        return json.dumps({"type": "ping", "id": id})

    def parse(self, frame: bytes | str) -> Sequence[Event]:
        try:
            message = json.loads(frame)
            return _events(message, message["type"])
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            return (Malformed(clean(str(error), 100)),)

    def history_request(self, subscription: Subscription, start: int | None, limit: int) -> Request:
        params = {"symbol": subscription.symbol.name, "limit": str(limit)}
        return Request("/candles", params | ({} if start is None else {"start": str(start)}))

    def parse_history(self, subscription: Subscription, body: bytes, now: int) -> list[Candle]:
        settled = now - 1_000 * int(self.settle) - 1_000
        return [
            Candle(t, o, h, low, c, v, t <= settled, int(v), now)
            for t, o, h, low, c, v in _decoded(body)
        ]

    def directory_request(self) -> Request:
        return Request("/symbols")

    def parse_directory(self, body: bytes) -> dict[str, SymbolInfo]:
        return {
            name: SymbolInfo(Symbol("toy", name), name, "USD", 2, 2, True)
            for name in _decoded(body)
        }

    def parse_complaint(self, body: bytes) -> Complaint | None:
        return None


def _commands(kind: str, subscriptions: Sequence[Subscription], first_id: int) -> list[Command]:
    return [
        Command(number, json.dumps(_wanted(kind, each) | {"id": number}), (each,))
        for number, each in enumerate(subscriptions, first_id)
    ]


def _wanted(kind: str, subscription: Subscription) -> Json:
    return {"type": kind, "symbol": subscription.symbol.name, "channel": "candles"}


def _events(message: Json, kind: str) -> Sequence[Event]:
    match kind:
        case "candle":
            o, h, low, c, v = (message[key] for key in ("open", "high", "low", "close", "volume"))
            time, closed = message["timestamp"], message["isClosed"]
            candle = Candle(time, o, h, low, c, v, closed, int(v), message["time"])
            return (CandleReport(message["symbol"], SECOND, candle),)
        case "subscribed" | "unsubscribed":
            return (Ack(message["id"]),)
        case "authenticated":
            return (LoggedIn(),)
        case "error" if message.get("code") == "auth":
            return (LoginRefused(clean(message["message"])),)
        case "error":
            return (Refusal(message.get("id"), clean(message["message"])),)
        case "ping" if message.get("reply", True):
            return (Ping(json.dumps(message | {"type": "pong"})),)
        case "pong":
            return (Pong(message.get("id")),)
    return ()


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError as error:
        raise ExchangeError("Toy answered with something else than JSON.") from error
