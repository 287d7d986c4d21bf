"""Binance spot's words on the wire: frames, rows and error bodies. Pure functions.

After `binance/binance-spot-api-docs`: web-socket-streams.md, rest-api.md, errors.md.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from tui.market.interval import Interval
from tui.simulator.amounts import decimal, price, volume
from tui.simulator.bar import Bar, Print
from tui.simulator.catalogue import Listing
from tui.simulator.depth import Level
from tui.simulator.frame import encode
from tui.simulator.limits import Limits

Body = dict[str, Any]

INTERVALS = {
    text: Interval.parse(text)
    for text in (
        *("1s", "1m", "3m", "5m", "15m", "30m", "1h", "2h"),
        *("4h", "6h", "8h", "12h", "1d", "3d", "1w", "1M"),
    )
}
_DIGITS = 8


class ApiError(Exception):
    """A request that is answered with HTTP 400 and a code."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.body: Body = {"code": code, "msg": text}


def quote_volume(listing: Listing, bar: Bar, lots: int) -> str:
    """Lots at the bar's typical price: a pure function of the bar, close to the exact sum."""
    typical = (bar.high + bar.low + 2 * bar.close) * lots // 4
    digits = listing.price_digits + listing.volume_digits
    excess = max(0, digits - _DIGITS)
    return decimal(typical // 10**excess, digits - excess)


def bought(bar: Bar) -> int:
    """Lots whose aggressor bought: more than half when the price rose. An estimate, as above."""
    span = max(1, bar.high - bar.low)
    return bar.lots * (2 * span + bar.close - bar.open) // (4 * span)


def kline_event(
    listing: Listing, interval: Interval, open_time: int, bar: Bar, now: int, closed: bool
) -> str:
    """`<symbol>@kline_<interval>`: the candle's whole state."""
    taker = bought(bar)
    kline = {
        "t": open_time,
        "T": interval.after(open_time) - 1,
        "s": listing.name,
        "i": str(interval),
        "f": bar.first_trade,
        "L": bar.last_trade,
        "o": price(listing, bar.open),
        "c": price(listing, bar.close),
        "h": price(listing, bar.high),
        "l": price(listing, bar.low),
        "v": volume(listing, bar.lots),
        "n": bar.trades,
        "x": closed,
        "q": quote_volume(listing, bar, bar.lots),
        "V": volume(listing, taker),
        "Q": quote_volume(listing, bar, taker),
        "B": "0",
    }
    return encode({"e": "kline", "E": now, "s": listing.name, "k": kline})


def revised(payload: str, after: int) -> tuple[str, str]:
    """A kline event with a higher high and more volume, and the true one sent `after` ms later."""
    wrong: Body = json.loads(payload)
    kline = wrong["k"]
    kline["h"] = f"{float(kline['h']) * 1.01:.8f}"
    kline["v"] = f"{float(kline['v']) * 2 + 1:.8f}"
    again: Body = json.loads(payload)
    again["E"] += after
    return encode(wrong), encode(again)


def book(listing: Listing, update_id: int, bids: list[Level], asks: list[Level]) -> Body:
    """`GET /api/v3/depth`."""
    return {
        "lastUpdateId": update_id,
        "bids": [[price(listing, each.ticks), volume(listing, each.lots)] for each in bids],
        "asks": [[price(listing, each.ticks), volume(listing, each.lots)] for each in asks],
    }


def kline_row(listing: Listing, interval: Interval, open_time: int, bar: Bar) -> list[int | str]:
    """One row of `GET /api/v3/klines`."""
    taker = bought(bar)
    return [
        open_time,
        price(listing, bar.open),
        price(listing, bar.high),
        price(listing, bar.low),
        price(listing, bar.close),
        volume(listing, bar.lots),
        interval.after(open_time) - 1,
        quote_volume(listing, bar, bar.lots),
        bar.trades,
        volume(listing, taker),
        quote_volume(listing, bar, taker),
        "0",
    ]


def agg_trade(listing: Listing, trade: Print) -> Body:
    """One row of `GET /api/v3/aggTrades`."""
    return {
        "a": trade.id,
        "p": price(listing, trade.price),
        "q": volume(listing, trade.lots),
        "f": trade.first_trade,
        "l": trade.last_trade,
        "T": trade.time,
        "m": trade.seller_aggressed,
        "M": True,
    }


def agg_trade_event(listing: Listing, trade: Print, now: int) -> str:
    return encode({"e": "aggTrade", "E": now, "s": listing.name, **agg_trade(listing, trade)})


def mini_ticker_event(listing: Listing, day: Bar, now: int) -> str:
    return encode(
        {
            "e": "24hrMiniTicker",
            "E": now,
            "s": listing.name,
            "c": price(listing, day.close),
            "o": price(listing, day.open),
            "h": price(listing, day.high),
            "l": price(listing, day.low),
            "v": volume(listing, day.lots),
            "q": quote_volume(listing, day, day.lots),
        }
    )


def exchange_info(listings: Iterable[Listing], limits: Limits, now: int) -> Body:
    rates = (
        ("REQUEST_WEIGHT", "MINUTE", 1, limits.request_weight_per_minute),
        ("RAW_REQUESTS", "MINUTE", 5, 61_000),
    )
    return {
        "timezone": "UTC",
        "serverTime": now,
        "rateLimits": [
            {"rateLimitType": kind, "interval": unit, "intervalNum": count, "limit": limit}
            for kind, unit, count, limit in rates
        ],
        "exchangeFilters": [],
        "symbols": [_symbol_info(listing) for listing in listings],
    }


def _symbol_info(listing: Listing) -> Body:
    tick, step = decimal(1, listing.price_digits), decimal(1, listing.volume_digits)
    return {
        "symbol": listing.name,
        "status": listing.status,
        "baseAsset": listing.base,
        "baseAssetPrecision": _DIGITS,
        "quoteAsset": listing.quote,
        "quotePrecision": _DIGITS,
        "quoteAssetPrecision": _DIGITS,
        "orderTypes": ["LIMIT", "LIMIT_MAKER", "MARKET", "STOP_LOSS_LIMIT", "TAKE_PROFIT_LIMIT"],
        "icebergAllowed": True,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": [
            {
                "filterType": "PRICE_FILTER",
                "minPrice": tick,
                "maxPrice": "1000000.00000000",
                "tickSize": tick,
            },
            {
                "filterType": "LOT_SIZE",
                "minQty": step,
                "maxQty": "9000000000.00000000",
                "stepSize": step,
            },
        ],
        "permissions": ["SPOT"],
    }
