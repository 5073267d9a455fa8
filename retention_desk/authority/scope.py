"""Whose authority and whose money a person sees: managers and administrators everybody's, supervisors their site's."""

from django.core.exceptions import PermissionDenied

from offers.choices import Grade
from retention_desk.http import DeskRequest
from retention_desk.people.roles import ADMINISTRATOR, MANAGER
from retention_desk.reports.scope import Scope


def sees_every_site(request: DeskRequest) -> bool:
    """Whether no site is shut to the signed-in person."""
    user, seat = request.user, request.seat
    everywhere = {MANAGER, ADMINISTRATOR} & set(user.role_names)
    return bool(user.is_superuser or everywhere or (seat is not None and seat.grade == Grade.MANAGER))


def scope_of(request: DeskRequest) -> Scope:
    """The rows that the signed-in person sees. Raises PermissionDenied for whose seat is at no site."""
    if sees_every_site(request):
        return Scope(site_id=None)
    if request.seat is None or request.seat.site_id is None:
        raise PermissionDenied
    return Scope(site_id=request.seat.site_id)
