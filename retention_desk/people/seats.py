"""The signed-in person's place on the desk, as it comes with the session: plain data, no model."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SignedInSeat:
    """What a page may know of the seat without asking the database again."""

    id: int
    team_id: int
    team_name: str
    site_id: int
    site_name: str
    time_zone: str
    grade: str
    duty: str
