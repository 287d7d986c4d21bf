"""tradex-tui: a live multi-symbol market monitor for the terminal."""
