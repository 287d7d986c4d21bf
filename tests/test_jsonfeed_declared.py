"""Other feeds than the guide's, by declaration alone: those of exchanges whose frames are known.

Expected values come from the frames by the standard library's json, or from the exchange's file.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.declared import (
    BEGIN,
    BINANCE,
    COINBASE,
    KRAKEN_ARRAYS,
    KRAKEN_OBJECTS,
    MINUTE,
    TEXTUAL,
    TOPICAL,
    desk,
    frame,
    of,
)
from tui.exchange import load_exchange
from tui.exchange.jsonfeed.feed import JsonFeed
from tui.market.candle import Candle
from tui.market.events import Ack, CandleReport, Malformed, Ping, Pong, Refusal, Trade
from tui.market.interval import HOUR, Interval
from tui.market.interval import MINUTE as MINUTE_MS

RECORDED = Path(__file__).parents[2] / "shared" / "captures"
FIVE, ONE_HOUR = Interval(5, "m"), Interval(1, "h")


def recorded(pattern: str) -> list[str]:
    """The frames received in the captures of that name; none where there are none."""
    lines = [json.loads(line) for path in sorted(RECORDED.glob(pattern))
             for line in path.read_text("utf-8").splitlines()]  # fmt: skip
    return [line["raw"] for line in lines if line["dir"] == "recv"]


def sent(feed: JsonFeed, *names: str, interval: Interval = MINUTE) -> list[Any]:
    """What goes out to subscribe."""
    wanted = [of(name, interval) for name in names]
    return [json.loads(command.text) for command in feed.subscribe(wanted, (), 41)]


def test_binance_s_candles_are_the_same_by_declaration_as_by_its_own_file() -> None:
    feed, binance = desk(BINANCE), load_exchange("binance")
    frames = [said for said in recorded("binance/ws_*.jsonl") if "kline_1m" in said]
    read = 0
    for said in frames:
        (declared,), (own,) = feed.parse(said), binance.parse(said)
        assert isinstance(declared, CandleReport) and isinstance(own, CandleReport)
        assert (declared.name, declared.interval) == (own.name, own.interval)
        ours, theirs = declared.candle, own.candle
        assert (ours.values, ours.closed, ours.as_of) == (
            theirs.values,
            theirs.closed,
            theirs.as_of,
        )
        read += 1
    assert read >= 100 or not RECORDED.exists()


def test_binance_s_commands_by_declaration() -> None:
    feed = desk(BINANCE)
    assert sent(feed, "BTCUSDT") == [
        {"method": "SUBSCRIBE", "params": ["btcusdt@kline_1m"], "id": 41}
    ]
    assert feed.parse('{"result":null,"id":41}') == (Ack(41),)
    assert feed.confirms and not feed.has_heartbeat and not feed.takes_token
    assert feed.spelling("btcusdt") == "BTCUSDT"


def test_history_is_asked_for_from_a_time_on() -> None:
    feed = desk(BINANCE)
    asked = feed.history_request(of("BTCUSDT"), BEGIN, 9)
    newest = feed.history_request(of("BTCUSDT"), None, 9)
    assert asked and newest
    assert asked.params == {
        "symbol": "BTCUSDT", "interval": "1m", "startTime": str(BEGIN), "limit": "9",
    }  # fmt: skip
    assert newest.params == {"symbol": "BTCUSDT", "interval": "1m", "limit": "9"}


def test_history_is_asked_for_by_a_window_of_time_and_a_symbol_in_the_path() -> None:
    request = desk(COINBASE).history_request(of("BTC/USD"), BEGIN, 300)
    assert request
    assert request.path == "/products/BTC%2FUSD/candles"
    assert request.params == {
        "granularity": "1m", "start": "1700000040", "end": str(1_700_000_040 + 300 * 60),
    }  # fmt: skip


def test_the_columns_of_history_may_stand_in_any_order() -> None:
    row = [1_700_000_040, 1.0, 4.0, 2.0, 3.0, 9.0]
    (candle,) = desk(COINBASE).parse_history(of("X"), json.dumps([row]).encode(), BEGIN + HOUR)
    assert (candle.open_time, candle.values) == (BEGIN, (2.0, 4.0, 1.0, 3.0, 9.0))


def test_kraken_s_arrays_are_read_from_their_end() -> None:
    feed = desk(KRAKEN_ARRAYS)
    said = (
        '[343,["1699797181.803577","1699797240.000000","1.5","3","1","2","2.1","0.01",2],'
        '"ohlc-1","XBT/USD"]'
    )
    candle = Candle(1_699_797_180_000, 1.5, 3.0, 1.0, 2.0, 0.01, False, 0, 1_699_797_181_804)
    assert feed.parse(said) == (CandleReport("XBT/USD", MINUTE, candle),)
    (event,) = feed.parse(said.replace("ohlc-1", "ohlc-60"))
    assert isinstance(event, CandleReport) and event.interval == ONE_HOUR
    assert feed.parse(said.replace("ohlc-1", "ohlc-30")) == ()
    assert not feed.marks_closed


def test_kraken_s_commands_have_numbers_where_they_must() -> None:
    feed = desk(KRAKEN_ARRAYS)
    assert sent(feed, "XBT/USD", interval=ONE_HOUR) == [
        {"event": "subscribe", "pair": ["XBT/USD"], "reqid": 41,
         "subscription": {"name": "ohlc", "interval": 60}}
    ]  # fmt: skip
    assert json.loads(feed.ping(9)) == {"event": "ping", "reqid": 9}
    assert feed.parse('{"event":"pong","reqid":9}') == (Pong(9),)


def test_recorded_arrays_of_kraken_are_all_read_or_none_of_ours() -> None:
    feed = desk(KRAKEN_ARRAYS)
    for said in recorded("kraken_v1/ws_frames_ohlc*.jsonl"):
        message, events = json.loads(said), feed.parse(said)
        assert not any(isinstance(event, Malformed) for event in events), said
        if isinstance(message, list):
            (event,) = events
            assert isinstance(event, CandleReport)
            assert event.name == message[-1]
            end = int(float(message[1][1]))
            assert event.candle.open_time == end * 1_000 - MINUTE_MS
            assert event.candle.close == float(message[1][5])


def test_recorded_history_of_kraken_is_read_by_its_columns() -> None:
    feed = desk(KRAKEN_ARRAYS)
    for path in RECORDED.glob("kraken_rest/rest_OHLC_*.json"):
        rows = json.loads(path.read_bytes())["result"]["XBTUSDT"]
        candles = feed.parse_history(of("XBTUSDT"), path.read_bytes(), rows[-1][0] * 1_000 + 30_000)
        assert [c.open_time for c in candles] == [row[0] * 1_000 for row in rows]
        assert [c.volume for c in candles] == [float(row[6]) for row in rows]
        assert [c.closed for c in candles[-2:]] == [True, False]


def test_one_message_may_have_many_candles_and_one_of_them_may_be_wrong() -> None:
    row = {"symbol": "BTC/USD", "open": 2, "high": 3, "low": 1, "close": 2, "volume": 0,
           "interval_begin": "2023-11-14T22:14:00.000000000Z", "interval": 1}  # fmt: skip
    later = row | {"interval_begin": "2023-11-14T22:15:00Z", "interval": 5}
    said = {"channel": "ohlc", "timestamp": "2023-11-14T22:15:30.5Z",
            "data": [row, row | {"open": None}, 7, later]}  # fmt: skip
    first, second, flaw = desk(KRAKEN_OBJECTS).parse(json.dumps(said))
    assert first == CandleReport(
        "BTC/USD", MINUTE, Candle(BEGIN, 2.0, 3.0, 1.0, 2.0, 0.0, False, 0, BEGIN + 90_500)
    )
    assert isinstance(second, CandleReport) and second.interval == FIVE
    assert isinstance(flaw, Malformed) and flaw.reason.startswith("open: nothing at 'open' in {")
    (event,) = desk(KRAKEN_OBJECTS).parse('{"channel":"ohlc","data":{"a":1}}')
    assert isinstance(event, Malformed)
    assert event.reason.startswith("rows: an object at 'data' is no list in {")


def test_recorded_objects_of_kraken_are_all_read_or_none_of_ours() -> None:
    feed = desk(KRAKEN_OBJECTS)
    for said in recorded("kraken_v2/*.jsonl"):
        message, events = json.loads(said), feed.parse(said)
        assert not any(isinstance(event, Malformed) for event in events), said
        if message.get("channel") in ("ohlc", "trade"):
            assert len(events) == len(message["data"])
        if message.get("success") is False:
            assert events == (Refusal(None, message["error"], message["symbol"]),)


def test_recorded_matches_of_coinbase_are_trades_by_their_numbers() -> None:
    feed = desk(COINBASE)
    read = 0
    for said in recorded("coinbase_exchange/ws_*.jsonl"):
        message, events = json.loads(said), feed.parse(said)
        if message["type"] not in ("match", "last_match"):
            assert events == ()
            continue
        (trade,) = events
        assert isinstance(trade, Trade)
        assert (trade.name, trade.first_id) == (message["product_id"], message["trade_id"])
        assert (trade.price, trade.size) == (float(message["price"]), float(message["size"]))
        read += 1
    assert read >= 100 or not RECORDED.exists()


def test_a_feed_of_trades_is_asked_once_for_a_symbol_whatever_its_intervals() -> None:
    feed = desk(COINBASE)
    one, five, other = of("BTC-USD"), of("BTC-USD", FIVE), of("ETH-USD")
    assert feed.from_trades and feed.omits_empty
    commands = feed.subscribe([one, five, other], (), 1)
    assert [c.covers for c in commands] == [(one, five), (other,)]
    assert feed.subscribe([five], [one], 1) == []
    assert feed.unsubscribe([five], [one, five], 1) == []
    assert [c.covers for c in feed.unsubscribe([one, five], [one, five, other], 1)] == [(one, five)]


def test_rows_of_texts_with_marks_around_them() -> None:
    feed = desk(TEXTUAL)
    said = {"arg": {"channel": "candle1H", "instId": "BTC-USDT"},
            "data": [[str(BEGIN), "2", "3", "1", "2.5", "9", "0"],
                     [str(BEGIN), "2", "3", "1", "2.5", "9", "1"]]}  # fmt: skip
    open_, closed = feed.parse(json.dumps(said))
    candle = Candle(BEGIN, 2.0, 3.0, 1.0, 2.5, 9.0)
    assert open_ == CandleReport("BTC-USDT", ONE_HOUR, candle)
    assert isinstance(closed, CandleReport) and closed.candle.closed
    assert feed.marks_closed
    assert sent(feed, "BTC-USDT", interval=ONE_HOUR) == [
        {"op": "subscribe", "args": [{"channel": "candle1H", "instId": "BTC-USDT"}]}
    ]


def test_a_mark_without_the_symbol_that_it_should_have_is_told() -> None:
    (event,) = desk(TEXTUAL).parse('{"arg":{"channel":"candle1H"},"data":[["1"]]}')
    assert isinstance(event, Malformed)
    assert event.reason.startswith("symbol: nothing where when has {symbol} in {")


def test_pings_may_be_plain_text() -> None:
    feed = desk(TEXTUAL)
    assert feed.ping(1) == "ping"
    for said in ("pong", b"pong", '"pong"'):
        assert feed.parse(said) == (Pong(None),)
    assert isinstance(feed.parse("pongs")[0], Malformed)


def test_a_topic_may_have_the_symbol_and_the_interval() -> None:
    feed = desk(TOPICAL)
    said = {"ch": "market.btc.usdt.kline.60min", "ts": BEGIN + 5,
            "tick": {"id": BEGIN // 1_000, "open": 2, "high": 3, "low": 1, "close": 2,
                     "amount": 9}}  # fmt: skip
    (event,) = feed.parse(json.dumps(said))
    assert isinstance(event, CandleReport)
    assert (event.name, event.interval) == ("btc.usdt", ONE_HOUR)
    assert (event.candle.open_time, event.candle.as_of) == (BEGIN, BEGIN + 5)
    said["ch"] = f"market.{'x' * 5_000}.kline.60min"
    assert feed.parse(json.dumps(said)) == ()


def test_ids_and_pings_may_have_any_form() -> None:
    feed = desk(TOPICAL)
    assert sent(feed, "btcusdt") == [{"sub": "market.btcusdt.kline.1min", "id": "x41"}]
    assert feed.parse('{"status":"ok","id":"x41"}') == (Ack(41),)
    (ping,) = feed.parse('{"ping":1700000000123}')
    assert isinstance(ping, Ping) and json.loads(ping.reply) == {"pong": 1700000000123}


def test_a_ping_without_what_its_answer_must_have_is_told() -> None:
    feed = desk("""
        subscribe = ""
        server_ping = {op = "ping", nonce = "{id}"}
        server_pong = {op = "pong", nonce = "{id}"}
    """)
    assert feed.parse('{"op":"ping","nonce":"x"}') == (Ping('{"op": "pong", "nonce": "x"}'),)
    (event,) = feed.parse('{"op":"ping"}')
    assert isinstance(event, Malformed)
    assert event.reason.startswith("server_ping: nothing at its {id} in {")


def test_true_is_not_one_in_what_marks_a_message() -> None:
    feed = desk("""subscribe = ""
        error = [{ok = false, why = "{message}"}, {code = 1, why = "{message}"}]""")
    refusal = (Refusal(None, "No."),)
    assert feed.parse('{"ok":false,"why":"No."}') == feed.parse('{"code":1,"why":"No."}') == refusal
    assert feed.parse('{"code":1.0,"why":"No."}') == refusal
    assert feed.parse('{"ok":0,"why":"No."}') == feed.parse('{"code":true,"why":"No."}') == ()


def test_a_candle_that_was_told_before_it_opened_is_malformed() -> None:
    said = {"e": "kline", "E": BEGIN - 1, "s": "X", "k": {"t": BEGIN, "i": "1m", "o": 1, "h": 1,
            "l": 1, "c": 1, "v": 1, "x": False}}  # fmt: skip
    (event,) = desk(BINANCE).parse(json.dumps({"data": said}))
    assert isinstance(event, Malformed)
    assert event.reason.startswith("as_of: earlier than the candle in {")
    assert isinstance(
        desk(BINANCE).parse(json.dumps({"data": said | {"E": BEGIN}}))[0], CandleReport
    )


def test_a_symbol_cannot_put_more_into_a_frame_than_itself() -> None:
    name = '","x":"{id} {interval}\\'
    feed = desk(TOPICAL)
    (said,) = sent(feed, name)
    assert said == {"sub": f"market.{name}.kline.1min", "id": "x41"}


def test_a_feed_may_send_without_being_asked() -> None:
    feed = desk('subscribe = ""\n')
    assert feed.subscribe([of("X")], (), 1) == feed.unsubscribe([of("X")], [of("X")], 1) == []
    assert not feed.has_heartbeat and not feed.takes_token
    assert isinstance(feed.parse(frame())[0], CandleReport)


def test_an_empty_text_takes_away_what_the_guide_has() -> None:
    feed = desk('ping = ""\nlogin = ""\nerror = ""\n')
    assert not feed.has_heartbeat and not feed.takes_token
    assert feed.parse('{"type":"error","message":"x"}') == ()
    assert len(feed.subscribe([of("X")], (), 1)) == 1
