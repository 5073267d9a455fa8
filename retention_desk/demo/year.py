"""The year of calls: when they come, who rings, who rings again, and who leaves later although they were saved."""

import heapq
import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise

from customers.choices import DispositionKind, OpeningIntent
from retention_desk.demo import planted
from retention_desk.demo.accounts import Account
from retention_desk.demo.endings import GONE, STAYED
from retention_desk.demo.floor import Floor
from retention_desk.demo.one_call import Calls, Taken

# A call that began later than this before now might not be over.
_SETTLED = timedelta(minutes=75)
_LEFT_LATER = "Left later, after a save"


@dataclass(frozen=True, slots=True)
class Ring:
    """One call to come: when, and at which site (an index)."""

    at: datetime
    site: int


def rings(rng: random.Random, floor: Floor, *, count: int, today: date, now: datetime) -> list[Ring]:
    """The year's calls in order, by weekday, hour, the month after the price rise, and the sites' sizes."""
    rise = planted.price_rise_on(today)
    slots: list[tuple[date, int]] = []
    weights: list[float] = []
    for back in range(planted.DAYS):
        day = today - timedelta(days=back)
        factor = planted.PRICE_RISE_CALLS if 0 <= (day - rise).days < planted.PRICE_RISE_LASTS else 1.0
        for place, share in enumerate(planted.HOURS):
            slots.append((day, planted.FIRST_HOUR + place))
            weights.append(planted.WEEKDAYS[day.weekday()] * factor * share)
    found: list[Ring] = []
    while len(found) < count:
        for day, hour in rng.choices(slots, weights, k=count - len(found)):
            found += _ring(rng, floor, day, hour, now)
    return sorted(found, key=lambda ring: ring.at)


def _ring(rng: random.Random, floor: Floor, day: date, hour: int, now: datetime) -> Iterator[Ring]:
    site = rng.choices((0, 1), planted.SITE_SHARES)[0]
    local = datetime.combine(day, time(hour, rng.randrange(60), rng.randrange(60)), tzinfo=floor.ids.zones[site])
    at = local.astimezone(UTC).replace(microsecond=rng.randrange(1_000_000))
    if at < now - _SETTLED:
        yield Ring(at, site)


class _Pool:
    """Customers who may ring, drawn and removed in constant time."""

    def __init__(self) -> None:
        self._members: list[Account] = []
        self._places: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._members)

    def add(self, account: Account) -> None:
        """Let somebody in."""
        self._places[account.id] = len(self._members)
        self._members.append(account)

    def remove(self, account: Account) -> None:
        """Let somebody out, if they are in."""
        place = self._places.pop(account.id, None)
        if place is None:
            return
        last = self._members.pop()
        if last is not account:
            self._members[place] = last
            self._places[last.id] = place

    def draw(self, rng: random.Random) -> Account:
        """Anybody."""
        return self._members[rng.randrange(len(self._members))]


class Year:
    """Runs the year call by call."""

    def __init__(self, rng: random.Random, *, accounts: list[Account], calls: Calls, floor: Floor, today: date) -> None:
        self._rng, self._calls, self._floor, self._today = rng, calls, floor, today
        self._fault_from = planted.fault_from(today)
        self._joining = sorted(accounts, key=lambda account: (account.since, account.id))
        self._joined = 0
        self._pools = {(site, haggles): _Pool() for site in (0, 1) for haggles in (False, True)}
        self._by_id = {account.id: account for account in accounts}
        self._again: list[tuple[datetime, int, str]] = []
        self._leaving: list[tuple[date, int, int]] = []
        self._draws = 0

    def run(self, schedule: list[Ring]) -> None:
        """Take every call of the schedule."""
        for ring in schedule:
            day = ring.at.date()
            self._join(day)
            self._leave(day)
            self._one(ring)
        self._leave(self._today)

    def _one(self, ring: Ring) -> None:
        rng = self._rng
        agent, at = self._floor.pick(rng, site=ring.site, at=ring.at)
        account, intent = self._rings_again(ring) or self._rings(ring)
        if account is None:
            return
        taken = self._calls.take(account, agent, at=at, intent=intent)
        self._afterwards(account, taken, intent)
        if taken.ended.kind == DispositionKind.TRANSFERRED:
            other, at = self._floor.pick(rng, site=ring.site, at=taken.closed_at + timedelta(seconds=20))
            handed = self._calls.take(account, other, at=at, intent=intent, from_call=taken)
            self._afterwards(account, handed, intent)

    def _rings_again(self, ring: Ring) -> tuple[Account, OpeningIntent] | None:
        """Whoever is due to ring again and still a customer of this site."""
        kept = []
        found = None
        while self._again and self._again[0][0] <= ring.at and found is None:
            due, number, intent = heapq.heappop(self._again)
            account = self._by_id[number]
            if not account.running:
                continue
            if account.town.site != ring.site:
                kept.append((due, number, intent))
                continue
            found = account, OpeningIntent(intent)
        for entry in kept:
            heapq.heappush(self._again, entry)
        return found

    def _rings(self, ring: Ring) -> tuple[Account | None, OpeningIntent]:
        rng = self._rng
        intent = rng.choices([*planted.INTENTS], [*planted.INTENTS.values()])[0]
        haggles = intent != OpeningIntent.DISCONNECT
        pool = self._pools[ring.site, haggles] or self._pools[ring.site, not haggles]
        if not pool:
            return None, intent
        account = pool.draw(rng)
        for _attempt in range(6):
            if rng.random() < self._inclined(account, ring.at.date()):
                break
            account = pool.draw(rng)
        return account, intent

    def _inclined(self, account: Account, day: date) -> float:
        """How readily somebody rings, 0 to 1: more in a fault, at the anniversaries, after a promotion has ended."""
        if 0 <= (day - self._fault_from).days < planted.FAULT_LASTS:
            return 1.0 if account.town.name in planted.FAULT_TOWNS else 1 / planted.FAULT_CALLS
        months = account.tenure_on(day)
        if any(abs(months - peak) <= 1 for peak in planted.PEAK_MONTHS):
            return 1.0
        ends = account.lines[0].promotion_ends_on
        return 0.8 if ends and 0 <= (day - ends).days < 60 else 1 / planted.PEAK_FACTOR

    def _afterwards(self, account: Account, taken: Taken, intent: OpeningIntent) -> None:
        """Saved for how long; due to ring again; gone."""
        rng, kind = self._rng, taken.ended.kind
        pool = self._pools[account.town.site, account.haggler]
        if kind in GONE:
            pool.remove(account)
            return
        if not account.haggler:
            pool.remove(account)
        if kind in STAYED:
            self._draw_leaving(account, taken)
        again = None
        if kind == DispositionKind.DROPPED and rng.random() < 0.85:
            again = taken.closed_at + timedelta(minutes=rng.uniform(2, 90))
        elif kind == DispositionKind.CALL_BACK and taken.call_back_at and rng.random() < 0.8:
            again = taken.call_back_at
        elif rng.random() * 100 < planted.RINGS_AGAIN:
            again = taken.closed_at + timedelta(days=rng.uniform(0.2, 6.2))
        if again is not None:
            heapq.heappush(self._again, (again, account.id, str(intent)))

    def _draw_leaving(self, account: Account, taken: Taken) -> None:
        """Draw how long a save lasts; a new save puts a new draw in the place of the old one."""
        days = stays_for(self._rng, taken.accepted)
        self._draws += 1
        account.leaves_after = None
        if days is not None:
            day = taken.closed_at.date() + timedelta(days=days)
            account.leaves_after = (day, self._draws)
            heapq.heappush(self._leaving, (day, self._draws, account.id))

    def _leave(self, day: date) -> None:
        while self._leaving and self._leaving[0][0] <= day:
            on, draw, number = heapq.heappop(self._leaving)
            account = self._by_id[number]
            if account.leaves_after != (on, draw) or not account.running:
                continue
            account.leave(on, _LEFT_LATER, self._today)
            self._pools[account.town.site, account.haggler].remove(account)

    def _join(self, day: date) -> None:
        while self._joined < len(self._joining) and self._joining[self._joined].since < day - timedelta(days=21):
            account = self._joining[self._joined]
            self._joined += 1
            self._pools[account.town.site, account.haggler].add(account)


def stays_for(rng: random.Random, offer: str) -> int | None:
    """Days until somebody who was saved leaves after all; None: not within the year that is looked at.

    The curve is the planted one of all saves; an accepted offer bends it so that it goes through the offer's own share
    after 90 days.
    """
    curve: list[tuple[int, float]] = [(0, 1.0), *((days, share / 100) for days, share in planted.DRAWN_STICKY)]
    ninety = next(share for days, share in curve if days == 90)
    bend = 1.0
    if offer:
        bend = math.log(planted.OFFERS[offer].stay / 100 * planted.OFFER_STAY_FACTOR) / math.log(ninety)
    luck = 1.0 - rng.random()
    for (from_day, high), (to_day, low) in pairwise(curve):
        if low**bend < luck <= high**bend:
            part = (high**bend - luck) / (high**bend - low**bend)
            return max(int(from_day + part * (to_day - from_day) + 0.5), 1)
    return None
