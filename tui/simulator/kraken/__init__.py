"""Kraken's protocols."""
