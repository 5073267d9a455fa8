"""Text for generated SQL: quoting only. Whatever comes from a mapping or a header passes through here."""

from collections.abc import Iterable


def quoted(text: str) -> str:
    """A string literal. NUL cannot be in one and is left out."""
    body = text.replace("\0", "").replace("'", "''")
    return f"E'{body.replace(chr(92), chr(92) * 2)}'" if "\\" in body else f"'{body}'"


def any_of(words: Iterable[str]) -> str:
    """A list for IN; an empty one matches nothing."""
    return "(" + (", ".join(quoted(word) for word in words) or "NULL") + ")"
