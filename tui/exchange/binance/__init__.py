"""Binance spot, Binance.US and its market-data hosts."""

from tui.exchange.binance.exchange import OPTIONS, create

__all__ = ["OPTIONS", "create"]
