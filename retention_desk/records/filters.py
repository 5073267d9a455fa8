"""What the outcome log is asked for, as it stands in the address."""

from datetime import date, datetime, time, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.choices import CallState, DispositionKind, OpeningIntent
from customers.models import Call, Disposition
from offers.models import Proposal
from retention_desk.reports.names import Named, Names
from retention_desk.reports.scope import Scope

_DAY = forms.DateInput(attrs={"type": "date"})


class RecordFilter(django_filters.FilterSet):
    """Filters of closed calls. `standing` on each call is the disposition that counts."""

    since = django_filters.DateFilter(label=_("From"), method="opened_since", widget=_DAY)
    until = django_filters.DateFilter(label=_("To"), method="opened_until", widget=_DAY)
    disposition = django_filters.ChoiceFilter(
        label=_("How it ended"), field_name="standing", choices=DispositionKind.choices, empty_label=_("Any way")
    )
    intent = django_filters.ChoiceFilter(
        label=_("Asked for first"),
        field_name="opening_intent",
        choices=OpeningIntent.choices,
        empty_label=_("Everything"),
    )
    team = django_filters.ChoiceFilter(label=_("Team"), field_name="team_id", empty_label=_("All teams"))
    agent = django_filters.ChoiceFilter(label=_("Agent"), field_name="agent_id", empty_label=_("All agents"))
    reason = django_filters.ChoiceFilter(label=_("Reason"), field_name="reason_id", empty_label=_("All reasons"))
    offer = django_filters.ChoiceFilter(label=_("Offer presented"), method="with_offer", empty_label=_("Any or none"))
    corrected = django_filters.BooleanFilter(
        label=_("Corrected only"), method="only_corrected", widget=forms.CheckboxInput
    )
    abandoned = django_filters.BooleanFilter(
        label=_("Abandoned only"), method="only_abandoned", widget=forms.CheckboxInput
    )

    def __init__(self, data: Any, *, names: Names, scope: Scope) -> None:
        super().__init__(data, queryset=closed_calls(scope))
        self.form.label_suffix = ""
        for name, named in (
            ("team", names.choices(names.teams, scope.site_id)),
            ("agent", names.choices(names.agents, scope.site_id)),
            ("reason", names.choices(names.reasons, None)),
            ("offer", names.choices(names.offers, None)),
        ):
            self._offer(name, named)

    def _offer(self, name: str, named: list[Named]) -> None:
        field = self.form.fields[name]
        empty = self.filters[name].extra["empty_label"]
        field.choices = [("", empty), *((str(one.id), one.name) for one in named)]

    def opened_since(self, calls: QuerySet[Call], _name: str, day: date) -> QuerySet[Call]:
        """Calls opened on this day of the reader's calendar or later."""
        return calls.filter(opened_at__gte=_midnight(day))

    def opened_until(self, calls: QuerySet[Call], _name: str, day: date) -> QuerySet[Call]:
        """Calls opened on this day or earlier."""
        return calls.filter(opened_at__lt=_midnight(day + timedelta(days=1)))

    def with_offer(self, calls: QuerySet[Call], _name: str, offer: str) -> QuerySet[Call]:
        """Calls on which this offer was presented."""
        shown = Proposal.objects.filter(
            call=OuterRef("pk"), offer_version__offer_id=int(offer), presented_at__isnull=False
        )
        return calls.filter(Exists(shown))

    def only_corrected(self, calls: QuerySet[Call], _name: str, wanted: object) -> QuerySet[Call]:
        """Calls of which a disposition was corrected."""
        corrections = Disposition.objects.filter(call=OuterRef("pk"), corrects__isnull=False)
        return calls.filter(Exists(corrections)) if wanted else calls

    def only_abandoned(self, calls: QuerySet[Call], _name: str, wanted: object) -> QuerySet[Call]:
        """Calls that the clock ended because the agent's screen fell silent."""
        return calls.filter(abandoned_at__isnull=False) if wanted else calls


def closed_calls(scope: Scope) -> QuerySet[Call]:
    """Closed calls of the reader's site or of all, with what each list line shows."""
    standing = Disposition.objects.filter(call=OuterRef("pk"), line="", corrected_by=None).values("kind")[:1]
    corrected = Disposition.objects.filter(call=OuterRef("pk"), corrects__isnull=False)
    calls = Call.objects.filter(state=CallState.CLOSED)
    if scope.site_id is not None:
        calls = calls.filter(site_id=scope.site_id)
    return calls.annotate(standing=Subquery(standing), was_corrected=Exists(corrected))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=timezone.get_current_timezone())
