"""One connection to the feed: what it asks for is done, and only what cannot be is answered."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from tui.simulator.dialect import Conversation, Goodbye, Said
from tui.simulator.frame import encode
from tui.simulator.jsonfeed import words

_UNAUTHORISED = 4001


class JsonConversation(Conversation):
    """Subscriptions are not acknowledged. With a `token`, `auth` comes before all of them."""

    def __init__(self, symbols: Collection[str], token: str | None) -> None:
        self._symbols = symbols
        self._token = token
        self._known = token is None
        self._streams: dict[str, None] = {}

    @property
    def streams(self) -> Collection[str]:
        return self._streams

    def answer(self, text: str, now: int) -> Iterable[Said]:
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):
            message = None
        if not isinstance(message, dict):
            return [words.error("The message is not a JSON object")]
        match message.get("type"):
            case "ping":
                return [encode({"type": "pong", **_kept(message, "id")})]
            case "auth":
                return self._authenticate(message.get("token"))
            case "subscribe" | "unsubscribe" if not self._known:
                return _refused("Authentication required")
            case "subscribe" | "unsubscribe" as wish:
                return self._change(message, wish == "subscribe")
            case _:
                return [words.error("Unknown message type")]

    def _authenticate(self, token: object) -> Iterable[Said]:
        if self._token not in (None, token):
            return _refused("Invalid token")
        self._known = True
        return [encode({"type": "authenticated"})]

    def _change(self, message: dict[str, Any], wanted: bool) -> Iterator[Said]:
        symbol, channel = message.get("symbol"), message.get("channel", "candles")
        interval = message.get("interval", message.get("timeframe", "1m"))
        if not isinstance(symbol, str) or symbol not in self._symbols:
            yield words.error("Unknown symbol", symbol=str(symbol))
        elif channel != "candles":
            yield words.error("Unknown channel", symbol=symbol)
        elif not isinstance(interval, str) or interval not in words.INTERVALS:
            valid = ", ".join(words.INTERVALS)
            yield words.error(f"Unknown interval; there are {valid}", symbol=symbol)
        elif wanted:
            self._streams[f"{symbol}@{interval}"] = None
        else:
            self._streams.pop(f"{symbol}@{interval}", None)


def _kept(message: dict[str, Any], key: str) -> dict[str, Any]:
    return {key: message[key]} if key in message else {}


def _refused(message: str) -> list[Said]:
    return [words.error(message, code="auth"), Goodbye(_UNAUTHORISED, message)]
