"""Which sentence stands in which place, read from the templates as a browser would."""

from pathlib import Path

import pytest

from retention_desk import word_room
from retention_desk.word_room import Placed


def found(root: Path, **templates: str) -> list[Placed]:
    folder = root / "templates"
    folder.mkdir()
    for name, text in templates.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return word_room.placed(root, [folder / "page.html"])


@pytest.mark.parametrize(
    ("markup", "place"),
    [
        ('<span class="pill pill--ok">{% translate "Save" %}</span>', "pill"),
        ('<a class="btn{% if x %} btn--main{% endif %}"><b>{% translate "Save" %}</b></a>', "button"),
        ('<th scope="col">{% blocktranslate trimmed %}\n Save\n{% endblocktranslate %}</th>', "column head"),
        ('<span class="pill"><button class="btn">{% translate "Save" %}</button></span>', "button"),
    ],
)
def test_sentence_belongs_to_the_innermost_place(tmp_path: Path, markup: str, place: str) -> None:
    assert found(tmp_path, page=markup) == [Placed(place, None, "Save", "templates/page.html")]


@pytest.mark.parametrize(
    "markup",
    [
        '<button class="btn" title="{% translate "Save" %}"></button>',
        '<button class="btn"><span class="sr">{% translate "Save" %}</span></button>',
        '<button class="btn">{% comment %}{% translate "Save" %}{% endcomment %}</button>',
        '<th scope="row">{% translate "Save" %}</th>',
        '{% if a %}<div class="pill">{% else %}<p class="pill">{% endif %}</p></div>{% translate "Save" %}',
    ],
)
def test_sentence_that_may_wrap_or_is_not_seen_has_no_place(tmp_path: Path, markup: str) -> None:
    assert found(tmp_path, page=markup) == []


def test_included_and_handed_words_stand_where_they_are_drawn(tmp_path: Path) -> None:
    page = (
        '<button class="btn">{% include "part.html" %}</button>'
        '{% translate "Agent" context "column" as head %}{% include "table.html" with heading=head only %}'
    )

    places = found(tmp_path, page=page, part='{% translate "Save" %}', table="<th>{{ heading }}</th>")

    assert places == [
        Placed("button", None, "Save", "templates/part.html"),
        Placed("column head", "column", "Agent", "templates/table.html"),
    ]


def test_plural_is_found_by_its_first_form_with_its_values(tmp_path: Path) -> None:
    page = '<p class="pill">{% blocktranslate count n=n %}{{ n }} call{% plural %}{{ n }} calls{% endblocktranslate %}'

    assert [one.words for one in found(tmp_path, page=page)] == ["%(n)s call"]
    assert word_room.shown("%(n)s call, 5%%") == "00 call, 5%"
