"""The call screen: what it costs, who sees it, and what stands on it."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from customers import calls, dispositions
from customers.choices import DispositionKind
from customers.models import Call, Reason
from tests.builders import desk_now, make_interaction, make_reason, make_user, new_key
from tests.retention_desk.scene import Scene, set_scene, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def scene() -> Scene:
    return set_scene()


def text_of(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def rows_of(client: Client, call_id: int) -> str:
    """The list of offers, without the panel of the one that is built."""
    return text_of(client, f"/calls/{call_id}/").partition('id="work-panel"')[2].partition('id="offer-panel"')[0]


@pytest.mark.parametrize("path", ["", "?offer={offer}", "?panel=complaint", "cancel/", "offers/{offer}/"])
def test_screen_costs_two_statements_beside_the_session(
    scene: Scene, path: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    call_id = scene.open_call()
    client = signed_in(scene.ann)
    address = f"/calls/{call_id}/" + path.format(offer=scene.offers["credit"].pk)
    client.get(address)

    # Cancelling reads the sheet once more: which lines can end decides what may be posted.
    most = 4 if path == "cancel/" else 3
    with django_assert_num_queries(most):
        text = text_of(client, address)

    assert "Marisol Tennant" in text


def test_screen_is_there_for_its_agent_only(scene: Scene) -> None:
    call_id = scene.open_call()

    assert signed_in(scene.ann).get(f"/calls/{call_id}/").status_code == 200
    assert signed_in(scene.sid).get(f"/calls/{call_id}/").status_code == 404
    assert signed_in(scene.sue).get(f"/calls/{call_id}/").status_code == 404
    assert signed_in(make_user("max")).get(f"/calls/{call_id}/").status_code == 403
    assert Client().get(f"/calls/{call_id}/").url.startswith("/login/")  # type: ignore[attr-defined]


def test_screen_says_who_this_is_and_what_they_are_worth(scene: Scene) -> None:
    text = text_of(signed_in(scene.ann), f"/calls/{scene.open_call()}/")

    for words in (
        "$195.99",
        "6 yr 2 mo",
        "1 open complaint",
        "Fibre 500 internet",
        "Within your limit",
        "Not eligible",
    ):
        assert words in text
    assert "For new customers only" in text


def test_unchecked_caller_leaves_the_record_closed_and_cancelling_open(scene: Scene) -> None:
    text = text_of(signed_in(scene.ann), f"/calls/{scene.open_call(checked=False)}/")

    assert "Who is calling?" in text
    assert "Cancel service" in text
    for hidden in ("4471-0926-3", "$195.99", "TV Select", "48213", "Internet loyalty discount"):
        assert hidden not in text


def test_reason_without_offers_says_so(scene: Scene) -> None:
    call_id = scene.open_call()
    client = signed_in(scene.ann)

    answer = client.post(
        f"/calls/{call_id}/reason/", {"reason": "DEATH", "panel_now": "compose"}, headers={"HX-Request": "true"}
    )

    assert answer["HX-Retarget"] == "#offer-panel"
    assert "No offers on this call." in answer.content.decode()
    assert "Internet loyalty discount" not in text_of(client, f"/calls/{call_id}/")


def test_detail_of_a_reason_closes_offers_too(scene: Scene) -> None:
    make_reason(
        "MOVING_AWAY",
        words={"en": "Out of the area"},
        parent=Reason.objects.get(code="MOVING"),
        offers_allowed=False,
    )
    call_id = scene.open_call()
    client = signed_in(scene.ann)

    client.post(f"/calls/{call_id}/reason/", {"reason": "MOVING"})
    open_still = text_of(client, f"/calls/{call_id}/")
    client.post(f"/calls/{call_id}/reason/", {"reason": "MOVING", "detail": "MOVING_AWAY"})
    closed = text_of(client, f"/calls/{call_id}/")

    assert "Internet loyalty discount" in open_still
    assert "The reason is Out of the area." in closed
    assert "Internet loyalty discount" not in closed


def test_detail_goes_with_the_reason_that_it_was_shown_for(scene: Scene) -> None:
    call_id = scene.open_call()
    client = signed_in(scene.ann)
    client.post(f"/calls/{call_id}/reason/", {"reason": "PRICE", "detail": "PRICE_PROMOTION"})
    page = text_of(client, f"/calls/{call_id}/")

    answer = client.post(
        f"/calls/{call_id}/reason/", {"reason": "RIVAL", "detail": "PRICE_PROMOTION", "detail_of": "PRICE"}
    )

    assert 'name="detail_of" value="PRICE"' in page
    assert answer.status_code == 302
    call = Call.objects.get(pk=call_id)
    assert (call.reason, call.reason_detail) == (Reason.objects.get(code="RIVAL"), None)


def test_other_reason_brings_its_own_details_and_the_same_one_leaves_them_alone(scene: Scene) -> None:
    call_id = scene.open_call()
    client = signed_in(scene.ann)

    def say(**said: str) -> str:
        answer = client.post(f"/calls/{call_id}/reason/", said, headers={"HX-Request": "true"})
        return answer.content.decode()

    other = say(reason="PRICE", detail_of="")
    same = say(reason="PRICE", detail_of="PRICE", detail="PRICE_PROMOTION", rival_price="55", rival_product="INTERNET")

    assert 'id="reason-detail-field" hx-swap-oob="true"' in other
    assert 'value="PRICE_PROMOTION"' in other
    assert 'name="detail_of" value="PRICE"' in other
    assert "reason-detail-field" not in same
    assert "$79.99 with us, $55.00 there" in same


def test_reason_ranks_anew_and_leaves_the_offer_alone(scene: Scene) -> None:
    call_id = scene.open_call()

    answer = signed_in(scene.ann).post(
        f"/calls/{call_id}/reason/",
        {
            "reason": "PRICE",
            "rival": "Lumo Fibre",
            "rival_price": "$55",
            "rival_product": "INTERNET",
            "panel_now": "compose",
        },
        headers={"HX-Request": "true"},
    )

    text = answer.content.decode()
    assert 'id="work-panel"' in text
    assert 'id="offer-panel"' not in text
    assert "fits: price" in text
    assert "$79.99 with us, $55.00 there" in text_of(signed_in(scene.ann), f"/calls/{call_id}/")


def test_row_of_an_offer_that_was_made_tells_the_terms_that_were_made(scene: Scene) -> None:
    call_id = scene.open_call()
    client, version = signed_in(scene.ann), scene.offers["discount"].pk
    assert "10% for 3 months" not in rows_of(client, call_id)

    client.post(
        f"/calls/{call_id}/offers/{version}/",
        {"key": str(new_key()), "act": "present", "percent": 10, "months": 3},
        headers={"HX-Request": "true"},
    )

    assert "10% for 3 months" in rows_of(client, call_id)


def test_call_leads_to_the_open_call_to_the_one_without_an_ending_or_to_the_look_up(scene: Scene) -> None:
    client = signed_in(scene.ann)
    assert client.get("/calls/").url == "/customers/"  # type: ignore[attr-defined]

    call_id = scene.open_call()
    assert client.get("/calls/").url == f"/calls/{call_id}/"  # type: ignore[attr-defined]

    calls.end_call(call_id=call_id, by=scene.ann.pk, role="AGENT")
    assert client.get("/calls/").url == f"/calls/{call_id}/"  # type: ignore[attr-defined]


def test_closed_call_leads_home(scene: Scene) -> None:
    call_id = scene.open_call()
    calls.end_call(call_id=call_id, by=scene.ann.pk, role="AGENT")
    dispositions.close_call(
        call_id=call_id, kind=DispositionKind.SAVED_WITHOUT, lines=None, by=scene.ann.pk, role="AGENT", key=new_key()
    )
    client = signed_in(scene.ann)

    assert client.get(f"/calls/{call_id}/").url == "/"  # type: ignore[attr-defined]
    answer = client.post(f"/calls/{call_id}/recording/", headers={"HX-Request": "true"})
    assert answer["HX-Redirect"] == "/"


def test_late_save_of_the_notes_leads_nowhere(scene: Scene) -> None:
    call_id = scene.open_call()
    calls.end_call(call_id=call_id, by=scene.ann.pk, role="AGENT")
    dispositions.close_call(
        call_id=call_id, kind=DispositionKind.SAVED_WITHOUT, lines=None, by=scene.ann.pk, role="AGENT", key=new_key()
    )

    late = signed_in(scene.ann).post(f"/calls/{call_id}/notes/", {"notes": "Too late."}, headers={"HX-Request": "true"})

    assert late.status_code == 409
    assert "HX-Redirect" not in late


def test_page_and_fragment_are_one_address(scene: Scene) -> None:
    call_id = scene.open_call()
    client = signed_in(scene.ann)

    part = client.get(f"/calls/{call_id}/", headers={"HX-Request": "true"})

    assert part.content.decode().lstrip().startswith("<form")
    assert "HX-Request" in part["Vary"]
    assert text_of(client, f"/calls/{call_id}/").lstrip().startswith("<!doctype html>")


def test_history_comes_in_tens_and_goes_on(scene: Scene) -> None:
    for number in range(12):
        make_interaction(scene.customer, title=f"Bill number {number}", kind="BILL")
    call_id = scene.open_call()
    client = signed_in(scene.ann)
    assert "Show older entries" in text_of(client, f"/calls/{call_id}/")

    rows = client.get(
        f"/calls/{call_id}/history/?before={desk_now().isoformat().replace('+', '%2B')}", headers={"HX-Request": "true"}
    )

    assert rows.content.decode().count("<li") >= 12
    assert "Marisol Tennant" in text_of(client, f"/calls/{call_id}/history/")
