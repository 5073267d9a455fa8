"""Quick nodes draw what Django's nodes draw: for every construct they stand in for, and for whole pages."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import pytest
from django.template import Context, Engine, RequestContext, engines
from django.template.base import TextNode
from django.test import Client, RequestFactory
from django.utils import translation
from django.utils.functional import lazystr
from django.utils.safestring import mark_safe

from offers.choices import OfferKind
from retention_desk.templating.still import Still
from tests.retention_desk.scene import Scene, set_scene, signed_in

STOCK = "django.template.loaders.cached.Loader"
QUICK = "retention_desk.templating.loader.Loader"
PARTIALS = "template_partials.loader.Loader"
DEFAULTS = ["django.template.loaders.filesystem.Loader", "django.template.loaders.app_directories.Loader"]
CHANGING = re.compile(
    r'(?<=csrfmiddlewaretoken" value=")\w{64}|(?<=X-CSRFToken": ")\w{64}|(?<=desk-now" content=")\d+'
    r"|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"
)


class Colour(StrEnum):
    """Something with a value of its own and an attribute."""

    RED = "RED"

    @property
    def label(self) -> str:
        """How it is said."""
        return "a <red> one"


class Odd:
    """An object that answers to what Django tries one after the other."""

    alters = "no"

    def __getitem__(self, name: str) -> str:
        if name == "indexed":
            return "by index"
        raise KeyError(name)

    def method(self) -> str:
        """Called without arguments."""
        return "called & done"

    def needs(self, argument: str) -> str:
        """Cannot be called by a template."""
        return argument

    def delete(self) -> str:
        """Must not be called by a template."""
        raise AssertionError("called")

    delete.alters_data = True  # type: ignore[attr-defined]


class Markup(str):
    """A text that says how it is written in HTML."""

    __slots__ = ()

    def __html__(self) -> str:
        return f"[{self}]"


class Pair(NamedTuple):
    """What is looked into by name and by number."""

    one: str
    two: str


class Silent(Exception):
    """What a template swallows."""

    silent_variable_failure = True


class Fails:
    """Raises when it is looked at."""

    @property
    def quietly(self) -> str:
        """Nothing is shown for it."""
        raise Silent


def values() -> dict[str, Any]:
    """A fresh set of everything that a template may meet."""
    return {
        "text": "a <b> & 'c' \"d\"",
        "safe": mark_safe("<i>safe</i>"),
        "whole": 1234567,
        "part": 12.5,
        "yes": True,
        "nothing": None,
        "empty": "",
        "moment": datetime(2026, 11, 22, 9, 30, tzinfo=UTC),
        "colour": Colour.RED,
        "colours": Colour,
        "odd": Odd(),
        "fails": Fails(),
        "pair": Pair("first", "second"),
        "rows": [{"name": "Ada", "n": 1}, {"name": "<Bo>", "n": 2}],
        "pairs": [("a", 1), ("b", 2)],
        "stream": iter("xyz"),
        "plain": SimpleNamespace(name="deep <x>", inner=SimpleNamespace(colour=Colour.RED, items="shadowed")),
        "words": {"items": "a key", "name": "by key"},
        "lazy": translation.gettext_lazy("Offers"),
        "code": "B",
        "kind": OfferKind.PERCENT_OFF,
        "safe_kind": Markup("<u>its own</u>"),
        "lazy_markup": lazystr("<b> & more"),
    }


PARTS = {
    "part.html": "[{{ text }}|{{ whole }}|{{ given }}|{{ forloop.counter }}]"
    "{% with text='inner' %}{{ text }}{% endwith %}",
    "form.html": "<form>{% csrf_token %}</form>",
    "sub/near.html": "{% include './nearer.html' with given=text only %}",
    "sub/nearer.html": "near {{ given }}",
    "cycle.html": "{% for row in rows %}{% cycle 'odd' 'even' %}{% endfor %}{% block body %}own{% endblock %}",
    "base.html": "{% translate 'Offers' %} <{% block body %}base {{ text }}{% endblock %}>"
    "{% block tail %}{% endblock %}",
    "child.html": "{% extends 'base.html' %}{% block body %}{{ block.super }} child {% include 'cycle.html' %}"
    "{% endblock %}",
    "define.html": "{% partialdef piece inline %}<p>{{ text }}{% if code == 'B' %}b{% endif %}</p>{% endpartialdef %}"
    "{% partialdef hidden %}{% include 'part.html' %}{% endpartialdef %}{% partial hidden %}",
}
CONSTRUCTS = Path(__file__).parent / "constructs.txt"
TEMPLATES = [
    "{% blocktranslate trimmed with n=plain.name w=whole %}\n  {{ n }} has\n  {{ w }}{% endblocktranslate %}{{ n }}",
    *CONSTRUCTS.read_text(encoding="utf-8").splitlines(),
]


def engine(loader: str) -> Engine:
    """An engine like the desk's, with that loader for our templates from memory."""
    ours = engines["django"].engine  # type: ignore[attr-defined]
    memory = PARTS | {f"t{number}": text for number, text in enumerate(TEMPLATES)}
    return Engine(
        loaders=[(PARTIALS, [(loader, [("django.template.loaders.locmem.Loader", memory)])])],
        builtins=ours.builtins,
        libraries=ours.libraries,
        context_processors=ours.context_processors,
    )


def drawn(with_engine: Engine, number: int) -> str:
    """One of the templates, twice in one language and once in another."""
    request = RequestFactory().get("/there/?x=1")
    texts = []
    for language in ("en", "en", "de"):
        context = RequestContext(request, values() | {"name_of_part": "part.html", "view_name": "home"})
        with translation.override(language):
            texts.append(with_engine.get_template(f"t{number}").render(context))
    return CHANGING.sub("-", "\n".join(texts))


@pytest.mark.parametrize("number", range(len(TEMPLATES)), ids=TEMPLATES)
def test_template_draws_the_same(number: int) -> None:
    quick, stock = engine(QUICK), engine(STOCK)

    assert drawn(quick, number) == drawn(stock, number)


@pytest.mark.parametrize("text", ["{{ fails.loudly }}", "{% url 'absent' %}", "{% for a, b in rows %}{% endfor %}"])
def test_what_fails_in_django_fails_the_same(text: str) -> None:
    class Loud:
        @property
        def loudly(self) -> str:
            raise LookupError("loud")

    found = []
    for loader in (STOCK, QUICK):
        memory = [(PARTIALS, [(loader, [("django.template.loaders.locmem.Loader", {"t": text})])])]
        template = Engine(loaders=memory).get_template("t")
        with pytest.raises(Exception) as raised:
            template.render(Context({"fails": Loud(), "rows": [(1, 2, 3)]}))
        found.append((raised.type, str(raised.value)))

    assert found[0] == found[1]


def test_neighbours_that_depend_on_the_language_alone_are_one_node() -> None:
    template = engine(QUICK).get_template(f"t{len(TEMPLATES) - 1}")

    assert [type(node) for node in template.nodelist] == [Still, type(template.nodelist[1]), Still]
    assert not any(isinstance(node, TextNode) for node in template.nodelist)


def test_template_debugging_keeps_djangos_own_nodes() -> None:
    ours = Engine(debug=True, loaders=[(QUICK, [("django.template.loaders.locmem.Loader", {"t": "{{ a }}"})])])

    assert type(ours.get_template("t").nodelist[0]).__name__ == "VariableNode"


@pytest.fixture
def scene(db: None) -> Scene:
    return set_scene()


@pytest.fixture
def stock(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Call it, and the desk draws with Django's own nodes."""
    ours = engines["django"].engine  # type: ignore[attr-defined]
    return lambda: monkeypatch.setattr(ours, "template_loaders", stock_loaders(ours))


@cache
def stock_loaders(ours: Engine) -> Any:
    """Loaders that leave every template as it is; they compile each only once."""
    return ours.get_template_loaders([(PARTIALS, [(STOCK, DEFAULTS)])])


@pytest.mark.parametrize(
    ("who", "path"),
    [
        *(("ann", f"/calls/{{call}}/{rest}") for rest in ("", "?panel=complaint", "cancel/", "offers/{offer}/")),
        ("ann", "/customers/?q=Tennant"),
        ("ann", "/"),
        ("ann", "/profile/"),
        ("sue", "/"),
        ("sue", "/approvals/"),
    ],
)
def test_page_looks_the_same(scene: Scene, stock: Callable[[], None], who: str, path: str) -> None:
    call = scene.open_call()
    client: Client = signed_in(getattr(scene, who))
    address = path.format(call=call, offer=scene.offers["credit"].pk)
    # Clocks that run on are not what is compared.
    clock = re.compile(r"\d\d:\d\d|data-\w+=\"\d{9,}\"")

    quick = client.get(address).content.decode()
    stock()
    plain = client.get(address).content.decode()

    assert "</html>" in quick
    assert clock.sub("-", CHANGING.sub("-", quick)) == clock.sub("-", CHANGING.sub("-", plain))
