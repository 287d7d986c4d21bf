"""What stands between a person and live prices: network, exchanges, the terminal, files."""
