"""What people typed as the reason of an act: kept beside the audit, proved by it, and erased without breaking it.

`audit.append(words=...)` keeps them; the event's reason is then `typed:` and a commitment, which tells nothing without
the salt that lies with the words.
"""

import hashlib
import hmac

from django.db import connection, connections

from customers.models import Remark

PREFIX = "typed:"
_KEPT_BYTES = 16


def keep(words: str, *, using: str = "default") -> str:
    """Keep what somebody typed; answers the reason for its event. For those who write their events themselves."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT audit_words(%s)", [words])
        return str(cursor.fetchone()[0])


def stands(*, reason: str, words: str) -> bool:
    """Whether an event's reason was committed to with these words; never, once they are erased."""
    kept = Remark.objects.filter(pk=reason).first()
    if kept is None:
        return False
    digest = hashlib.sha256(bytes(kept.salt) + words.encode()).digest()[:_KEPT_BYTES]
    return hmac.compare_digest(PREFIX + digest.hex(), reason)


def erase(*, event_id: int, by: int | None, role: str) -> bool:
    """Erase what was typed with an event, and record that; False where nothing was typed or it is erased already."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT erase_words(%s, %s, %s)", [event_id, by, role])
        row = cursor.fetchone()
    return bool(row and row[0])
