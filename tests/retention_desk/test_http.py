"""One address answers with the page or, for htmx, with one fragment of it."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.test import Client
from django.urls import path

from retention_desk.http import render_fragment

pytestmark = pytest.mark.urls(__name__)

PAGE = "<html>{% partialdef offer-panel inline %}<p id='offer-panel'>{{ name }}</p>{% endpartialdef %}</html>"


def page(request: HttpRequest) -> HttpResponse:
    return render_fragment(request, "page.html", "offer-panel", {"name": "credit"}, status=422)


urlpatterns = [path("", page)]


@pytest.fixture(autouse=True)
def _template(monkeypatch: pytest.MonkeyPatch) -> None:
    from template_partials.loader import Loader as Partials

    engine = engines["django"].engine  # type: ignore[attr-defined]
    memory = [("django.template.loaders.locmem.Loader", {"page.html": PAGE})]
    monkeypatch.setattr(engine, "template_loaders", [Partials(engine, memory)])


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({}, True),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-Boosted": "true"}, True),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, True),
    ],
)
def test_fragment_is_for_htmx_and_the_page_for_everybody_else(
    client: Client, headers: dict[str, str], whole: bool
) -> None:
    answer = client.get("/", headers=headers)

    assert answer.content.startswith(b"<html>") is whole
    assert b"<p id='offer-panel'>credit</p>" in answer.content
    assert answer.status_code == 422


def test_answer_varies_with_what_decides_it(client: Client) -> None:
    assert "HX-Request" in client.get("/")["Vary"]
