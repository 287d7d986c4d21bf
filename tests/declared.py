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
# A candle as the guide has it.
CANDLE: dict[str, Any] = {
    "type": "candle", "symbol": "EURUSD", "timestamp": 1_700_000_040_000, "open": 1.0941,
    "high": 1.0944, "low": 1.0938, "close": 1.0942, "volume": 12.5, "isClosed": False,
}  # fmt: skip


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
