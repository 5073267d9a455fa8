"""Sentences that are read out: in Thai they end politely, as the person at the desk speaks; elsewhere as they are."""

import re

import pytest
from django.test import Client
from django.utils import translation
from pytest_django import Settings

from retention_desk.gallery.states import STATES
from retention_desk.people.models import ThaiParticle, User
from retention_desk.spoken import politely
from tests.retention_desk.scene import Scene, set_scene, signed_in

SAY = re.compile(r'<p class="say".*?<q>(.*?)</q>', re.S)
ENDS = {"": r"ครับ/(ค่ะ|คะ)$", "KHRAP": "ครับ$", "KHA": r"(ค่ะ|คะ)$"}
# Every state of the gallery in which something is said.
SPOKEN = (
    "within", "waiting", "presented", "approved", "accepted", "no-offer-fits", "cancelling", "cancelled",
    "already-cancelled",
)  # fmt: skip


@pytest.fixture
def scene(db: None) -> Scene:
    return set_scene()


@pytest.mark.parametrize(
    ("words", "particle", "said"),
    [
        ("คืนเงินให้ได้", "KHRAP", "คืนเงินให้ได้ครับ"),
        ("คืนเงินให้ได้", "KHA", "คืนเงินให้ได้ค่ะ"),
        ("คืนเงินให้ได้", "", "คืนเงินให้ได้ครับ/ค่ะ"),
        ("มีอะไรให้ช่วยอีกไหม", "KHA", "มีอะไรให้ช่วยอีกไหมคะ"),
        ("มีอะไรให้ช่วยอีกไหม", "", "มีอะไรให้ช่วยอีกไหมครับ/คะ"),
        ("รับไหม?", "KHRAP", "รับไหมครับ?"),
        ("ค่าบริการ ฿1,799.90", "KHA", "ค่าบริการ ฿1,799.90 ค่ะ"),
        ("ลดให้ได้ค่ะ", "KHRAP", "ลดให้ได้ครับ"),
        ("ลดให้ได้นะครับ", "KHA", "ลดให้ได้นะคะ"),
        ("I can take the fee off.", "KHA", "I can take the fee off."),
        ("", "KHA", ""),
    ],
)
def test_thai_ends_with_the_particle_of_who_speaks(words: str, particle: str, said: str) -> None:
    with translation.override("th"):
        assert politely(words, particle=particle) == said


@pytest.mark.parametrize("language", ["en", "de", "pt-br", "ru"])
def test_other_languages_stay_as_they_are(language: str) -> None:
    with translation.override(language):
        assert politely("คืนเงินให้ได้", particle="KHA") == "คืนเงินให้ได้"


@pytest.mark.parametrize("particle", ENDS)
def test_every_line_to_say_ends_politely(scene: Scene, particle: str, settings: Settings) -> None:
    User.objects.filter(pk=scene.ann.pk).update(language="th", thai_particle=particle)
    settings.GALLERY = True
    client = signed_in(scene.ann)

    for slug in SPOKEN:
        said = SAY.findall(client.get(f"/gallery/{slug}/").content.decode())
        assert said, slug
        assert all(re.search(ENDS[particle], words) for words in said), (slug, said)
    assert set(SPOKEN) <= set(STATES)


def test_profile_asks_for_the_particle_in_thai_alone_and_keeps_it(scene: Scene) -> None:
    client = signed_in(scene.ann)
    settings = {"theme": "system", "density": "compact", "single_keys": "on", "sounds": "on"}
    assert "thai_particle" not in client.get("/profile/").content.decode()

    _save(client, settings | {"language": "th"})
    assert "thai_particle" in client.get("/profile/").content.decode()
    _save(client, settings | {"language": "th", "thai_particle": "KHA"})
    # The menu of the rail does not ask for it, nor does another language.
    _save(client, settings | {"language": "th"})
    _save(client, settings | {"language": "de"})

    scene.ann.refresh_from_db()
    assert scene.ann.thai_particle == ThaiParticle.KHA
    assert scene.ann.sounds


def _save(client: Client, data: dict[str, str]) -> None:
    assert client.post("/profile/", data).status_code == 302
