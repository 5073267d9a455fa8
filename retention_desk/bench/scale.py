"""One scale of the benchmark, in a process of its own with its own database. Its last line of output is JSON."""

import json
import os
import random
import sys
import uuid
from collections.abc import Callable, Iterator
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from functools import partial
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import quote, urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import django

django.setup()

from django.conf import settings  # noqa: E402 (Django is set up above)
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: E402
from django.db import connection, connections  # noqa: E402
from django.urls import reverse  # noqa: E402

from customers import calls, look_up, opening, queries  # noqa: E402
from customers.choices import CallerRole, OpeningIntent  # noqa: E402
from customers.models import Customer, Site  # noqa: E402
from customers.names import remember_all_names  # noqa: E402
from offers import authorisation  # noqa: E402
from offers.models import Seat  # noqa: E402
from retention_desk.bench import data, intake  # noqa: E402
from retention_desk.bench.measure import Timing, best_of, in_process, over_http  # noqa: E402
from retention_desk.demo.logins import LOGINS  # noqa: E402
from retention_desk.people.sessions import SessionStore  # noqa: E402

Cell = Callable[[], Timing]
ROUNDS = 5
CLIENTS = (1, 8)
SAMPLE = 200
YEARS_WITH_US = timedelta(days=3 * 365)


def fill(customers: int) -> None:
    """Add so many customers to the demo's few."""
    with connections["owner"].cursor() as cursor:
        data.fill(cursor, customers=customers)
    remember_all_names()
    with connections["owner"].cursor() as cursor:
        data.settle(cursor)


def lookup(requests: int, base: str) -> Iterator[Cell]:
    """Looking a customer up by telephone, account, name and e-mail."""
    cookie = signed_in(base, "AGENT")
    rows = sample()
    texts = {
        "phone, all digits": [row.phone for row in rows],
        "phone, last 7 digits": [row.phone[-7:] for row in rows],
        "account number": [row.account_number for row in rows],
        "family name, 3 letters": [row.family_name[:3] for row in rows],
        "name and town": [f"{row.family_name} {row.town}" for row in rows],
        "family name with a slip": [slip(row.family_name) for row in rows],
        "e-mail": [row.email for row in rows],
    }
    address = reverse("customers:lookup")
    yield from rulers(base, cookie, requests)
    for name, words in texts.items():
        yield partial(in_process, f"{name}, in process", partial(looked_up, words), times=min(requests, 400))
        paths = [f"{address}?q={quote(word)}" for word in words]
        for clients in CLIENTS:
            yield partial(
                over_http, f"{name}, results, {clients} clients",
                base=base, cookie=cookie, paths=paths, requests=requests, clients=clients,
            )  # fmt: skip


def screen(requests: int, base: str) -> Iterator[Cell]:
    """The call screen of a typical customer, and of one with hundreds of entries."""
    yield from rulers(base, signed_in(base, "AGENT"), requests)
    yield partial(raw_reads, min(requests, 400))
    # Of some years, so that most of the catalogue is open to them: a new customer's list is short.
    known = Customer.objects.filter(
        account_number__endswith="-B", customer_since__lte=datetime.now(UTC).date() - YEARS_WITH_US
    ).order_by("pk")
    heavy = known.filter(interactions__title="Entry 300").first()
    typical = known.exclude(interactions__title="Entry 300")[41]
    # Nobody can have two calls open.
    seats = Seat.objects.filter(grade="AGENT").select_related("team", "user").order_by("pk")[:2]
    names = ("typical customer", "customer with 300 entries")
    for name, customer, seat in zip(names, (typical, heavy), seats, strict=True):
        assert customer is not None
        assert seat.team is not None
        cookie = session_of(seat.user)
        call_id = opening.open_call(
            customer_id=customer.pk,
            phone_from=customer.phone,
            caller_role=CallerRole.HOLDER,
            opening_intent=OpeningIntent.DISCONNECT,
            team_id=seat.team.pk,
            site_id=seat.team.site_id,
            by=seat.user_id,
            role="AGENT",
            now=datetime.now(UTC),
            key=uuid.uuid4(),
        )
        calls.check_identity(call_id=call_id, checks=["PIN"], passed=True, by=seat.user_id, role="AGENT")

        read = partial(both_reads, call_id, seat.user_id)
        yield partial(in_process, f"{name}, both reads and rules", read, times=min(requests, 200))
        path = reverse("calls:screen", args=[call_id])
        for part, whole in (("page", True), ("offer panel", False)):
            for clients in CLIENTS:
                yield partial(
                    over_http, f"{name}, {part}, {clients} clients",
                    base=base, cookie=cookie, paths=[path], requests=requests, clients=clients, whole=whole,
                )  # fmt: skip


def report(requests: int, base: str) -> Iterator[Cell]:
    """The save-rate report over 30 and 365 days, beside a plain count over the same calls."""
    cookie = signed_in(base, "MANAGER")
    address = reverse("reports:save-rate")
    yield from rulers(base, cookie, requests)
    count = """SELECT count(*), count(d.id) FROM customers_call c LEFT JOIN customers_disposition d ON d.call_id = c.id
               WHERE c.opened_at > now() - interval '365 days'"""
    yield partial(in_process, "count of a year's calls, raw SQL", lambda _: run_sql(count), times=10)
    today = datetime.now(UTC).date()
    for days in (30, 365):
        since = today - timedelta(days=days)
        path = f"{address}?{urlencode({'since': since, 'until': today})}"
        yield partial(
            over_http, f"report of {days} days, page",
            base=base, cookie=cookie, paths=[path], requests=10, clients=1, whole=True,
        )  # fmt: skip


def rulers(base: str, cookie: str, requests: int) -> Iterator[Cell]:
    """The page with one ORM query at 1 and 8 clients, and the server's round trip."""
    paths = [f"/bench/one-query/?site={Site.objects.order_by('pk').values_list('pk', flat=True)[0]}"]
    for clients in CLIENTS:
        yield partial(
            over_http, f"one-query page, {clients} clients",
            base=base, cookie=cookie, paths=paths, requests=requests, clients=clients,
        )  # fmt: skip
    yield partial(in_process, "SELECT 1, raw SQL", lambda _: run_sql("SELECT 1"), times=400)


def raw_reads(times: int) -> Timing:
    """The customer, the lines, twenty entries, the complaints and the calls as plain statements: the screen's floor."""
    ids = [row.pk for row in sample()]
    statements = (
        "SELECT * FROM customers_customer WHERE id = %s",
        "SELECT * FROM customers_subscription WHERE customer_id = %s",
        "SELECT * FROM customers_interaction WHERE customer_id = %s ORDER BY occurred_at DESC LIMIT 20",
        "SELECT * FROM customers_complaint WHERE customer_id = %s",
        "SELECT * FROM customers_call WHERE customer_id = %s ORDER BY opened_at DESC LIMIT 20",
    )

    def read(number: int) -> None:
        for statement in statements:
            run_sql(statement, ids[number % SAMPLE])

    return in_process("the same reads, five raw statements", read, times=times)


def both_reads(call_id: int, by: int, _number: int) -> object:
    """What a call screen is drawn from, without the drawing."""
    sheet = queries.call_sheet(call_id=call_id, by=by, language="en")
    return authorisation.offer_sheet(sheet=sheet, by=by, now=sheet.now, language="en").offers


def looked_up(words: list[str], number: int) -> None:
    """One look-up through the domain."""
    look_up.look_up(text=words[number % len(words)], region="US")


def run_sql(statement: str, *values: int) -> None:
    """One raw statement, read whole."""
    with connection.cursor() as cursor:
        cursor.execute(statement, list(values) or None)
        cursor.fetchall()


def sample() -> list[Customer]:
    """The same customers for every kind of look-up."""
    ids = list(
        Customer.objects.filter(account_number__endswith="-B").order_by("pk").values_list("pk", flat=True)[:50_000]
    )
    return list(Customer.objects.filter(pk__in=random.Random(7).sample(ids, SAMPLE)))


def slip(name: str) -> str:
    """The name with its third letter left out."""
    return name[:2] + name[3:]


def login(role: str) -> tuple[str, str, str]:
    """The demo's log-in of that role."""
    return next(one for one in LOGINS if one[0].upper().startswith(role))


def signed_in(base: str, role: str) -> str:
    """Sign in over HTTP as anybody would; return the cookies."""
    jar = CookieJar()
    opener = build_opener(HTTPCookieProcessor(jar))
    address = base + reverse("login")
    opener.open(address).read()
    token = next(cookie.value for cookie in jar if cookie.name == "csrftoken")
    _, username, password = login(role)
    body = urlencode({"username": username, "password": password, "csrfmiddlewaretoken": token}).encode()
    opener.open(Request(address, body, {"Referer": address})).read()  # noqa: S310 (this machine)
    return "; ".join(f"{cookie.name}={cookie.value}" for cookie in jar)


def session_of(user: Any) -> str:
    """The cookie of a session made for somebody, for those whose password the demo does not tell."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    return f"{settings.SESSION_COOKIE_NAME}={session.session_key}"


MEASURES: dict[str, Callable[[int, str], Iterator[Cell]]] = {"lookup": lookup, "screen": screen, "report": report}


def main(arguments: list[str]) -> None:
    """`fill N`, or a subject with its numbers."""
    subject, customers, *rest = arguments
    if subject == "fill":
        fill(int(customers))
        return
    if subject == "intake":
        brought = intake.bring_in(int(customers))
        print(brought.told())
        return
    requests, base = rest
    before = os.getloadavg()[0]
    cells = list(MEASURES[subject](int(requests) // ROUNDS, base))
    timings: list[Any] = best_of(ROUNDS, cells)
    print(f"load average {before:.1f} before, {os.getloadavg()[0]:.1f} after, on {os.cpu_count()} processors")
    print(json.dumps([asdict(one) for one in timings]))


if __name__ == "__main__":
    main(sys.argv[1:])
