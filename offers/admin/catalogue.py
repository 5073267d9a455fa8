"""Offers, their versions, and the campaigns that pay for them."""

from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Now
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from customers.admin_base import KeptAdmin, VersionAdmin, VersionForm, currency, shown_json
from customers.admin_fields import Moment, Structure
from offers import catalogue
from offers.admin.examples import EXAMPLES
from offers.admin.words import WORDS
from offers.choices import OfferKind
from offers.models import Campaign, Offer, OfferVersion

_PARTS = ("words", "bounds", "cost_model", "eligibility", "figures")


@admin.register(Campaign)
class CampaignAdmin(KeptAdmin):
    """Purposes that offers are paid from."""

    singular = _("campaign")
    plural = _("campaigns")
    words = WORDS
    object_kind = "campaign"
    list_display = ("name", "code", "active")
    list_filter = ("active",)
    search_fields = ("name", "code")
    fields = ("code", "name", "active")
    chosen_once = ("code",)
    only_later = ("active",)

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> Campaign:
        """Save by the workflow."""
        if row is None:
            return catalogue.add_campaign(**values, **self.acting(request))
        return catalogue.change_campaign(campaign_id=row.pk, **values, **self.acting(request))


def _in_force() -> QuerySet[OfferVersion]:
    """The version of an outer offer that is offered now."""
    begun = OfferVersion.objects.filter(offer=OuterRef("pk"), valid_from__lte=Now())
    return begun.exclude(valid_until__lte=Now()).order_by("-version")


@admin.register(Offer)
class OfferAdmin(KeptAdmin):
    """The catalogue. What an offer says is in its versions; here it is retired and put back."""

    singular = _("offer")
    plural = _("offers")
    words = WORDS
    object_kind = "offer"
    list_display = ("code", "name", "kind", "family", "state", "version", "accept_percent")
    list_filter = ("active", "kind", "family")
    search_fields = ("code", "versions__words")
    actions = ("retire", "restore")
    fields = ("code", "kind", "family", "icon", "state", "all_versions")
    readonly_fields = ("state", "all_versions")
    # Concessions that run are stacked by kind and family, so they stay.
    chosen_once = ("code", "kind", "family")
    only_later = readonly_fields
    also_read = {
        "now_version": Subquery(_in_force().values("version")[:1]),
        "now_name": Subquery(_in_force().values("words__en__name")[:1]),
        "now_accept": Subquery(_in_force().values("figures__accept_percent")[:1]),
    }

    @admin.display(description=_("name"))
    def name(self, offer: Any) -> str:
        """What it is called now, in English."""
        return str(offer.now_name or "–")

    @admin.display(description=_("state"), ordering="active")
    def state(self, offer: Any) -> str:
        """Whether anybody can be offered it."""
        if not offer.active:
            return gettext("Retired")
        return gettext("Offered") if offer.now_version else gettext("No version in force")

    @admin.display(description=_("version"))
    def version(self, offer: Any) -> Any:
        """The number of the version in force."""
        return offer.now_version

    @admin.display(description=_("accepted, %"))
    def accept_percent(self, offer: Any) -> Any:
        """The catalogue's own figure of acceptance."""
        return offer.now_accept

    @admin.display(description=_("versions"))
    def all_versions(self, offer: Any) -> SafeString:
        """Every version, the newest first, and the way to the next."""
        context = {"offer": offer, "versions": offer.versions.select_related("campaign"), "now": timezone.now()}
        return render_to_string("admin/offers/versions.html", context)

    @admin.action(description=_("Retire: offer them to nobody from now on"), permissions=["change"])
    def retire(self, request: HttpRequest, offers: QuerySet[Offer]) -> None:
        """Take the chosen offers out of every list."""
        for offer in offers:
            catalogue.retire_offer(offer_id=offer.pk, **self.acting(request))
        self.message_user(request, gettext("Retired. What was promised with them runs on."), messages.SUCCESS)

    @admin.action(description=_("Put back: offer them again"), permissions=["change"])
    def restore(self, request: HttpRequest, offers: QuerySet[Offer]) -> None:
        """Put the chosen offers back."""
        for offer in offers:
            catalogue.restore_offer(offer_id=offer.pk, **self.acting(request))
        self.message_user(request, gettext("They are offered again."), messages.SUCCESS)

    def response_add(self, request: HttpRequest, obj: Any, post_url_continue: str | None = None) -> HttpResponse:
        """An offer without a version is offered to nobody: on to its first."""
        messages.success(request, gettext("The offer is there. Now say what it consists of."))
        return HttpResponseRedirect(reverse("admin:offers_offerversion_add") + f"?offer={obj.pk}")

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> Offer:
        """Save by the workflow."""
        if row is None:
            return catalogue.add_offer(**values, **self.acting(request))
        return catalogue.change_offer(offer_id=row.pk, icon=values["icon"], **self.acting(request))


class OfferVersionForm(VersionForm):
    """What a version consists of: words, and rules as the pure modules read them."""

    valid_until = forms.DateTimeField(
        label=_("Valid until"), required=False, widget=Moment, help_text=_("Empty: until the next version.")
    )
    words = Structure(
        label=_("Words"),
        rows=9,
        help_text=_("By language, English at least: name, say (spoken, at most 25 words), terms (small print)."),
    )
    bounds = Structure(
        label=_("Bounds"),
        rows=11,
        help_text=_("Ranges as [lowest, highest, step], amounts in cents; default: the terms that are shown first."),
    )
    cost_model = Structure(
        label=_("Cost"),
        rows=5,
        help_text=_("share_percent, monthly_minor, fixed_minor, horizon_months; empty: it costs what is taken off."),
    )
    eligibility = Structure(
        label=_("Who it is for"), rows=7, help_text=_("Empty: for everybody. Lists of codes; months as numbers.")
    )
    figures = Structure(
        label=_("Figures"),
        rows=6,
        help_text=_(
            "accept_percent: how many take it. stay_percent: how many then stay. fits: reasons that it answers."
        ),
    )

    class Meta:
        fields = ("valid_from", "valid_until", "words", "bounds", "cost_model", "eligibility", "figures", "campaign")

    example_of: OfferKind | None = None

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.example_of is not None and "words" in self.fields:
            example = EXAMPLES[self.example_of]
            for part in _PARTS:
                field = self.fields[part]
                field.help_text = render_to_string(
                    "admin/offers/example.html", {"help": field.help_text, "example": example.text(part)}
                )
        if "campaign" in self.fields:
            chosen = cast("forms.ModelChoiceField[Campaign]", self.fields["campaign"])
            chosen.queryset = Campaign.objects.filter(active=True)


_NEWER = OfferVersion.objects.filter(offer=OuterRef("offer"), version__gt=OuterRef("version"), valid_from__lte=Now())


@admin.register(OfferVersion)
class OfferVersionAdmin(VersionAdmin):
    """Versions of offers; a new one starts from the newest."""

    singular = _("version of an offer")
    plural = _("versions of offers")
    words = WORDS
    object_kind = "offer_version"
    form = OfferVersionForm
    also_read = {"replaced": Exists(_NEWER)}
    list_display = ("offer", "version", "name", "in_force", "valid_from", "valid_until", "campaign")
    list_filter = ("offer__kind", "campaign")
    list_select_related = ("offer", "campaign")
    search_fields = ("offer__code", "words")
    ordering = ("offer__code", "-version")
    fields = OfferVersionForm.Meta.fields
    view_fields = (
        "offer",
        "version",
        "in_force",
        "valid_from",
        "valid_until",
        "campaign",
        "currency",
        *(shown_json(part, OfferVersionForm.base_fields[part].label) for part in _PARTS),
    )

    @admin.display(description=_("name"))
    def name(self, version: OfferVersion) -> str:
        """What it is called, in English."""
        return version.word("name", "en")

    @admin.display(description=_("in force"), boolean=True)
    def in_force(self, version: Any) -> bool:
        """Whether it is what is offered now."""
        now = timezone.now()
        over = version.valid_until is not None and version.valid_until <= now
        return version.valid_from <= now and not over and not version.replaced and version.offer.active

    def offer_of(self, request: HttpRequest) -> Offer | None:
        """The offer that a new version is for."""
        last = super().followed(request)
        number = str(last.offer_id) if last else request.GET.get("offer", "")
        return Offer.objects.filter(pk=int(number)).first() if number.isdecimal() else None

    def followed(self, request: HttpRequest) -> OfferVersion | None:
        """The version asked for, else the newest of the offer."""
        offer = self.offer_of(request)
        return super().followed(request) or (offer.versions.order_by("-version").first() if offer else None)

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> type[Any]:  # noqa: FBT001, FBT002
        """With examples of the offer's kind."""
        form = super().get_form(request, obj, change, **kwargs)
        offer = self.offer_of(request) if obj is None else None
        return type(form.__name__, (form,), {"example_of": OfferKind(offer.kind) if offer else None})

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A version is of an offer; without one the list of offers is where to begin."""
        offer = self.offer_of(request)
        if offer is None:
            messages.info(request, gettext("Choose the offer first. Its page leads to the new version."))
            return HttpResponseRedirect(reverse("admin:offers_offer_changelist"))
        title = gettext("New version of %(code)s (%(kind)s)") % {"code": offer.code, "kind": offer.get_kind_display()}
        return super().add_view(request, form_url, {"title": title} | (extra_context or {}))

    def keep(self, request: HttpRequest, values: dict[str, Any], row: Any | None) -> OfferVersion:
        """Save by the workflow."""
        offer, campaign = self.offer_of(request), values.pop("campaign")
        assert offer is not None
        return catalogue.new_offer_version(
            offer_id=offer.pk,
            campaign_id=campaign.pk if campaign else None,
            currency=currency(),
            now=timezone.now(),
            **values,
            **self.acting(request),
        )
