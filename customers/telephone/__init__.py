"""Calls that come in by themselves: what a telephone system tells, where a call stands by it, and who gets it."""
