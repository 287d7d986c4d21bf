"""The markets that the simulated exchanges list, each its own part of them."""

from __future__ import annotations

from dataclasses import dataclass

from tui.simulator.assets import pairs

_HALTED_AT = 1_780_272_000_000  # 2026-06-01


@dataclass(frozen=True, slots=True)
class Listing:
    """A market and its character.

    `price` is what its price comes back to, in quote; prices have `price_digits` decimals and
    volumes `volume_digits`. `daily_move` is the deviation of a day's log return, `rate` prints
    per second over the long run, `order` the mean size of a print in quote. Markets that do not
    trade have a `status` other than TRADING and end at `until` (ms UTC).
    """

    base: str
    quote: str
    price: float
    price_digits: int
    volume_digits: int
    daily_move: float
    rate: float
    order: float
    status: str = "TRADING"
    until: int | None = None

    @property
    def name(self) -> str:
        return self.base + self.quote

    @property
    def base_ticks(self) -> int:
        return round(self.price * 10.0**self.price_digits)

    @property
    def lots_a_print(self) -> int:
        return max(2, round(self.order / self.price * 10.0**self.volume_digits))


_TABLE = """
BTC   USDT 97000     2 5 0.022 5.0   1500
ETH   USDT 3600      2 4 0.030 4.0   1100
SOL   USDT 190       2 3 0.040 3.0   600
BNB   USDT 880       2 3 0.026 1.8   500
XRP   USDT 2.4       4 1 0.036 2.2   450
DOGE  USDT 0.18      5 0 0.045 1.6   380
ADA   USDT 0.62      4 1 0.042 1.2   300
TRX   USDT 0.29      4 1 0.024 0.8   280
AVAX  USDT 21        2 2 0.045 0.8   260
LINK  USDT 16        2 2 0.042 0.8   280
DOT   USDT 3.1       3 2 0.044 0.6   200
LTC   USDT 98        2 3 0.036 0.7   260
BCH   USDT 510       1 3 0.038 0.5   280
UNI   USDT 6.2       3 2 0.050 0.5   210
ATOM  USDT 3.2       3 2 0.042 0.4   160
NEAR  USDT 2.3       3 1 0.050 0.5   180
APT   USDT 3.4       3 2 0.050 0.4   170
ARB   USDT 0.28      4 1 0.052 0.4   160
OP    USDT 0.42      3 2 0.054 0.4   150
SUI   USDT 2.6       4 1 0.052 1.2   320
FIL   USDT 1.9       3 2 0.048 0.3   140
ICP   USDT 5.1       3 2 0.050 0.3   150
ETC   USDT 17        2 2 0.040 0.3   170
XLM   USDT 0.31      4 0 0.042 0.5   200
HBAR  USDT 0.19      5 0 0.048 0.5   190
AAVE  USDT 220       2 3 0.050 0.5   270
INJ   USDT 8.4       3 2 0.055 0.3   150
RENDER USDT 2.5      3 2 0.055 0.2   140
FET   USDT 0.27      4 1 0.060 0.3   140
TAO   USDT 390       1 4 0.056 0.3   260
PEPE  USDT 0.0000072 8 0 0.062 1.1   260
SHIB  USDT 0.0000098 8 0 0.046 0.7   220
WIF   USDT 0.52      3 2 0.068 0.4   150
BONK  USDT 0.0000148 8 0 0.064 0.5   160
FLOKI USDT 0.000068  8 0 0.060 0.3   130
TON   USDT 2.1       3 2 0.040 0.3   170
SEI   USDT 0.18      4 1 0.054 0.2   130
TIA   USDT 1.1       4 2 0.058 0.2   130
LDO   USDT 0.85      4 2 0.056 0.2   130
CRV   USDT 0.48      3 1 0.056 0.2   130
ALGO  USDT 0.18      4 0 0.044 0.2   120
VET   USDT 0.017     5 1 0.044 0.2   110
THETA USDT 0.52      3 1 0.048 0.08  90
XTZ   USDT 0.6       3 1 0.042 0.06  90
DASH  USDT 62        2 3 0.060 0.15  140
ZEC   USDT 420       2 3 0.065 0.8   300
EGLD  USDT 9.5       2 2 0.046 0.05  90
KSM   USDT 10.4      2 3 0.046 0.03  80
RVN   USDT 0.0094    5 1 0.050 0.02  70
ZIL   USDT 0.0082    5 1 0.046 0.02  70
ONE   USDT 0.0061    5 1 0.050 0.012 60
USDC  USDT 1.0       4 0 0.0004 1.5  1800
EUR   USDT 1.16      4 1 0.004 0.5   500
BTC   USDC 97000     2 5 0.022 1.5   900
BTC   EUR  84000     2 5 0.022 0.4   500
ETH   EUR  3100      2 4 0.030 0.3   350
SOL   EUR  164       2 3 0.040 0.1   200
XRP   EUR  2.07      4 1 0.036 0.15  180
ETH   BTC  0.037     5 4 0.018 0.6   0.02
BNB   BTC  0.0091    6 3 0.018 0.15  0.008
SOL   BTC  0.00196   7 3 0.026 0.12  0.006
LTC   BTC  0.00101   6 3 0.024 0.03  0.004
XMR   BTC  0.0034    6 3 0.024 0.006 0.004
DOT   BTC  0.000032  8 2 0.030 0.004 0.003
EUR   USD  1.16      5 0 0.004 1.2   9000
GBP   USD  1.33      5 0 0.005 1.0   8000
AUD   USD  0.66      5 0 0.006 0.6   6000
NZD   USD  0.58      5 0 0.006 0.3   4000
USD   JPY  155       3 0 0.006 1.1   900000
USD   CHF  0.80      5 0 0.005 0.5   6000
USD   CAD  1.39      5 0 0.004 0.5   6000
EUR   GBP  0.87      5 0 0.004 0.4   5000
EUR   JPY  180       3 0 0.006 0.4   700000
USDT  USD  1.0       5 2 0.0004 1.5  1800
USDT  EUR  0.86      5 2 0.004 0.5   900
"""
_STOPPED = (
    Listing("LOOM", "USD", 0.02, 5, 1, 0.06, 0.1, 90, "BREAK", _HALTED_AT),
    Listing("XMR", "USDT", 330.0, 2, 3, 0.034, 0.5, 250, "BREAK", _HALTED_AT),
    Listing("WAVES", "USDT", 1.1, 4, 2, 0.05, 0.2, 120, "BREAK", _HALTED_AT),
    Listing("LUNC", "USDT", 0.00006, 8, 0, 0.05, 0.2, 120, "HALT", _HALTED_AT),
)


def _read(line: str) -> Listing:
    base, quote, price, digits, volume, move, rate, order = line.split()
    return Listing(
        base, quote, float(price), int(digits), int(volume), float(move), float(rate), float(order)
    )


def _all() -> dict[str, Listing]:
    """By name; the first to name a market says what it is like."""
    written = [*map(_read, _TABLE.strip().splitlines()), *_STOPPED]
    derived = (Listing(*pair) for pair in pairs())
    listings: dict[str, Listing] = {}
    for listing in (*written, *derived):
        listings.setdefault(listing.name, listing)
    return listings


MONEY = frozenset({"USD", "EUR", "GBP", "JPY", "CHF", "CAD", "AUD", "NZD"})
CATALOGUE = _all()
