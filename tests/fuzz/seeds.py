"""True messages, one for each shape that a decoder reads: what fuzzing starts from."""

from __future__ import annotations

import json

from tests import declared
from tests.foreign_text import PIECES

BEGIN = 1_617_566_580_000
MINUTE = 60_000


def _json(*messages: object) -> tuple[bytes, ...]:
    return tuple(json.dumps(message, separators=(",", ":")).encode() for message in messages)


def _kline(slot: int, closed: bool, interval: str = "1m") -> dict[str, object]:
    opened = BEGIN + slot * MINUTE
    k = {"t": opened, "T": opened + MINUTE - 1, "s": "BTCUSDT", "i": interval, "f": 7, "L": 9,
         "o": "57994.60000000", "c": "57999.99000000", "h": "58018.03000000",
         "l": "57974.41000000", "v": "23.06712200", "n": 1020, "x": closed}  # fmt: skip
    return {"e": "kline", "E": opened + 40_068, "s": "BTCUSDT", "k": k}


_TRADE = {"e": "aggTrade", "E": BEGIN + 30_000, "s": "BTCUSDT", "a": 12345, "p": "57990.1",
          "q": "0.5", "f": 100, "l": 105, "T": BEGIN + 29_990, "m": True, "M": True}  # fmt: skip
_TICKER = {"e": "24hrMiniTicker", "E": BEGIN + 31_000, "s": "BTCUSDT", "c": "57999.99",
           "o": "57000.1", "h": "59000", "l": "56000", "v": "10000", "q": "18"}  # fmt: skip
_SHUTDOWN = {"e": "serverShutdown", "E": BEGIN}
_ROW = [BEGIN, "60685.22000000", "60729.84000000", "60670.90000000", "60719.27000000",
        "21.63272000", BEGIN + MINUTE - 1, "1313200.01340410", 617, "12.28"]  # fmt: skip
_LISTED = {
    "symbol": "BTCUSDT", "status": "TRADING", "baseAsset": "BTC", "quoteAsset": "USDT",
    "filters": [{"filterType": "PRICE_FILTER", "minPrice": "0.01", "tickSize": "0.01000000"},
                {"filterType": "LOT_SIZE", "stepSize": "0.00001000"}],
}  # fmt: skip

_MATCH = {
    "type": "match", "trade_id": 1100236126, "side": "buy", "size": "0.0000001",
    "price": "83335.51", "product_id": "BTC-USD", "sequence": 136998251868,
    "time": "2021-04-04T20:03:37.892405Z",
}  # fmt: skip
_HEARTBEAT = {
    "type": "heartbeat", "last_trade_id": 1100236126, "product_id": "BTC-USD",
    "sequence": 136998251906, "time": "2021-04-04T20:03:38.000000Z",
}  # fmt: skip
_DAY_TICKER = {
    "type": "ticker", "sequence": 137333645494, "product_id": "BTC-USD", "price": "83335.51",
    "open_24h": "82000.5", "high_24h": "84000", "low_24h": "81999.99", "volume_24h": "9381.28",
    "best_bid": "83335.5", "side": "buy", "time": "2021-04-04T20:03:37.892405Z",
    "trade_id": 1100236126, "last_size": "0.0000001",
}  # fmt: skip
_HELD = {
    "type": "subscriptions",
    "channels": [{"name": name, "product_ids": ["ETH-USD", "BTC-USD"], "account_ids": None}
                 for name in ("matches", "heartbeat", "ticker")],
}  # fmt: skip
_REFUSED = {
    "type": "error", "message": "Failed to subscribe", "reason": "LOOM-USDC is delisted",
}  # fmt: skip
_QUARTER = [BEGIN // 900_000 * 900, 65300.03, 66944, 66276.79, 65616.64, 6347.81]
_PRODUCT = {
    "id": "BTC-USD", "base_currency": "BTC", "quote_currency": "USD", "quote_increment": "0.01",
    "base_increment": "0.00000001", "status": "online", "trading_disabled": False,
}  # fmt: skip


def _ohlc(slot: int, interval: int = 1) -> dict[str, object]:
    """A candle of Kraken's v2, sent 40 s after it opened."""
    row = {"symbol": "BTC/USD", "open": 57994.6, "high": 58018.03, "low": 57974.41,
           "close": 57999.99, "trades": 1020, "volume": 23.067122, "vwap": 57990.1,
           "interval_begin": f"2021-04-04T20:{3 + slot:02}:00.000000000Z", "interval": interval,
           "timestamp": f"2021-04-04T20:{4 + slot:02}:00.000000Z"}  # fmt: skip
    sent = f"2021-04-04T20:{3 + slot:02}:40.068514810Z"
    return {"channel": "ohlc", "type": "update", "timestamp": sent, "data": [row]}


def _ohlc_array(slot: int, minutes: int = 1) -> list[object]:
    """The same in v1."""
    end = BEGIN // 1000 + (slot + minutes) * 60
    row = [f"{end - 20}.068514", f"{end}.000000", "57994.60000", "58018.03000", "57974.41000",
           "57999.99000", "57990.10000", "23.06712200", 1020]  # fmt: skip
    return [343, row, f"ohlc-{minutes}", "XBT/USD"]


_KRAKEN_TRADES = {"channel": "trade", "type": "update", "data": [
    {"symbol": "BTC/USD", "side": "buy", "price": 57990.1, "qty": 0.00043721,
     "ord_type": "limit", "trade_id": number, "timestamp": "2021-04-04T20:03:44.947782Z"}
    for number in (110386729, 110386730)
]}  # fmt: skip
_KRAKEN_TICKER = {"channel": "ticker", "type": "snapshot", "data": [
    {"symbol": "BTC/USD", "bid": 57999.9, "bid_qty": 2.5, "ask": 58000.0, "ask_qty": 3.2,
     "last": 57999.99, "volume": 163.28908096, "vwap": 57904.39279, "low": 56000.0,
     "high": 59000.0, "change": 250.0, "change_pct": 0.43,
     "timestamp": "2021-04-04T20:03:45.000000Z"},
]}  # fmt: skip
_KRAKEN_ACK = {"method": "subscribe", "req_id": 7, "success": True,
               "result": {"channel": "ohlc", "interval": 1, "symbol": "BTC/USD"}}  # fmt: skip
_KRAKEN_REFUSAL = {"method": "subscribe", "req_id": 7, "success": False, "symbol": "BTC/USD",
                   "error": "Currency pair not supported BTC/USD"}  # fmt: skip
_TRADE_ARRAY = [337, [["57990.1", "0.89594024", "1617566624.947782", "s", "l", ""]] * 2, "trade",
                "XBT/USD"]  # fmt: skip
_TICKER_ARRAY = [340, {
    "a": ["57999.9", 35, "35.7"], "b": ["57999.8", 185, "185.1"], "c": ["57999.99", "3.7"],
    "v": ["26560.8", "72035.0"], "p": ["57900.1", "57904.3"], "t": [640, 1353],
    "l": ["57000.0", "56000.0"], "h": ["58500.0", "59000.0"], "o": ["57100.0", "57749.99"],
}, "ticker", "XBT/USD"]  # fmt: skip
_STATUS = {"channelID": 343, "channelName": "ohlc-1", "event": "subscriptionStatus",
           "pair": "XBT/USD", "reqid": 7, "status": "subscribed",
           "subscription": {"interval": 1, "name": "ohlc"}}  # fmt: skip
_KRAKEN_ROW = [BEGIN // 1000, "57994.6", "58018.0", "57974.4", "57999.9", "57990.1", "23.067", 1020]
_PAIR = {"altname": "XBTUSD", "wsname": "XBT/USD", "base": "XXBT", "quote": "ZUSD",
         "pair_decimals": 1, "lot_decimals": 8, "status": "online"}  # fmt: skip

FRAMES = {
    "binance": _json(
        *({"stream": "any@stream", "data": data} for data in (_kline(0, True), _TRADE, _TICKER)),
        *(_kline(1, False), _kline(0, True, "1M"), _TRADE, _TICKER, _SHUTDOWN),
        {"result": None, "id": 312},
        {"error": {"code": 4, "msg": "Too many subscriptions"}, "id": 1},
        {"code": 4, "msg": "Too many subscriptions"},
    ),
    "coinbase": _json(
        *(_MATCH, _MATCH | {"type": "last_match"}, _HEARTBEAT, _DAY_TICKER, _HELD, _REFUSED),
        {"type": "error", "message": "ErrSlowConsume"},
    ),
    "kraken": _json(
        *(_ohlc(0), _ohlc(0, 30), _KRAKEN_TRADES, _KRAKEN_TICKER, _KRAKEN_ACK, _KRAKEN_REFUSAL),
        *(
            {"channel": "heartbeat"},
            {"Error": "Exceeded msg rate"},
            {"method": "pong", "req_id": 1},
        ),
    ),
}
STREAMS = {
    "binance": tuple(
        b"\n".join(_json(*messages))
        for messages in (
            [_kline(slot, True) for slot in range(6)],
            [_kline(0, False), _TRADE, _kline(0, True), _kline(3, False), _TICKER, _kline(1, True)],
            [_kline(slot, True, "1M") for slot in (0, 44_640, 90_000)],
        )
    ),
    "coinbase": tuple(
        b"\n".join(_json(*messages))
        for messages in (
            [_HELD, _MATCH | {"type": "last_match"}, _DAY_TICKER, _HEARTBEAT],
            [_MATCH | {"trade_id": 1100236126 + i, "time": f"2021-04-04T20:{i + 3:02}:00.000001Z"}
             for i in (0, 1, 2, 2, 5)],
        )
    ),
    "kraken": tuple(
        b"\n".join(_json(*messages))
        for messages in (
            [_KRAKEN_ACK, *map(_ohlc, range(6))],
            [_ohlc(0), _KRAKEN_TRADES, _ohlc(3), _KRAKEN_TICKER, _ohlc(1), _ohlc(0, 30)],
        )
    ),
}  # fmt: skip
HISTORIES = {
    "binance": _json(
        [_ROW], [[BEGIN + i * MINUTE, *_ROW[1:6], BEGIN + (i + 1) * MINUTE - 1, *_ROW[7:]]
                 for i in range(4)],
    ),
    "coinbase": _json(
        [_QUARTER], [[_QUARTER[0] + i * 900, *_QUARTER[1:]] for i in (4, 3, 1, 0)],
    ),
    "kraken": _json(*(
        {"error": [], "result": {"XXBTZUSD": rows, "last": BEGIN // 1000 + 120}}
        for rows in ([_KRAKEN_ROW], [[BEGIN // 1000 + i * 60, *_KRAKEN_ROW[1:]] for i in range(4)])
    )),
}  # fmt: skip
TRADES = {"coinbase": _json([_MATCH, _MATCH | {"trade_id": 1100236125}])}
DIRECTORIES = {
    "binance": _json({"symbols": [_LISTED, _LISTED | {"symbol": "ETHUSDT"}]}),
    "coinbase": _json([_PRODUCT, _PRODUCT | {"id": "ETH-USD"}]),
    "kraken": _json(
        {"error": [], "result": {"XXBTZUSD": _PAIR, "XETHZUSD": _PAIR | {"wsname": "ETH/USD"}}},
    ),
}
COMPLAINTS = {
    "binance": _json({"code": -1121, "msg": "Invalid symbol."}),
    "coinbase": _json({"message": "NotFound"}),
    "kraken": _json({"error": ["EQuery:Unknown asset pair"]}, {"error": [], "result": {}}),
}

# Kraken's older protocol, of arrays.
ARRAYS = _json(
    *(_ohlc_array(0), _ohlc_array(0, 30), _TRADE_ARRAY, _TICKER_ARRAY, _STATUS),
    _STATUS | {"status": "error", "errorMessage": "Currency pair not supported XBT/USD"},
    *({"event": "heartbeat"}, {"event": "pong", "reqid": 1}),
)
ARRAY_STREAMS = (
    b"\n".join(_json(_STATUS, *map(_ohlc_array, range(6)))),
    b"\n".join(_json(_ohlc_array(0), _TRADE_ARRAY, _ohlc_array(3), _TICKER_ARRAY, _ohlc_array(1))),
)

# The guide's plain JSON, and a declared feed's rows of texts.
_PLAIN = {"type": "candle", "symbol": "EURUSD", "interval": "1m", "timestamp": BEGIN, "open": 1.1,
          "high": "1.3", "low": 1.05, "close": 1.2, "volume": 7, "isClosed": True}  # fmt: skip
_CELLS = [str(BEGIN), "2.1", "3", "1.5", "2.5", "9", "1"]
PLAIN = _json(
    *(_PLAIN, _PLAIN | {"interval": "1s", "isClosed": False}, {"type": "authenticated"}),
    *({"type": "ping", "id": 5, "nonce": [1]}, {"type": "pong"}),
    *({"type": "error", "code": "auth", "message": "Old."}, {"type": "error", "symbol": "X"}),
)
PLAIN_STREAMS = (
    b"\n".join(_json(*(_PLAIN | {"timestamp": BEGIN + i * MINUTE} for i in (0, 1, 2, 5, 3)))),
)
ROWS = _json({"arg": {"channel": "candle1m", "instId": "EURUSD"}, "data": [_CELLS, _CELLS]})
PLAIN_HISTORIES = _json(
    [[BEGIN + i * MINUTE, 1.1, 1.3, "1.05", 1.2, 7] for i in range(4)],
    [{"timestamp": BEGIN, "open": 1.1, "high": 1.3, "low": 1, "close": 1.2, "volume": 7}],
)
DECLARATIONS = tuple(
    f"[exchanges.desk]\nkind = 'jsonfeed'\n{declared.URLS}{keys}".encode()
    for keys in declared.DECLARATIONS.values()
)

HEADERS = (
    *(b"17", b" 2.5 ", b"1800000030", b"1800000030000", b"-5", b"1e3"),
    *(b"Fri, 15 Jan 2027 08:00:45 GMT", b"Fri, 15 Jan 2027 08:00:45 -0330"),
    *(b"Friday, 15-Jan-27 08:00:45 GMT", b"Fri Jan 15 08:00:45 2027"),
)
COMMANDS = _json(
    {"method": "SUBSCRIBE", "params": ["btcusdt@kline_1m", "btcusdt@aggTrade"], "id": 1},
    {"method": "UNSUBSCRIBE", "params": ["btcusdt@kline_1m"], "id": "a"},
    {"method": "LIST_SUBSCRIPTIONS", "id": 3},
    {"method": "SET_PROPERTY", "params": ["combined", True], "id": None},
)
CONFIGS = (
    b"exchange = 'binance'\ninterval = '5m'\nhistory = 500\ntheme = 'paper'\nframe_rate = 10\n"
    b"[connection]\nreconnect_interval = 1.0\nsymbols_per_connection = 3\n"
    b"[exchanges.binance]\nws_url = 'ws://[::1]:9443'\nlive_trades = true\n[keys]\nquit = 'q,x'\n",
    b'glyphs = "braille"\ntimezone = "utc"\nconnection = {stale_after = 30, queue_size = 2}\n',
)
WORKSPACES = (
    b"version = 1\npanes = [\n    'binance:BTCUSDT@1m',\n    'binance:ETHUSDT@1M',\n]\n"
    b"theme = 'paper'\ncolumns = 2\nzoomed = 1\npanel_open = true\nglyphs = 'ascii'\nzoom = 'wide'",
    b"version = 1\nvolume = false\n",
)
THEMES = (
    b"dark = true\n[colors]\nprimary = '#6ea8e6'\nbackground = '#0e131b'\naccent = 'rgb(1,2,3)'\n"
    b"[market]\nup = '#5fdab3'\nvolume-down = 'hsl(10,20%,30%)'\n",
)
TARGETS = (
    *(b"binance:BTCUSDT@5m", b"ethusdt", b"BINANCE:x@1M", "币安人生USDT@1w".encode()),
    *(b"coinbase:btc-usd@30m", b"kraken:xbt/usd@15d", b"kraken:XDGUSD"),
)
TEXTS = tuple(piece.encode("utf-8", "surrogatepass") for piece in PIECES)
