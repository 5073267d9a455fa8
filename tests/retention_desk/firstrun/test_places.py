"""Sites and teams as they are typed."""

import pytest

from retention_desk.firstrun.places import Place, UnreadablePlaces, read


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("Fresno", (Place("Fresno", ("Fresno",)),)),
        ("Fresno: North, South", (Place("Fresno", ("North", "South")),)),
        (
            "Fresno: North\n\n  Porto Alegre :  Time  A ,\n",
            (Place("Fresno", ("North",)), Place("Porto Alegre", ("Time A",))),
        ),
    ],
)
def test_places_are_read_line_by_line(text: str, places: tuple[Place, ...]) -> None:
    assert read(text) == places


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("", 1, "NO_SITE"),
        ("Fresno\n: North", 2, "NO_SITE"),
        ("Fresno\nfresno: North", 2, "TWICE"),
        ("Fresno: North, NORTH", 1, "TWICE"),
        ("Fresno: North\nClovis: north", 2, "TWICE"),
        ("F" * 81, 1, "TOO_LONG"),
    ],
)
def test_wrong_places_name_their_line(text: str, line: int, code: str) -> None:
    with pytest.raises(UnreadablePlaces) as caught:
        read(text)

    assert (caught.value.line, caught.value.code) == (line, code)
