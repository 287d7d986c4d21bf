"""Kraken spot, over its WebSocket v2 or v1."""

from tui.exchange.kraken.exchange import OPTIONS, create

__all__ = ["OPTIONS", "create"]
