"""Who uses the desk, and the sessions they are signed in with.

Their place on the desk (team, grade, duty) is the seat in offers.
"""

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from retention_desk.people.managers import UserManager


class Theme(models.TextChoices):
    """Colours of the screen."""

    SYSTEM = "system", _("As the computer says")
    LIGHT = "light", _("Light")
    DARK = "dark", _("Dark")


class Density(models.TextChoices):
    """How close together lines stand."""

    COMFORTABLE = "comfortable", _("Comfortable")
    COMPACT = "compact", _("Compact")


class ThaiParticle(models.TextChoices):
    """The word that ends what the person says in Thai; who speaks chooses it. BOTH leaves it to the moment."""

    BOTH = "", "ครับ/ค่ะ"
    KHRAP = "KHRAP", "ครับ"
    KHA = "KHA", "ค่ะ"


class User(AbstractUser):
    """One row is one person who may sign in. People are deactivated, never deleted: the record names them."""

    language = models.CharField(_("language"), max_length=10, blank=True, help_text=_("Empty: as the browser says."))
    theme = models.CharField(_("theme"), max_length=8, choices=Theme, default=Theme.SYSTEM)
    density = models.CharField(_("density"), max_length=12, choices=Density, default=Density.COMPACT)
    single_keys = models.BooleanField(
        _("single-key shortcuts"), default=True, help_text=_("Letters work as shortcuts outside of text fields.")
    )
    sounds = models.BooleanField(_("sounds"), default=True, help_text=_("A short tone when an answer has come."))
    thai_particle = models.CharField(
        _("end of spoken Thai sentences"), max_length=5, blank=True, choices=ThaiParticle, default=ThaiParticle.BOTH
    )
    own_keys = models.CharField(
        _("own keys"), max_length=600, blank=True, help_text=_("Keys that the person has moved. Empty: as delivered.")
    )
    idp_subject = models.CharField(
        _("subject at the identity provider"),
        max_length=255,
        blank=True,
        help_text=_("Empty: signs in with a password."),
    )
    must_change_password = models.BooleanField(_("must change the password at the next sign-in"), default=False)

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=~models.Q(email=""),
                name="email_names_one_person",
                violation_error_message=_("Somebody else has this e-mail address."),
            ),
            models.UniqueConstraint(
                fields=["idp_subject"], condition=~models.Q(idp_subject=""), name="idp_subject_names_one_person"
            ),
            models.UniqueConstraint(
                Lower("username"),
                name="username_names_one_person",
                violation_error_message=_("Somebody else has this user name."),
            ),
            models.CheckConstraint(condition=models.Q(theme__in=Theme.values), name="theme_is_known"),
            models.CheckConstraint(condition=models.Q(density__in=Density.values), name="density_is_known"),
            models.CheckConstraint(
                condition=models.Q(thai_particle__in=ThaiParticle.values), name="thai_particle_is_known"
            ),
        ]

    @property
    def display_name(self) -> str:
        """The full name, or the user name where there is none."""
        return self.get_full_name() or self.username

    @cached_property
    def role_names(self) -> frozenset[str]:
        """Names of the roles (groups) the person has. Filled with the session in one statement on every page."""
        return frozenset(self.groups.values_list("name", flat=True))


class Session(AbstractBaseSession):
    """One row is one sign-in on one browser; ``user`` lets the session, person and seat be read in one statement."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="sessions")

    class Meta(AbstractBaseSession.Meta):
        db_table = "people_session"
        verbose_name = _("session")  # type: ignore[assignment]
        verbose_name_plural = _("sessions")  # type: ignore[assignment]

    @classmethod
    def get_session_store_class(cls) -> type:
        """Return the store that reads and writes these rows."""
        from retention_desk.people.sessions import SessionStore  # noqa: PLC0415 (the store needs this model)

        return SessionStore
