"""What every template and stylesheet keeps: the page's policy, files that exist, words that can be translated."""

import posixpath
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import engines

TEMPLATES = Path(settings.BASE_DIR) / "templates"
STATIC = Path(settings.BASE_DIR) / "static"
PAGES = sorted(TEMPLATES.rglob("*.html"))
SCRIPTS = sorted((STATIC / "js").glob("*.js"))
STYLES = sorted((STATIC / "css").glob("*.css"))
MOST_BYTES_OF_A_SCRIPT = 10_000

TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
COMMENT = re.compile(r"{% comment.*?{% endcomment %}", re.DOTALL)


def named(path: Path) -> str:
    return str(path.relative_to(settings.BASE_DIR))


pages = pytest.mark.parametrize("path", [pytest.param(path, id=named(path)) for path in PAGES])


class Markup(HTMLParser):
    """Collects what the policy forbids and the words that stand untranslated in the text."""

    def __init__(self) -> None:
        super().__init__()
        self.forbidden: list[str] = []
        self.words: list[str] = []
        self._open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named_attributes = dict(attrs)
        for name, value in attrs:
            inline = name == "style" or name.startswith(("on", "hx-on"))
            if inline or (value or "").strip().lower().startswith(("javascript:", "js:", "data:")):
                self.forbidden.append(f'<{tag} {name}="{value}">')
            if name in {"aria-label", "title", "placeholder", "alt"}:
                self._note(value or "")
        if tag == "style" or (tag == "script" and not named_attributes.get("src")):
            self.forbidden.append(f"<{tag}>")
        if tag not in {"meta", "link", "input", "br", "hr", "img", "rect", "path", "use"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag in self._open:
            while self._open.pop() != tag:
                pass

    def handle_data(self, data: str) -> None:
        if not {"script", "style", "code"} & set(self._open):
            self._note(data)

    def _note(self, text: str) -> None:
        # One letter is a sign or a unit's cap, "Retention Desk" is the product's name.
        for word in re.findall(r"[A-Za-z]{2,}", text.replace("Retention Desk", "")):
            self.words.append(word)


def read(path: Path) -> str:
    return COMMENT.sub("", path.read_text())


@pages
def test_template_compiles(path: Path) -> None:
    engines["django"].get_template(str(path.relative_to(TEMPLATES)))


@pages
def test_template_passes_the_page_policy(path: Path) -> None:
    markup = Markup()
    # A tag may stand inside an attribute; what it will print is judged where it is made.
    markup.feed(TAG.sub("0", read(path)))

    assert markup.forbidden == []


@pages
def test_template_has_no_word_that_cannot_be_translated(path: Path) -> None:
    text = re.sub(r"{% blocktranslate.*?{% endblocktranslate %}", " ", read(path), flags=re.DOTALL)
    markup = Markup()
    markup.feed(TAG.sub(" ", text))

    assert markup.words == []


@pages
def test_template_names_only_files_and_icons_that_exist(path: Path) -> None:
    text = read(path)
    for name in re.findall(r'{% static ["\']([^"\']+)["\']', text):
        assert finders.find(name), f"{name} is not in static/"
    sprite = (STATIC / "vendor" / "icons.svg").read_text()
    for icon in re.findall(r'{% icon ["\']([^"\']+)["\']', text):
        assert f'<symbol id="{icon}"' in sprite, f"the sprite has no icon {icon}"


@pages
def test_shared_part_says_what_it_takes(path: Path) -> None:
    if path.parent.name == "_parts":
        assert path.read_text().startswith("{% comment %}"), "a shared part starts with a comment that lists its inputs"


def test_extends_and_includes_name_templates_that_exist() -> None:
    for path in PAGES:
        for name in re.findall(r'{% (?:extends|include) ["\']([^"\'#]+)', read(path)):
            assert (TEMPLATES / name).exists(), f"{named(path)} names {name}"


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in STYLES])
def test_stylesheet_names_only_our_own_files(path: Path) -> None:
    for name in re.findall(r"url\(\s*[\"']?([^\"')]+)", path.read_text()):
        # The administration's sheet takes Django's own, which are served beside ours.
        assert finders.find(posixpath.normpath(path.parent.relative_to(STATIC) / name)), name


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in SCRIPTS])
def test_script_is_small_and_needs_no_exception_from_the_policy(path: Path) -> None:
    text = path.read_text()

    assert path.stat().st_size < MOST_BYTES_OF_A_SCRIPT
    assert text.startswith("/**"), "a module says first which attributes it answers to"
    for word in ("eval(", "new Function", ".style.", "innerHTML", "setAttribute('style'", 'setAttribute("style"'):
        assert word not in text
    # A relative import would name a file without the hash of its content.
    assert not re.search(r"^import ", text, flags=re.MULTILINE)


def test_every_token_that_is_used_is_defined() -> None:
    text = "".join(path.read_text() for path in STYLES)

    assert set(re.findall(r"var\((--[\w-]+)", text)) <= set(re.findall(r"(--[\w-]+)\s*:", text))


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


TEXT = [
    ("ink", "surface"),
    ("ink", "canvas"),
    ("ink", "surface-sel"),
    ("ink", "warn-soft"),
    ("ink", "stop-soft"),
    ("ink", "ok-soft"),
    ("ink-2", "surface"),
    ("ink-2", "surface-sunk"),
    ("ink-2", "surface-sel"),
    ("ink-2", "warn-soft"),
    ("ink-2", "stop-soft"),
    ("ink-2", "ok-soft"),
    ("ink-2", "mute-soft"),
    ("ink-3", "surface"),
    ("ink-3", "canvas"),
    ("ink-3", "surface-sunk"),
    ("live-ink", "live"),
    ("live-ink-2", "live"),
    ("accent", "surface"),
    ("accent", "accent-soft"),
    ("accent-ink", "accent"),
    ("accent-ink", "accent-hover"),
    ("ok", "ok-soft"),
    ("ok", "surface"),
    ("warn", "warn-soft"),
    ("warn", "surface"),
    ("stop", "stop-soft"),
    ("stop", "surface"),
]
PARTS = [
    ("line-control", "surface"),
    ("ok-fill", "surface"),
    ("warn-fill", "surface"),
    ("stop-fill", "surface"),
    *((f"c{number}", "surface") for number in range(1, 6)),
]


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), [(*pair, 4.5) for pair in TEXT] + [(*pair, 3.0) for pair in PARTS])
def test_colours_are_told_apart(front: str, back: str, least: float, theme: int) -> None:
    colours: dict[str, tuple[str, ...]] = {}
    for name, value in re.findall(r"--([\w-]+):\s*([^;]+);", (STATIC / "css" / "tokens.css").read_text()):
        found = re.findall(r"#[0-9a-f]{6}\b", value)
        if found:
            colours.setdefault(name, (found[0], found[-1]))

    assert contrast(colours[front][theme], colours[back][theme]) >= least
