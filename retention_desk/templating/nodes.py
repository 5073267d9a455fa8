"""Nodes that draw what Django's own nodes draw, in less time, and the walk that puts them in their places.

What depends on the language alone (text, translated literals, icons, keys, addresses of static files) is drawn once a
language and kept. Nodes that are not known here stay as they are.
"""

import functools
import html
from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.template import Context, Node, NodeList, VariableDoesNotExist
from django.template.base import FilterExpression, TextNode, TokenType, VariableNode, render_value_in_context
from django.template.defaulttags import (
    CommentNode,
    CsrfTokenNode,
    ForNode,
    IfNode,
    NowNode,
    TemplateLiteral,
    URLNode,
    WithNode,
)
from django.template.library import SimpleNode
from django.template.loader_tags import IncludeNode, construct_relative_path
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode
from django.urls import NoReverseMatch, get_resolver, get_script_prefix, get_urlconf, reverse
from django.utils import translation
from django.utils.safestring import SafeString
from template_partials.templatetags.partials import DefinePartialNode

from retention_desk.templatetags import desk
from retention_desk.templating.values import Expression, condition, expression

# Tags of ours whose output depends on their arguments alone.
_STILL_TAGS = frozenset({desk.icon, desk.key})


def quicken(nodes: NodeList) -> None:
    """Put quick nodes into the list and into everything below it, in place. Doing it twice is doing it once."""
    done: list[Node] = []
    for node in nodes:
        for below in _below(node):
            quicken(below)
        done.append(_quick(node))
    nodes[:] = list(_gathered(done))


def _below(node: Any) -> list[NodeList]:
    """The lists of nodes that a node has. An `{% if %}` answers with a copy when it is asked for them."""
    if isinstance(node, IfNode):
        return [nodes for _test, nodes in node.conditions_nodelists]
    return [below for name in node.child_nodelists if (below := getattr(node, name, None)) is not None]


def _quick(node: Any) -> Any:
    make = _QUICK.get(type(node))
    return make(node) if make else node


def _gathered(nodes: Sequence[Node]) -> Iterator[Node]:
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
        return node.asvar is None and _is_constant(node.filter_expression) and _is_constant(node.message_context)
    if kind is StaticNode:
        return node.varname is None and _is_constant(node.path)
    if kind is SimpleNode and node.func in _STILL_TAGS and node.target_var is None:
        return all(map(_is_constant, (*node.args, *node.kwargs.values())))
    return False


def _is_constant(given: Any) -> bool:
    """Whether an expression is a text or a number written in the template."""
    if given is None or (isinstance(given, Expression) and given.constant):
        return True
    if not isinstance(given, FilterExpression) or given.filters:
        return False
    return getattr(given.var, "lookups", None) is None


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


class QuickVariable(Node):
    """`{{ value }}`: text and whole numbers at once, everything else Django's way."""

    child_nodelists = ()

    def __init__(self, node: VariableNode) -> None:
        self._resolve = expression(node.filter_expression).resolve

    def render(self, context: Context) -> str:
        """Write the value, escaped unless it is safe."""
        value = self._resolve(context)
        kind = type(value)
        if kind is SafeString:
            return value  # type: ignore[no-any-return]
        if kind is str:
            return html.escape(value) if context.autoescape else value
        return str(value) if kind is int else render_value_in_context(value, context)

    render_annotated = render


class QuickIf(IfNode):
    """`{% if %}`. Where every branch compares the same expression with a text, one look into a table decides."""

    def __init__(self, node: IfNode) -> None:
        super().__init__(node.conditions_nodelists)
        self._branches = [(condition(test) if test else None, nodes) for test, nodes in self.conditions_nodelists]
        self._asked, self._table, self._otherwise = _table_of(self.conditions_nodelists)

    def render(self, context: Context) -> str:
        """Draw the first branch that is so."""
        if self._asked is not None:
            value = self._asked.or_none(context)
            if isinstance(value, str):
                nodes = self._table.get(str.__str__(value), self._otherwise)
                return nodes.render(context) if nodes is not None else ""
        for test, nodes in self._branches:
            try:
                match = test is None or test(context)
            except VariableDoesNotExist:
                match = False
            if match:
                return nodes.render(context)
        return ""

    render_annotated = render


def _table_of(
    branches: Sequence[tuple[Any, NodeList]],
) -> tuple[Expression | None, dict[str, NodeList], NodeList | None]:
    """The expression that three or more branches compare with texts, the branches by text, and the last resort."""
    table: dict[str, NodeList] = {}
    asked: Expression | None = None
    otherwise = None
    for test, nodes in branches:
        if test is None:
            otherwise = nodes
            continue
        words = _texts_of(test)
        if words is None or (asked is not None and asked.token != words[0].token):
            return None, {}, None
        asked = words[0]
        for word in words[1]:
            table.setdefault(word, nodes)
    return (asked, table, otherwise) if asked is not None and len(table) > 2 else (None, {}, None)


def _texts_of(test: Any) -> tuple[Expression, list[str]] | None:
    """Of `x == "A"` or `x == "A" or x == "B"`: x and the texts; None for any other test."""
    if test.id == "or":
        first, second = _texts_of(test.first), _texts_of(test.second)
        if first is None or second is None or first[0].token != second[0].token:
            return None
        return first[0], [*first[1], *second[1]]
    if test.id != "==" or not (isinstance(test.first, TemplateLiteral) and isinstance(test.second, TemplateLiteral)):
        return None
    left, right = cast("FilterExpression", test.first.value), cast("FilterExpression", test.second.value)
    asked, text = expression(left), right.var
    if not isinstance(asked, Expression) or asked.constant or left.filters or right.filters:
        return None
    return (asked, [str(text)]) if isinstance(text, str) else None


class QuickInclude(IncludeNode):
    """`{% include "literal" %}`: the template is found once; one that keeps no state of its own is drawn in place."""

    def __init__(self, node: IncludeNode) -> None:
        values = {name: expression(value) for name, value in node.extra_context.items()}
        super().__init__(node.template, extra_context=values, isolated_context=node.isolated_context)
        self.origin, self.token = node.origin, node.token
        self._found: Any = None
        self._in_place: NodeList | None = None

    def render(self, context: Context) -> SafeString:
        """Draw the template with the values given to it."""
        if self._found is None:
            self._find(context)
        values = {name: value.resolve(context) for name, value in self.extra_context.items()}
        if self._in_place is None:
            return self._whole(context, values)
        if self.isolated_context:
            around, context.dicts = context.dicts, [context.dicts[0], values]
            try:
                return self._in_place.render(context)
            finally:
                context.dicts = around
        context.dicts.append(values)
        try:
            return self._in_place.render(context)
        finally:
            context.dicts.pop()

    render_annotated = render

    def _find(self, context: Context) -> None:
        here = cast("str", self.origin.template_name)
        name = construct_relative_path(here, self.template.resolve(context))
        self._found = cast("Any", context.template).engine.select_template((name,))
        if _keeps_no_state(self._found.nodelist):
            self._in_place = self._found.nodelist

    def _whole(self, context: Context, values: dict[str, Any]) -> SafeString:
        if self.isolated_context:
            return cast("SafeString", self._found.render(context.new(values)))
        with context.push(**values):
            return cast("SafeString", self._found.render(context))


def _keeps_no_state(nodes: NodeList) -> bool:
    """Whether nothing in it looks at the state of the drawing (blocks, cycles): then it needs none of its own."""
    return all(
        type(node) in _STATELESS
        and not getattr(node, "takes_context", False)
        and all(map(_keeps_no_state, _below(node)))
        for node in nodes
    )


class QuickUrl(URLNode):
    """`{% url %}`: an address that was worked out before is known."""

    def __init__(self, node: URLNode) -> None:
        arguments = {name: expression(value) for name, value in node.kwargs.items()}
        super().__init__(node.view_name, [expression(value) for value in node.args], arguments, node.asvar)
        self._original = node

    def render(self, context: Context) -> str:
        """Write the address, or keep it under its name; one that is not there may only be kept."""
        if self.kwargs or not _is_constant(self.view_name):
            return self._original.render(context)
        try:
            address = _address(
                self.view_name.resolve(context),
                get_resolver(get_urlconf()),
                get_script_prefix(),
                _current_app(context),
                *(argument.resolve(context) for argument in self.args),
            )
        except (NoReverseMatch, TypeError):
            return self._original.render(context)
        if self.asvar:
            context[self.asvar] = address
            return ""
        return html.escape(address) if context.autoescape else address

    render_annotated = render


def _current_app(context: Context) -> str | None:
    request = getattr(context, "request", None)
    try:
        return request.current_app  # type: ignore[union-attr, no-any-return]
    except AttributeError:
        return getattr(getattr(request, "resolver_match", None), "namespace", None)


@functools.lru_cache(maxsize=4096, typed=True)
def _address(name: str, resolver: Any, prefix: str, current_app: str | None, *arguments: object) -> str:
    """An address by name. The resolver is part of the key, so that other address tables are not mixed up."""
    return reverse(name, args=arguments, current_app=current_app)


class QuickBlockTranslate(BlockTranslateNode):
    """`{% blocktranslate %}`: the sentence is put together once, and without a plural looked up once a language."""

    def __init__(self, node: BlockTranslateNode) -> None:
        self.__dict__.update(node.__dict__)
        self.extra_context = {name: expression(value) for name, value in node.extra_context.items()}
        self._names = [token.contents for token in self.singular if token.token_type == TokenType.VAR]
        self._sentences: dict[str, str] = {}
        self._simple = not (self.plural or self.message_context or self.asvar)

    def render(self, context: Context, nested: bool = False) -> str:  # noqa: FBT001, FBT002 (as Django's)
        """Write the sentence with its values."""
        if not self._simple or nested:
            return str(super().render(context, nested))
        language = language_of(context)
        sentence = self._sentences.get(language)
        if sentence is None:
            words, _names = self.render_token_list(self.singular)
            sentence = self._sentences[language] = translation.gettext(words)
        values = {name: value.resolve(context) for name, value in self.extra_context.items()}
        shown = {
            name: render_value_in_context(values[name] if name in values else context.get(name, ""), context)
            for name in self._names
        }
        try:
            return sentence % shown
        except (KeyError, ValueError):
            return str(super().render(context))

    def render_annotated(self, context: Context) -> str:
        """As `render`."""
        return self.render(context)


def _quick_for(node: ForNode) -> ForNode:
    node.sequence = expression(node.sequence)
    return node


def _quick_with(node: WithNode) -> WithNode:
    node.extra_context = {name: expression(value) for name, value in node.extra_context.items()}
    return node


def _quick_tag(node: SimpleNode) -> SimpleNode:
    node.args = [expression(value) for value in node.args]
    node.kwargs = {name: expression(value) for name, value in node.kwargs.items()}
    return node


def _quick_include(node: IncludeNode) -> IncludeNode:
    is_literal = _is_constant(node.template) and isinstance(node.template.var, str)
    return QuickInclude(node) if is_literal else node


_QUICK: dict[type, Any] = {
    VariableNode: QuickVariable,
    IfNode: QuickIf,
    ForNode: _quick_for,
    WithNode: _quick_with,
    IncludeNode: _quick_include,
    URLNode: QuickUrl,
    SimpleNode: _quick_tag,
    BlockTranslateNode: QuickBlockTranslate,
}
_STATELESS = frozenset(
    {
        *(TextNode, Still, QuickVariable, QuickIf, QuickInclude, IncludeNode, QuickUrl, QuickBlockTranslate),
        *(ForNode, WithNode, SimpleNode, TranslateNode, StaticNode, CommentNode, CsrfTokenNode, NowNode),
        DefinePartialNode,
    }
)
