"""A person moves keys: what may be chosen, what is kept, and what the page prints."""

from collections.abc import Iterator

import pytest
from django.template import Context, Template
from django.test import Client

from retention_desk.keyboard.forms import MOVABLE
from retention_desk.keyboard.own import NOTHING, Fault, Standing, faults, hold, read, standing_of, write
from retention_desk.keyboard.table import BY_NAME, Place
from retention_desk.people.models import User
from tests.retention_desk.scene import Scene, set_scene, signed_in


@pytest.fixture(autouse=True)
def as_delivered() -> Iterator[None]:
    yield
    hold(Standing())


@pytest.mark.parametrize(
    ("chosen", "wrong"),
    [
        ({"asked": "b"}, {}),
        ({"cancel": "F4", "hold": "F8"}, {}),
        ({"cancel": "F4"}, {"cancel": (Fault.TAKEN, "hold")}),
        ({"hold": "b"}, {}),
        ({"accepted": "d", "declined": "a"}, {}),
        # Another screen may have it.
        ({"asked": "j"}, {}),
        ({"asked": "n"}, {"asked": (Fault.TAKEN, "notes")}),
        ({"next": "k"}, {"next": (Fault.TAKEN, "previous")}),
        ({"undo": "a"}, {"undo": (Fault.TAKEN, "accepted")}),
        ({"find": "F8"}, {"find": (Fault.TAKEN, "cancel")}),
        ({"asked": "g"}, {"asked": (Fault.TAKEN, "go")}),
        ({"cancel": "x"}, {"cancel": (Fault.ONE_LETTER, None)}),
        ({"propose": "x"}, {"propose": (Fault.ONE_LETTER, None)}),
        ({"cancel": "F5"}, {"cancel": (Fault.BROWSERS, None)}),
        ({"asked": "Alt+k"}, {"asked": (Fault.ALT, None)}),
        ({"asked": "Ctrl+Alt+k"}, {"asked": (Fault.ALT, None)}),
        ({"asked": "ö"}, {"asked": (Fault.UNKNOWN, None)}),
        ({"asked": "1"}, {"asked": (Fault.UNKNOWN, None)}),
    ],
)
def test_choice_is_held_against_the_others(chosen: dict[str, str], wrong: dict[str, tuple[Fault, str | None]]) -> None:
    found = {name: (fault, other.name if other else None) for name, (fault, other) in faults(chosen).items()}

    assert found == wrong


def test_both_of_two_that_meet_are_told() -> None:
    found = faults({"asked": "b", "notes": "b"})

    assert {name: fault for name, (fault, _other) in found.items()} == {"asked": Fault.TAKEN, "notes": Fault.TAKEN}


def test_every_browser_key_is_refused() -> None:
    for key in ("F1", "F3", "F5", "F6", "F7", "F10", "F11", "F12"):
        assert faults({"cancel": key})["cancel"][0] is Fault.BROWSERS


def test_only_what_was_moved_is_kept() -> None:
    kept = write({"hold": "F8", "cancel": "F4", "asked": "k", "notes": "b"})

    assert kept == "hold=F8 cancel=F4 notes=b"
    assert read(kept) == {"hold": "F8", "cancel": "F4", "notes": "b"}


def test_room_for_every_key_is_there() -> None:
    longest = write({action.name: "Ctrl+Enter" for action in MOVABLE})

    assert len(longest) <= (User._meta.get_field("own_keys").max_length or 0)


@pytest.mark.parametrize("kept", ["", "gone=b", "confirm=b", "cancel=x", "asked=n", "rubbish", "=", "asked="])
def test_what_is_not_possible_any_more_is_passed_over(kept: str) -> None:
    assert read(kept) == {}


def test_keys_hold_where_they_belong() -> None:
    kept = "cancel=F4 hold=F8 next=b"

    assert standing_of(kept, Place.CALL).moved == {"F8": "F4", "F4": "F8"}
    assert standing_of(kept, Place.APPROVALS).moved == {"j": "b"}
    assert standing_of(kept, Place.EVERYWHERE).moved is NOTHING


def test_cap_shows_the_persons_own_key() -> None:
    hold(standing_of("cancel=F4 hold=F8 asked=b", Place.CALL))

    drawn = Template('{% key "F8" %}{% key "K" %}{% key "N" %}{% key "Esc" %}{% moved_keys %}').render(Context())

    assert drawn.startswith(
        '<kbd class="key">F4</kbd><kbd class="key">B</kbd><kbd class="key">N</kbd><kbd class="key">Esc</kbd>'
    )
    assert "&quot;F8&quot;: &quot;F4&quot;" in drawn


@pytest.fixture
def scene(db: None) -> Scene:
    return set_scene()


def chosen(**moved: str) -> dict[str, str]:
    """What the form posts: every key, with what was moved."""
    return {action.name: moved.get(action.name, action.key) for action in MOVABLE}


def test_moved_key_stands_on_the_call_screen_and_nowhere_else(scene: Scene) -> None:
    client = signed_in(scene.ann)
    call_id = scene.open_call()

    answer = client.post("/profile/keys/", chosen(cancel="F4", hold="F8", asked="b"))

    assert (answer.status_code, answer["Location"]) == (302, "/profile/keys/")
    page = client.get(f"/calls/{call_id}/").content.decode()
    assert (
        'data-keys="{&quot;F8&quot;: &quot;F4&quot;, &quot;F4&quot;: &quot;F8&quot;, &quot;k&quot;: &quot;b&quot;}"'
        in page
    )
    assert 'Cancel service<kbd class="key">F4</kbd>' in page
    assert 'data-key="F8"' in page
    assert "data-keys=" not in client.get("/profile/").content.decode()
    # Nobody else's page changes, in the same process.
    assert "data-keys=" not in signed_in(scene.sue).get("/approvals/").content.decode()


def test_two_keys_that_meet_are_not_saved(scene: Scene) -> None:
    client = signed_in(scene.ann)

    answer = client.post("/profile/keys/", chosen(asked="n"))

    page = answer.content.decode()
    assert answer.status_code == 422
    assert "On the same screen this key is for “Notes”." in page
    assert page.count('aria-invalid="true"') == 2
    assert User.objects.get(pk=scene.ann.pk).own_keys == ""


def test_post_past_the_list_is_refused(scene: Scene) -> None:
    for key in ("F5", "Alt+k", "x"):
        assert signed_in(scene.ann).post("/profile/keys/", chosen(cancel=key)).status_code == 422


def test_all_keys_go_back(scene: Scene) -> None:
    client = signed_in(scene.ann)
    client.post("/profile/keys/", chosen(cancel="F4", hold="F8"))

    client.post("/profile/keys/", {"act": "reset"})

    assert User.objects.get(pk=scene.ann.pk).own_keys == ""


def test_settings_leave_the_keys_alone(scene: Scene) -> None:
    client = signed_in(scene.ann)
    client.post("/profile/keys/", chosen(asked="b"))

    client.post("/profile/", {"language": "", "theme": "dark", "density": "compact"})

    assert User.objects.get(pk=scene.ann.pk).own_keys == "asked=b"


def test_strangers_keys_are_their_own(scene: Scene) -> None:
    signed_in(scene.sid).post("/profile/keys/", chosen(asked="b"))

    assert User.objects.get(pk=scene.ann.pk).own_keys == ""
    assert Client().get("/profile/keys/").status_code == 302


def test_help_has_every_key_of_the_screen(scene: Scene) -> None:
    call_id = scene.open_call()

    page = signed_in(scene.ann).get(f"/calls/{call_id}/").content.decode()
    help_ = page[page.index('id="keys-help"') : page.index("</dialog>")]

    for name in ("cancel", "hold", "offer", "asked", "accepted", "withdraw", "wrap_up", "find", "go"):
        assert str(BY_NAME[name].words) in help_
    for name in ("approve", "ceiling", "pass"):
        assert str(BY_NAME[name].words) not in help_
