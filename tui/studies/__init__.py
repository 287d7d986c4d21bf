"""Studies of a series: indicators that follow its candles, computed by talipp."""
