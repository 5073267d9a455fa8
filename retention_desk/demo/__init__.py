"""A believable company for an empty desk: a year of its calls, and the truth behind them written down in `planted`."""
