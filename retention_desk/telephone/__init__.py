"""The telephone's way in: an API, signed webhooks in several shapes, and the call on the agent's screen."""
