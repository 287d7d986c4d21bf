"""Another exchange's spelling of a symbol leads to this exchange's own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tui.market.nearest import nearest_symbols
from tui.market.symbol import Symbol, SymbolInfo

ASSETS = ("BTC", "ETH", "DOGE", "BAT", "BCH", "LTC")
QUOTES = ("EUR", "USDC", "USDT", "USD", "BTC")
DELISTED = ("BTC", "USDC")


def listed(separator: str, *untraded: tuple[str, str]) -> list[SymbolInfo]:
    """Every asset in every quote, the same for each exchange but for its way to write them."""
    return [
        SymbolInfo(
            Symbol("any", f"{base}{separator}{quote}"), base, quote, 2, 8,
            trading=(base, quote) not in untraded,
        )
        for base in ASSETS
        for quote in QUOTES
        if base != quote
    ]  # fmt: skip


COINBASE, KRAKEN = listed("-", DELISTED), listed("/")
BINANCE = [info for info in listed("") if info.quote != "USD"]


@pytest.mark.parametrize(
    ("typed", "known", "first"),
    [
        ("BTCUSDT", COINBASE, ["BTC-USDT", "BTC-USD"]),
        ("btcusdt", COINBASE, ["BTC-USDT", "BTC-USD"]),
        ("BTC/USD", COINBASE, ["BTC-USD", "BTC-USDT"]),
        ("BTC-USDC", COINBASE, ["BTC-USD", "BTC-USDT"]),
        ("BTCUSD", KRAKEN, ["BTC/USD", "BTC/USDT", "BTC/USDC"]),
        ("XBTUSD", KRAKEN, ["BTC/USD", "BTC/USDT", "BTC/USDC"]),
        ("xdg/usd", KRAKEN, ["DOGE/USD", "DOGE/USDT", "DOGE/USDC"]),
        ("ETHXBT", KRAKEN, ["ETH/BTC"]),
        ("BTC-USD", BINANCE, ["BTCUSDT", "BTCUSDC"]),
        ("eth_eur", BINANCE, ["ETHEUR"]),
    ],
)
def test_another_exchange_s_spelling_leads_to_this_one_s(
    typed: str, known: list[SymbolInfo], first: list[str]
) -> None:
    found = nearest_symbols(typed, known)
    assert found[: len(first)] == first
    assert len(found) <= 3


def test_what_is_mistyped_leads_to_what_looks_like_it() -> None:
    assert "BTC-USDT" in nearest_symbols("BTC-USTD", COINBASE)
    assert nearest_symbols("DOGUSD", KRAKEN)[0] == "DOGE/USD"
    assert nearest_symbols("zzz", KRAKEN) == []
    assert nearest_symbols("BTCUSD", []) == []


@given(typed=st.text(max_size=12) | st.sampled_from([i.symbol.name for i in KRAKEN]))
def test_only_traded_symbols_are_named_and_each_once(typed: str) -> None:
    found = nearest_symbols(typed, COINBASE)
    assert len(found) == len(set(found)) <= 3
    assert set(found) <= {info.symbol.name for info in COINBASE if info.trading}


def test_every_name_in_any_exchange_s_spelling_leads_to_itself_first() -> None:
    for mine, yours in zip(listed("/"), listed("-"), strict=True):
        assert nearest_symbols(yours.symbol.name.lower(), KRAKEN)[0] == mine.symbol.name
