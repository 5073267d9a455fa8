"""The outcome log: every closed call as a line, and each one as a record that only grows."""
