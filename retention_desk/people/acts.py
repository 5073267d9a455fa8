"""What is done to people's accounts, as the audit names it, with its words."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Act(TextChoices):
    """What somebody did. A code is never renamed once it has been recorded."""

    PERSON_INVITED = "PERSON_INVITED", _("Invited a person")
    INVITATION_SENT = "INVITATION_SENT", _("Sent an invitation again")
    PERSON_CHANGED = "PERSON_CHANGED", _("Changed a person's name or e-mail address")
    ROLE_CHANGED = "ROLE_CHANGED", _("Changed a person's role")
    SEAT_CHANGED = "SEAT_CHANGED", _("Changed a person's team or grade")
    PERSON_DEACTIVATED = "PERSON_DEACTIVATED", _("Deactivated a person")
    PERSON_REACTIVATED = "PERSON_REACTIVATED", _("Reactivated a person")
