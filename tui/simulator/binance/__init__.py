"""Binance spot's protocol."""
