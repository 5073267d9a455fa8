"""Finding the customer who calls, opening the call, and keeping their contact data right."""
