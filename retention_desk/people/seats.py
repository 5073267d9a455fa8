"""The signed-in person's place on the desk, as it comes with the session: plain data, no model."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignedInSeat:
    """What a page may know of the seat without asking the database again. Without a team no calls are taken."""

    id: int
    grade: str
    duty: str
    team_id: int | None
    team_name: str | None
    site_id: int | None
    site_name: str | None
    time_zone: str | None
    has_telephone: bool = False
    """Whether a telephone system tells of the calls of this site."""
