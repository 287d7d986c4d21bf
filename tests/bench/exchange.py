"""The exchange of the benchmarks, as a process of its own, so that its work is not measured.

`python -m tests.bench.exchange SYMBOLS RATE` has a market with RATE frames a second of each symbol.
It prints one line of JSON with its urls, then obeys lines on standard input: `blast N` sends the
next N frames as fast as the socket takes them, `send N RATE`
sends RATE frames a second; both print the market time (ms UTC) of the last one when they are done.
`play` sends frames at the market's own pace until `pause`. A frame goes to whoever subscribed to
its symbol last.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterable
from contextlib import suppress
from itertools import islice
from urllib.parse import parse_qs, urlsplit

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import State

from tests.bench.market import MINUTE, Market, MarketFrame, names

# The market starts this long (ms) before the end of a minute: whoever watches it from the first
# seconds on sees one candle of each symbol close.
_BEFORE_CLOSE = 30_000


class Exchange:
    """Serves one market over REST and WebSocket on one port."""

    def __init__(self, symbols: int, rate: int) -> None:
        now = int(time.time() * 1000)
        self._market = Market(names(symbols), now - now % MINUTE + MINUTE - _BEFORE_CLOSE, rate)
        self._rate = rate
        self._frames = self._market.frames()
        self._readers: dict[str, ServerConnection] = {}
        self._player: asyncio.Task[None] | None = None

    def answer(self, connection: ServerConnection, request: Request) -> Response | None:
        """The REST side; None lets a WebSocket open."""
        url = urlsplit(request.path)
        if url.path == "/stream":
            return None
        body = self._info() if url.path.endswith("exchangeInfo") else self._klines(url.query)
        return connection.respond(200, json.dumps(body))

    async def serve(self, connection: ServerConnection) -> None:
        """Take commands; every SUBSCRIBE is acknowledged."""
        with suppress(ConnectionClosed):  # a reader may go at any time
            async for message in connection:
                command = json.loads(message)
                for stream in command["params"]:
                    self._readers[stream.partition("@")[0].upper()] = connection
                await connection.send(json.dumps({"result": None, "id": command["id"]}))

    def blast(self, count: int) -> int:
        """Send `count` frames at once; the market time of the last one.

        The bytes are made beforehand: the receiver shall be the one that takes time.
        """
        frames = list(islice(self._frames, count))
        written: dict[ServerConnection, list[bytes]] = defaultdict(list)
        for _, symbol, text in frames:
            if reader := self._reader(symbol):
                frame = Frame(Opcode.TEXT, text.encode())
                written[reader].append(frame.serialize(mask=False))
        for reader, parts in written.items():
            reader.transport.write(b"".join(parts))
        return frames[-1][0]

    async def send(self, count: int, rate: float) -> int:
        """Send `count` frames, `rate` a second; the market time of the last one."""
        frames = list(islice(self._frames, count))
        await self._send_paced(frames, rate)
        return frames[-1][0]

    async def play(self) -> None:
        """Send frames at the market's own pace."""
        await self._send_paced(self._frames, self._rate * len(self._market.pairs))

    async def obey(self, line: str) -> None:
        """Carry out one line of standard input."""
        match line.split():
            case ["blast", count]:
                print(self.blast(int(count)), flush=True)
            case ["send", count, rate]:
                print(await self.send(int(count), float(rate)), flush=True)
            case ["play"]:
                self._player = asyncio.create_task(self.play())
            case ["pause"] if self._player:
                self._player.cancel()

    async def _send_paced(self, frames: Iterable[MarketFrame], rate: float) -> None:
        """Each frame alone and when it is due; late ones without waiting."""
        started = time.monotonic()
        for index, (_, symbol, text) in enumerate(frames):
            early = started + index / rate - time.monotonic()
            if early > 0:
                await asyncio.sleep(early)
            if reader := self._reader(symbol):
                with suppress(ConnectionClosed):
                    await reader.send(text)

    def _reader(self, symbol: str) -> ServerConnection | None:
        reader = self._readers.get(symbol)
        return reader if reader and reader.state is State.OPEN else None

    def _info(self) -> object:
        filters = [
            {"filterType": "PRICE_FILTER", "tickSize": "0.01000000"},
            {"filterType": "LOT_SIZE", "stepSize": "0.00001000"},
        ]
        common = {"status": "TRADING", "quoteAsset": "USDT", "filters": filters}
        return {
            "symbols": [
                {"symbol": name, "baseAsset": name.removesuffix("USDT"), **common}
                for name in self._market.pairs
            ]
        }

    def _klines(self, query: str) -> object:
        asked = {key: values[0] for key, values in parse_qs(query).items()}
        pair = self._market.pairs[asked["symbol"]]
        return pair.history(int(asked.get("startTime", 0)), int(asked["limit"]))


async def main(symbols: int, rate: int) -> None:
    """Serve until standard input ends."""
    exchange = Exchange(symbols, rate)
    async with serve(
        exchange.serve,
        "127.0.0.1",
        0,
        process_request=exchange.answer,
        compression=None,
        ping_interval=None,
    ) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        urls = {"ws_url": f"ws://127.0.0.1:{port}", "rest_url": f"http://127.0.0.1:{port}"}
        print(json.dumps(urls), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            await exchange.obey(line)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
