"""What stands still: neighbours that depend on the language alone, drawn once a language and kept."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.template import Context, Node
from django.template.base import FilterExpression, TextNode
from django.template.defaulttags import CommentNode
from django.template.library import SimpleNode
from django.templatetags.i18n import TranslateNode
from django.templatetags.static import StaticNode
from django.utils import translation

from retention_desk.templatetags import desk
from retention_desk.templating.values import Expression

# Tags of ours whose output depends on their arguments alone; the caps of keys depend on the person.
_STILL_TAGS = frozenset({desk.icon})


def language_of(context: Context) -> str:
    """The language that the page is drawn in; asked for once a page."""
    try:
        return context.desk_language  # type: ignore[attr-defined, no-any-return]
    except AttributeError:
        context.desk_language = language = translation.get_language() or ""  # type: ignore[attr-defined]
        return language


class Still(Node):
    """Neighbours that depend on the language alone."""

    child_nodelists = ()

    def __init__(self, nodes: Sequence[Node]) -> None:
        self._nodes = tuple(nodes)
        self._drawn: dict[tuple[str, bool], str] = {}

    def render(self, context: Context) -> str:
        """Draw them once a language."""
        key = (language_of(context), context.autoescape)
        drawn = self._drawn.get(key)
        if drawn is None:
            drawn = self._drawn[key] = "".join(str(node.render(context)) for node in self._nodes)
        return drawn

    render_annotated = render


def gathered(nodes: Sequence[Node]) -> Iterator[Node]:
    """The nodes, neighbours that stand still put together."""
    still: list[Node] = []
    for node in [*nodes, None]:
        if node is not None and _is_still(node):
            still.append(node)
            continue
        if still:
            yield _together(still)
            still = []
        if node is not None:
            yield node


def _together(nodes: list[Any]) -> Node:
    if all(type(node) is TextNode for node in nodes):
        return TextNode("".join(node.s for node in nodes)) if len(nodes) > 1 else nodes[0]
    return Still(nodes)


def _is_still(node: Any) -> bool:
    kind = type(node)
    if kind in (TextNode, CommentNode, Still):
        return True
    if kind is TranslateNode:
        return node.asvar is None and is_constant(node.filter_expression) and is_constant(node.message_context)
    if kind is StaticNode:
        return node.varname is None and is_constant(node.path)
    if kind is SimpleNode and node.func in _STILL_TAGS and node.target_var is None:
        return all(map(is_constant, (*node.args, *node.kwargs.values())))
    return False


def is_constant(given: Any) -> bool:
    """Whether an expression is a text or a number written in the template."""
    if given is None or (isinstance(given, Expression) and given.constant):
        return True
    if not isinstance(given, FilterExpression) or given.filters:
        return False
    return getattr(given.var, "lookups", None) is None
