"""Every recorded example of docs/examples/telephone means what it says; what is broken is told in a sentence."""

import json
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from customers.choices import TelephoneEventKind, TelephoneSystem
from customers.telephone.told import Told
from retention_desk.telephone.adapters import ADAPTERS, amazon_connect, asterisk, twilio
from retention_desk.telephone.fields import NotUnderstood, moment, number, text, whole

FOLDER = Path(settings.BASE_DIR) / "docs" / "examples" / "telephone"
EXAMPLES = {path.stem: json.loads(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.json"))}
NOW = datetime(2026, 11, 22, 17, 3, 6, tzinfo=UTC)


def read(example: dict[str, Any]) -> tuple[Told, ...]:
    return ADAPTERS[TelephoneSystem(example["system"])](example["body"], example.get("headers", {}), NOW)


def told(said: dict[str, Any]) -> Told:
    at = NOW if said["occurred_at"] == "NOW" else datetime.fromisoformat(said["occurred_at"])
    return Told(**said | {"kind": TelephoneEventKind(said["kind"]), "occurred_at": at})


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_means_what_it_says(name: str) -> None:
    example = EXAMPLES[name]

    assert read(example) == tuple(told(one) for one in example["told"])


def test_every_system_has_an_adapter_and_examples_of_what_it_can_tell() -> None:
    shown: dict[str, set[str]] = {system: set() for system in TelephoneSystem}
    for example in EXAMPLES.values():
        shown[example["system"]] |= {one["kind"] for one in example["told"]}

    assert ADAPTERS.keys() == set(TelephoneSystem)
    assert {kinds >= {"RINGING", "ANSWERED", "ENDED"} for kinds in shown.values()} == {True}


def test_every_status_that_an_adapter_knows_is_one_of_the_kinds() -> None:
    tables = (twilio.CALLER, twilio.AGENT, twilio.CONFERENCE, asterisk.MANAGER, amazon_connect.CONTACT_EVENTS)

    assert {kind for table in tables for kind in table.values()} == set(TelephoneEventKind)


@pytest.mark.parametrize("name", [name for name, example in EXAMPLES.items() if example["told"]])
def test_field_that_is_missing_is_named(name: str) -> None:
    """Take away each field by itself: either it was not needed, or the sentence says which it was."""
    example, found = EXAMPLES[name], []
    for field in example["body"]:
        rest = {one: value for one, value in example["body"].items() if one != field}
        try:
            read(example | {"body": rest})
        except NotUnderstood as wrong:
            found.append(wrong)

    assert found
    assert [wrong for wrong in found if not wrong.field or not wrong.sentence.startswith(wrong.field)] == []


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("wrong", [[], {}, True, "x" * 500, -1], ids=["list", "object", "bool", "long", "negative"])
def test_field_of_another_shape_is_refused_or_left_alone(name: str, wrong: object) -> None:
    example = EXAMPLES[name]
    for field in example["body"]:
        try:
            found = read(example | {"body": example["body"] | {field: wrong}})
        except NotUnderstood:
            continue
        for one in found:
            assert all(len(getattr(one, each.name)) <= 160 for each in fields(one) if each.type == "str")


@pytest.mark.parametrize(
    ("said", "at"),
    [
        ("2026-11-22T09:00:00Z", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("2026-11-22T09:00:00.000+0000", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("2026-11-22T10:00:00+01:00", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("Sun, 22 Nov 2026 09:00:00 +0000", datetime(2026, 11, 22, 9, tzinfo=UTC)),
        (1795338000, datetime(2026, 11, 22, 9, tzinfo=UTC)),
        ("1795338000.5", datetime(2026, 11, 22, 9, 0, 0, 500_000, tzinfo=UTC)),
        (1795338000500, datetime(2026, 11, 22, 9, 0, 0, 500_000, tzinfo=UTC)),
    ],
)
def test_moment_is_read_as_it_is_written(said: object, at: datetime) -> None:
    assert moment({"a": {"b": said}}, "a.b") == at


@pytest.mark.parametrize("said", ["", None, "soon", "2026-11-22T09:00:00", "inf", "nan", "1e400", [], {"a": 1}, True])
def test_moment_without_a_zone_or_sense_is_refused(said: object) -> None:
    with pytest.raises(NotUnderstood) as wrong:
        moment({"at": said}, "at")

    assert wrong.value.field == "at"
    assert "at" in wrong.value.sentence.split()


@pytest.mark.parametrize(
    ("said", "wanted"),
    [("tel:+15595550142", "+15595550142"), ("sip:+15595550142@pbx.example", "+15595550142"), ("", ""), (None, "")],
)
def test_number_is_taken_out_of_its_address(said: object, wanted: str) -> None:
    assert number({"from": said}, "from") == wanted


@pytest.mark.parametrize("said", ["-1", "1.5", "x", str(2**63)])
def test_count_that_is_none_is_refused(said: str) -> None:
    with pytest.raises(NotUnderstood, match="sequence must be"):
        whole({"sequence": said}, "sequence")


def test_sentence_never_repeats_what_was_sent() -> None:
    with pytest.raises(NotUnderstood) as wrong:
        text({"agent": "+15595550142 " * 20}, "agent")

    assert "5595550142" not in wrong.value.sentence
