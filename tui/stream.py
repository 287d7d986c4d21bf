"""Candles and states as JSON lines: the engine without a screen."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from tui.errors import ExchangeError, NoConnectionError
from tui.feed.engine import Engine
from tui.feed.status import CandleChanged, ConnectionState, FeedEvent, Rejected, StateChanged
from tui.market.symbol import Subscription

_TURN = 0.2
_REACHED = {ConnectionState.SYNCING, ConnectionState.LIVE, ConnectionState.STALE}


@dataclass(frozen=True, slots=True)
class StreamOptions:
    """What to print: `history` candles from before the start, only `closed` ones, `states` too.

    It ends after `count` candles or `duration` seconds; None means never.
    """

    history: int = 0
    closed: bool = False
    states: bool = False
    count: int | None = None
    duration: float | None = None


def stream(
    engine: Engine,
    subscriptions: Sequence[Subscription],
    options: StreamOptions,
    say: Callable[[str], None],
    warn: Callable[[str], None],
) -> None:
    """Print lines with `say` until the options end it; `warn` gets sentences for people.

    Raises ExchangeError when every subscription was rejected, NoConnectionError when it ended
    without a candle since the exchange was never reached.
    """
    lines = 0
    failures = Failures()
    for event in _events(engine, subscriptions, options.duration):
        if sentence := failures.take(event):
            warn(sentence)
        if line := _line(event, options):
            say(json.dumps(line))
            lines += line["type"] == "candle"
            if lines == options.count:
                return
    if not lines and not failures.reached:
        raise NoConnectionError("No candle came;", failures.advice)


class Failures:
    """What is to be told of failures, and whether the exchange was `reached` at all."""

    def __init__(self) -> None:
        self.reached = False
        self._told: dict[Subscription, str] = {}

    @property
    def advice(self) -> str:
        """What to do when nothing came."""
        return "the reasons are above." if self._told else "there was no connection yet."

    def take(self, event: FeedEvent) -> str:
        """The sentence on this event; empty when it is no failure, or the same as the last one."""
        match event:
            case Rejected():
                return _rejected(event)
            case StateChanged(subscription, state, reason=reason):
                self.reached |= state in _REACHED
                if reason and self._told.get(subscription) != reason:
                    self._told[subscription] = reason
                    return f"{subscription.symbol}: {reason}"
        return ""


def _events(
    engine: Engine, subscriptions: Sequence[Subscription], duration: float | None
) -> Iterator[FeedEvent]:
    ends = time.monotonic() + duration if duration is not None else float("inf")
    outlet = engine.listen(candles=True)
    leases = [engine.acquire(subscription) for subscription in subscriptions]
    engine.start()
    alive = set(subscriptions)
    while time.monotonic() < ends:
        for event in outlet.take(min(_TURN, max(0.0, ends - time.monotonic()))):
            yield event
            if isinstance(event, Rejected):
                alive.discard(event.subscription)
        if not alive:
            raise ExchangeError("None of these symbols can be followed.")
    for lease in leases:
        lease.release()


def _line(event: FeedEvent, options: StreamOptions) -> dict[str, Any] | None:
    match event:
        case CandleChanged(_, candle, origin, _):
            hidden = options.closed and not candle.closed
            old = origin == "history" and not (options.history and candle.closed)
            return None if hidden or old else candle_line(event)
        case StateChanged() if options.states:
            return _state_line(event)
    return None


def candle_line(event: CandleChanged) -> dict[str, Any]:
    """One candle as the fields of a line; `revised` only when the exchange changed its word."""
    candle, subscription = event.candle, event.subscription
    line = {
        "type": "candle",
        "exchange": subscription.symbol.exchange,
        "symbol": subscription.symbol.name,
        "interval": str(subscription.interval),
        "open_time": candle.open_time,
        "open": candle.open,
        "high": candle.high,
        "low": candle.low,
        "close": candle.close,
        "volume": candle.volume,
        "closed": candle.closed,
        "origin": event.origin,
    }
    return line | {"revised": True} if event.revised else line


def _state_line(event: StateChanged) -> dict[str, Any]:
    return {
        "type": "state",
        "exchange": event.subscription.symbol.exchange,
        "symbol": event.subscription.symbol.name,
        "state": event.state.value,
        "attempt": event.attempt,
        "delay": event.delay,
        "reason": event.reason,
    }


def _rejected(event: Rejected) -> str:
    nearest = f" The nearest: {', '.join(event.nearest)}." if event.nearest else ""
    return f"{event.subscription.symbol}: {event.reason}{nearest}"
