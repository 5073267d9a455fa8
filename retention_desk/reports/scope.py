"""Whose calls a person may read in reports and records: those of their site, or everybody's."""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from offers.choices import Grade
from retention_desk.http import DeskRequest
from retention_desk.people.roles import MANAGER

READ = "customers.see_record"


@dataclass(frozen=True, slots=True)
class Scope:
    """The rows a person reads; `site_id` None: those of every site."""

    site_id: int | None


def scope_of(request: DeskRequest) -> Scope:
    """Return what the signed-in person may read.

    Managers read every site, everybody else with the right to read records the site of their seat. Raises
    PermissionDenied for those without the right, and for those whose seat is at no site.
    """
    if not request.user.has_perm(READ):
        raise PermissionDenied
    seat = request.seat
    if (
        request.user.is_superuser
        or MANAGER in request.user.role_names
        or (seat is not None and seat.grade == Grade.MANAGER)
    ):
        return Scope(site_id=None)
    if seat is None or seat.site_id is None:
        raise PermissionDenied
    return Scope(site_id=seat.site_id)
