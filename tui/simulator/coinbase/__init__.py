"""Coinbase Exchange's protocol."""
