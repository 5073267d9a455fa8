"""A person's own settings: language, theme, density, single keys."""
