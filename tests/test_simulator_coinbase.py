"""The simulated Coinbase Exchange's feed over real sockets: channels, oddities, faults."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.simulated import NOON, Clock, Exchange, Json, eventually, play, receive, until
from tui.market.interval import HOUR, MINUTE, SECOND, Interval
from tui.simulator.faults import Fault, Forget, Gap, Revise, Stall, Withhold
from tui.simulator.limits import Limits
from tui.simulator.server import Simulator

_MINUTES = Interval.parse("1m")


async def _send(client: ClientConnection, kind: str, *channels: str, **more: object) -> None:
    await client.send(json.dumps({"type": kind, "channels": list(channels), **more}))


async def _told(client: ClientConnection, *channels: str, products: Iterable[str]) -> list[Json]:
    """All that comes up to the answer."""
    await _send(client, "subscribe", *channels, product_ids=list(products))
    return await until(client, lambda frame: frame["type"] == "subscriptions")


async def _heard(exchange: Exchange, client: ClientConnection, to: int, by: int) -> list[Json]:
    """What comes while the clock goes on to a whole second in steps; it has heartbeats."""
    frames: list[Json] = []
    while exchange.clock.now < to:
        exchange.clock.now += by
        frames += await _beaten(client, exchange.clock.now)
    return frames


async def _beaten(client: ClientConnection, now: int) -> list[Json]:
    return await until(client, lambda f: f["type"] == "heartbeat" and _time(f["time"]) == now)


async def _closed(exchange: Exchange, product: str, minutes: int) -> None:
    ledger = exchange.simulator.ledger
    await eventually(lambda: len(ledger.candles(product, _MINUTES)) == minutes)


def _time(text: str) -> float:
    return datetime.fromisoformat(text).timestamp() * 1000


def _of(frames: Iterable[Json], *kinds: str) -> list[Json]:
    return [frame for frame in frames if frame["type"] in kinds]


def _state(frame: Json) -> dict[str, set[str]]:
    return {channel["name"]: set(channel["product_ids"]) for channel in frame["channels"]}


def test_frames_have_coinbase_s_shapes_and_types() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/")
        await _told(client, "matches", "ticker", "heartbeat", products=["BTC-USD"])
        frames = await _heard(exchange, client, NOON + 20 * SECOND, 10 * SECOND)
        match, ticker = _of(frames, "match")[-1], _of(frames, "ticker")[-1]
        (beat,) = _of(frames, "heartbeat")[-1:]
        assert beat.items() >= {"product_id": "BTC-USD", "last_trade_id": match["trade_id"]}.items()
        assert beat["time"] == "2026-11-23T12:00:20.000000Z"
        assert len(match["time"]) == len("2026-11-23T12:00:20.000000Z")
        assert all(isinstance(match[key], str) for key in ("price", "size", "maker_order_id"))
        assert isinstance(match["trade_id"], int) and isinstance(match["sequence"], int)
        assert {ticker[key] == match[key] for key in ("trade_id", "sequence", "price")} == {True}
        assert {match["side"], ticker["side"]} == {"buy", "sell"}, "maker's and taker's"
        assert Decimal(ticker["low_24h"]) <= Decimal(ticker["price"]) <= Decimal(ticker["high_24h"])

    play(scenario, dialect="coinbase")


def test_trade_ids_run_without_a_hole_from_the_replayed_one_on_and_sequences_skip() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/")
        await _told(client, "matches", "heartbeat", products=["ETH-EUR"])
        frames = await _heard(exchange, client, NOON + 2 * MINUTE, 30 * SECOND)
        trades = _of(frames, "last_match", "match")
        assert [t["type"] for t in trades].count("last_match") == 1
        assert all(b["trade_id"] == a["trade_id"] + 1 for a, b in pairwise(trades))
        assert all(b["sequence"] > a["sequence"] + 1 for a, b in pairwise(trades))
        swept = [(a, b) for a, b in pairwise(trades) if a["taker_order_id"] == b["taker_order_id"]]
        assert len(swept) > len(trades) / 5
        assert all((a["time"], a["side"]) == (b["time"], b["side"]) for a, b in swept)
        assert len({trade["maker_order_id"] for trade in trades}) == len(trades)

    play(scenario, dialect="coinbase")


@pytest.mark.parametrize("product", ["ETH-EUR", "ETH-BTC", "ICX-USD"])
def test_candles_of_matches_are_those_of_the_ledger_to_the_last_digit(product: str) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/")
        await _told(client, "heartbeat", "matches", products=[product])
        frames = await _heard(exchange, client, NOON + 4 * MINUTE, 30 * SECOND)
        exchange.clock.now += SECOND
        await _closed(exchange, product, 4)
        minutes = defaultdict(list)
        for match in _of(frames, "match"):
            minutes[_MINUTES.floor(int(_time(match["time"])))].append(match)
        for candle in exchange.simulator.ledger.candles(product, _MINUTES):
            trades = minutes[candle.open_time]
            prices = [Decimal(trade["price"]) for trade in trades]
            assert candle.volume == float(sum(Decimal(trade["size"]) for trade in trades))
            assert candle.trades == len(trades)
            if prices:
                assert (candle.open, candle.close) == (float(prices[0]), float(prices[-1]))
                assert (candle.high, candle.low) == (float(max(prices)), float(min(prices)))

    play(scenario, dialect="coinbase")


def test_the_ledger_has_every_interval_of_what_was_ever_asked_for_and_empty_candles() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/")
        await _told(client, "heartbeat", products=["WAXP-USD"])
        await client.close()
        exchange.clock.now += 12 * HOUR + SECOND
        ledger = exchange.simulator.ledger
        await eventually(lambda: bool(ledger.candles("WAXP-USD", Interval.parse("1d"))))
        counts = {"1m": 720, "5m": 144, "15m": 48, "30m": 24, "1h": 12, "4h": 3, "6h": 2}
        for text, count in counts.items():
            assert len(ledger.candles("WAXP-USD", Interval.parse(text))) == count
        minutes = ledger.candles("WAXP-USD", _MINUTES)
        empty = [(a, b) for a, b in pairwise(minutes) if not b.volume]
        assert len(empty) > 100
        assert all(b.open == b.high == b.low == b.close == a.close for a, b in empty)

    play(scenario, dialect="coinbase")


def test_the_answer_is_the_whole_state_and_comes_after_replays_once_something_is_held() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/")
        (only,) = await _told(client, "matches", products=["BTC-USD", "ETH-USD"])
        assert _state(only) == {"matches": {"BTC-USD", "ETH-USD"}}
        assert [(await receive(client))["type"] for _ in range(2)] == ["last_match"] * 2
        *replayed, state = await _told(client, "matches", "ticker", products=["ETH-USD"])
        assert [frame["type"] for frame in replayed] == ["last_match", "ticker"]
        assert replayed[0]["trade_id"] == replayed[1]["trade_id"]
        assert _state(state) == {"matches": {"BTC-USD", "ETH-USD"}, "ticker": {"ETH-USD"}}

    play(scenario, dialect="coinbase")


def test_products_stand_in_another_order_every_time() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/")
        products = ["BTC-USD", "ETH-USD", "SOL-USD", "XRP-USD", "ADA-USD"]
        orders = [
            (await _told(client, "heartbeat", products=products))[-1]["channels"][0]["product_ids"]
            for _ in range(3)
        ]
        assert len(set(map(tuple, orders))) > 1
        assert all(sorted(order) == sorted(products) for order in orders)

    play(scenario, dialect="coinbase")


def test_channels_may_name_products_of_their_own_and_be_left_as_a_whole() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/")
        channels = ["matches", {"name": "heartbeat", "product_ids": ["ETH-EUR"]}]
        ask = {"type": "subscribe", "product_ids": ["BTC-USD"], "channels": channels}
        await client.send(json.dumps(ask))
        assert _state(await receive(client)) == {
            "matches": {"BTC-USD"},
            "heartbeat": {"BTC-USD", "ETH-EUR"},
        }
        await receive(client)
        await _send(client, "unsubscribe", "heartbeat", product_ids=["ETH-EUR"])
        assert _state(await receive(client))["heartbeat"] == {"BTC-USD"}
        await _send(client, "unsubscribe", "heartbeat")
        assert _state(await receive(client)) == {"matches": {"BTC-USD"}}

    play(scenario, dialect="coinbase")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        ("BTCUSDT", "BTCUSDT is not a valid product"),
        ("btc-usd", "btc-usd is not a valid product"),
        ("LOOM-USD", "LOOM-USD is delisted"),
    ],
)
def test_one_bad_product_is_told_and_the_good_ones_are_subscribed(bad: str, reason: str) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/")
        products = ["BTC-USD", bad, "NOPE-USD"]
        error, state = await _told(client, "heartbeat", products=products)
        assert error == {"type": "error", "message": "Failed to subscribe", "reason": reason}
        assert _state(state) == {"heartbeat": {"BTC-USD"}}

    play(scenario, dialect="coinbase")


@pytest.mark.parametrize(
    ("ask", "reason"),
    [
        ({"channels": ["candles"], "product_ids": ["BTC-USD"]}, "candles is not a valid channel"),
        (
            {"channels": ["full"], "product_ids": ["BTC-USD"]},
            "level2, level3, and full channels now require authentication.",
        ),
        (
            {"channels": ["heartbeat"]},
            "You need to specify at least one product ID for channel heartbeat",
        ),
        ({"channels": ["heartbeat"], "product_ids": ["NOPE"]}, "NOPE is not a valid product"),
        ({"channels": ["heartbeat"], "product_ids": [7]}, "product_ids must be an array"),
        ({"product_ids": ["BTC-USD"]}, "channels must be an array"),
    ],
)
def test_what_cannot_be_subscribed_is_told_and_nothing_else_is_said(ask: Json, reason: str) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/")
        await client.send(json.dumps({"type": "subscribe", **ask}))
        assert (await receive(client))["reason"].startswith(reason)
        (state,) = await _told(client, "heartbeat", products=["ETH-USD"])
        assert _state(state) == {"heartbeat": {"ETH-USD"}}

    play(scenario, dialect="coinbase")


def test_who_asks_for_nothing_is_disconnected() -> None:
    async def scenario(exchange: Exchange) -> None:
        idle, busy = await exchange.dial("/"), await exchange.dial("/")
        await _told(busy, "heartbeat", products=["BTC-USD"])
        with pytest.raises(ConnectionClosed):
            await idle.recv()
        exchange.clock.now += SECOND
        assert (await receive(busy))["type"] == "heartbeat"

    play(scenario, Limits(patience=0.2), dialect="coinbase")


@pytest.mark.parametrize("fault", [Gap(), Gap(symbol="BTC-USD")])
def test_a_gap_loses_the_trades_of_a_minute_and_heartbeats_tell_of_them(fault: Fault) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/")
        await _told(client, "matches", "heartbeat", products=["BTC-USD"])
        exchange.simulator.inject(fault)
        frames = await _heard(exchange, client, NOON + 2 * MINUTE, 30 * SECOND)
        last, *matches = _of(frames, "last_match", "match")
        assert min(_time(match["time"]) for match in matches) >= NOON + MINUTE
        lost = matches[0]["trade_id"] - last["trade_id"] - 1
        assert lost > 100
        assert _of(frames, "heartbeat")[1]["last_trade_id"] == matches[0]["trade_id"] - 1

    play(scenario, dialect="coinbase")


def test_where_no_close_is_said_none_is_withheld_or_revised() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/")
        await _told(client, "matches", "heartbeat", products=["BTC-USD"])
        exchange.simulator.inject(Withhold())
        exchange.simulator.inject(Revise())
        frames = await _heard(exchange, client, NOON + 2 * MINUTE, 30 * SECOND)
        trades = _of(frames, "last_match", "match")
        assert all(b["trade_id"] == a["trade_id"] + 1 for a, b in pairwise(trades))

    play(scenario, dialect="coinbase")


@pytest.mark.parametrize("fault", [Stall(60.0), Forget(3)])
def test_a_silent_feed_replays_nothing_and_still_answers(fault: Fault) -> None:
    async def scenario(exchange: Exchange) -> None:
        exchange.simulator.inject(fault)
        client = await exchange.dial("/")
        products = ["BTC-USD"]
        for minutes in (1, 2):
            (state,) = await _told(client, "matches", "ticker", "heartbeat", products=products)
            exchange.clock.now += MINUTE + SECOND
            await _closed(exchange, "BTC-USD", minutes)
        assert _state(state).keys() == {"matches", "ticker", "heartbeat"}

    play(scenario, dialect="coinbase")


def test_started_again_it_continues_the_same_trades_and_the_ledger(tmp_path: Path) -> None:
    clock = Clock()

    async def run() -> list[Json]:
        async with (
            Simulator(
                dialect="coinbase", seed=7, clock=clock, ledger=tmp_path / "ledger"
            ) as simulator,
            connect(simulator.ws_url, proxy=None, max_queue=None) as client,
        ):
            await _told(client, "matches", "heartbeat", products=["LTC-USD"])
            clock.now += MINUTE
            frames = await _beaten(client, clock.now)
            clock.now += SECOND
            await _beaten(client, clock.now)
            return _of(frames, "last_match", "match")

    before = asyncio.run(run())
    after = asyncio.run(run())
    assert after[0]["trade_id"] >= before[-1]["trade_id"]
    clock.now = NOON + MINUTE + SECOND
    again = asyncio.run(run())
    assert again == after
    lines = [json.loads(line) for line in (tmp_path / "ledger").read_text().splitlines()]
    minutes = [line["open_time"] for line in lines if line["interval"] == "1m"]
    assert minutes == [NOON, NOON + MINUTE]
    assert {(line["exchange"], line["symbol"]) for line in lines} == {("coinbase", "LTC-USD")}
