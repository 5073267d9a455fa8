"""The mail that lets a new person choose a password. It leaves once the account is saved; a lost one is sent again."""

from functools import partial

from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from retention_desk.people.models import User


def send_on_commit(*, user: User, site_address: str) -> None:
    """Mail the link after the commit. A mail server that is away does not undo the account: it is logged."""
    transaction.on_commit(partial(send, user=user, site_address=site_address), robust=True)


def send(*, user: User, site_address: str) -> None:
    """Mail the link now, in the person's language. Raises what the mail server raises."""
    with translation.override(user.language or translation.get_language()):
        context = {"person": user, "address": site_address.rstrip("/") + _path(user)}
        subject = render_to_string("registration/invitation_subject.txt", context).strip()
        body = render_to_string("registration/invitation_email.txt", context)
    send_mail(subject, body, None, [user.email])


def _path(user: User) -> str:
    code = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("password_reset_confirm", args=[code, default_token_generator.make_token(user)])
