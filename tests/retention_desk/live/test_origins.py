"""Where the streams are for a page, and which pages may read them."""

import pytest
from django.test import Client
from pytest_django import Settings

from retention_desk.live.origins import address, may_read
from tests.builders import make_agent

HERE = "desk.example.com"


@pytest.fixture
def own_port(settings: Settings) -> None:
    settings.LIVE_PORT, settings.PAGES_PORT, settings.ALLOWED_HOSTS = 8001, 8000, [HERE, "127.0.0.1"]


@pytest.mark.parametrize(
    ("headers", "allowed"),
    [
        ({"origin": f"http://{HERE}:8000"}, True),
        ({"origin": f"http://{HERE}:8001"}, True),
        ({"origin": f"http://{HERE}:8002"}, False),
        ({"origin": "http://127.0.0.1:8000"}, False),
        ({"origin": f"http://evil.{HERE}:8000"}, False),
        ({"origin": "null"}, False),
        ({"sec-fetch-site": "cross-site"}, False),
        ({"sec-fetch-site": "same-site", "origin": f"http://{HERE}:8000"}, True),
        ({}, True),
        ({"host": "rebound.example.net"}, False),
        ({"host": ""}, False),
    ],
)
def test_only_the_desks_own_pages_read_a_stream(own_port: None, headers: dict[str, str], allowed: bool) -> None:
    assert may_read({"host": f"{HERE}:8001"} | headers, secure=False) is allowed


@pytest.mark.parametrize(
    ("origin", "allowed"), [(f"https://{HERE}", True), (f"http://{HERE}:8000", False), ("https://example.com", False)]
)
def test_behind_a_proxy_the_origin_is_the_pages_own(settings: Settings, origin: str, allowed: bool) -> None:
    settings.ALLOWED_HOSTS = [HERE]

    assert may_read({"host": HERE, "origin": origin}, secure=True) is allowed


def test_address_follows_the_host_that_the_page_was_asked_at(settings: Settings, own_port: None) -> None:
    assert address(f"{HERE}:8000") == f"http://{HERE}:8001/live/"
    assert address("127.0.0.1:8000") == "http://127.0.0.1:8001/live/"

    settings.LIVE_PORT, settings.LIVE_STREAMS = None, True
    assert address(HERE) == "/live/"
    settings.LIVE_STREAMS = False
    assert address(HERE) == ""


@pytest.mark.django_db
def test_policy_names_the_streams_port_and_nothing_more(settings: Settings, own_port: None) -> None:
    browser = Client(headers={"host": f"{HERE}:8000"})
    browser.force_login(make_agent())

    page = browser.get("/")

    assert "connect-src 'self' http://desk.example.com:8001;" in page["Content-Security-Policy"] + ";"
    assert '<meta name="desk-live" content="http://desk.example.com:8001/live/">' in page.content.decode()
    settings.LIVE_PORT = None
    assert "connect-src 'self';" in browser.get("/")["Content-Security-Policy"] + ";"


@pytest.mark.django_db
def test_page_of_nobody_has_no_stream(own_port: None) -> None:
    assert b"desk-live" not in Client(headers={"host": f"{HERE}:8000"}).get("/login/").content
