"""Where an agent sits, as the telephone's workflows want to know it: the ground floor knows nobody's duty."""

from customers.telephone.parts import Seated
from offers.choices import Duty
from offers.models import Seat
from retention_desk.people.seats import SignedInSeat


def seated(user_id: int) -> Seated | None:
    """The seat of a person who takes calls; `ready` while they are on duty for them."""
    row = (
        Seat.objects.filter(user_id=user_id, is_active=True, team__isnull=False)
        .values_list("team_id", "team__site_id", "duty")
        .first()
    )
    return Seated(team_id=row[0], site_id=row[1], ready=row[2] == Duty.READY) if row else None


def seated_here(seat: SignedInSeat | None) -> Seated | None:
    """The same of whoever is signed in, as it came with their session."""
    if seat is None or seat.team_id is None or seat.site_id is None:
        return None
    return Seated(team_id=seat.team_id, site_id=seat.site_id, ready=seat.duty == Duty.READY)
