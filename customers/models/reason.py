"""Why customers leave: a small tree of codes with their words, kept by the administrator."""

from django.db import models
from django.db.models import Q


class Reason(models.Model):
    """One reason, or one detail of a reason. Its flags decide whether offers are shown at all."""

    code = models.CharField(max_length=40, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="details")
    words = models.JSONField(default=dict, help_text='By language: {"en": "Price", "de": "Preis"}')
    icon = models.CharField(max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    offers_allowed = models.BooleanField(default=True, help_text="Off: death, hardship, moving out of the area.")
    must_complete = models.BooleanField(default=False, help_text="On: the rule is to cancel without any offer.")
    controllable = models.BooleanField(default=True, help_text="Off: left out of the controllable save rate.")
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "code"]
        constraints = [models.CheckConstraint(condition=~Q(code=""), name="reason_has_code")]

    def __str__(self) -> str:
        return self.name("en")

    def name(self, language: str) -> str:
        """The words in `language`, falling back to English, then to the code."""
        words: dict[str, str] = self.words
        return words.get(language) or words.get(language.split("-", maxsplit=1)[0]) or words.get("en") or self.code
