"""JSON feeds as a person declares them: from the text of a config to the exchange."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tui.config import Config, load
from tui.exchange.jsonfeed.feed import JsonFeed
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

URLS = 'ws_url = "wss://desk.example/ws"\nrest_url = "https://desk.example"\n'
MINUTE = Interval(1, "m")
BEGIN = 1_700_000_040_000
# A candle as the guide has it.
CANDLE: dict[str, Any] = {
    "type": "candle", "symbol": "EURUSD", "timestamp": BEGIN, "open": 1.0941,
    "high": 1.0944, "low": 1.0938, "close": 1.0942, "volume": 12.5, "isClosed": False,
}  # fmt: skip


BINANCE = """
intervals = ["1s", "1m"]
case = "upper"
subscribe = {method = "SUBSCRIBE", params = ["{symbol:lower}@kline_{interval}"], id = "{id}"}
unsubscribe = {method = "UNSUBSCRIBE", params = ["{symbol:lower}@kline_{interval}"], id = "{id}"}
ack = {id = "{id}"}
[exchanges.desk.candle]
when = {data.e = "kline"}
symbol = "data.s"
interval = "data.k.i"
time = "data.k.t"
open = "data.k.o"
high = "data.k.h"
low = "data.k.l"
close = "data.k.c"
volume = "data.k.v"
closed = "data.k.x"
as_of = "data.E"
[exchanges.desk.history]
path = "/api/v3/klines?symbol={symbol}&interval={interval}&startTime={start}&limit={limit}"
columns = ["time", "open", "high", "low", "close", "volume", "close time"]
"""
KRAKEN_ARRAYS = """
intervals = {1m = 1, 5m = 5, 1h = 60}
subscribe = {event = "subscribe", pair = ["{symbol}"], reqid = "{id}", \
    subscription = {name = "ohlc", interval = "{interval}"}}
ack = {event = "subscriptionStatus", status = "subscribed", reqid = "{id}"}
error = {event = "subscriptionStatus", status = "error", errorMessage = "{message}", \
    pair = "{symbol}"}
ping = {event = "ping", reqid = "{id}"}
pong = {event = "pong", reqid = "{id}"}
[exchanges.desk.candle]
when = {"-2" = "ohlc-{interval}"}
symbol = "-1"
time = "1.1"
time_is = "end"
time_unit = "s"
open = "1.2"
high = "1.3"
low = "1.4"
close = "1.5"
volume = "1.7"
as_of = "1.0"
[exchanges.desk.history]
path = "/0/public/OHLC?pair={symbol}&interval={interval}&since={start}"
rows = "result.XBTUSDT"
columns = ["time", "open", "high", "low", "close", "vwap", "volume"]
time_unit = "s"
"""
KRAKEN_OBJECTS = """
intervals = {1m = 1, 5m = 5}
subscribe = '''{"method": "subscribe", "params":
    {"channel": "ohlc", "symbol": ["{symbol}"], "interval": "{interval}"}}'''
error = {success = false, error = "{message}", symbol = "{symbol}"}
[exchanges.desk.candle]
when = {channel = "ohlc"}
rows = "data"
symbol = "symbol"
interval = "interval"
time = "interval_begin"
time_unit = "iso"
open = "open"
high = "high"
low = "low"
close = "close"
volume = "volume"
as_of = "$.timestamp"
[exchanges.desk.trade]
when = {channel = "trade"}
rows = "data"
symbol = "symbol"
price = "price"
size = "qty"
time = "timestamp"
time_unit = "iso"
id = "trade_id"
"""
COINBASE = """
intervals = ["1m", "5m"]
subscribe = {type = "subscribe", product_ids = ["{symbol}"], channels = ["matches"]}
unsubscribe = {type = "unsubscribe", product_ids = ["{symbol}"], channels = ["matches"]}
error = {type = "error", reason = "{message}"}
[exchanges.desk.trade]
when = [{type = "match"}, {type = "last_match"}]
symbol = "product_id"
price = "price"
size = "size"
time = "time"
time_unit = "iso"
id = "trade_id"
[exchanges.desk.history]
path = "/products/{symbol}/candles?granularity={interval}&start={start}&end={end}"
columns = ["time", "low", "high", "open", "close", "volume"]
time_unit = "s"
"""
# As OKX and others speak: rows of texts below an argument, "1" for true, pings of plain text.
TEXTUAL = """
intervals = {1m = "1m", 1h = "1H"}
subscribe = {op = "subscribe", args = [{channel = "candle{interval}", instId = "{symbol}"}]}
error = {event = "error", msg = "{message}"}
ping = "ping"
pong = "pong"
[exchanges.desk.candle]
when = {arg.channel = "candle{interval}", arg.instId = "{symbol}"}
rows = "data"
time = "0"
open = "1"
high = "2"
low = "3"
close = "4"
volume = "5"
closed = {"-1" = "1"}
"""
# As Huobi and others speak: a ping that is a number, times in seconds, a topic with everything.
TOPICAL = """
intervals = {1m = "1min", 1h = "60min"}
case = "lower"
subscribe = {sub = "market.{symbol}.kline.{interval}", id = "x{id}"}
ack = {status = "ok", id = "x{id}"}
server_ping = {ping = "{id}"}
server_pong = {pong = "{id}"}
[exchanges.desk.candle]
when = {ch = "market.{symbol}.kline.{interval}"}
time = "tick.id"
time_unit = "s"
open = "tick.open"
high = "tick.high"
low = "tick.low"
close = "tick.close"
volume = "tick.amount"
as_of = "$.ts"
as_of_unit = "ms"
"""


def config_of(text: str) -> Config:
    """The config that a file of this text is; raises ConfigError."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "config.toml"
        file.write_text(text, "utf-8")
        return load(file, {})


def desk(keys: str = "", urls: str = URLS) -> JsonFeed:
    """The feed `desk` with these keys, and these tables after them."""
    feed = config_of(f'[exchanges.desk]\nkind = "jsonfeed"\n{urls}{keys}').open_exchange("desk")
    assert isinstance(feed, JsonFeed)
    return feed


def of(name: str, interval: Interval = MINUTE) -> Subscription:
    """A subscription of the desk."""
    return Subscription(Symbol("desk", name), interval)


def frame(**changes: Any) -> str:
    """The guide's candle with other values; None leaves a field out."""
    message = {key: value for key, value in (CANDLE | changes).items() if value is not None}
    return json.dumps(message)


DECLARATIONS = {
    "guide": "",
    "guide of seconds": 'intervals = ["1s", "1m"]\n',
    "binance": BINANCE,
    "kraken arrays": KRAKEN_ARRAYS,
    "kraken objects": KRAKEN_OBJECTS,
    "coinbase": COINBASE,
    "textual": TEXTUAL,
    "topical": TOPICAL,
}
FEEDS = {name: desk(keys) for name, keys in DECLARATIONS.items()}
