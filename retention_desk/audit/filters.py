"""What the audit is asked for, as it stands in the address, and whose events a person may read."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import F, Func, QuerySet, Subquery, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.models import AuditEvent, Customer
from offers.choices import Grade
from offers.models import Seat
from retention_desk.audit.vocabulary import ACT_GROUPS, OBJECTS
from retention_desk.http import DeskRequest
from retention_desk.people.roles import ADMINISTRATOR, MANAGER
from retention_desk.reports.names import Names
from retention_desk.reports.scope import Scope

READ = "customers.read_audit"
CLOCK = "clock"
_DAY = forms.DateInput(attrs={"type": "date"})
_MOST = 2**63 - 1


def scope_of(request: DeskRequest) -> Scope:
    """Whose events the signed-in person may read: as with reports, managers read every site, others their own.

    Administrators set the desk up and read all that is done to it. Raises PermissionDenied for those without the
    right, and for those whose seat is at no site.
    """
    user, seat = request.user, request.seat
    if not user.has_perm(READ):
        raise PermissionDenied
    everywhere = {MANAGER, ADMINISTRATOR} & set(user.role_names)
    if user.is_superuser or everywhere or (seat is not None and seat.grade == Grade.MANAGER):
        return Scope(site_id=None)
    if seat is None or seat.site_id is None:
        raise PermissionDenied
    return Scope(site_id=seat.site_id)


def events_of(scope: Scope) -> QuerySet[AuditEvent]:
    """The events of the people of the reader's site, their clockwork with them; or everybody's."""
    events = AuditEvent.objects.all()
    if scope.site_id is not None:
        events = events.filter(shard__in=Seat.objects.filter(team__site_id=scope.site_id).values("user_id"))
    return events


@dataclass(frozen=True, slots=True)
class Asked:
    """A filter of the address, as words for a printed page."""

    label: str
    value: str


class AuditFilter(forms.Form):
    """Each field narrows the events; every one of them alone is a range of an index."""

    since = forms.DateField(label=_("From"), required=False, widget=_DAY)
    until = forms.DateField(label=_("To"), required=False, widget=_DAY)
    person = forms.ChoiceField(label=_("Person"), required=False)
    act = forms.ChoiceField(label=_("Act"), required=False)
    kind = forms.ChoiceField(label=_("Object"), required=False)
    account = forms.CharField(label=_("Account number"), required=False, max_length=40)
    call = forms.IntegerField(label=_("Call"), required=False, min_value=1, max_value=_MOST)
    limit = forms.IntegerField(label=_("Limit version"), required=False, min_value=1, max_value=_MOST)

    def __init__(self, data: Any, *, names: Names, scope: Scope) -> None:
        super().__init__(data, label_suffix="")
        people = (
            names.choices(names.agents, scope.site_id) if scope.site_id is not None else list(names.agents.values())
        )
        kinds = sorted(((code, str(words)) for code, words in OBJECTS.items()), key=lambda one: one[1])
        self._choices("person", _("Everybody"), [(str(one.id), one.name) for one in people], (CLOCK, _("The clock")))
        self._choices("act", _("Every act"), [(name, acts.choices) for name, acts in ACT_GROUPS])
        self._choices("kind", _("Everything"), kinds)

    def narrow(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """The events that a valid filter leaves."""
        asked = self.cleaned_data
        if asked["since"]:
            events = events.filter(recorded_at__gte=_midnight(asked["since"]))
        if asked["until"]:
            events = events.filter(recorded_at__lt=_midnight(asked["until"] + timedelta(days=1)))
        if asked["person"]:
            events = events.filter(actor_id=None if asked["person"] == CLOCK else int(asked["person"]))
        for field, column in (
            ("act", "act"),
            ("kind", "object_kind"),
            ("call", "call_id"),
            ("limit", "limit_version_id"),
        ):
            if asked[field]:
                events = events.filter(**{column: asked[field]})
        if asked["account"]:
            events = events.filter(customer_id=Subquery(_customer_of(asked["account"])))
        return events

    def told(self) -> list[Asked]:
        """The filters that are set, as words."""
        found = []
        for name, field in self.fields.items():
            value = self.cleaned_data.get(name)
            if value not in (None, ""):
                found.append(Asked(str(field.label), _said(field, value)))
        return found

    def _choices(self, name: str, empty: Any, choices: list[Any], *more: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", empty), *more, *choices]
        field.widget.attrs["class"] = "input"


def _customer_of(account: str) -> QuerySet[Any, Any]:
    key = Func(Value(account), function="desk_account_key")
    return Customer.objects.annotate(asked=key).filter(account_key=F("asked")).values("pk")[:1]


def _said(field: forms.Field, value: Any) -> str:
    if isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        for code, words in choices:
            inner = words if isinstance(words, (list, tuple)) else [(code, words)]
            for one, label in inner:
                if str(one) == str(value):
                    return str(label)
    return str(value)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
