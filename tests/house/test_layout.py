"""The rooms of the house: what stands at the top, how modules are called, and how long they get."""

import ast
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("customers", "offers", "retention_desk")
TOP = {"manage.py", "pyproject.toml", "uv.lock", "README.md", "LICENSE", "Makefile"}
TOP |= {"docs", "locale", "static", "templates", "tests", *PACKAGES}
EMPTY_WORDS = {"utils", "helpers", "common", "services", "service", "manager", "misc", "core"}
# The house says about 400; this is where "about" ends.
MOST_LINES = 450

MODULES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
SOURCES = [file for file in MODULES if "migrations" not in file.parts]


def named(file: Path) -> str:
    return str(file.relative_to(ROOT))


def test_nothing_else_stands_at_the_top() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False).stdout
    # Without git (an unpacked archive) the folder itself is looked at.
    names = {line.partition("/")[0] for line in tracked.splitlines()} or {entry.name for entry in ROOT.iterdir()}

    assert {name for name in names if not name.startswith(".")} - TOP == set()


@pytest.mark.parametrize("file", SOURCES, ids=named)
def test_module_has_a_noun_a_purpose_and_an_end(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert file.stem not in EMPTY_WORDS
    assert len(text.splitlines()) <= MOST_LINES
    if text.strip():
        assert ast.get_docstring(ast.parse(text)), "a module begins with what it decides"


@pytest.mark.parametrize("file", MODULES, ids=named)
def test_module_leaves_no_work_behind(file: Path) -> None:
    text = file.read_text(encoding="utf-8")

    assert not [word for word in ("TODO", "FIXME", "XXX", "breakpoint(") if word in text]
