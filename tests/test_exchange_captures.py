"""Recorded Binance data through the exchange file: nothing is lost, nothing is misread."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.captures import DIRECTORIES, MADE_UP, RECORDED, SOCKETS, Capture, values_of
from tests.sane_events import assert_sane
from tui.exchange import load_exchange
from tui.market.events import CandleReport, Malformed, Trade

BINANCE = load_exchange("binance")

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
