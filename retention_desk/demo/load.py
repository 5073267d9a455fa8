"""Fills an empty, migrated database with the demo, as its owner, in one transaction.

Past times can only be written with the walls down, and only the owner can lift them, inside this transaction. What is
written obeys them all the same; `tests/retention_desk/demo` adds everything up again.
"""

import gc
import math
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.db import connections, transaction
from django.db.backends.utils import CursorWrapper

from customers import names
from customers.models import Product
from offers.choices import Grade
from retention_desk.demo import company, pictures, planted
from retention_desk.demo.accounts import Account, Builder
from retention_desk.demo.authority import namesake, plant
from retention_desk.demo.bargains import Bargains
from retention_desk.demo.book import Book
from retention_desk.demo.chain import MAKE_STAGE, chain
from retention_desk.demo.company import CURRENCY, Colleague
from retention_desk.demo.endings import Endings
from retention_desk.demo.ground import Ground, lay
from retention_desk.demo.history import History
from retention_desk.demo.offering import Offering
from retention_desk.demo.one_call import Calls
from retention_desk.demo.people import Registry
from retention_desk.demo.wallets import Wallets
from retention_desk.demo.year import Year, rings
from retention_desk.people import roles


class NotEmpty(Exception):
    """The database already holds a company, people, customers or calls; the demo fills empty ones only."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """How much of everything there is now."""

    customers: int
    calls: int
    proposals: int
    audit_events: int
    seconds: float


Say = Callable[[str], None]

# The call-backs that calls have promised: the next call has kept it, and nobody keeps one that is a week old.
KEEP_PROMISES = """
INSERT INTO customers_callback (call_id, episode_id, team_id, promised_at, made_call_id, ended_as, ended_at)
SELECT DISTINCT ON (c.episode_id) c.id, c.episode_id, c.team_id, coalesce(c.ended_at, c.opened_at), l.id,
       CASE WHEN l.id IS NOT NULL THEN 'MADE' WHEN c.call_back_at < desk_now() - interval '7 days' THEN 'NOT_NEEDED'
            ELSE '' END,
       coalesce(l.opened_at, CASE WHEN c.call_back_at < desk_now() - interval '7 days' THEN c.call_back_at END)
FROM customers_call c
LEFT JOIN LATERAL (
    SELECT l.id, l.opened_at FROM customers_call l
    WHERE l.customer_id = c.customer_id AND l.opened_at > c.opened_at ORDER BY l.opened_at LIMIT 1) l ON true
WHERE c.call_back_at IS NOT NULL ORDER BY c.episode_id, c.opened_at
"""


def load(*, scale: float, seed: int, now: datetime, say: Say, using: str = "owner") -> Loaded:
    """Fill the database. The same scale, seed and `now` make the same data. Raises NotEmpty."""
    began = time.monotonic()
    rng = random.Random(seed)  # noqa: S311 (chance that can be repeated is the point)
    connection = connections[using]
    with _no_collector(), transaction.atomic(using=using), connection.cursor() as cursor:
        _check_empty(cursor)
        # Rows that came and went may have moved them on; the same seed shall make the same keys.
        _set_sequences(cursor)
        with _walls_down(cursor):
            ground = lay(
                using=using,
                now=now,
                floors=math.ceil(scale / planted.SCALE_OF_ONE_FLOOR),
                extra=_more_agents(rng, scale),
            )
            say("company, people, catalogue and limits are there")
            book = Book(rng)
            products = dict(Product.objects.using(using).values_list("code", "id"))
            known = _write_year(rng, book, ground, scale=scale, now=now, products=products)
            plant(using=using, book=book, ground=ground, own=known, now=now)
            say(f"{book.calls.rows:,} calls of a year are drawn, with {book.proposals.rows:,} offers")
            cursor.execute(MAKE_STAGE)
            for sheet in book.sheets():
                sheet.copy(cursor)
            cursor.execute(KEEP_PROMISES)
            chain(cursor)
            names.remember_all_names(using=using)
            _set_sequences(cursor)
            say(f"{book.audit.rows:,} acts are in the audit, chained")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    seconds = time.monotonic() - began
    return Loaded(book.customers.rows, book.calls.rows, book.proposals.rows, book.audit.rows, seconds)


def _write_year(
    rng: random.Random, book: Book, ground: Ground, *, scale: float, now: datetime, products: dict[str, int]
) -> int:
    """Draw accounts, let a year of calls go over them, and write what has become of them.

    Answers the account of a customer who is still here and whom nobody of the pictures is.
    """
    floor, ids = ground.floor, ground.floor.ids
    today = now.astimezone(ids.zones[0]).date()
    builder = Builder(rng, today)
    known = pictures.accounts(builder)
    accounts = [
        builder.account(len(known) + 1 + place) for place in range(round(planted.CUSTOMERS * scale) - len(known))
    ]
    wallets = Wallets(
        plans=ground.plans,
        currency=CURRENCY,
        accounts=book.budget_accounts,
        counters=book.counters,
        entries=book.entries,
    )
    calls = Calls(
        rng,
        book=book,
        floor=floor,
        offering=Offering(rng, floor, wallets),
        bargains=Bargains(rng, book, ids, wallets),
        endings=Endings(rng, book, today),
        today=today,
    )
    for past in pictures.MARISOL_PAST:
        # Somebody of that day: the real colleague's year has not begun yet.
        then = replace(ground.named[past.agent])
        calls.script(known[0], then, past, at=now.replace(hour=19, minute=12) - timedelta(days=past.days_ago))
    schedule = rings(rng, floor, count=round(planted.CALLS * scale), today=today, now=now)
    Year(rng, accounts=accounts, calls=calls, floor=floor, today=today).run(schedule)
    _leave_some_open(calls, known, ground, now=now)
    wallets.open_current(on=today, at=min(now, now.replace(hour=8, minute=0)))
    wallets.write_counters()
    history = History(rng, book, today=today, now=now)
    pictures.tell(book, known, now=now)
    for account in known:
        _write_account(book, account, products, now)
    still_here = [account for account in accounts if account.left_on is None and not account.business]
    namesake(still_here[1])
    for account in accounts:
        history.write(account)
        _write_account(book, account, products, now)
    return still_here[0].id


def _leave_some_open(calls: Calls, known: list[Account], ground: Ground, *, now: datetime) -> None:
    """Something for today: two call-backs that the demo's agent has promised, and a call that nobody finished."""
    ines, zone = ground.named["ines"], ground.floor.ids.zones[0]
    yesterday = now.astimezone(zone) - timedelta(days=1)
    for account, clock, minutes in ((known[1], (6, 20), 42), (known[4], (7, 10), 135)):
        # Before the lines open, when no other call of the year can be under way.
        at = yesterday.replace(hour=clock[0], minute=clock[1], second=9).astimezone(UTC)
        due = (now + timedelta(minutes=minutes)).replace(second=0, microsecond=0)
        calls.promise(account, replace(ines), at=at, due=due)
    others = [agent for agent in ground.floor.agents[0] if agent is not ines]
    idle = min(others, key=lambda agent: agent.free_at)
    calls.abandon(known[5], idle, at=max(now - timedelta(minutes=55), idle.free_at))


def _write_account(book: Book, account: Account, products: dict[str, int], now: datetime) -> None:
    town, person = account.town, account.person
    book.customers.add(
        id=account.id,
        account_number=account.number,
        kind=account.kind,
        given_name="" if account.business else person.given,
        family_name=account.business or person.family,
        phone=account.phone,
        other_phone=account.other_phone,
        email=account.email,
        street=account.street,
        town=town.name,
        region=town.region,
        postcode=account.postcode,
        country=company.COUNTRY,
        jurisdiction=account.jurisdiction,
        languages=person.languages,
        currency=CURRENCY,
        customer_since=account.since,
        left_on=account.left_on,
        left_reason=account.left_reason,
        balance_minor=account.balance_minor,
        past_due_minor=account.past_due_minor,
        autopay=account.autopay,
        payment_method="card" if account.autopay else "invoice",
        paid_until=account.paid_until(now.date()),
        care_needed=account.care_needed,
        do_not_offer=account.do_not_offer,
        fraud_watch=account.fraud_watch,
        staff_line=account.staff_line,
        created_at=now,
        changed_at=now,
    )
    today = now.date()
    for line in account.lines:
        runs_promotion = line.promotion_on(today)
        book.subscriptions.add(
            id=line.id,
            customer_id=account.id,
            product_id=products[line.product.code],
            line_key=f"{account.number}/{line.id}",
            state=line.state,
            quantity=line.quantity,
            note=line.note,
            service_number=line.number,
            equipment=line.equipment,
            started_on=line.started_on,
            ends_on=line.ends_on,
            list_price_minor=line.list_on(today),
            promotion_minor=runs_promotion,
            promotion_ends_on=line.promotion_ends_on,
            promotion_name=line.promotion_name,
            bundle_minor=line.bundle_minor,
            contract_ends_on=line.contract_ends_on,
            exit_fee_monthly_minor=line.exit_fee_monthly_minor,
            device_balance_minor=line.device_balance_minor,
        )
        for on, old, new, cause in {change[0]: change for change in line.changes}.values():
            book.price_changes.add(subscription_id=line.id, changes_on=on, old_minor=old, new_minor=new, cause=cause)
    for concession in account.concessions:
        book.concessions.add(**concession)


def _more_agents(rng: random.Random, scale: float) -> tuple[Colleague, ...]:
    """Colleagues for a base that one floor of twelve could not serve."""
    extra = 12 * (math.ceil(scale / planted.SCALE_OF_ONE_FLOOR) - 1)
    registry = Registry(rng)
    grades = (Grade.AGENT, Grade.AGENT, Grade.SENIOR, Grade.NEW)
    colleagues = []
    for place in range(extra):
        person = registry.person()
        colleagues.append(
            Colleague(f"agent{place + 13}", person.given, person.family, roles.AGENT, grades[place % 4], place % 2)
        )
    return tuple(colleagues)


def _check_empty(cursor: CursorWrapper) -> None:
    cursor.execute(
        """SELECT EXISTS (SELECT FROM people_user) OR EXISTS (SELECT FROM customers_customer)
                  OR EXISTS (SELECT FROM customers_call) OR EXISTS (SELECT FROM customers_company)"""
    )
    row = cursor.fetchone()
    if row is None or row[0]:
        raise NotEmpty


@contextmanager
def _no_collector() -> Iterator[None]:
    """A year makes millions of objects and hardly a circle; looking for circles takes a fifth of the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _walls_down(cursor: CursorWrapper) -> Iterator[None]:
    """Triggers of our own off, and on again before the transaction ends; constraints hold throughout."""
    cursor.execute(
        """SELECT DISTINCT c.relname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
           WHERE NOT t.tgisinternal AND c.relnamespace = 'public'::regnamespace ORDER BY 1"""
    )
    tables = [row[0] for row in cursor.fetchall()]
    for table in tables:
        cursor.execute(f'ALTER TABLE "{table}" DISABLE TRIGGER USER')
    yield
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for table in tables:
        cursor.execute(f'ALTER TABLE "{table}" ENABLE TRIGGER USER')


def _set_sequences(cursor: CursorWrapper) -> None:
    """Let every sequence go on after the highest number that was written."""
    cursor.execute(
        """SELECT c.relname, a.attname, pg_get_serial_sequence(format('%I', c.relname), a.attname)
           FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attidentity <> ''
           WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"""
    )
    for table, column, sequence in cursor.fetchall():
        cursor.execute(
            f'SELECT setval(%s, greatest((SELECT coalesce(max("{column}"), 0) FROM "{table}"), 1), '  # noqa: S608
            f'EXISTS (SELECT FROM "{table}"))',
            [sequence],
        )
