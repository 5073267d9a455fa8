"""Where words may not wrap, and how many characters fit there: which element of a template each sentence stands in.

A template is read as a browser would read it: pills, buttons and column heads are elements, a sentence belongs to the
innermost one around it, also where it comes from an included template. Words that Python hands to such a place are
listed here. Decides nothing about translations; `retention_desk.translations` holds them against the room.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import NamedTuple

from django.template.base import Lexer, Token, TokenType

# Characters that fit, in the order in which an element is asked (design/UX.md, 10).
ROOM = {"pill": 18, "button": 24, "column head": 10, "rail": 10}
# What a value that is put in takes at the least: a number of two digits.
VALUE = 2
# Lists of words (file, class or name) that stand in such a place by way of a variable.
LISTED = (
    ("retention_desk/navigation.py", "PLACES", "rail"),
    ("offers/choices.py", "Grade", "pill"),
    ("offers/choices.py", "Duty", "pill"),
)

_VOID = frozenset({"br", "hr", "img", "input", "link", "meta", "use", "rect", "path", "col", "wbr", "circle", "line"})
_MARK = re.compile("\x01(\\d+)\x02")
_TRANSLATE = re.compile(r"""^(?:translate|trans) (["'])(?P<words>.*?)\1(?P<rest>.*)$""", re.DOTALL)
_CONTEXT = re.compile(r"""\bcontext (["'])(.*?)\1""")
_INCLUDE = re.compile(r"""^include (["'])(?P<name>[^"']+)\1""")
_AS = re.compile(r"\bas (\w+)$")
_HANDED = re.compile(r"\b(\w+)=(\w+)\b")
_PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


class Placed(NamedTuple):
    """A sentence and the place it stands in: `room` is a key of `ROOM`; `context` None or what tells it apart."""

    room: str
    context: str | None
    words: str
    file: str


@dataclass(frozen=True)
class _Said:
    """What a marked place of the markup stands for: a sentence, or an included template and what it is handed."""

    words: str = ""
    context: str | None = None
    include: str = ""
    handed: Mapping[str, "_Said"] = field(default_factory=dict)


def placed(root: Path, templates: Iterable[Path]) -> list[Placed]:
    """Every sentence of the `templates` below `root` that stands where it may not wrap, with those Python hands in."""
    found = dict.fromkeys(one for file in templates for one in _in_template(root, file, (), {}))
    found |= dict.fromkeys(_listed(root))
    return list(found)


# What may take more, and why; a translation of it may be 40 % longer than English.
WIDER = {
    "a button that fills its line, and may take two": (
        "Cannot be checked: take a cancel request anyway",
        "Let the agent give up to this",
        "Save and take the next call",
        "Send the invitation again",
        "The list has changed, show it",
        "Upload and show the first rows",
        "It costs more than this customer is worth.",
        "Less will do, or nothing is needed.",
        "Another offer fits better.",
        "The budget has to last longer.",
    ),
    "what the rules of a call ask for, named as the tick beside it names it": (
        "Asked if an offer is welcome",
        "They can still cancel at any time",
        "The price afterwards, and from when",
        "Whether there is a new contract",
        "That the price is made for this customer",
        "The last day of service and the last bill",
        "How to return the equipment",
    ),
    "a pill with a line to itself, or beside a short heading": (
        "%(number)s open complaint",
        "%(number)s call needs its ending",
        "Waiting for approval",
        "above the outer limit",
        "below the outer limit",
        "ends, the wider limit holds",
        "nothing to compare with",
        "The proof has failed",
        "Saved with an offer",
        "Saved without an offer",
        "Leaving with the number",
        "Did not want to cancel",
        "Caller had no right",
    ),
    "the head of a column whose cells are wider": (
        "Accepted, with interval",
        "Against chance",
        "Asked for first",
        "Before and after",
        "By, and why",
        "Confirmed in time",
        "Controllable",
        "Cost per save",
        "Cost when accepted",
        "Expected value",
        "First asked",
        "Here after 90 days",
        "How did it end?",
        "How it ended",
        "Refused rows",
        "Request to number",
        "Seen so long",
        "Valid until",
        "What changed",
    ),
}


def shown(words: str) -> str:
    """The sentence as long as it is at the least, its values put in."""
    return _PLACEHOLDER.sub("0" * VALUE, words).replace("%%", "%")


def _listed(root: Path) -> Iterator[Placed]:
    for name, what, room in LISTED:
        file = root / name
        if not file.exists():
            continue
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            names = [target.id for target in getattr(node, "targets", ()) if isinstance(target, ast.Name)]
            if what in (*names, getattr(node, "name", "")):
                yield from (Placed(room, context, words, name) for context, words in _calls(node))


def _calls(node: ast.AST) -> Iterator[tuple[str | None, str]]:
    for call in ast.walk(node):
        if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Name)):
            continue
        given = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if call.func.id in ("_", "gettext", "gettext_lazy") and given:
            yield None, given[0]
        elif call.func.id in ("pgettext", "pgettext_lazy") and len(given) > 1:
            yield given[0], given[1]


def _in_template(root: Path, file: Path, rooms: tuple[str, ...], handed: Mapping[str, _Said]) -> Iterator[Placed]:
    markup, marks = _marked(Lexer(file.read_text(encoding="utf-8")).tokenize(), handed)
    reader = _Reader(rooms)
    reader.feed(markup)
    name = str(file.relative_to(root))
    for room, number in reader.found:
        said = marks[number]
        included = root / "templates" / said.include
        if not said.include:
            yield Placed(room, said.context, said.words, name)
        elif included != file and included.exists():
            yield from _in_template(root, included, (room,), said.handed)
    # What is handed to an included template may stand in a room there, whatever stands around it here.
    for said in marks:
        included = root / "templates" / said.include
        if said.handed and included.exists():
            yield from _in_template(root, included, (), said.handed)


def _marked(tokens: Sequence[Token], handed: Mapping[str, _Said]) -> tuple[str, list[_Said]]:
    """The markup without its tags, and in their places the numbers of what they say."""
    out: list[str] = []
    marks: list[_Said] = []
    named = dict(handed)
    waiting = iter(tokens)
    for token in waiting:
        said = None
        if token.token_type is TokenType.TEXT:
            out.append(token.contents)
        elif token.token_type is TokenType.VAR:
            said = named.get(token.contents.strip())
        elif token.token_type is TokenType.BLOCK:
            said = _said(token.contents, waiting, named)
        if said is not None:
            out.append(f"\x01{len(marks)}\x02")
            marks.append(said)
    return "".join(out), marks


def _said(tag: str, waiting: Iterator[Token], named: dict[str, _Said]) -> _Said | None:
    """What a tag says here. What belongs to it is taken from the tokens that are `waiting`, names go into `named`."""
    if tag.startswith("comment"):
        next(token for token in waiting if token.contents == "endcomment")
        return None
    if found := _INCLUDE.match(tag):
        return _Said(include=found["name"], handed={to: named[of] for to, of in _HANDED.findall(tag) if of in named})
    context = _CONTEXT.search(tag)
    if found := _TRANSLATE.match(tag):
        said = _Said(found["words"], context[2] if context else None)
        if kept := _AS.search(found["rest"]):
            named[kept[1]] = said
            return None
        return said
    if tag.partition(" ")[0] in ("blocktranslate", "blocktrans"):
        return _Said(" ".join(_first_form(waiting).split()), context[2] if context else None)
    return None


def _first_form(waiting: Iterator[Token]) -> str:
    """The sentence up to its plural, by which gettext finds them both; takes its tokens up to the end."""
    parts: list[str] = []
    form: list[str] | None = parts
    for token in waiting:
        if token.contents in ("endblocktranslate", "endblocktrans"):
            break
        if token.contents == "plural":
            form = None
        elif form is not None and token.token_type is TokenType.VAR:
            form.append(f"%({token.contents.partition('|')[0].strip()})s")
        elif form is not None:
            form.append(token.contents)
    return "".join(parts)


class _Reader(HTMLParser):
    """Notes which marks stand in which room."""

    def __init__(self, rooms: tuple[str, ...]) -> None:
        super().__init__()
        self.found: list[tuple[str, int]] = []
        self._around = rooms
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _VOID:
            self._open.append((tag, _room_of(tag, dict(attrs))))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Nothing stands in an element that ends at once."""

    def handle_endtag(self, tag: str) -> None:
        # Branches of an `if` may open an element each and close one: what is not open is not closed.
        if any(name == tag for name, _room in self._open):
            while self._open.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        rooms = [room for room in (*self._around, *(room for _tag, room in self._open)) if room]
        if rooms and rooms[-1] in ROOM:
            self.found += ((rooms[-1], int(number)) for number in _MARK.findall(data))


def _room_of(tag: str, attrs: dict[str, str | None]) -> str:
    """A key of `ROOM`; "free" for words that nobody sees or that may wrap; empty where the element decides nothing."""
    classes = (attrs.get("class") or "").split()
    if "sr" in classes or tag in ("kbd", "template", "q", "caption"):
        return "free"
    if "pill" in classes:
        return "pill"
    if "btn" in classes:
        return "button"
    if tag == "th" and attrs.get("scope") != "row":
        return "column head"
    return ""
