"""Whether something that came in was sent by the telephone system that it says it is from, and now.

Three ways: Standard Webhooks' signature with the secret that we chose, Twilio's with the token that Twilio chose, or a
key of the connection, for senders that can only add a header. All are compared in constant time.
"""

import base64
import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from standardwebhooks import Webhook, WebhookVerificationError

from customers.choices import TelephoneSystem
from customers.models import TelephoneConnection, TelephoneKey
from customers.telephone import connections
from retention_desk.telephone.fields import NotUnderstood, moment

OLDEST = timedelta(minutes=5)
# What can add a header and no signature; how old it is the event itself has to say.
KEYED = frozenset({TelephoneSystem.AMAZON_CONNECT, TelephoneSystem.GENESYS_CLOUD, TelephoneSystem.ASTERISK})
_BASIC, _BEARER = "basic ", "bearer "


class NotSigned(Exception):
    """It was not sent by whom it says, or not now; `sentence` says what was looked for and never what came."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Sent:
    """What came in: the address it was sent to, its headers by small letters, its bytes, its form where it is one."""

    url: str
    headers: Mapping[str, str]
    body: bytes
    form: Mapping[str, Sequence[str]]


def check(sent: Sent, connection: TelephoneConnection, *, now: datetime) -> None:
    """Raises `NotSigned`."""
    system = TelephoneSystem(connection.system)
    if system == TelephoneSystem.TWILIO:
        _check_twilio(sent, connections.given_secrets(connection), now=now)
    elif "webhook-signature" in sent.headers or system not in KEYED:
        _check_standard(sent, connections.valid_secrets(connection, now=now))
    else:
        key = key_in(sent.headers)
        if key is None or key.connection_id != connection.pk:
            raise NotSigned("A key of this connection is needed, in the header Authorization or X-Api-Key.")
        connections.note_use(key, now=now)


def key_in(headers: Mapping[str, str]) -> TelephoneKey | None:
    """The key that a request carries: as Bearer, as X-Api-Key, or as the password of Basic."""
    given = headers.get("authorization", "")
    text = headers.get("x-api-key", "")
    if given.lower().startswith(_BEARER):
        text = given[len(_BEARER) :].strip()
    elif given.lower().startswith(_BASIC):
        try:
            text = base64.b64decode(given[len(_BASIC) :], validate=True).decode().partition(":")[2]
        except ValueError:
            return None
    return connections.key_of(text) if text else None


def sign_twilio(url: str, form: Mapping[str, Sequence[str]], token: str) -> str:
    """Twilio's signature: of the address, followed by every field with its values in alphabetical order."""
    said = url + "".join(name + value for name in sorted(form) for value in sorted(set(form[name])))
    return base64.b64encode(hmac.digest(token.encode(), said.encode(), "sha1")).decode()


def _check_twilio(sent: Sent, tokens: Sequence[str], *, now: datetime) -> None:
    given = sent.headers.get("x-twilio-signature", "").encode()
    if not tokens:
        raise NotSigned("Twilio's token is not in the setting TELEPHONE_SECRETS under the name of this connection.")
    if not any(hmac.compare_digest(sign_twilio(sent.url, sent.form, token).encode(), given) for token in tokens):
        raise NotSigned("X-Twilio-Signature does not fit the address and the fields.")
    try:
        at = moment({name: values[0] for name, values in sent.form.items() if values}, "Timestamp")
    except NotUnderstood as wrong:
        raise NotSigned(wrong.sentence) from wrong
    if abs(now - at) > OLDEST:
        raise NotSigned("Timestamp is more than five minutes away from now.")


def _check_standard(sent: Sent, secrets: Sequence[bytes]) -> None:
    told = "webhook-id, webhook-timestamp and webhook-signature do not fit the body"
    for secret in secrets:
        try:
            Webhook(secret).verify(sent.body, dict(sent.headers), json_parse=False)
        except WebhookVerificationError as wrong:
            told = str(wrong)
        except ValueError:
            # What is no signature at all.
            continue
        else:
            return
    raise NotSigned(f"The signature of Standard Webhooks is not valid: {told}.")
