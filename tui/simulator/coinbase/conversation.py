"""One connection to Coinbase: commands without ids, answered with the whole state."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

from tui.simulator.coinbase import words
from tui.simulator.coinbase.streams import CHANNELS, newest_match, newest_ticker
from tui.simulator.dialect import Conversation, Said
from tui.simulator.frame import encode
from tui.simulator.market import Market

_PRIVATE = ("level2", "level3", "full")
_REPLAYS = {"matches": newest_match, "ticker": newest_ticker}


class _RefusedError(Exception):
    """Nothing of the command is done; the text says why."""


class CoinbaseConversation(Conversation):
    """Streams are named `<channel>:<product>`.

    A product that cannot be had is told once, whatever others there are, and the good ones are
    subscribed. The last match and ticker of a product are replayed whenever it is subscribed:
    before the answer when there were subscriptions, else after it.
    """

    def __init__(self, markets: Mapping[str, Market]) -> None:
        self._markets = markets
        self._streams: dict[str, None] = {}
        self._answers = 0

    @property
    def streams(self) -> Collection[str]:
        return self._streams

    def answer(self, text: str, now: int) -> Iterable[Said]:
        message = _read(text)
        kind = message.get("type")
        if kind not in ("subscribe", "unsubscribe"):
            return [_error("Malformed message", "type has to be subscribe or unsubscribe")]
        try:
            asked = _asked(message)
            return self._added(asked, now) if kind == "subscribe" else self._removed(asked)
        except _RefusedError as refusal:
            return [_error(f"Failed to {kind}", str(refusal))]

    def _added(self, asked: Mapping[str, list[str]], now: int) -> list[Said]:
        for channel, products in asked.items():
            if not products:
                rule = "You need to specify at least one product ID for channel"
                raise _RefusedError(f"{rule} {channel}")
        flaws = {product: self._flaw(product) for ps in asked.values() for product in ps}
        good = {c: [p for p in products if not flaws[p]] for c, products in asked.items()}
        said = self._begun(good, now) if any(good.values()) else []
        flaw = next(filter(None, flaws.values()), None)
        return [_error("Failed to subscribe", flaw), *said] if flaw else said

    def _begun(self, asked: Mapping[str, list[str]], now: int) -> list[Said]:
        first = not self._streams
        self._streams.update({f"{c}:{p}": None for c, ps in asked.items() for p in ps})
        replayed, state = self._replayed(asked, now), self._state()
        return [state, *replayed] if first else [*replayed, state]

    def _removed(self, asked: Mapping[str, list[str]]) -> list[Said]:
        for channel, products in asked.items():
            for stream in list(self._streams):
                name, _, product = stream.partition(":")
                if name == channel and (product in products or not products):
                    del self._streams[stream]
        return [self._state()]

    def _flaw(self, product: str) -> str | None:
        market = self._markets.get(product)
        if market is None:
            return f"{product} is not a valid product"
        return f"{product} is delisted" if market.listing.until is not None else None

    def _replayed(self, asked: Mapping[str, list[str]], now: int) -> Iterator[Said]:
        for channel, products in asked.items():
            for product in products if channel in _REPLAYS else ():
                yield from _REPLAYS[channel](f"{channel}:{product}", self._markets[product], now)

    def _state(self) -> str:
        self._answers += 1
        return words.subscriptions(self._streams, self._answers)


def _read(text: str) -> dict[str, Any]:
    """Nothing when it is no JSON object."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        message = None
    return message if isinstance(message, dict) else {}


def _asked(message: Mapping[str, Any]) -> dict[str, list[str]]:
    """The products of each channel: those of the whole message, and its own."""
    root, channels = _names(message.get("product_ids", [])), message.get("channels")
    if not isinstance(channels, list) or not channels:
        raise _RefusedError("channels must be an array of at least one channel")
    asked: dict[str, list[str]] = {}
    for channel in channels:
        named = channel if isinstance(channel, dict) else {"name": channel}
        name = str(named.get("name"))
        if name in _PRIVATE:
            raise _RefusedError("level2, level3, and full channels now require authentication.")
        if name not in CHANNELS:
            raise _RefusedError(f"{name} is not a valid channel")
        more = _names(named.get("product_ids", []))
        asked[name] = list(dict.fromkeys([*asked.get(name, []), *root, *more]))
    return asked


def _names(value: object) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        raise _RefusedError("product_ids must be an array of strings")
    return value


def _error(message: str, reason: str) -> str:
    return encode({"type": "error", "message": message, "reason": reason})
