"""Faults of the simulated Kraken, as its clients meet them."""

from __future__ import annotations

import pytest
from websockets.exceptions import InvalidStatus

from tests.simulated import NOON
from tests.simulated_kraken import Kraken, heard, of, play_kraken, subscribe
from tui.market.interval import SECOND
from tui.simulator.faults import Answer, BadPage, Forget, Gap, Stall

_MINUTE = NOON // 1000


def test_too_many_requests_are_refused_with_status_200_and_upgrades_with_429() -> None:
    async def scenario(kraken: Kraken) -> None:
        kraken.exchange.simulator.inject(Answer(429, 60.0))
        assert await kraken.get("Time") == {"error": ["EGeneral:Too many requests"]}
        with pytest.raises(InvalidStatus, match="429"):
            await kraken.exchange.dial("/v2")

    play_kraken(scenario)


def test_pages_may_be_empty_or_begin_too_early() -> None:
    async def scenario(kraken: Kraken) -> None:
        simulator = kraken.exchange.simulator
        query: dict[str, str | int] = {"pair": "XBTUSD", "since": _MINUTE - 600}
        whole = await kraken.rows("OHLC", **query)
        simulator.inject(BadPage("overlap", 60.0))
        early = await kraken.rows("OHLC", **query)
        assert early[-len(whole) :] == whole
        assert early[0][0] == whole[0][0] - 60 * 5
        unknown = {"error": ["EQuery:Unknown asset pair"]}
        assert await kraken.get("OHLC", pair="NOSUCH") == unknown
        simulator.lift()
        simulator.inject(BadPage("empty", 60.0))
        assert await kraken.result("OHLC", **query) == {"XXBTZUSD": [], "last": _MINUTE - 60}
        assert await kraken.rows("Trades", pair="XBTUSD") == []
        assert await kraken.get("OHLC", pair="NOSUCH") == unknown
        assert len(await kraken.result("AssetPairs", pair="XBTUSD")) == 2

    play_kraken(scenario)


def test_a_forgotten_subscription_is_acknowledged_and_silent_while_heartbeats_go_on() -> None:
    async def scenario(kraken: Kraken) -> None:
        kraken.exchange.simulator.inject(Forget(1))
        client = await kraken.dial("/v2")
        await subscribe(client, "ohlc", "BTC/USD")
        for _ in range(3):
            await kraken.move(SECOND)
        ack, *beats = await heard(client)
        assert ack["success"]
        assert beats == [{"channel": "heartbeat"}] * 2

    play_kraken(scenario)


def test_a_stall_stops_heartbeats_too() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        await subscribe(client, "ohlc", "XMR/USDT", snapshot=False)
        kraken.exchange.simulator.inject(Stall(60.0))
        for _ in range(3):
            await kraken.move(SECOND)
        assert len(await heard(client)) == 1
        kraken.exchange.simulator.lift()
        for _ in range(3):
            await kraken.move(SECOND)
        assert await heard(client)

    play_kraken(scenario)


def test_a_gap_takes_all_frames_of_a_candle() -> None:
    async def scenario(kraken: Kraken) -> None:
        client = await kraken.dial("/v2")
        await subscribe(client, "ohlc", "BTC/USD", snapshot=False)
        await heard(client)
        kraken.exchange.simulator.inject(Gap(1, "BTC/USD"))
        for _ in range(9):
            await kraken.move(15 * SECOND)
        rows = [row for frame in of(await heard(client), "ohlc") for row in frame["data"]]
        assert {row["interval_begin"][11:16] for row in rows} == {"12:01", "12:02"}

    play_kraken(scenario)
