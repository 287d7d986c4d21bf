"""How Kraken names assets and lengths of candles, on its wires and among people.

The older wires (WebSocket v1, REST) say XBT and XDG where the newer one, and everybody else, says
BTC and DOGE. In this program every name is a modern one.
"""

from __future__ import annotations

from types import MappingProxyType

from tui.market.interval import MINUTE, Interval

_MODERN = {"XBT": "BTC", "XDG": "DOGE"}
_LEGACY = {ours: theirs for theirs, ours in _MODERN.items()}
# Kraken's grid of weeks may well be another than ours, which opens on Mondays: nothing here
# computes an open time, they are all taken from what Kraken sends.
_ALL = map(Interval.parse, ["1m", "5m", "15m", "30m", "1h", "4h", "1d", "1w", "15d"])
BY_MINUTES = MappingProxyType({interval.milliseconds // MINUTE: interval for interval in _ALL})
WIRE_INTERVALS = MappingProxyType({i: str(minutes) for minutes, i in BY_MINUTES.items()})


def modern(name: str) -> str:
    """`XBT/USD` and `BTC/USD` as `BTC/USD`, on both sides of the slash."""
    return "/".join(_MODERN.get(asset, asset) for asset in name.split("/"))


def legacy(name: str) -> str:
    """`BTC/USD` as `XBT/USD`, on both sides of the slash."""
    return "/".join(_LEGACY.get(asset, asset) for asset in name.split("/"))


def altname(name: str) -> str:
    """The name for requests: `XBTUSD` for `BTC/USD`."""
    return legacy(name).replace("/", "")


def typed(name: str) -> str:
    """A name as a person types it.

    An altname, without a slash, cannot be split for sure. It gets modern assets only so that the
    nearest name is the right one.
    """
    name = name.upper()
    return modern(name) if "/" in name else name.replace("XBT", "BTC").replace("XDG", "DOGE")
