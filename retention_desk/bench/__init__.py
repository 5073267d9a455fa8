"""The benchmark: its own database, filled at a stated scale, measured beside the rulers in one run. Never a test."""
