"""The outcome log of a desk that has not closed a call yet."""

from django.test import Client
from django.urls import reverse

from customers.choices import DispositionKind
from tests.builders import make_supervisor


def test_empty_log_says_what_will_appear(db: None) -> None:
    sue = Client()
    sue.force_login(make_supervisor("sue"))

    page = sue.get(reverse("records:list")).content.decode()

    assert "No call has been closed yet." in page
    assert str(DispositionKind.DROPPED.label) in page  # the filter is there all the same
