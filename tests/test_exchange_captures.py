"""Recorded data through the exchange files: nothing is lost, nothing is misread."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from tests.captures import (
    ALL_RECORDED,
    DIRECTORIES,
    MADE_UP,
    RECORDED,
    SOCKETS,
    Capture,
    frames_of,
    values_of,
)
from tests.sane_events import assert_sane
from tui.exchange import load_exchange
from tui.market.aggregate import CandleBuilder
from tui.market.events import CandleReport, Event, Inventory, Malformed, Pulse, Ticker, Trade
from tui.market.interval import Interval

BINANCE, COINBASE = load_exchange("binance"), load_exchange("coinbase")
OF_COINBASE = ALL_RECORDED / "coinbase_exchange"

recorded = pytest.mark.skipif(not RECORDED.is_dir(), reason="no recorded frames beside the project")
every_socket = pytest.mark.parametrize("path", SOCKETS, ids=lambda path: path.stem)


def payloads(capture: Capture, kind: str) -> list[dict[str, str]]:
    found = (json.loads(frame)["data"] for frame in capture.frames)
    return [payload for payload in found if payload.get("e") == kind]


@every_socket
def test_every_kline_is_read_with_its_values(path: Path) -> None:
    capture = Capture.read(path)
    events = [event for frame in capture.frames for event in BINANCE.parse(frame.encode())]
    assert_sane(events)
    reports = [event for event in events if isinstance(event, CandleReport)]
    found = [
        (r.name, str(r.interval), r.candle.open_time, r.candle.values, r.candle.closed)
        for r in reports
    ]
    assert found == [(k["s"], k["i"], k["t"], values_of(k), k["x"]) for k in capture.klines()]


@every_socket
def test_every_trade_is_read_and_follows_the_one_before(path: Path) -> None:
    capture = Capture.read(path)
    events = [event for frame in capture.frames for event in BINANCE.parse(frame.encode())]
    trades = [event for event in events if isinstance(event, Trade)]
    assert len(trades) == len(payloads(capture, "aggTrade"))
    if path not in MADE_UP:
        last: dict[str, int] = {}
        for trade in trades:
            assert trade.first_id is not None and trade.last_id is not None
            assert trade.first_id == last.get(trade.name, trade.first_id - 1) + 1
            last[trade.name] = trade.last_id


@every_socket
def test_nothing_that_the_exchange_sent_is_malformed(path: Path) -> None:
    capture = Capture.read(path)
    bad = [
        frame
        for frame in capture.frames
        if any(isinstance(event, Malformed) for event in BINANCE.parse(frame.encode()))
    ]
    assert len(bad) == (1 if path in MADE_UP else 0)


@recorded
@pytest.mark.parametrize("path", DIRECTORIES, ids=lambda path: path.stem)
def test_every_symbol_of_the_list_is_read(path: Path) -> None:
    body = json.loads(path.read_text("utf-8"))["raw"]
    wire = {symbol["symbol"]: symbol for symbol in json.loads(body)["symbols"]}
    directory = BINANCE.parse_directory(body.encode())
    assert list(directory) == list(wire)
    for name, info in directory.items():
        assert (info.base, info.quote) == (wire[name]["baseAsset"], wire[name]["quoteAsset"])
        assert info.trading is (wire[name]["status"] == "TRADING")
        ticks = {f["filterType"]: f for f in wire[name]["filters"]}["PRICE_FILTER"]
        assert float(ticks["tickSize"]) == pytest.approx(10.0**-info.price_digits)


@recorded
def test_the_recorded_frames_are_those_that_are_known() -> None:
    klines = Counter(len(Capture.read(path).klines()) for path in SOCKETS if path not in MADE_UP)
    assert klines == Counter([118, 20, 5, 0])


# Coinbase

every_feed = pytest.mark.parametrize(
    "path", sorted(OF_COINBASE.glob("ws_*.jsonl")), ids=lambda path: path.stem
)


def messages(path: Path, *kinds: str) -> list[dict[str, Any]]:
    found = (json.loads(frame) for frame in frames_of(path))
    return [message for message in found if message["type"] in kinds]


def coinbase_events(path: Path) -> list[Event]:
    return [event for frame in frames_of(path) for event in COINBASE.parse(frame)]


@every_feed
def test_every_frame_of_coinbase_is_one_event(path: Path) -> None:
    for frame in frames_of(path):
        events = COINBASE.parse(frame)
        assert len(events) == 1
        assert not isinstance(events[0], Malformed)
        assert_sane(events)


@every_feed
def test_every_match_is_read_with_its_values(path: Path) -> None:
    trades = [event for event in coinbase_events(path) if isinstance(event, Trade)]
    assert [(t.name, t.price, t.size, t.first_id, t.last_id) for t in trades] == [
        (m["product_id"], float(m["price"]), float(m["size"]), m["trade_id"], m["trade_id"])
        for m in messages(path, "match", "last_match")
    ]


@every_feed
def test_the_ids_of_matches_have_no_gap_and_the_last_match_comes_before_them(path: Path) -> None:
    """Also where it is one of the matches again, as it may be: then by its id."""
    newest: dict[str, int] = {}
    traded: Counter[str] = Counter()
    for event in coinbase_events(path):
        if isinstance(event, Trade) and event.first_id is not None:
            known = newest.get(event.name, event.first_id - 1)
            assert event.first_id <= known + 1
            traded[event.name] += event.first_id > known
            newest[event.name] = max(known, event.first_id)
    ids = {(m["product_id"], m["trade_id"]) for m in messages(path, "match", "last_match")}
    assert traded == Counter(name for name, _ in ids)


@every_feed
def test_the_recorded_matches_and_heartbeats_are_no_gap_to_what_makes_candles_of_them(
    path: Path,
) -> None:
    builders: defaultdict[str, CandleBuilder] = defaultdict(lambda: CandleBuilder(Interval(1, "m")))
    for event in coinbase_events(path):
        if isinstance(event, Trade):
            builders[event.name].add([event])
        elif isinstance(event, Pulse):
            builders[event.name].reach(event.last_id, event.time)
        assert [name for name, builder in builders.items() if builder.gap] == []
    assert builders


@every_feed
def test_a_match_that_is_left_out_is_a_gap(path: Path) -> None:
    trades = [event for event in coinbase_events(path) if isinstance(event, Trade)]
    busiest, _ = Counter(trade.name for trade in trades).most_common(1)[0]
    numbered = {trade.first_id: trade for trade in trades if trade.name == busiest}
    ordered = sorted(numbered.values(), key=lambda trade: trade.first_id or 0)
    builder = CandleBuilder(Interval(1, "m"))
    builder.add([*ordered[:1], *ordered[2:]])
    assert builder.gap and builder.gap[0] == ordered[1].first_id


@every_feed
def test_no_heartbeat_knows_of_a_trade_that_did_not_come(path: Path) -> None:
    newest: dict[str, int] = {}
    for event in coinbase_events(path):
        if isinstance(event, Trade) and event.last_id is not None:
            newest[event.name] = event.last_id
        elif isinstance(event, Pulse):
            assert event.last_id <= newest[event.name]


@every_feed
def test_every_ticker_is_read_with_its_values(path: Path) -> None:
    tickers = [event for event in coinbase_events(path) if isinstance(event, Ticker)]
    assert [(t.name, t.open, t.high, t.low, t.last, t.volume) for t in tickers] == [
        (m["product_id"], *(float(m[f"{key}_24h"]) for key in ("open", "high", "low")),
         float(m["price"]), float(m["volume_24h"]))
        for m in messages(path, "ticker")
    ]  # fmt: skip


@every_feed
def test_a_reply_lists_no_product_before_it_has_all_that_a_pane_needs(path: Path) -> None:
    """These recordings asked for two channels of three: what is asked for differs."""
    replies = [event for event in coinbase_events(path) if isinstance(event, Inventory)]
    assert len(replies) == len(messages(path, "subscriptions"))
    assert all(reply == Inventory(None, frozenset()) for reply in replies)


@pytest.mark.parametrize("path", sorted(OF_COINBASE.glob("rest_products_*")), ids=str)
def test_the_recorded_products_are_all_read(path: Path) -> None:
    body = json.loads(path.read_text("utf-8"))["raw"]
    wire = {product["id"]: product for product in json.loads(body)}
    directory = COINBASE.parse_directory(body.encode())
    assert list(directory) == list(wire)
    for name, info in directory.items():
        assert f"{info.base}-{info.quote}" == name
        assert info.trading is (wire[name]["status"] == "online")
        assert float(wire[name]["quote_increment"]) == pytest.approx(10.0**-info.price_digits)
        assert float(wire[name]["base_increment"]) == pytest.approx(10.0**-info.volume_digits)
