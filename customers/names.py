"""Names as look-up compares them, and the dictionary that forgives one wrong letter."""

from collections.abc import Collection
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections

# The same letters as the SQL function `desk_fold`; a test holds the two together.
_FROM = "àáâãäåāăąçćčďđèéêëēėęěğìíîïīįıłľñńňòóôõöøōőŕřśšşșťțùúûüūůűųýÿźžż'’-"
_TO = "aaaaaaaaacccddeeeeeeeegiiiiiiillnnnoooooooorrssssttuuuuuuuuyyzzz   "
_LETTERS = str.maketrans(_FROM, _TO) | str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "þ": "th"})

# Shorter names are as quickly typed again, and of longer ones nobody types the end.
SHORTEST, LONGEST = 4, 40


def fold(words: str) -> str:
    """Lower case without the usual diacritics: `Müller` is `muller`, `O'Neil` is `o neil`."""
    # Python alone keeps a dot of its own beside a small Turkish i.
    return words.replace("İ", "i").lower().translate(_LETTERS)


def deletions(word: str) -> list[str]:
    """The word itself and every form of it with one letter left out."""
    return [word, *dict.fromkeys(word[:place] + word[place + 1 :] for place in range(len(word)))]


def remember_names(family_keys: Collection[str]) -> int:
    """Add family names (folded, as in `Customer.family_key`) to the dictionary; answers how many rows were new."""
    with connection.cursor() as cursor:
        cursor.execute(_REMEMBER.format(source="SELECT unnest(%(keys)s::text[])"), _bounds({"keys": list(family_keys)}))
        return int(cursor.rowcount)


def remember_all_names(*, using: str = DEFAULT_DB_ALIAS) -> int:
    """Add the family names of every customer; for a bulk of them that came in by file."""
    source = "SELECT DISTINCT family_key FROM customers_customer WHERE family_name <> ''"
    with connections[using].cursor() as cursor:
        cursor.execute(_REMEMBER.format(source=source), _bounds({}))
        return int(cursor.rowcount)


def _bounds(parameters: dict[str, Any]) -> dict[str, Any]:
    return parameters | {"shortest": SHORTEST, "longest": LONGEST}


# In order, so that two who add the same names wait for each other instead of locking up, and so that the same
# customers give the same rows.
_REMEMBER = """
INSERT INTO customers_familynamedeletion (deletion, family_key)
SELECT DISTINCT d.deletion, n.key
FROM (SELECT DISTINCT s.key FROM ({source}) AS s(key) WHERE length(s.key) BETWEEN %(shortest)s AND %(longest)s) n
CROSS JOIN LATERAL (
    SELECT n.key AS deletion
    UNION SELECT overlay(n.key PLACING '' FROM place FOR 1) FROM generate_series(1, length(n.key)) place
) d
ORDER BY 1, 2
ON CONFLICT DO NOTHING
"""
