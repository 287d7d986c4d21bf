"""The simulated exchange's commands and streams over real WebSockets."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.simulated import (
    NOON,
    SECONDS,
    Exchange,
    Json,
    ask,
    closed_candles,
    closes_last_second,
    play,
    receive,
    until,
)
from tui.market.interval import MINUTE, SECOND
from tui.simulator.limits import Limits


def test_commands_are_answered_without_wrapping() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/stream")
        name = "btcusdt@kline_1m"
        assert await ask(client, "SUBSCRIBE", name, id_=7) == {"result": None, "id": 7}
        assert await ask(client, "LIST_SUBSCRIPTIONS", id_="a") == {"result": [name], "id": "a"}
        assert await ask(client, "UNSUBSCRIBE", name) == {"result": None, "id": 1}
        assert await ask(client, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}

    play(scenario)


@pytest.mark.parametrize(
    ("text", "code", "id_"),
    [
        ("{", 3, None),
        ("[" * 4_000, 3, None),
        ("[]", 2, None),
        ('{"id":3}', 2, 3),
        ('{"method":"DANCE","id":3}', 2, 3),
        ('{"method":"SUBSCRIBE","id":3}', 2, 3),
        ('{"method":"SUBSCRIBE","params":[1],"id":3}', 2, 3),
        ('{"method":"SUBSCRIBE","params":[],"id":1.5}', 2, None),
        ('{"method":"SET_PROPERTY","params":["colour",true],"id":3}', 0, 3),
        ('{"method":"SET_PROPERTY","params":["combined",1],"id":3}', 1, 3),
        ('{"method":"SUBSCRIBE","params":["a","b","c"],"id":3}', 4, 3),
    ],
    ids=lambda value: str(value)[:60],
)
def test_bad_commands_are_answered_with_a_nested_error(text: str, code: int, id_: object) -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        await client.send(text)
        answer = await receive(client)
        assert answer["error"]["code"] == code
        assert answer.get("id") == id_

    play(scenario, Limits(streams_per_connection=2))


def test_a_command_is_cut_at_4096_bytes() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws")
        answer = await ask(client, "SUBSCRIBE", *["btcusdt@kline_1m"] * 300)
        text = "Invalid JSON: EOF while parsing a string at line 1 column 4096"
        assert answer == {"error": {"code": 3, "msg": text}}
        assert await ask(client, "LIST_SUBSCRIPTIONS") == {"result": [], "id": 1}

    play(scenario)


def test_unknown_streams_are_acknowledged_and_never_send() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/stream")
        strange = ["nosuch@kline_1s", "BTCUSDT@kline_1s", "btcusdt@kline_7s", "btcusdt", "x@y@z"]
        assert await ask(client, "SUBSCRIBE", *strange) == {"result": None, "id": 1}
        await ask(client, "SUBSCRIBE", "xmrusdt@kline_1s", "xmrusdt@aggTrade", "btcusdt@kline_1s")
        exchange.clock.now += 5 * SECOND + 500
        frames = await until(client, lambda frame: closes_last_second(exchange, frame))
        exchange.clock.now += 5 * SECOND
        frames += await until(client, lambda frame: closes_last_second(exchange, frame))
        assert {frame["stream"] for frame in frames} == {"btcusdt@kline_1s"}

    play(scenario)


def test_raw_urls_give_bare_events_and_combined_urls_wrapped_ones() -> None:
    async def scenario(exchange: Exchange) -> None:
        raw = await exchange.dial("/ws/btcusdt@kline_1s/ethusdt@kline_1s")
        combined = await exchange.dial("/stream?streams=btcusdt@kline_1s/ethusdt@kline_1s")
        exchange.clock.now += 2 * SECOND
        bare, wrapped = await receive(raw), await receive(combined)
        assert bare["e"] == "kline"
        assert wrapped.keys() == {"stream", "data"}
        assert wrapped["stream"] == f"{wrapped['data']['s'].lower()}@kline_1s"
        await raw.send('{"method":"SET_PROPERTY","params":["combined",true],"id":1}')
        await until(raw, lambda frame: "result" in frame)
        exchange.clock.now += SECOND
        assert "stream" in await receive(raw)

    play(scenario)


def test_closed_frames_rest_rows_and_the_ledger_are_one() -> None:
    async def scenario(exchange: Exchange) -> None:
        names = ("BTCUSDT", "KSMUSDT", "XMRBTC")
        for name in names:
            client = await exchange.dial(f"/ws/{name.lower()}@kline_1s")
            exchange.clock.now += 40 * SECOND
            frames = await closed_candles(client, 39)
            rows = await exchange.klines(
                symbol=name, interval="1s", startTime=frames[0]["t"], limit=len(frames)
            )
            keys = ("t", "o", "h", "l", "c", "v", "T", "q", "n", "V", "Q", "B")
            assert [[frame[key] for key in keys] for frame in frames] == rows
            ledger = {c.open_time: c for c in exchange.simulator.ledger.candles(name, SECONDS)}
            for frame in frames:
                written = tuple(float(frame[key]) for key in ("o", "h", "l", "c", "v"))
                assert ledger[frame["t"]].values == written

    play(scenario)


def test_candles_close_late_once_each_and_without_trades_too() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/dotbtc@kline_1m")
        exchange.clock.now += 12 * MINUTE + 40
        seen: list[Json] = []
        while len(seen) < 11:
            frame = await receive(client)
            if frame["k"]["x"]:
                seen.append(frame["k"])
        assert [kline["t"] for kline in seen] == [NOON + i * MINUTE for i in range(11)]
        exchange.clock.now += 400
        frame = (await until(client, lambda frame: frame["k"]["x"]))[-1]
        assert 50 <= frame["E"] - frame["k"]["T"] - 1 <= 440
        quiet = [kline for kline in seen if not kline["n"]]
        assert quiet
        for kline in quiet:
            assert (kline["f"], kline["L"], float(kline["v"])) == (-1, -1, 0.0)
            assert kline["o"] == kline["h"] == kline["l"] == kline["c"]

    play(scenario)


def test_a_forming_candle_is_sent_at_most_every_two_seconds_and_only_when_it_changed() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/stream?streams=btcusdt@kline_1h/btcusdt@kline_1s")
        updates: list[Json] = []
        for _ in range(40):
            exchange.clock.now += 500
            closes = exchange.clock.now % SECOND >= 500
            if closes and exchange.clock.now > NOON + 2 * SECOND:
                frames = await until(client, lambda frame: closes_last_second(exchange, frame))
                updates += [f["data"] for f in frames if f["stream"] == "btcusdt@kline_1h"]
        assert 8 <= len(updates) <= 10
        assert all(b["E"] - a["E"] >= 2000 for a, b in pairwise(updates))
        counts = [frame["k"]["n"] for frame in updates]
        assert counts == sorted(set(counts))

    play(scenario)


def test_agg_trades_come_in_order_without_a_jump() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/btcusdt@aggTrade")
        trades: list[Json] = []
        for _ in range(4):
            exchange.clock.now += 9_700
            trades += await until(client, lambda frame: frame["T"] > exchange.clock.now - 2_000)
        assert len(trades) > 60
        for before, after in pairwise(trades):
            assert after["a"] == before["a"] + 1
            assert after["f"] == before["l"] + 1
            assert before["T"] <= after["T"] <= after["E"]

    play(scenario)


def test_mini_tickers_are_the_last_24_hours() -> None:
    async def scenario(exchange: Exchange) -> None:
        client = await exchange.dial("/ws/btcusdt@miniTicker")
        exchange.clock.now += 1000
        ticker = await receive(client)
        hours = (await exchange.klines(symbol="BTCUSDT", interval="1h", limit=25))[:24]
        assert ticker["e"] == "24hrMiniTicker"
        assert float(ticker["h"]) == max(float(row[2]) for row in hours)
        assert float(ticker["v"]) == pytest.approx(sum(float(row[5]) for row in hours), rel=1e-3)

    play(scenario)
