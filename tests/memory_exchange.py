"""Binance in memory, for virtual time: no real socket can live there.

Dials, sockets and requests are stand-ins that fulfil the feed's own protocols and speak
Binance's frames and bodies, so that the adapter and all of the feed above them are real.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from tests.virtual_time import now
from tui.exchange.base import Request
from tui.feed.faults import Fault, FaultKind
from tui.feed.rest import Reply, RequestFailed
from tui.feed.transport import Socket, SocketLost
from tui.market.candle import Candle
from tui.market.interval import Interval

Row = list[int | str]
# Exchange time (ms UTC) at zero of the loop's clock.
_EPOCH = 1_800_000_000_000
_NETWORK_DOWN = Fault(FaultKind.TRANSIENT, "The network is down.")
BROKEN_OFF = Fault(FaultKind.TRANSIENT, "The connection broke off.", 1006)


def exchange_ms() -> int:
    """The exchange's time."""
    return _EPOCH + int(now() * 1000)


def truth(interval: Interval, open_time: int, at: int) -> Candle:
    """The candle of `open_time` as of `at` (ms): a pure function, one trade a second."""
    end = interval.after(open_time)
    seconds = range(open_time // 1000, (min(end - 1, at)) // 1000 + 1)
    prices = [100.0 + second * 7919 % 1000 / 100 for second in seconds]
    count = len(prices)
    ohlc = prices[0], max(prices), min(prices), prices[-1]
    return Candle(open_time, *ohlc, float(count), at >= end, count, at)


class MemoryExchange:
    """Sends each subscribed kline every `pace` seconds; what goes wrong is set by the test.

    `symbols` are all that it trades, `untold` those whose history it does not tell. `greet` is
    told of every new socket before the client gets it; `spoil` turns the rows of a page into
    those that are sent, which are `on_the_way` for so many seconds; pages are `dated` with the
    exchange's time. `most_asked` is the highest
    number of pages asked for at one time. `dials` are the loop times of all dials, refused ones
    too; `most_open` is the highest number of sockets at one time.
    """

    def __init__(self, pace: float = 1.0, symbols: Sequence[str] = ("BTCUSDT",)) -> None:
        self.directory = _directory(symbols)
        self.reachable = True
        self.untold: set[str] = set()
        self.refusal: Fault | None = None
        self.greet: Callable[[MemorySocket], None] = lambda _: None
        self.spoil: Callable[[list[Row]], list[Row]] = lambda rows: rows
        self.on_the_way = 0.0
        self.dated = True
        self.dials: list[float] = []
        self.sockets: list[MemorySocket] = []
        self.most_open = 0
        self.pages = 0
        self.asked = self.most_asked = 0
        self._pace = pace

    async def run(self) -> None:
        """Publish until cancelled."""
        while True:
            await asyncio.sleep(self._pace)
            for socket in list(self.sockets):
                socket.publish()

    def break_off(self, fault: Fault = BROKEN_OFF) -> None:
        """End every socket."""
        for socket in list(self.sockets):
            socket.end(fault)

    def vanish(self) -> None:
        """The network goes down: no dial or request succeeds until `reachable` is set again."""
        self.reachable = False
        self.break_off()

    async def dial(self, url: str, _: float, /) -> Socket:
        self.dials.append(now())
        await asyncio.sleep(0.05)
        if fault := self.refusal or (None if self.reachable else _NETWORK_DOWN):
            raise SocketLost(replace(fault))
        socket = MemorySocket(self.sockets)
        self.most_open = max(self.most_open, len(self.sockets))
        self.greet(socket)
        return socket

    def rest(self, *_: object) -> MemoryRest:
        """Stands for the class Rest."""
        return MemoryRest(self)


class MemoryRest:
    """Answers klines and the list of symbols, or nobody is there."""

    def __init__(self, exchange: MemoryExchange) -> None:
        self._exchange = exchange

    async def get(self, request: Request) -> Reply:
        asked_at = now()
        if request.path.endswith("exchangeInfo"):
            await self._travel()
            return Reply(self._exchange.directory, None, asked_at)
        exchange = self._exchange
        exchange.asked += 1
        exchange.most_asked = max(exchange.asked, exchange.most_asked)
        try:
            await self._travel(request.params["symbol"])
        finally:
            exchange.asked -= 1
        exchange.pages += 1
        rows = exchange.spoil(_klines(dict(request.params)))
        date = exchange_ms() if exchange.dated else None
        await asyncio.sleep(exchange.on_the_way)
        return Reply(json.dumps(rows).encode(), date, asked_at)

    async def _travel(self, symbol: str = "") -> None:
        await asyncio.sleep(0.05)
        if not self._exchange.reachable or symbol in self._exchange.untold:
            raise RequestFailed(_NETWORK_DOWN)

    async def close(self) -> None:
        """Nothing is open."""


class MemorySocket:
    """A Socket and the exchange's side of it.

    `hears` and `speaks` are the two directions of the network: what goes where one is false
    vanishes without a sign. `commands` are the loop times of all that it was told.
    """

    def __init__(self, among: list[MemorySocket]) -> None:
        self.hears = self.speaks = True
        self.opened_at = now()
        self.commands: list[float] = []
        self._among = among
        self._lost: SocketLost | None = None
        self._frames: asyncio.Queue[str] = asyncio.Queue()
        self._sent: dict[str, int] = {}  # by stream: the open time of the last candle
        among.append(self)

    # The client's side

    async def receive(self) -> str:
        frame = await self._frames.get()
        if self._lost:
            raise self._lost
        return frame

    async def send(self, text: str) -> None:
        self._check()
        self.commands.append(now())
        if self.hears:
            self._obey(json.loads(text))

    async def ping(self) -> float:
        self._check()
        if not (self.hears and self.speaks):
            await asyncio.Event().wait()
        await asyncio.sleep(0.05)
        self._check()
        return 0.05

    async def close(self) -> None:
        self.end(BROKEN_OFF)

    def abort(self) -> None:
        self.end(BROKEN_OFF)

    # The exchange's side

    def end(self, fault: Fault) -> None:
        """The client sees the connection end with `fault`."""
        if not self._lost:
            self._lost = SocketLost(fault)
            self._among.remove(self)
            self._frames.put_nowait("")

    def say(self, message: object) -> None:
        """Send one message."""
        if self.speaks:
            self._frames.put_nowait(json.dumps(message))

    def forget(self, symbol: str = "") -> None:
        """Send no more data of a symbol, or of none, though they were subscribed."""
        gone = [stream for stream in self._sent if stream.startswith(symbol.lower())]
        for stream in gone:
            del self._sent[stream]

    @property
    def streams(self) -> int:
        """How many klines it follows."""
        return len(self._sent)

    def publish(self) -> None:
        """The candles that ended since the last time, and the one that forms."""
        at = exchange_ms()
        for stream, last in list(self._sent.items()):
            interval = Interval.parse(stream.partition("_")[2])
            current = interval.floor(at)
            if last < current:
                self.say(_kline(stream, interval, last, interval.after(last)))
            self.say(_kline(stream, interval, current, at))
            self._sent[stream] = current

    def _check(self) -> None:
        if self._lost:
            raise self._lost

    def _obey(self, command: dict[str, Any]) -> None:
        klines = [name for name in command["params"] if "@kline_" in name]
        for name in klines:
            if command["method"] == "SUBSCRIBE":
                interval = Interval.parse(name.partition("_")[2])
                self._sent.setdefault(name, interval.floor(exchange_ms()))
            else:
                self._sent.pop(name, None)
        self.say({"result": None, "id": command["id"]})


def _directory(symbols: Sequence[str]) -> bytes:
    common = {"status": "TRADING", "quoteAsset": "USDT", "filters": []}
    rows = [{"symbol": s, "baseAsset": s.removesuffix("USDT"), **common} for s in symbols]
    return json.dumps({"symbols": rows}).encode()


def _kline(stream: str, interval: Interval, open_time: int, at: int) -> dict[str, object]:
    candle = truth(interval, open_time, at)
    symbol = stream.partition("@")[0].upper()
    o, h, low, c, v = map(str, candle.values)
    k = {"t": open_time, "i": stream.partition("_")[2], "o": o, "h": h, "l": low, "c": c,
         "v": v, "n": candle.trades, "x": candle.closed}  # fmt: skip
    return {"stream": stream, "data": {"e": "kline", "E": at, "s": symbol, "k": k}}


def _klines(params: dict[str, str]) -> list[Row]:
    """A page: the candles from `startTime` on or the newest, the forming one too."""
    interval, limit, at = Interval.parse(params["interval"]), int(params["limit"]), exchange_ms()
    current = interval.floor(at)
    asked = int(params.get("startTime", interval.after(current, 1 - limit)))
    times = [interval.after(interval.floor(asked - 1))]
    while len(times) < limit and interval.after(times[-1]) <= current:
        times.append(interval.after(times[-1]))
    return [_row(truth(interval, time, at), interval) for time in times if time <= current]


def _row(candle: Candle, interval: Interval) -> Row:
    values = [str(value) for value in candle.values]
    end = interval.after(candle.open_time)
    return [candle.open_time, *values, end - 1, "0", candle.trades]
