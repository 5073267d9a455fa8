"""Screens turn round for languages that are written from right to left: stylesheets name start and end, never a side.

What a direction cannot be named for (a shadow, a shift along the line) has a twin under `[dir="rtl"]`.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings

STYLES = sorted((Path(settings.BASE_DIR) / "static" / "css").glob("*.css"))
TEMPLATES = Path(settings.BASE_DIR) / "templates"
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
SIDE = re.compile(r"(^|-)(left|right)(-|$)")
# Values that name a side.
SIDED = re.compile(r"\b(left|right)\b")
SHIFT = re.compile(r"translateX\(|^inset -?[1-9]|\binset -?[1-9]")


def rules(text: str) -> list[tuple[str, str, str]]:
    """Every (selector, property, value) of a stylesheet."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return [
        (" ".join(selector.split()), *(part.strip() for part in line.split(":", 1)))
        for selector, body in RULE.findall(text)
        for line in body.split(";")
        if ":" in line
    ]


def faults(text: str) -> list[str]:
    """What would stay on its side when the page turns round."""
    every = rules(text)
    turned = {selector.replace('[dir="rtl"] ', "") for selector, _name, _value in every if '[dir="rtl"]' in selector}
    turned |= {one.strip() for selector in turned for one in selector.split(",")}
    found = []
    for selector, name, value in every:
        parts = re.sub(r"\([^()]*\)", "()", re.sub(r"\([^()]*\)", "()", value)).split()
        four = name in ("padding", "margin", "inset", "border-width") and len(parts) == 4 and parts[1] != parts[3]
        corners = name == "border-radius" and len(parts) == 4 and (parts[0] != parts[1] or parts[2] != parts[3])
        shifted = name in ("box-shadow", "transform") and SHIFT.search(value)
        alone = shifted and '[dir="rtl"]' not in selector and selector not in turned
        if SIDE.search(name) or four or corners or alone or (SIDED.search(value) and not name.startswith("--")):
            found.append(f"{selector} {{ {name}: {value} }}")
    return found


@pytest.mark.parametrize("path", [pytest.param(path, id=path.name) for path in STYLES])
def test_stylesheet_names_no_side(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    "rule",
    [
        "a { margin-left: 1px }",
        "a { right: 0 }",
        "a { text-align: right }",
        "a { padding: 1px 7px 1px 5px }",
        "a { border-radius: 0 1px 1px 0 }",
        "a { box-shadow: inset 3px 0 0 red }",
        "a { transform: translateX(1rem) }",
    ],
)
def test_a_side_is_found(rule: str) -> None:
    """The rig."""
    assert len(faults(rule)) == 1


@pytest.mark.parametrize(
    "rule",
    [
        "a { margin-inline-start: 1px; padding: 1px 2px; border-radius: 0 0 var(--r3) var(--r3) }",
        'a { box-shadow: inset 3px 0 0 red } [dir="rtl"] a { box-shadow: inset -3px 0 0 red }',
        "a { box-shadow: inset 0 0 0 1px red; inset-inline: auto 0 }",
    ],
)
def test_start_and_end_are_no_side(rule: str) -> None:
    assert faults(rule) == []


def test_arrows_turn_round_with_the_page() -> None:
    """An arrow along the line has the class that mirrors it."""
    pattern = re.compile(r'{% icon "((?:arrow|chevron)-(?:left|right)|logout)"(?: "([^"]*)")? %}')
    found = [
        f"{path.relative_to(TEMPLATES)}: {name}"
        for path in sorted(TEMPLATES.rglob("*.html"))
        for name, classes in pattern.findall(path.read_text(encoding="utf-8"))
        if "i--flip" not in classes and name != "logout"
    ]

    assert found == []


def test_numbers_of_phones_and_accounts_are_written_from_left_to_right() -> None:
    """Only through the filters that put them into `<bdi dir="ltr">`, or inside one that the template writes."""
    names = r"phone_from|\.phone|service_number|account_number|account_tail"
    bare = re.compile(r"{{ [\w.]*(?:" + names + r")(?:\|(?!phone|account_|urlencode)[^}]*)? }}")
    found = []
    for path in sorted(TEMPLATES.rglob("*.html")):
        text = re.sub(r'<bdi dir="ltr"[^>]*>[^<]*</bdi>', "", path.read_text(encoding="utf-8"))
        # What stands inside an attribute is not drawn.
        text = re.sub(r'(value|href|hx-get|title)="[^"]*"', "", text)
        found += [f"{path.relative_to(TEMPLATES)}: {one}" for one in bare.findall(text)]

    assert found == []
