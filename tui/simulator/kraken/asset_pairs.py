"""Kraken's table of markets: `GET /0/public/AssetPairs`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tui.simulator.catalogue import Listing
from tui.simulator.kraken.names import Pair, pair_of
from tui.simulator.kraken.numbers import exact, price

Row = dict[str, Any]

_STATUSES = {"TRADING": "online", "BREAK": "cancel_only", "HALT": "reduce_only"}
_DARK = ("XXBTZUSD", "XXBTZEUR", "XETHZUSD")  # those that are traded unseen, too


def asset_pairs(listings: Iterable[Listing], modern: bool) -> dict[str, Row]:
    """By the names inside Kraken, or by those that are shown (`BTC/USD`) when `modern`."""
    table: dict[str, Row] = {}
    for pair in map(pair_of, listings):
        key = pair.name if modern else pair.key
        table[key] = _row(pair)
        if pair.key in _DARK:
            table[f"{key}.d"] = _dark(table[key])
    return table


def _row(pair: Pair) -> Row:
    listing = pair.listing
    least = 10 ** max(0, listing.volume_digits - 1)
    return {
        "altname": pair.altname,
        "wsname": pair.wsname,
        "aclass_base": "currency",
        "base": pair.base,
        "aclass_quote": "currency",
        "quote": pair.quote,
        "lot": "unit",
        "cost_decimals": listing.price_digits,
        "pair_decimals": listing.price_digits,
        "lot_decimals": 8,
        "lot_multiplier": 1,
        "leverage_buy": [2, 3],
        "leverage_sell": [2, 3],
        "fees": [[0, 0.4], [10000, 0.35]],
        "fees_maker": [[0, 0.25], [10000, 0.2]],
        "fee_volume_currency": "ZUSD",
        "margin_call": 80,
        "margin_stop": 40,
        "ordermin": str(exact(least, listing.volume_digits, listing.volume_digits)),
        "tick_size": str(price(listing, 1)),
        "status": _STATUSES[listing.status],
    }


def _dark(row: Row) -> Row:
    """Dark pools have no name on the WebSocket."""
    kept = {name: value for name, value in row.items() if name != "wsname"}
    return {**kept, "altname": f"{row['altname']}.d"}
