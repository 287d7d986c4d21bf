"""Coinbase Exchange."""

from tui.exchange.coinbase.exchange import create

__all__ = ["create"]
