"""Kraken's WebSocket v1: commands, their replies, and what is sent at once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tui.simulator.dialect import Said
from tui.simulator.frame import Frame
from tui.simulator.kraken import v1
from tui.simulator.kraken.channels import Channel
from tui.simulator.kraken.conversation import (
    KrakenConversation,
    RefusedError,
    Request,
    echoed,
)
from tui.simulator.kraken.numbers import encode
from tui.simulator.kraken.past import recent


class V1Conversation(KrakenConversation):
    """Each pair of a command has a `subscriptionStatus` of its own."""

    version = "v1"
    heartbeat = v1.HEARTBEAT

    def greeting(self, now: int) -> Iterator[Said]:
        yield v1.system_status(self.serial)

    def too_fast(self, request: Request) -> str:
        return _event(request, event="error", errorMessage="Exceeded msg rate")

    def obey(self, request: Request, now: int) -> Iterator[Said]:
        match request:
            case {"event": "ping"}:
                yield _event(request, event="pong")
            case {
                "event": "subscribe" | "unsubscribe",
                "pair": [*pairs],
                "subscription": {"name": str()},
            } if all(isinstance(pair, str) for pair in pairs):
                for pair in pairs:
                    yield from self._change(request, pair, now)
            case _:
                yield _event(request, event="error", errorMessage="Malformed request")

    def _change(self, request: Request, pair: str, now: int) -> Iterator[Said]:
        wanted = request["subscription"]
        try:
            channel = self.channel(wanted["name"], pair, wanted.get("interval", 1))
            if request["event"] == "subscribe":
                self.asked[channel.stream] = channel
                yield self._status(request, channel, pair, "subscribed")
                yield from self._at_once(channel, pair, now)
            else:
                self.forget(channel)
                yield self._status(request, channel, pair, "unsubscribed")
        except RefusedError as refusal:
            yield _event(
                request,
                errorMessage=str(refusal),
                event="subscriptionStatus",
                pair=pair,
                status="error",
                subscription={**echoed(wanted, "interval"), "name": wanted["name"]},
            )

    def _at_once(self, channel: Channel, pair: str, now: int) -> Iterator[Frame]:
        """The last candle that traded, however old, or the ticker; of trades nothing."""
        market = self.markets[pair]
        if channel.kind == "ohlc":
            for open_time, bar in recent(market, channel.grid, 1, now):
                yield Frame(channel.stream, v1.candle(market, channel.minutes, open_time, bar))
        if channel.kind == "ticker":
            yield Frame(channel.stream, v1.ticker(market, now))

    def _status(self, request: Request, channel: Channel, pair: str, status: str) -> str:
        interval = {"interval": channel.minutes} if channel.kind == "ohlc" else {}
        return _event(
            request,
            channelID=v1.channel_id(self.markets[pair], channel.name),
            channelName=channel.name,
            event="subscriptionStatus",
            pair=pair,
            status=status,
            subscription={**interval, "name": channel.kind},
        )


def _event(request: Request, **said: Any) -> str:
    """With the id of the request if it has one."""
    return encode(dict(sorted({**said, **echoed(request, "reqid")}.items())))
