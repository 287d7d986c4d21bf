"""Recorded Kraken data through the exchange file: nothing is lost, nothing is misread."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.sane_events import assert_sane
from tui.errors import nearest
from tui.exchange import load_exchange
from tui.exchange.kraken.names import altname
from tui.exchange.settings import ExchangeSettings
from tui.market.events import CandleReport, Event, Malformed, Ticker, Trade
from tui.market.interval import MINUTE, Interval
from tui.market.symbol import Subscription, Symbol

RECORDED = Path(__file__).parents[2] / "shared" / "captures"
EXCHANGES = {
    version: load_exchange("kraken", ExchangeSettings(options={"protocol": version}))
    for version in (1, 2)
}
MODERN = {"XBT": "BTC", "XDG": "DOGE"}

recorded = pytest.mark.skipif(
    not (RECORDED / "kraken_v2").is_dir(), reason="no recorded frames beside the project"
)
either = pytest.mark.parametrize("version", [1, 2])


def frames(version: int) -> list[str]:
    """What came on the sockets of one protocol."""
    paths = sorted((RECORDED / f"kraken_v{version}").glob("ws_*.jsonl"))
    lines = [json.loads(line) for path in paths for line in path.read_text("utf-8").splitlines()]
    return [line["raw"] for line in lines if line["dir"] == "recv"]


def events(version: int) -> list[Event]:
    return [e for f in frames(version) for e in EXCHANGES[version].parse(f.encode())]


def rows_of_v2(channel: str) -> list[tuple[str, dict[str, Any]]]:
    """Each row with when it was sent."""
    found = [json.loads(frame) for frame in frames(2)]
    found = [message for message in found if message.get("channel") == channel]
    return [(message.get("timestamp", ""), row) for message in found for row in message["data"]]


def data_of_v1(kind: str) -> list[tuple[str, str, Any]]:
    """The pair in modern names, the channel and the data of each array."""
    found = [m for m in map(json.loads, frames(1)) if isinstance(m, list)]
    return [(modern(m[-1]), m[-2], m[1]) for m in found if m[-2].startswith(kind)]


def modern(pair: str) -> str:
    return "/".join(MODERN.get(asset, asset) for asset in pair.split("/"))


def ms(text: str) -> int:
    """A time in seconds, or in RFC 3339 of UTC."""
    if text.endswith("Z"):
        seconds, _, fraction = text[:-1].partition(".")
        return int(datetime.fromisoformat(seconds + "+00:00").timestamp()) * 1000 + int(
            fraction[:3] or 0
        )
    return int(Decimal(text) * 1000)


@recorded
@either
def test_nothing_that_the_exchange_sent_is_malformed(version: int) -> None:
    found = events(version)
    assert_sane(found)
    assert not [event for event in found if isinstance(event, Malformed)]


@recorded
def test_every_candle_of_v2_is_read_with_its_values() -> None:
    reports = [event for event in events(2) if isinstance(event, CandleReport)]
    found = [(r.name, r.candle.open_time, r.candle.as_of, *r.candle.values) for r in reports]
    assert found == [
        (
            *(row["symbol"], ms(row["interval_begin"]), ms(sent)),
            *(row["open"], row["high"], row["low"], row["close"], row["volume"]),
        )
        for sent, row in rows_of_v2("ohlc")
    ]
    assert len(found) == 10
    assert {(r.interval, r.candle.closed) for r in reports} == {(Interval(1, "m"), False)}


@recorded
def test_every_trade_of_v2_is_read_and_follows_the_one_before() -> None:
    trades = [event for event in events(2) if isinstance(event, Trade)]
    assert trades == [
        Trade(r["symbol"], r["price"], r["qty"], ms(r["timestamp"]), r["trade_id"], r["trade_id"])
        for _, r in rows_of_v2("trade")
    ]
    ids = [trade.first_id for trade in trades]
    assert ids == [110386729, 110386730]


@recorded
def test_every_candle_of_v1_is_read_with_its_values() -> None:
    reports = [event for event in events(1) if isinstance(event, CandleReport)]
    found = [(r.name, r.candle.open_time, r.candle.as_of, *r.candle.values) for r in reports]
    assert found == [
        (pair, ms(row[1]) - MINUTE, ms(row[0]), *map(float, (*row[2:6], row[7])))
        for pair, _, row in data_of_v1("ohlc")
    ]
    assert len(found) == 2


@recorded
def test_every_trade_of_v1_is_read_and_none_has_an_id() -> None:
    trades = [event for event in events(1) if isinstance(event, Trade)]
    assert trades == [
        Trade(pair, float(row[0]), float(row[1]), ms(row[2]), None, None)
        for pair, _, rows in data_of_v1("trade")
        for row in rows
    ]
    assert Counter(trade.name for trade in trades) == {"SC/EUR": 6, "XMR/USD": 4}


@recorded
def test_every_ticker_of_v1_is_read_by_its_last_24_hours() -> None:
    tickers = [event for event in events(1) if isinstance(event, Ticker)]
    found = [(t.name, t.open, t.high, t.low, t.last, t.volume) for t in tickers]
    assert found == [
        (pair, *(float(body[key][1]) for key in "ohl"), float(body["c"][0]), float(body["v"][1]))
        for pair, _, body in data_of_v1("ticker")
    ]
    assert len({ticker.name for ticker in tickers}) == 10


@recorded
def test_every_row_of_a_history_is_read_and_all_but_the_last_are_closed() -> None:
    """It is of a moment when the last was four seconds old."""
    body = (RECORDED / "kraken_rest" / "rest_OHLC_XBTUSDT_1m_2025-11-10.json").read_bytes()
    rows = json.loads(body)["result"]["XBTUSDT"]
    symbol = Symbol("kraken", "BTC/USDT")
    candles = EXCHANGES[2].parse_history(
        Subscription(symbol, Interval(1, "m")), body, rows[-1][0] * 1000 + 4_000
    )
    assert [(c.open_time, *c.values, c.trades) for c in candles] == [
        (row[0] * 1000, *map(float, (*row[1:5], row[6])), row[7]) for row in rows
    ]
    assert [candle.closed for candle in candles] == [True] * 720 + [False]
    assert sum(candle.trades == 0 for candle in candles) == 216


def pairs() -> tuple[bytes, dict[str, dict[str, Any]]]:
    path = RECORDED / "kraken_rest" / "rest_AssetPairs_2021-04-17.jsonl"
    body = json.loads(path.read_text("utf-8"))["raw"]
    listed = json.loads(body)["result"].values()
    return body.encode(), {modern(p["wsname"]): p for p in listed if "wsname" in p}


@recorded
def test_every_pair_but_the_dark_pools_is_read() -> None:
    body, wire = pairs()
    directory = EXCHANGES[2].parse_directory(body)
    assert list(directory) == list(wire)
    assert len(wire) == 293
    for name, info in directory.items():
        assert f"{info.base}/{info.quote}" == name
        decimals = (wire[name]["pair_decimals"], wire[name]["lot_decimals"])
        assert (info.price_digits, info.volume_digits) == decimals
        assert info.trading


@recorded
def test_every_pair_is_asked_for_by_its_altname() -> None:
    _, wire = pairs()
    assert {name: altname(name) for name in wire} == {n: p["altname"] for n, p in wire.items()}


@recorded
@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("XBTUSD", "BTC/USD"), ("btcusdt", "BTC/USDT"), ("BTC-USD", "BTC/USD"),
        ("xdgusd", "DOGE/USD"), ("ETHXBT", "ETH/BTC"), ("XBTEUR", "BTC/EUR"),
    ],
)  # fmt: skip
def test_a_symbol_in_another_style_is_suggested_right(typed: str, name: str) -> None:
    body, _ = pairs()
    directory = EXCHANGES[2].parse_directory(body)
    assert typed.upper() not in directory
    assert nearest(EXCHANGES[2].spelling(typed), directory)[0] == name
