"""What is an agent's own: calls to take over and to ring back, the calls of the last days, and their limits."""
