"""The forms of a page as a browser sees them: where they go, how, and what they send hidden."""

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Drawn:
    """One form of a page."""

    action: str
    method: str
    hidden: dict[str, str] = field(default_factory=dict)


class _Forms(HTMLParser):
    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address
        self.forms: list[Drawn] = []
        self.inside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.inside = True
            self.forms.append(Drawn(given.get("action") or self.address, given.get("method", "get").lower()))
        elif tag == "input" and self.inside and given.get("type") == "hidden":
            self.forms[-1].hidden[given["name"]] = given.get("value", "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False


def forms_of(page: str, *, address: str) -> list[Drawn]:
    """Every form of a page, in its order; a form without an action goes back to the page's own address."""
    reader = _Forms(address)
    reader.feed(page)
    return reader.forms
