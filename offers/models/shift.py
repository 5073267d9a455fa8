"""What a team leader says to the floor: silent notes to an agent on a call, and news for everybody. Append-only."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from customers.models import Call, Site


class SilentNote(models.Model):
    """A few words of a supervisor to the agent of a call that goes on; the customer never hears of it."""

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="+")
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    text = models.CharField(max_length=200)
    recorded_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["-recorded_at"]
        constraints = [models.CheckConstraint(condition=~Q(by=F("to")), name="note_is_for_another")]
        indexes = [
            models.Index(fields=["call", "-recorded_at"], name="silent_note_of_call"),
            models.Index(fields=["by", "-recorded_at"], name="silent_note_of_sender"),
        ]

    def __str__(self) -> str:
        return f"silent note {self.pk}"


class SilentNoteSeen(models.Model):
    """The agent has seen a silent note and put it away."""

    note = models.OneToOneField(SilentNote, on_delete=models.PROTECT, related_name="seen")
    recorded_at = models.DateTimeField(editable=False)

    def __str__(self) -> str:
        return f"seen {self.note_id}"


class News(models.Model):
    """News for everybody of a site (all sites: None) until `ends_at`: on the home page, and at an agent's next call."""

    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    title = models.CharField(max_length=80)
    text = models.CharField(max_length=200, blank=True)
    ends_at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(editable=False)

    class Meta:
        ordering = ["-recorded_at"]
        constraints = [models.CheckConstraint(condition=Q(ends_at__gt=F("recorded_at")), name="news_ends_later")]
        indexes = [models.Index(fields=["ends_at"], name="news_by_end")]

    def __str__(self) -> str:
        return f"news {self.pk}"


class NewsEnd(models.Model):
    """News that was taken back before its time."""

    news = models.OneToOneField(News, on_delete=models.PROTECT, related_name="end")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(editable=False)

    def __str__(self) -> str:
        return f"end of news {self.news_id}"
