"""Faults in what is sent, seen by a raw client."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from itertools import pairwise
from random import Random

import pytest
from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.simulated import (
    NOON,
    SECONDS,
    TALKATIVE,
    Exchange,
    Json,
    ask,
    closed_until,
    closes_last_second,
    eventually,
    play,
    receive,
    until,
    waiting,
)
from tui.market.interval import SECOND
from tui.simulator.binance.words import agg_trade_event, kline_event, revised
from tui.simulator.catalogue import CATALOGUE
from tui.simulator.faults import (
    Burst,
    Close,
    Duplicate,
    Faults,
    Forget,
    Garbage,
    Reorder,
    Shutdown,
    Stall,
)
from tui.simulator.frame import Frame
from tui.simulator.garbage import garbage
from tui.simulator.market import Market
from tui.simulator.wire import Wire

_BTC = Market(7, CATALOGUE["BTCUSDT"])


def test_what_is_repeated_is_the_newest_frame_of_a_stream_unless_it_closed_a_candle() -> None:
    wire = Wire(Faults(lambda: 0.0), lambda: 0.0, Random(1), revised)
    first, second, close = (Frame("a", text, NOON, text == "3") for text in "123")
    wire.put(first)
    wire.put(second)
    assert list(wire.newest) == [second]
    wire.put(close)
    assert list(wire.newest) == []


async def _trade_ids(client: ClientConnection, count: int) -> list[int]:
    return [(await receive(client))["a"] for _ in range(count)]


def _printed(after: int, until: int) -> list[int]:
    return [trade.id for trade in _BTC.prints(after, until)]


def test_a_duplicate_is_every_frame_twice_until_it_is_lifted() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/btcusdt@aggTrade")
        exchange.simulator.inject(Duplicate(60))
        exchange.clock.now += 5 * SECOND
        ids = _printed(NOON, exchange.clock.now)
        assert await _trade_ids(client, 2 * len(ids)) == [id_ for id_ in ids for _ in "ab"]
        exchange.simulator.lift()
        exchange.clock.now += 5 * SECOND
        ids = _printed(NOON + 5 * SECOND, exchange.clock.now)
        assert await _trade_ids(client, len(ids)) == ids

    play(scenario)


def test_reordered_frames_all_come_in_another_order_and_some_are_late() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/btcusdt@aggTrade")
        exchange.simulator.inject(Reorder(60, window=0.2))
        exchange.clock.now += 10 * SECOND
        ids = _printed(NOON, exchange.clock.now)
        got = await _trade_ids(client, len(ids))
        assert sorted(got) == ids
        assert sum(a > b for a, b in pairwise(got)) > len(ids) / 4

    play(scenario)


def test_garbage_follows_true_frames_and_leaves_them_whole() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/stream?streams=btcusdt@aggTrade")
        exchange.simulator.inject(Garbage(60, each=2))
        exchange.clock.now += 20 * SECOND
        ids = _printed(NOON, exchange.clock.now)
        kinds: Counter[str] = Counter()
        wrapped = {f'{{"stream":"btcusdt@aggTrade","data":{_trade(exchange, id_)}}}' for id_ in ids}
        for _ in range(3 * len(ids)):
            message = await client.recv()
            kinds[_kind(message) if message not in wrapped else "true"] += 1
        assert kinds.keys() == {"true", "noise", "no JSON", "JSON", "wrapped JSON"}
        assert kinds["true"] == len(ids)
        assert min(kinds.values()) > len(ids) / 10

    play(scenario)


def _trade(exchange: Exchange, id_: int) -> str:
    trade = next(_BTC.prints_from(id_, exchange.clock.now))
    return agg_trade_event(_BTC.listing, trade, exchange.clock.now)


def _kind(message: str | bytes) -> str:
    if isinstance(message, bytes):
        return "noise"
    try:
        json.loads(message)
    except (ValueError, RecursionError):
        return "no JSON"
    return "wrapped JSON" if message.startswith('{"stream"') else "JSON"


def test_garbage_is_the_same_for_the_same_seed_and_has_every_kind() -> None:
    bar = _BTC.candle(SECONDS, NOON)
    true = kline_event(_BTC.listing, SECONDS, NOON, bar, NOON + 1100, closed=True)
    made = [garbage(true, Random(seed)) for seed in range(2_000)]
    assert made[:50] == [garbage(true, Random(seed)) for seed in range(50)]
    texts = [text for text in made if isinstance(text, str)]
    assert len(texts) < len(made)
    assert "" in texts
    assert "null" in texts
    assert any(text and text != true and true.startswith(text) for text in texts)
    for part in ("NaN", "1e999", "9" * 5_000, "[" * 2_000, r"\u001b]52", r"\ud800", "null,"):
        assert any(part in text for text in texts), part[:10]
    assert max(text.count("[") for text in texts) >= 100_000


_THREE = ("btcusdt@kline_1s", "ethusdt@kline_1s", "solusdt@kline_1s")


async def _heard(exchange: Exchange, client: ClientConnection) -> set[str]:
    """The symbols that send within some seconds."""
    exchange.clock.now += 4 * SECOND
    await eventually(lambda: closed_until(exchange) >= exchange.clock.now // SECOND * SECOND - 1)
    return {frame["s"] for frame in await waiting(client)}


def test_forgotten_streams_are_acknowledged_and_silent_until_it_is_lifted() -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.clock.now += 450
        witness = await exchange.dial("/ws/btcusdt@kline_1s")
        exchange.simulator.inject(Forget(2))
        client = await exchange.dial("/ws")
        assert await ask(client, "SUBSCRIBE", *_THREE) == {"result": None, "id": 1}
        assert (await ask(client, "LIST_SUBSCRIPTIONS"))["result"] == list(_THREE)
        heard = await _heard(exchange, client)
        assert len(heard) == 1
        await ask(client, "UNSUBSCRIBE", *_THREE)
        await ask(client, "SUBSCRIBE", *_THREE)
        assert await _heard(exchange, client) == heard
        assert await _heard(exchange, witness) == set()
        exchange.simulator.lift()
        assert await _heard(exchange, client) == {"BTCUSDT", "ETHUSDT", "SOLUSDT"}
        assert await _heard(exchange, witness) == {"BTCUSDT"}

    play(scenario, TALKATIVE)


def test_the_seed_chooses_what_is_forgotten() -> None:
    choices = [tuple(Forget(1, seed=seed).forgotten(_THREE)) for seed in range(20)]
    assert set(choices) == {(name,) for name in _THREE}
    assert Forget(2, seed=5).forgotten(_THREE) == Forget(2, seed=5).forgotten(reversed(_THREE))


def test_only_the_next_connection_forgets_when_so_wanted() -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.clock.now += 450
        path = "/ws/" + "/".join(_THREE)
        before = await exchange.dial(path)
        exchange.simulator.inject(Forget(2, next_dial=True))
        next_ = await exchange.dial(path)
        later = await exchange.dial(path)
        exchange.clock.now += 4 * SECOND
        await until(later, lambda frame: closes_last_second(exchange, frame))
        counts = [len({f["s"] for f in await waiting(c)}) for c in (before, next_, later)]
        assert counts[:2] == [3, 1]
        assert await _heard(exchange, later) == {"BTCUSDT", "ETHUSDT", "SOLUSDT"}
        exchange.simulator.lift()
        assert await _heard(exchange, next_) == {"BTCUSDT", "ETHUSDT", "SOLUSDT"}

    play(scenario, TALKATIVE)


def test_a_burst_repeats_the_forming_state_at_its_rate_and_every_close_still_comes_once() -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.clock.now += 450
        client = await exchange.dial("/ws/btcusdt@kline_1s/btcusdt@aggTrade")
        await exchange.dial("/ws/btcusdt@aggTrade")
        exchange.simulator.inject(Burst(rate=10_000, seconds=60))
        exchange.clock.now += SECOND
        started = time.monotonic()
        closed: list[int] = []
        klines: list[Json] = []
        count = 0
        while len(closed) < 20:
            frame = await receive(client)
            count += 1
            if frame["e"] == "kline":
                klines.append(frame["k"])
                assert frame["k"]["t"] not in closed
                if frame["k"]["x"]:
                    closed.append(frame["k"]["t"])
                    exchange.clock.now += SECOND
        assert 2_500 < count / (time.monotonic() - started) < 7_500
        assert closed == [NOON + 1000 * i for i in range(20)]
        for kline in klines[::50]:
            bar = _BTC.candle(SECONDS, kline["t"])
            assert bar.low / 100 <= float(kline["l"]) <= float(kline["h"]) <= bar.high / 100

    play(scenario)


def test_a_burst_never_overtakes_the_frames_that_it_repeats() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/btcusdt@aggTrade")
        exchange.simulator.inject(Burst(rate=2_000, seconds=60))
        exchange.clock.now += SECOND
        highest = first = (await receive(client))["a"]
        while highest < first + 50:
            exchange.clock.now += 5
            id_ = (await receive(client))["a"]
            assert id_ <= highest + 1
            highest = max(highest, id_)

    play(scenario)


def test_a_burst_leaves_a_slow_reader_connected() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/btcusdt@aggTrade", close_timeout=0.1)
        exchange.clock.now += 5 * SECOND
        await receive(client)
        client.transport.pause_reading()
        exchange.simulator.inject(Burst(rate=200_000, seconds=0.5))
        await asyncio.sleep(0.6)
        client.transport.resume_reading()
        assert 1_000 < len(await waiting(client)) < 70_000
        assert exchange.simulator.clients == 1

    play(scenario)


def test_a_shutdown_is_announced_in_both_forms_and_spares_those_who_come_after() -> None:
    async def scenario(exchange: Exchange) -> None:
        raw = await exchange.dial("/ws")
        combined = await exchange.dial("/stream")
        exchange.simulator.inject(Shutdown(after=0.3))
        event = {"e": "serverShutdown", "E": NOON}
        assert await receive(raw) == event
        assert await receive(combined) == {"stream": "!serverShutdown", "data": event}
        after = await exchange.dial("/ws")
        for client in (raw, combined):
            with pytest.raises(ConnectionClosed):
                await client.recv()
            assert client.close_code == 1001
        assert await ask(after, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}

    play(scenario)


@pytest.mark.parametrize("code", [1000, 1008, 1011, 1012, 1013, 3000, 4001, 4999])
def test_any_close_code_can_be_sent(code: int) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        exchange.simulator.inject(Close(code, "x" * 123))
        with pytest.raises(ConnectionClosed):
            await client.recv()
        assert (client.close_code, client.close_reason) == (code, "x" * 123)

    play(scenario)


def test_a_stall_swallows_frames_that_were_late_already() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/btcusdt@aggTrade")
        exchange.simulator.inject(Reorder(60, window=0.4))
        exchange.clock.now += 10 * SECOND
        await receive(client)
        exchange.simulator.inject(Stall(0.6))
        sent = 1 + len(await waiting(client))
        await asyncio.sleep(0.7)
        sent += len(await waiting(client))
        assert sent < len(_printed(NOON, exchange.clock.now))

    play(scenario, TALKATIVE)
