"""The assets of the simulated exchanges, best known first, and what they are traded against."""

from __future__ import annotations

from collections.abc import Iterator
from math import floor, log10, sqrt
from typing import NamedTuple


class Pair(NamedTuple):
    """A market in numbers; the fields are those of `catalogue.Listing`."""

    base: str
    quote: str
    price: float
    price_digits: int
    volume_digits: int
    daily_move: float
    rate: float
    order: float


class _Quote(NamedTuple):
    """Something to pay with: its price in USD, and how lively its first `assets` markets are."""

    name: str
    price: float
    assets: int
    liveliness: float


class _Asset(NamedTuple):
    """Its price in USD, the deviation of a day's log return, prints per second against USDT."""

    name: str
    price: float
    daily_move: float
    rate: float


_QUOTES = (
    _Quote("USDT", 1.0, 1000, 1.0),
    _Quote("USD", 1.0, 1000, 0.8),
    _Quote("EUR", 1.16, 60, 0.25),
    _Quote("USDC", 1.0, 45, 0.3),
    _Quote("BTC", 97_000.0, 45, 0.12),
)

_CHEAPEST = 1.5e-6  # in quote: eight decimals say no more of a price below

_ASSETS = """
BTC 97000 .022 5.0, ETH 3600 .030 4.0, SOL 190 .040 3.0, XRP 2.4 .036 2.2, DOGE .18 .045 1.6
ADA .62 .042 1.2, BNB 880 .026 1.8, LINK 16 .042 .8, LTC 98 .036 .7, AVAX 21 .045 .8
BCH 510 .038 .5, XLM .31 .042 .5, DOT 3.1 .044 .6, UNI 6.2 .050 .5, AAVE 220 .050 .5
TRX .29 .024 .8, ATOM 3.2 .042 .4, NEAR 2.3 .050 .5, ETC 17 .040 .3, ALGO .18 .044 .2
FIL 1.9 .048 .3, ICP 5.1 .050 .3, APT 3.4 .050 .4, HBAR .19 .048 .5, SUI 2.6 .052 1.2
ARB .28 .052 .4, OP .42 .054 .4, INJ 8.4 .055 .3, TAO 390 .056 .3, ZEC 420 .060 .8
XMR 330 .034 .5, DASH 62 .060 .15, XTZ .6 .042 .06, KSM 10.4 .046 .03, GRT .060 .050 .08
MKR 1500 .040 .05, COMP 38 .048 .05, YFI 4700 .045 .02, SNX .95 .060 .05, CRV .48 .056 .2
LDO .85 .056 .2, RENDER 2.5 .055 .2, FET .27 .060 .3, TIA 1.1 .058 .2, SEI .18 .054 .2
PAXG 4100 .011 .3, QNT 82 .040 .08, AXS 1.2 .050 .06, SAND .21 .050 .12, MANA .23 .048 .1
ENJ .042 .052 .04, CHZ .032 .046 .1, BAT .16 .046 .05, ZRX .18 .050 .03, KNC .32 .048 .02
LRC .060 .055 .03, STORJ .17 .055 .03, ANKR .0094 .052 .03, SUSHI .48 .055 .06, BAL .72 .052 .01
UMA .95 .055 .02, API3 .60 .060 .03, BAND .46 .052 .02, RLC .95 .055 .02, OXT .041 .050 .01
NMR 11.5 .055 .02, CTSI .048 .055 .02, SKL .016 .055 .03, CVX 2.6 .055 .03, FXS 1.4 .055 .02
RPL 3.6 .055 .02, ENS 14.5 .050 .15, IMX .40 .055 .15, APE .39 .060 .1, GALA .0094 .055 .2
FLOW .27 .048 .05, MINA .11 .052 .05, ROSE .019 .055 .06, CELO .21 .052 .03, KAVA .16 .045 .03
EGLD 9.5 .046 .05, THETA .52 .048 .08, VET .017 .044 .1, ZIL .0082 .046 .02, ONE .0061 .050 .012
RVN .0094 .050 .02, IOTA .14 .048 .06, NEO 4.9 .044 .05, QTUM 1.7 .046 .03, ICX .095 .048 .02
WAXP .014 .050 .01, LSK .27 .055 .01, SC .0022 .050 .02, DGB .0068 .050 .01, HOT .00068 .050 .02
STX .42 .055 .1, RUNE .92 .055 .1, DYDX .31 .058 .08, GMX 10.8 .052 .02, BLUR .046 .060 .04
PYTH .088 .060 .1, JUP .24 .058 .15, JTO .62 .060 .06, W .058 .060 .05, ENA .31 .060 .6
ETHFI 1.0 .060 .1, EIGEN .92 .060 .1, STRK .12 .060 .15, ZRO 1.5 .060 .08, ZK .041 .060 .1
ONDO .62 .052 .3, PENDLE 2.9 .056 .15, WLD .78 .060 .3, ARKM .31 .060 .06, AR 4.6 .055 .06
PEPE .0000072 .060 1.1, SHIB .0000098 .046 .7, BONK .0000148 .060 .5, WIF .52 .060 .4
FLOKI .000068 .060 .3, TRUMP 6.8 .055 .4, PENGU .018 .060 .4, POPCAT .14 .060 .06
TURBO .0026 .060 .05, SPELL .00034 .058 .03, VIRTUAL 1.2 .060 .3, KAITO .92 .060 .08, OG 4 .05 .02
S .16 .058 .15, POL .18 .046 .2, BERA 1.5 .060 .06, IP 3.6 .060 .06, LAYER .24 .060 .03
RED .34 .060 .02, KMNO .058 .060 .02, AIXBT .060 .060 .08, COW .25 .060 .03, ACX .048 .060 .02
METIS 8.4 .060 .01, ALT .018 .060 .03, MANTA .12 .060 .03, DYM .11 .060 .02, SAGA .088 .060 .02
TNSR .11 .060 .02, SAFE .22 .055 .02, IO .21 .060 .03, NOT .00092 .060 .05, DOGS .000058 .060 .03
HMSTR .00034 .060 .02, CATI .060 .065 .01, OM .092 .060 .05, AKT .62 .058 .02, SUPER .28 .060 .02
CETUS .042 .060 .02, XAI .026 .060 .02, PIXEL .016 .060 .02, PORTAL .026 .060 .01, AEVO .06 .06 .02
"""


def pairs() -> Iterator[Pair]:
    """Every asset against every quote that it is traded against, by order of the quotes."""
    for quote in _QUOTES:
        for asset in list(_assets())[: quote.assets]:
            price = asset.price / quote.price
            if asset.name != quote.name and price > _CHEAPEST:
                yield _pair(asset, quote, price)


def _assets() -> Iterator[_Asset]:
    for row in _ASSETS.strip().replace("\n", ",").split(","):
        name, price, move, rate = row.split()
        yield _Asset(name, float(price), float(move), float(rate))


def _pair(asset: _Asset, quote: _Quote, price: float) -> Pair:
    """Four significant digits or more; a print costs a few hundred dollars where much is traded."""
    rate = asset.rate * quote.liveliness
    price_digits = min(8, max(2, 4 - floor(log10(price))))
    volume_digits = min(8, max(0, 2 + floor(log10(asset.price))))
    order = (60 + 500 * sqrt(rate)) / quote.price
    return Pair(
        *(asset.name, quote.name, price, price_digits, volume_digits),
        *(asset.daily_move, max(rate, 0.002), order),
    )
