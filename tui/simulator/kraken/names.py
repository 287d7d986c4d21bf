"""How Kraken spells a market: four ways at once."""

from __future__ import annotations

from dataclasses import dataclass

from tui.simulator.catalogue import Listing

_LEGACY = {"BTC": "XBT", "DOGE": "XDG"}
# The oldest assets have a letter for their class inside Kraken: X for coins, Z for money.
_COINS = ("ETC", "ETH", "LTC", "XBT", "XDG", "XLM", "XMR", "XRP", "ZEC")
_MONEY = ("AUD", "CAD", "EUR", "GBP", "JPY", "USD")
_CLASSED = {**{name: f"X{name}" for name in _COINS}, **{name: f"Z{name}" for name in _MONEY}}
# AssetPairs has the altname for most pairs, and for these though both of their assets are old.
_PLAIN = {"AUDUSD", "EURGBP", "EURJPY", "XDGEUR", "XDGUSD"}


@dataclass(frozen=True, slots=True)
class Pair:
    """A market and its legacy base and quote."""

    listing: Listing
    old_base: str
    old_quote: str

    @property
    def name(self) -> str:
        """`BTC/USD`: WebSocket v2, and our ledger."""
        return f"{self.listing.base}/{self.listing.quote}"

    @property
    def wsname(self) -> str:
        """`XBT/USD`: WebSocket v1."""
        return f"{self.old_base}/{self.old_quote}"

    @property
    def altname(self) -> str:
        """`XBTUSD`: what people ask REST for."""
        return self.old_base + self.old_quote

    @property
    def key(self) -> str:
        """`XXBTZUSD`: what REST answers with."""
        if self.altname == "USDTUSD":
            return "USDTZUSD"
        old = {self.old_base, self.old_quote} <= _CLASSED.keys() and self.altname not in _PLAIN
        return self.base + self.quote if old else self.altname

    @property
    def rest_names(self) -> tuple[str, ...]:
        """By which REST may be asked for it."""
        return self.wsname, self.altname, self.key

    @property
    def base(self) -> str:
        """`XXBT`: the asset inside Kraken."""
        return _CLASSED.get(self.old_base, self.old_base)

    @property
    def quote(self) -> str:
        return _CLASSED.get(self.old_quote, self.old_quote)


def pair_of(listing: Listing) -> Pair:
    old_base, old_quote = (_LEGACY.get(name, name) for name in (listing.base, listing.quote))
    return Pair(listing, old_base, old_quote)
