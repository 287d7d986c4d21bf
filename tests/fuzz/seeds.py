"""True messages, one for each shape that a decoder reads: what fuzzing starts from."""

from __future__ import annotations

import json

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
}  # fmt: skip
HISTORIES = {
    "binance": _json(
        [_ROW], [[BEGIN + i * MINUTE, *_ROW[1:6], BEGIN + (i + 1) * MINUTE - 1, *_ROW[7:]]
                 for i in range(4)],
    ),
    "coinbase": _json(
        [_QUARTER], [[_QUARTER[0] + i * 900, *_QUARTER[1:]] for i in (4, 3, 1, 0)],
    ),
}  # fmt: skip
TRADES = {"coinbase": _json([_MATCH, _MATCH | {"trade_id": 1100236125}])}
DIRECTORIES = {
    "binance": _json({"symbols": [_LISTED, _LISTED | {"symbol": "ETHUSDT"}]}),
    "coinbase": _json([_PRODUCT, _PRODUCT | {"id": "ETH-USD"}]),
}
COMPLAINTS = {
    "binance": _json({"code": -1121, "msg": "Invalid symbol."}),
    "coinbase": _json({"message": "NotFound"}),
}

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
    b"coinbase:btc-usd@30m",
)
TEXTS = tuple(piece.encode("utf-8", "surrogatepass") for piece in PIECES)
