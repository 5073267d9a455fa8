"""Nodes that draw what Django's own nodes draw, in less time."""

import functools
import html
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, cast

from django.template import Context, Node, NodeList, VariableDoesNotExist
from django.template.base import FilterExpression, TextNode, VariableNode
from django.template.defaulttags import (
    CommentNode,
    CsrfTokenNode,
    FirstOfNode,
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

from retention_desk.templating.still import Still, is_constant, language_of
from retention_desk.templating.values import Expression, condition, expression, written


class QuickVariable(Node):
    """`{{ value }}`: text and whole numbers at once, everything else Django's way."""

    child_nodelists = ()

    def __init__(self, node: VariableNode) -> None:
        found = expression(node.filter_expression)
        self._resolve = found.or_empty if isinstance(found, Expression) else found.resolve

    def render(self, context: Context) -> str:
        """Write the value, escaped unless it is safe."""
        return written(self._resolve(context), context)

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
        and all(map(_keeps_no_state, below(node)))
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
        if self.kwargs or not is_constant(self.view_name):
            return self._original.render(context)
        try:
            address = _address(
                self.view_name.resolve(context),
                *_where(context),
                *(argument.resolve(context) for argument in self.args),
            )
        except (NoReverseMatch, TypeError):
            return self._original.render(context)
        if self.asvar:
            context[self.asvar] = address
            return ""
        return html.escape(address) if context.autoescape else address

    render_annotated = render


def _where(context: Context) -> tuple[Any, str, str | None]:
    """The table of addresses, what stands before them, and the application; the same for the whole page."""
    try:
        return context.desk_where  # type: ignore[attr-defined, no-any-return]
    except AttributeError:
        found = (get_resolver(get_urlconf()), get_script_prefix(), _current_app(context))
        context.desk_where = found  # type: ignore[attr-defined]
        return found


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


class QuickCsrfToken(CsrfTokenNode):
    """`{% csrf_token %}`: every form of a page has the same field."""

    def render(self, context: Context) -> SafeString:
        """Write the hidden field. A part that was not given the token has none."""
        token = context.get("csrf_token")
        known, field = getattr(context, "desk_csrf_field", (None, SafeString()))
        if token is None or known is not token:
            field = super().render(context)
            context.desk_csrf_field = (token, field)  # type: ignore[attr-defined]
        return cast("SafeString", field)

    render_annotated = render


class QuickBlockTranslate(BlockTranslateNode):
    """`{% blocktranslate %}`: the sentence is put together once, and without a plural looked up once a language."""

    def __init__(self, node: BlockTranslateNode) -> None:
        self.__dict__.update(node.__dict__)
        self.extra_context = {name: expression(value) for name, value in node.extra_context.items()}
        self._words, self._names = self.render_token_list(self.singular)
        self._words_of_many, more = self.render_token_list(self.plural) if self.plural else ("", [])
        self._names = [*self._names, *more]
        self._sentences: dict[str, str] = {}
        self._simple = not (self.message_context or self.asvar)

    def render(self, context: Context, nested: bool = False) -> str:  # noqa: FBT001, FBT002 (as Django's)
        """Write the sentence with its values."""
        if not self._simple or nested:
            return str(super().render(context, nested))
        values = {name: value.resolve(context) for name, value in self.extra_context.items()}
        if self.plural:
            # Django asks for the number when the values are in the context already.
            context.dicts.append(values)
            try:
                count = cast("FilterExpression", self.counter).resolve(context)
            finally:
                context.dicts.pop()
            if not isinstance(count, (int, float, Decimal)):
                return str(super().render(context))
            values[cast("str", self.countervar)] = count
            sentence = translation.ngettext(self._words, self._words_of_many, cast("int", count))
        else:
            sentence = self._sentence(language_of(context))
        shown = {
            name: written(values[name] if name in values else context.get(name, ""), context) for name in self._names
        }
        try:
            return sentence % shown
        except (KeyError, ValueError):
            return str(super().render(context))

    def render_annotated(self, context: Context) -> str:
        """As `render`."""
        return self.render(context)

    def _sentence(self, language: str) -> str:
        sentence = self._sentences.get(language)
        if sentence is None:
            sentence = self._sentences[language] = translation.gettext(self._words)
        return sentence


class QuickFor(ForNode):
    """`{% for %}`, with less ado about the context."""

    def __init__(self, node: ForNode) -> None:
        self.__dict__.update(node.__dict__)
        self._sequence: Any = expression(node.sequence)
        self._body: list[Any] = cast("list[Any]", node.nodelist_loop)
        self._empty = cast("NodeList", node.nodelist_empty)

    def render(self, context: Context) -> SafeString:
        """Draw the body for every item, or what stands for none."""
        values: Any = self._sequence.resolve(context, ignore_failures=True)
        if values is None:
            values = ()
        elif not hasattr(values, "__len__"):
            values = list(values)
        layers, depth = context.dicts, len(context.dicts)
        around: Any = next((layer["forloop"] for layer in reversed(layers) if "forloop" in layer), {})
        loop: dict[str, Any] = {"parentloop": around}
        layer: dict[str, Any] = {"forloop": loop} if values else {}
        layers.append(layer)
        try:
            return self._each(context, values, layer, loop) if values else self._empty.render(context)
        finally:
            del layers[depth:]

    render_annotated = render

    def _each(self, context: Context, values: Any, layer: dict[str, Any], loop: dict[str, Any]) -> SafeString:
        count = len(values)
        drawn: list[str] = []
        name = self.loopvars[0] if len(self.loopvars) == 1 else None
        for place, item in enumerate(reversed(values) if self.is_reversed else values):
            loop["counter0"], loop["counter"] = place, place + 1
            loop["revcounter"], loop["revcounter0"] = count - place, count - place - 1
            loop["first"], loop["last"] = place == 0, place == count - 1
            if name is not None:
                layer[name] = item
            else:
                context.dicts.append(self._unpacked(item))
            drawn += [node.render_annotated(context) for node in self._body]
            if name is None:
                context.dicts.pop()
        return SafeString("".join(drawn))

    def _unpacked(self, item: Any) -> dict[str, Any]:
        found = len(item) if hasattr(item, "__len__") else 1
        if found != len(self.loopvars):
            raise ValueError(f"Need {len(self.loopvars)} values to unpack in for loop; got {found}. ")
        return dict(zip(self.loopvars, item, strict=True))


def below(node: Any) -> list[NodeList]:
    """The lists of nodes that a node has. An `{% if %}` answers with a copy when it is asked for them."""
    if isinstance(node, IfNode):
        return [nodes for _test, nodes in node.conditions_nodelists]
    return [found for name in node.child_nodelists if (found := getattr(node, name, None)) is not None]


_STATELESS = frozenset(
    {
        *(TextNode, Still, QuickVariable, QuickIf, QuickInclude, IncludeNode, QuickUrl, QuickBlockTranslate),
        *(QuickFor, FirstOfNode, WithNode, SimpleNode, TranslateNode, StaticNode, CommentNode, QuickCsrfToken, NowNode),
        DefinePartialNode,
    }
)
