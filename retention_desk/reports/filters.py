"""What the report is asked for: periods and filters, as they stand in the address."""

import math
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from customers.choices import CustomerKind, OpeningIntent
from retention_desk.reports.names import Named, Names
from retention_desk.reports.scope import Scope

WEEKS = 8
MOST_DAYS = 3 * 366
DAILY_UP_TO = 14
WEEKLY_UP_TO = 190
EARLIEST = date(2000, 1, 1)

PREVIOUS, YEAR, NONE = "previous", "year", "none"


@dataclass(frozen=True, slots=True)
class Span:
    """Calendar days, both included, and where the steps of its charts begin."""

    since: date
    until: date
    steps: tuple[date, ...]

    @property
    def days(self) -> int:
        """How many days it has."""
        return (self.until - self.since).days + 1

    def bounds(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Its first moment and the first moment after it, where the reader is."""
        return _midnight(self.since, zone), _midnight(self.until + timedelta(days=1), zone)

    def edges(self, zone: ZoneInfo) -> list[datetime]:
        """The first moments of its steps."""
        return [_midnight(day, zone) for day in self.steps]


@dataclass(frozen=True, slots=True)
class Filters:
    """What is counted. `before` is the period compared with; the other fields None: no restriction."""

    now: Span
    before: Span | None
    compare: str = PREVIOUS
    site_id: int | None = None
    team_id: int | None = None
    agent_id: int | None = None
    reason_id: int | None = None
    offer_id: int | None = None
    intent: str | None = None
    kind: str | None = None


def span(since: date, until: date) -> Span:
    """A span with steps of days, weeks counted from its first day, or calendar months, whichever suits its length."""
    days = (until - since).days + 1
    if days <= WEEKLY_UP_TO:
        step = 1 if days <= DAILY_UP_TO else 7
        return Span(since, until, tuple(since + timedelta(days=d) for d in range(0, days, step)))
    steps, day = [since], (since.replace(day=1) + timedelta(days=32)).replace(day=1)
    while day <= until:
        steps.append(day)
        day = (day + timedelta(days=32)).replace(day=1)
    return Span(since, until, tuple(steps))


def usual_since(today: date) -> date:
    """The Monday that makes eight weeks of the days up to today."""
    return today - timedelta(days=today.weekday() + 7 * (WEEKS - 1))


def compared(now: Span, compare: str) -> Span | None:
    """The span that `now` is compared with: as many whole weeks earlier as it takes, or a year, so weekdays match."""
    if compare == NONE:
        return None
    back = timedelta(days=364 if compare == YEAR else 7 * math.ceil(now.days / 7))
    return span(now.since - back, now.until - back)


class _Choice(forms.ChoiceField):
    """A list with an empty first line; its choices are set when the form is made."""

    def __init__(self, label: Any, empty: Any, choices: list[tuple[str, Any]] | None = None) -> None:
        super().__init__(label=label, required=False, choices=[("", empty), *(choices or [])])
        self.empty = empty


class SaveRateForm(forms.Form):
    """The filters of the report's page."""

    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    compare = forms.ChoiceField(
        label=_("Compared with"),
        required=False,
        choices=[
            (PREVIOUS, _("The same number of weeks before")),
            (YEAR, _("The same weeks a year before")),
            (NONE, _("Nothing")),
        ],
    )
    site = _Choice(_("Site"), _("All sites"))
    team = _Choice(_("Team"), _("All teams"))
    agent = _Choice(_("Agent"), _("All agents"))
    reason = _Choice(_("Reason"), _("All reasons"))
    intent = _Choice(
        _("Asked for first"), _("Everything"), [(str(code), label) for code, label in OpeningIntent.choices]
    )
    offer = _Choice(_("Offer presented"), _("Any or none"))
    kind = _Choice(_("Customers"), _("All customers"), [(str(code), label) for code, label in CustomerKind.choices])

    def __init__(self, data: Any, *, names: Names, scope: Scope, today: date) -> None:
        super().__init__(data, label_suffix="")
        self.scope, self.today = scope, today
        if scope.site_id is None:
            self._offer("site", names.choices(names.sites, None))
        else:
            del self.fields["site"]
        self._offer("team", names.choices(names.teams, scope.site_id))
        self._offer("agent", names.choices(names.agents, scope.site_id))
        self._offer("reason", names.choices(names.reasons, None))
        self._offer("offer", names.choices(names.offers, None))

    def _offer(self, name: str, named: list[Named]) -> None:
        field = self.fields[name]
        assert isinstance(field, _Choice)
        field.choices = [("", field.empty), *((str(one.id), one.name) for one in named)]

    def clean(self) -> dict[str, Any]:
        """Check that the days make a period; without any, the last eight weeks."""
        found = super().clean() or self.cleaned_data
        if self.errors:
            return found
        until = found.get("until") or self.today
        since = found.get("since") or usual_since(until)
        if since > until:
            self.add_error("until", gettext("The period ends before it begins."))
        elif since < EARLIEST or until > self.today + timedelta(days=366):
            self.add_error("since", gettext("These days are too far from today."))
        elif (until - since).days >= MOST_DAYS:
            self.add_error(
                "since",
                ValidationError(
                    ngettext("At most %(years)s year at once.", "At most %(years)s years at once.", 3) % {"years": 3}
                ),
            )
        return found | {"since": since, "until": until}

    def filters(self) -> Filters:
        """What the valid form asks for, within what its reader may see."""
        found = self.cleaned_data
        now = span(found["since"], found["until"])
        compare = found.get("compare") or PREVIOUS
        return Filters(
            now=now,
            before=compared(now, compare),
            compare=compare,
            site_id=self.scope.site_id if self.scope.site_id is not None else _id(found.get("site")),
            team_id=_id(found.get("team")),
            agent_id=_id(found.get("agent")),
            reason_id=_id(found.get("reason")),
            offer_id=_id(found.get("offer")),
            intent=found.get("intent") or None,
            kind=found.get("kind") or None,
        )

    @property
    def narrowed(self) -> int:
        """How many of the filters behind the filter button are set."""
        return sum(bool(self.data.get(name)) for name in ("intent", "reason", "offer", "kind"))

    def address(self, **other: Any) -> str:
        """The present filters as a query string, with these changed; None takes one away."""
        asked = {name: self.data.get(name, "") for name in self.fields}
        asked |= {name: "" if value is None else str(value) for name, value in other.items()}
        return urlencode({name: value for name, value in asked.items() if value})


def _id(value: str | None) -> int | None:
    return int(value) if value else None


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.min, tzinfo=zone)
