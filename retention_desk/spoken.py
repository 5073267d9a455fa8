"""Sentences that are read out as they stand: in Thai they end politely, with the particle of who speaks."""

import re

from django.utils.translation import get_language

_THAI = re.compile(r"[\u0e01-\u0e5b]")
# What a Thai question ends with; it takes another tone of the particle.
_QUESTION = re.compile(r"(ไหม|มั้ย|หรือไม่|หรือยัง|หรือเปล่า|อะไร|เท่าไร|เมื่อไร|อย่างไร)$")
# A sentence of the company's own may end with a particle already, with or without the softening word before it.
_SAID = re.compile(r"\s*(นะ)?(ครับ/ค่ะ|ครับ/คะ|ครับ|ค่ะ|คะ)$")
# (in a statement, in a question) by the choice in the profile (retention_desk.people.models.ThaiParticle).
_PARTICLES = {"": ("ครับ/ค่ะ", "ครับ/คะ"), "KHRAP": ("ครับ", "ครับ"), "KHA": ("ค่ะ", "คะ")}


def speaks_thai() -> bool:
    """Whether the page is written in Thai."""
    return (get_language() or "").startswith("th")


def politely(words: str, *, particle: str) -> str:
    """`words` with the particle at their end, in Thai; as they are in every other language.

    A closing mark stays last, and a particle that stands there already gives way. Words may be escaped HTML.
    """
    words = words.strip()
    if not speaks_thai() or not _THAI.search(words):
        return words
    sentence = words.rstrip(".?! ")
    mark = words[len(sentence) :].strip()
    said = _SAID.search(sentence)
    sentence, soft = (sentence[: said.start()], said[1] or "") if said else (sentence, "")
    statement, question = _PARTICLES.get(particle, _PARTICLES[""])
    # The softening word takes the tone of a question.
    asks = bool(soft) or "?" in mark or bool(_QUESTION.search(sentence))
    # Thai letters stand together; after a figure or a name in other letters there is a space.
    space = "" if _THAI.match(sentence[-1:]) else " "
    return f"{sentence}{space}{soft}{question if asks else statement}{mark}"
