"""What may be given: offers and their versions. A promise once made survives an edit of the catalogue."""

from django.db import models
from django.db.models import F, Q

from offers.choices import Family, OfferKind


class Campaign(models.Model):
    """A purpose that offers are paid from, with a budget of its own."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Offer(models.Model):
    """One catalogue entry; what it currently says is its newest version in force."""

    code = models.CharField(max_length=40, unique=True)
    kind = models.CharField(max_length=24, choices=OfferKind.choices)
    family = models.CharField(max_length=24, choices=Family.choices)
    icon = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code


class OfferVersion(models.Model):
    """One dated wording of an offer: its bounds, cost model, eligibility and figures. Never changed."""

    offer = models.ForeignKey(Offer, on_delete=models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField()
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True, blank=True)
    words = models.JSONField(
        default=dict,
        help_text='By language: {"en": {"name": ..., "say": ..., "terms": ...}}',
    )
    bounds = models.JSONField(default=dict, help_text="What `offers.terms.Bounds` reads.")
    cost_model = models.JSONField(default=dict, help_text="What `offers.terms.CostModel` reads.")
    eligibility = models.JSONField(default=dict, help_text="What `offers.rules.Eligibility` reads.")
    figures = models.JSONField(
        default=dict,
        help_text="Acceptance and staying, as `offers.ranking.BaseFigures` reads.",
    )
    campaign = models.ForeignKey(Campaign, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)

    class Meta:
        ordering = ["offer", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["offer", "version"], name="offer_version_unique"),
            models.CheckConstraint(
                condition=Q(valid_until=None) | Q(valid_until__gt=F("valid_from")),
                name="offer_version_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.offer_id} {self.version}"

    def word(self, what: str, language: str) -> str:
        """The words for `what` (name, say, terms) in `language`, falling back to English."""
        for code in (language, language.split("-", maxsplit=1)[0], "en"):
            if text := self.words.get(code, {}).get(what):
                return str(text)
        return ""
