"""The terminal that the monitor runs in: what it must be, how it is written to, how it is left."""
