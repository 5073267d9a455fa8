"""The supervisor's desk: the queue, one request in full, the budgets, the floor, and calls that were left behind."""
