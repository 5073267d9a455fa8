"""What is owed to a caller by the team and not by one agent: a call handed over, and a call-back promised."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from customers.choices import CallBackEnd
from customers.models.call import Call
from customers.models.place import Team


class Handover(models.Model):
    """A live call that was handed to a team. `to_agent` may take it first; the database's clock writes the times."""

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="handover")
    to_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    to_agent = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.CharField(max_length=300, blank=True)
    handed_at = models.DateTimeField()
    taken_call = models.OneToOneField(Call, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True, help_text="The clock noted that nobody had taken it.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_call=None, taken_at=None) | Q(taken_call__isnull=False, taken_at__isnull=False),
                name="handover_taken_has_its_call",
            ),
        ]
        indexes = [
            models.Index(fields=["to_team", "handed_at"], name="handover_waiting", condition=Q(taken_at=None)),
        ]

    def __str__(self) -> str:
        return f"hand-over of {self.call_id}"


class CallBack(models.Model):
    """A call-back of an episode: there is one and no second. When it is due and what about stands on its `call`.

    `episode`, `team` and `promised_at` are copied by the database; `made_call` is the call that kept the promise.
    """

    call = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="call_back")
    episode = models.OneToOneField(Call, on_delete=models.PROTECT, related_name="+")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    promised_at = models.DateTimeField()
    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    taken_at = models.DateTimeField(null=True, blank=True)
    overdue_at = models.DateTimeField(null=True, blank=True, help_text="The clock noted that it was late.")
    made_call = models.OneToOneField(Call, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    ended_as = models.CharField(max_length=24, choices=CallBackEnd.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(taken_by=None, taken_at=None) | Q(taken_by__isnull=False, taken_at__isnull=False),
                name="call_back_taken_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(ended_as="", ended_at=None, made_call=None)
                | Q(ended_as=CallBackEnd.MADE, ended_at__isnull=False, made_call__isnull=False)
                | Q(ended_as=CallBackEnd.NOT_NEEDED, ended_at__isnull=False, made_call=None),
                name="call_back_ends_once",
            ),
        ]
        indexes = [models.Index(fields=["team"], name="call_back_open", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"call-back of {self.call_id}"
