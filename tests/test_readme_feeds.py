"""README's declared feeds are what it says of them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.declared import config_of
from tui.errors import UnreadError
from tui.exchange.jsonfeed.feed import JsonFeed
from tui.feed_sample import message_read
from tui.market.events import CandleReport, Trade

README = (Path(__file__).parents[1] / "README.md").read_text("utf-8")
SECTION = README.partition("### Any JSON feed")[2].partition("### Add an exchange")[0]
CONFIG = config_of("\n".join(re.findall(r"```toml\n(.*?)```", SECTION, re.DOTALL)))
ROW = ["1700000040000", "1.0941", "1.0944", "1.0938", "1.0942", "12.5", "1"]
ARGUMENT = {"channel": "candle1m", "instId": "BTC-USDT"}


def feed(name: str) -> JsonFeed:
    found = CONFIG.open_exchange(name)
    assert isinstance(found, JsonFeed)
    return found


def test_its_feeds_read_what_they_are_said_to_send() -> None:
    (row,) = feed("rows").parse(json.dumps({"arg": ARGUMENT, "data": [ROW]}))
    assert isinstance(row, CandleReport) and row.candle.closed
    match = {"type": "match", "product_id": "BTC-USD", "price": "2", "size": "1", "trade_id": 7,
             "time": "2023-11-14T22:14:00.123456Z"}  # fmt: skip
    (trade,) = feed("tape").parse(json.dumps(match))
    assert isinstance(trade, Trade) and trade.first_id == 7
    assert feed("tape").from_trades and not feed("rows").from_trades


def test_its_feed_with_a_token_has_one() -> None:
    assert CONFIG.tokens["desk"].life == 3600


def test_it_shows_what_the_command_says() -> None:
    said = json.dumps({"arg": ARGUMENT, "data": [[*ROW[:5], "x", "1"]]}).encode()
    lines = list[str]()
    with pytest.raises(UnreadError) as raised:
        for line in message_read(feed("rows"), said):
            lines.append(line)
    *shown, last = SECTION.partition("input:\n\n```\n")[2].partition("```")[0].splitlines()
    assert shown == lines
    assert f"tradex-tui: {raised.value.message}".startswith(last.removesuffix("..."))
