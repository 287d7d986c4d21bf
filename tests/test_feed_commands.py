"""Commands that make up the difference between what is wanted and what is held."""

from __future__ import annotations

import json
from dataclasses import replace
from math import inf

import pytest

from tui.exchange import load_exchange
from tui.feed import commands
from tui.feed.link import Link
from tui.market.interval import Interval
from tui.market.symbol import Subscription, Symbol

BTC = Symbol("binance", "BTCUSDT")
MINUTE = Subscription(BTC, Interval.parse("1m"))
HOUR = Subscription(BTC, Interval.parse("1h"))
NEEDED = {"btcusdt@kline_1h", "btcusdt@miniTicker", "btcusdt@aggTrade"}


def streams_after(link: Link) -> set[str]:
    """What the exchange streams when all queued commands went out in order."""
    now = 0.0
    streams = {"btcusdt@kline_1m", "btcusdt@miniTicker", "btcusdt@aggTrade"}
    while any(p.deadline == inf for p in link.pending):
        now += 1.0
        link, sent = commands.send_next(link, now, load_exchange("binance"))
        command = json.loads(sent.command.text if sent else "{}")
        names = set(command["params"])
        streams = streams | names if command["method"] == "SUBSCRIBE" else streams - names
    return streams


@pytest.mark.parametrize("order", ["at once", "add first", "drop first"])
def test_the_new_interval_keeps_the_streams_it_shares_with_the_old(order: str) -> None:
    exchange = load_exchange("binance")
    held = frozenset({MINUTE})
    link = Link(wanted=held, held=held)
    steps = {
        "at once": [{HOUR}],
        "add first": [{MINUTE, HOUR}, {HOUR}],
        "drop first": [set(), {HOUR}],
    }
    for wanted in steps[order]:
        link = commands.difference(replace(link, wanted=frozenset(wanted)), exchange, 256)
    assert streams_after(link) >= NEEDED
