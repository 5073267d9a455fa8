"""The one-time link of the first run: signed, good for a day, and void as soon as anybody may sign in.

Nothing is stored. Whoever can run a command on the server (or reads its terminal) may make the first administrator.
"""

from django.core.signing import BadSignature, TimestampSigner
from django.urls import reverse

GOOD_FOR_SECONDS = 24 * 60 * 60
_SIGNER_SALT = "retention_desk.firstrun"
_VALUE = "first-run"


def make_token() -> str:
    """A new token, from now on good for a day."""
    return TimestampSigner(salt=_SIGNER_SALT).sign(_VALUE).removeprefix(f"{_VALUE}:")


def is_good(token: str) -> bool:
    """Whether the token was made by this desk within the last day."""
    try:
        return TimestampSigner(salt=_SIGNER_SALT).unsign(f"{_VALUE}:{token}", max_age=GOOD_FOR_SECONDS) == _VALUE
    except BadSignature:
        return False


def path() -> str:
    """The path of the first-run page, with a new token in it."""
    return f"{reverse('first-run')}?token={make_token()}"
