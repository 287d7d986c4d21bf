"""What an exchange in use does over all of its connections, on the real simulator."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from unittest.mock import patch

import pytest

from tests.dialling import port_of
from tests.feeds import (
    QUICK,
    Events,
    engine_on,
    equals_ledger,
    eventually,
    is_live,
    running,
    simulated,
    subscription,
)
from tests.meddling import Meddler
from tests.memory_exchange import MemoryExchange
from tests.raw_server import RawServer
from tests.virtual_clients import Diary, clients
from tests.virtual_time import now, run_virtually, until
from tests.virtual_venue import all_live, exchange_of, made_up, venue_of
from tests.websocket_frames import text
from tui.feed import transport
from tui.feed.outlet import Outlet
from tui.feed.status import ConnectionState, GapRepaired, Notice, StateChanged
from tui.simulator.faults import Garbage

BTC, ETH, SOL, XRP = (subscription(f"{name}USDT") for name in ("BTC", "ETH", "SOL", "XRP"))
FOUR = (BTC, ETH, SOL, XRP)
SHARED = replace(QUICK, symbols_per_connection=4, stale_after=30.0)


def test_p8_messages_too_large_for_a_shared_socket_divide_what_it_carries(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The exchange answers to more than two symbols with more than a message may have."""
    monkeypatch.setattr(transport, "MAX_FRAME", 40_000)
    with simulated() as (simulator, exchange):
        meddler = Meddler(port_of(exchange.ws_url))

        def swollen(said: str) -> list[bytes]:
            streams = len(meddler.subscribed[-1]) if meddler.subscribed else 0
            return [text(said + " " * 50_000 if streams > 6 else said)]

        meddler.frames = swollen
        with (
            RawServer(meddler) as server,
            engine_on(server.ws_url, exchange.rest_url, SHARED) as engine,
        ):
            events = Events(engine)
            for each in FOUR:
                engine.acquire(each)
            said = events.next(Notice)
            assert "4 subscriptions go over two connections" in said.text
            eventually(lambda: is_live(engine, *FOUR))
            assert [len(c.subscriptions) for c in engine.connections()] == [2, 2]
            for each in FOUR:
                eventually(partial(equals_ledger, engine, simulator, each))


def test_p16_a_stream_of_mostly_garbage_is_replaced_after_ten_seconds() -> None:
    with running(replace(QUICK, stale_after=30.0)) as (_, exchange, engine):
        engine.acquire(BTC)
        eventually(lambda: is_live(engine, BTC))
        exchange.inject(Garbage(60.0, each=9))
        eventually(lambda: engine.connections()[0].close_reason.startswith("Most of what came"))
        assert engine.connections()[0].malformed > 10
        exchange.lift()
        eventually(lambda: is_live(engine, BTC))


def test_what_the_exchange_forgot_is_found_by_asking_it_and_subscribed_to_again() -> None:
    with simulated() as (_, exchange):
        meddler = Meddler(port_of(exchange.ws_url))
        with (
            RawServer(meddler) as server,
            engine_on(server.ws_url, exchange.rest_url, SHARED) as engine,
        ):
            for each in FOUR:
                engine.acquire(each)
            eventually(lambda: is_live(engine, *FOUR))
            events = Events(engine)
            engine.inquire()
            assert events.next(Notice).text == "Binance confirms all 4 subscriptions."
            asked = len(meddler.subscribed)
            meddler.frames = lambda said: [text(said.replace('"ethusdt@kline_1s",', ""))]
            engine.inquire()
            assert "had forgotten 1 of 4 subscriptions" in events.next(Notice).text
            eventually(lambda: len(meddler.subscribed) > asked)
            assert meddler.subscribed[-1][0] == "ethusdt@kline_1s"
            eventually(lambda: is_live(engine, *FOUR))


def test_b7_a_question_that_cannot_be_asked_within_its_time_is_reported() -> None:
    async def scenario() -> None:
        exchange = MemoryExchange()
        async with clients(exchange) as (client,):
            await until(lambda: client.live)
            exchange.vanish()
            await until(lambda: not client.live)
            client.venue.inquire()
            asked = now()
            await until(lambda: client.diary.of(Notice))
            assert 30 <= now() - asked <= 32
            (notice,) = client.diary.of(Notice)
            assert isinstance(notice, Notice)
            assert notice.text == "Binance gave no answer: the connection was down for too long."

    run_virtually(scenario())


def test_b2_what_a_person_sees_is_dialled_first() -> None:
    """Sixty panes: forty dial at once, twenty wait for turns two seconds apart."""
    names = [f"P{n:02}USDT" for n in range(60)]

    async def scenario() -> None:
        exchange = MemoryExchange(pace=10.0, symbols=["BTCUSDT", *names])
        async with clients(exchange) as (client,):
            await until(lambda: client.live)
            panes = [subscription(name, "1m") for name in names]
            for pane in panes:
                client.hub.acquire(pane)
                client.venue.add(pane)
            await asyncio.sleep(3)
            seen = frozenset(panes[-4:])
            waiting = [c for c in client.venue.connections if c.link.reserved]
            assert len(waiting) >= 15
            client.venue.prefer(seen)
            await asyncio.sleep(9)
            connected = [client.venue.connection_of(pane) for pane in panes[-4:]]
            assert all(c and c.link.opens for c in connected)
            assert sum(c.link.reserved for c in waiting) >= len(waiting) - 6

    run_virtually(scenario())


def test_all_connections_of_an_exchange_answer_in_one_sentence() -> None:
    with running(QUICK) as (_, _, engine):
        for each in FOUR:
            engine.acquire(each)
        eventually(lambda: is_live(engine, *FOUR))
        assert len(engine.connections()) == 4
        events = Events(engine)
        engine.inquire()
        engine.inquire()
        assert events.next(Notice).text == "Binance confirms all 4 subscriptions."
        engine.inquire()
        assert events.next(Notice).text == "Binance confirms all 4 subscriptions."
        assert events.waiting(Notice) == []


def test_p30_what_a_socket_forgot_is_found_though_a_history_beside_it_never_comes() -> None:
    feeds = made_up(3)

    async def scenario() -> None:
        exchange = exchange_of(feeds)
        async with venue_of(exchange, feeds, capacity=3) as venue:
            exchange.untold = {"C2USDT"}
            exchange.break_off()
            link = venue.connections[0].link
            await until(lambda: venue.connections[0].link.synced == set(feeds[:2]) != link.synced)
            (socket,) = exchange.sockets
            socket.forget("C1USDT")
            await until(lambda: socket.streams == 3, 120)
            assert venue.connections[0].link.state is ConnectionState.SYNCING

    run_virtually(scenario())


def test_an_answer_about_a_silence_says_nothing_of_the_connection_after_it() -> None:
    feeds = made_up(2)

    async def scenario() -> None:
        exchange = exchange_of(feeds)
        async with venue_of(exchange, feeds, capacity=2) as venue:
            asked, answer = asyncio.Event(), asyncio.Event()

            async def missed(_: object) -> bool:
                asked.set()
                return await answer.wait()

            with patch.object(venue._backfill, "missed", missed):
                exchange.sockets[0].forget("C1USDT")
                await until(asked.is_set, 120)
                exchange.break_off()
                await until(lambda: not all_live(venue))
                await until(lambda: all_live(venue))
                answer.set()
                await asyncio.sleep(0.1)
            record = venue._hub.record(feeds[1])
            assert record and not record.stale
            assert len(exchange.sockets[0].commands) == 1

    run_virtually(scenario())


def test_a_subscription_that_is_live_is_told_so_though_one_beside_it_has_no_history() -> None:
    feeds = made_up(2)

    async def scenario() -> None:
        exchange = exchange_of(feeds)
        async with venue_of(exchange, feeds, capacity=2) as venue:
            exchange.untold = {"C1USDT"}
            diary = Diary()
            venue._hub.listen(diary, candles=False)
            exchange.break_off()
            link = venue.connections[0].link
            await until(lambda: venue.connections[0].link.synced == {feeds[0]} != link.synced)
            await asyncio.sleep(10)
            told = [e for e in diary.of(StateChanged) if isinstance(e, StateChanged)]
            last = {change.subscription: change.state for change in told}
            assert last[feeds[0]] is ConnectionState.LIVE

    run_virtually(scenario())


def test_a_new_socket_does_not_make_the_last_data_younger() -> None:
    async def scenario() -> None:
        exchange = MemoryExchange(pace=5.0)
        async with clients(exchange) as (client,):
            await until(lambda: client.live)
            last = client.connection.meter.data_at
            exchange.break_off()
            await until(lambda: client.connection.link.opens == 2, 2.0)
            assert client.connection.meter.data_at == last

    run_virtually(scenario())


def test_when_one_feed_is_back_the_others_do_not_wait_out_their_delays() -> None:
    feeds = made_up(6)

    async def scenario() -> None:
        exchange = exchange_of(feeds)
        async with venue_of(exchange, feeds) as venue:
            await asyncio.sleep(60)
            exchange.vanish()
            await asyncio.sleep(300)
            exchange.reachable = True
            await until(
                lambda: any(c.link.state is ConnectionState.LIVE for c in venue.connections)
            )
            began = now()
            await until(lambda: all_live(venue))
            assert now() - began <= 1.0 + 2.0 + 10.0 + 1.0

    run_virtually(scenario())


def test_p37_a_repair_that_was_in_trouble_is_told_as_over() -> None:
    """The link stood all the time: nothing else would end what `stream --states` said of it."""
    (feed,) = feeds = made_up(1)
    exchange = exchange_of(feeds)

    async def scenario() -> list[object]:
        async with venue_of(exchange, feeds) as venue:
            outlet = Outlet()
            venue._hub.listen(outlet, candles=False)
            exchange.reachable = False
            venue._hub.lose(feed)
            await asyncio.sleep(20.0)
            exchange.reachable = True
            await asyncio.sleep(60.0)
            return [e.state if isinstance(e, StateChanged) else type(e) for e in outlet.take()[1:]]

    told = run_virtually(scenario())
    assert told == [ConnectionState.SYNCING, GapRepaired, ConnectionState.LIVE]


def test_p17_messages_of_a_kind_that_nobody_reads_are_counted_and_do_no_harm() -> None:
    with simulated() as (_, exchange):
        meddler = Meddler(port_of(exchange.ws_url))
        news = (
            '{"stream":"btcusdt@news","data":{"e":"news","s":"BTCUSDT","headline":"to the moon"}}'
        )
        meddler.frames = lambda said: [text(said), text(news)]
        with (
            RawServer(meddler) as server,
            engine_on(server.ws_url, exchange.rest_url, SHARED) as engine,
        ):
            engine.acquire(BTC)
            eventually(lambda: is_live(engine, BTC))
            eventually(lambda: engine.connections()[0].unread >= 10)
            (connection,) = engine.connections()
            assert (connection.malformed, connection.reconnects) == (0, 0)
