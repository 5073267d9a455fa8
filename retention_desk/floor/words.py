"""Codes of the supervisor's desk; their words are in `templates/_parts/decline_reason.html`."""

DECLINE_REASONS = ("TOO_COSTLY", "NOT_NEEDED", "OTHER_OFFER", "BUDGET")
"""Why a request is declined, in the order of the keys 1 to 4."""
