"""Faults in single candles, seen by a raw client: the truth stays in the ledger and in REST."""

from __future__ import annotations

from random import Random

from tests.simulated import (
    NOON,
    SECONDS,
    TALKATIVE,
    Exchange,
    closed_candles,
    play,
    second_by_second,
    until,
)
from tui.market.interval import SECOND
from tui.simulator.binance.words import revised
from tui.simulator.faults import Faults, Gap, Revise, Withhold
from tui.simulator.frame import Frame
from tui.simulator.wire import Wire


def test_a_candle_may_begin_before_the_one_that_a_fault_meets_last_has_closed() -> None:
    wire = Wire(Faults(lambda: 0.0), lambda: 0.0, Random(1), revised)
    wire.plan(Gap(), "a", NOON, NOON + SECOND)
    frames = [Frame("a", "{}", NOON + SECOND), Frame("a", "{}", NOON, closed=True)]
    for frame in frames:
        wire.put(frame)
    assert list(wire.take()) == frames[:1]


def test_a_revised_candle_closes_twice_and_the_second_time_as_it_truly_was() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/btcusdt@kline_1s")
        other = await exchange.dial("/ws/ethusdt@kline_1s")
        exchange.simulator.inject(Revise(symbol="BTCUSDT", after=0.2))
        exchange.clock.now += 3 * SECOND + 500
        closes = [
            frame
            for frame in await until(client, lambda f: f["E"] > exchange.clock.now)
            if frame["k"]["x"]
        ]
        assert [frame["k"]["t"] - NOON for frame in closes] == [0, 1000, 2000, 0]
        wrong, right = closes[0], closes[-1]
        truth = exchange.simulator.ledger.candles("BTCUSDT", SECONDS)[0].values
        assert tuple(float(right["k"][key]) for key in "ohlcv") == truth
        assert float(wrong["k"]["h"]) > float(right["k"]["h"])
        assert float(wrong["k"]["v"]) > float(right["k"]["v"])
        assert wrong["E"] < right["E"]
        (row,) = await exchange.klines(symbol="BTCUSDT", interval="1s", startTime=NOON, limit=1)
        assert row[1:6] == [right["k"][key] for key in "ohlcv"]
        assert [k["t"] - NOON for k in await closed_candles(other, 3)] == [0, 1000, 2000]

    play(scenario)


def test_withheld_closes_never_come_but_rest_has_them() -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.clock.now += 450
        client = await exchange.dial("/ws/btcusdt@kline_1s")
        exchange.simulator.inject(Withhold(candles=3))
        frames = [frame["k"] async for frame in second_by_second(exchange, client, 6)]
        assert [k["t"] - NOON for k in frames if k["x"]] == [3000, 4000, 5000]
        assert {1000, 2000} < {k["t"] - NOON for k in frames if not k["x"]}
        rows = await exchange.klines(symbol="BTCUSDT", interval="1s", startTime=NOON, limit=3)
        assert [row[0] - NOON for row in rows] == [0, 1000, 2000]

    play(scenario, TALKATIVE)


def test_in_a_gap_nothing_is_sent_of_the_candles_while_the_socket_stays_open() -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.clock.now += 450
        client = await exchange.dial("/ws/btcusdt@kline_1s")
        exchange.simulator.inject(Gap(candles=3))
        frames = [frame["k"] async for frame in second_by_second(exchange, client, 6)]
        assert min(k["t"] for k in frames) == NOON + 3000
        assert [k["t"] - NOON for k in frames if k["x"]] == [3000, 4000, 5000]
        assert len(exchange.simulator.ledger.candles("BTCUSDT", SECONDS)) == 6

    play(scenario, TALKATIVE)


def test_faults_of_one_symbol_leave_the_others_alone_and_can_be_lifted() -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.clock.now += 450
        client = await exchange.dial("/ws/btcusdt@kline_1s/ethusdt@kline_1s")
        exchange.simulator.inject(Gap(candles=1000, symbol="ETHUSDT"))
        frames = [frame async for frame in second_by_second(exchange, client, 3)]
        assert {frame["s"] for frame in frames} == {"BTCUSDT"}
        exchange.simulator.lift()
        frames = [frame async for frame in second_by_second(exchange, client, 3)]
        assert {frame["s"] for frame in frames} == {"BTCUSDT", "ETHUSDT"}

    play(scenario, TALKATIVE)
