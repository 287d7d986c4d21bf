"""Facts about markets: no I/O, no clock, standard library only."""
