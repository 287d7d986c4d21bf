"""Kraken's WebSocket v2: commands, their replies, and the snapshots that follow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tui.simulator.dialect import Said
from tui.simulator.frame import Frame
from tui.simulator.kraken import v2
from tui.simulator.kraken.channels import Channel
from tui.simulator.kraken.conversation import (
    KrakenConversation,
    RefusedError,
    Request,
    echoed,
)
from tui.simulator.kraken.numbers import encode, iso
from tui.simulator.kraken.past import last_trades, recent

_CANDLES = 12  # intervals in a snapshot; those without a trade are left out
_TRADES = 50
_REMARKS: dict[str, dict[str, object]] = {
    "ohlc": {"warnings": ["timestamp is deprecated, use interval_begin"]},
    "ticker": {"event_trigger": "trades"},
}


class V2Conversation(KrakenConversation):
    """Each symbol of a command has a reply of its own; one that is refused is silent after it."""

    version = "v2"
    heartbeat = v2.HEARTBEAT

    def greeting(self, now: int) -> Iterator[Said]:
        yield v2.status(self.serial)

    def too_fast(self, request: Request) -> str:
        return encode({"Error": "Exceeded msg rate"})

    def obey(self, request: Request, now: int) -> Iterator[Said]:
        match request:
            case {"method": "ping"}:
                yield _reply(request, now, method="pong")
            case {
                "method": "subscribe" | "unsubscribe",
                "params": {"channel": str(), "symbol": [*symbols]},
            } if all(isinstance(symbol, str) for symbol in symbols):
                for symbol in symbols:
                    yield from self._change(request, symbol, now)
            case _:
                yield _reply(request, now, error="Malformed request", success=False)

    def _change(self, request: Request, symbol: str, now: int) -> Iterator[Said]:
        method, params = request["method"], request["params"]
        try:
            channel = self.channel(params["channel"], symbol, params.get("interval", 1))
            if method == "subscribe":
                yield from self._subscribe(request, channel, now)
            else:
                self.forget(channel)
                yield _done(request, now, channel)
        except RefusedError as refusal:
            why = str(refusal)
            yield _reply(request, now, error=why, method=method, success=False, symbol=symbol)

    def _subscribe(self, request: Request, channel: Channel, now: int) -> Iterator[Said]:
        if (channel.kind, channel.symbol) in {(c.kind, c.symbol) for c in self.asked.values()}:
            what = " to one ohlc interval on this symbol" if channel.kind == "ohlc" else ""
            raise RefusedError(f"Already subscribed{what}")
        self.asked[channel.stream] = channel
        snapshot = request["params"].get("snapshot") is not False
        yield _done(request, now, channel, snapshot=snapshot, **_REMARKS.get(channel.kind, {}))
        if snapshot:
            yield Frame(channel.stream, self._snapshot(channel, now))

    def _snapshot(self, channel: Channel, now: int) -> str:
        market = self.markets[channel.symbol]
        match channel.kind:
            case "ohlc":
                rows = recent(market, channel.grid, _CANDLES, now)
                return v2.candles("snapshot", market, channel.minutes, rows, now)
            case "trade":
                return v2.trades("snapshot", market, last_trades(market, _TRADES, now))
            case _:
                return v2.ticker("snapshot", market, now)


def _done(request: Request, now: int, channel: Channel, **more: object) -> str:
    interval = {"interval": channel.minutes} if channel.kind == "ohlc" else {}
    result = {"channel": channel.kind, **interval, **more, "symbol": channel.symbol}
    method = request["method"]
    return _reply(request, now, method=method, result=_by_name(result), success=True)


def _reply(request: Request, now: int, **said: Any) -> str:
    """With the id of the request if it has one."""
    times = {"time_in": iso(now * 1000), "time_out": iso(now * 1000 + 55)}
    return encode(_by_name({**said, **echoed(request, "req_id"), **times}))


def _by_name(members: dict[str, Any]) -> dict[str, Any]:
    return dict(sorted(members.items()))
