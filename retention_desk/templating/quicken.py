"""The walk through a compiled template that puts quick nodes into their places."""

from typing import Any

from django.template import Node, NodeList
from django.template.base import VariableNode
from django.template.defaulttags import CsrfTokenNode, ForNode, IfNode, URLNode, WithNode
from django.template.library import SimpleNode
from django.template.loader_tags import IncludeNode
from django.templatetags.i18n import BlockTranslateNode

from retention_desk.templating.nodes import (
    QuickBlockTranslate,
    QuickCsrfToken,
    QuickFor,
    QuickIf,
    QuickInclude,
    QuickUrl,
    QuickVariable,
    below,
)
from retention_desk.templating.still import gathered, is_constant
from retention_desk.templating.values import expression


def quicken(nodes: NodeList) -> None:
    """Put quick nodes into the list and into everything below it, in place. Doing it twice is doing it once."""
    done: list[Node] = []
    for node in nodes:
        for nodes_below in below(node):
            quicken(nodes_below)
        done.append(_quick(node))
    nodes[:] = list(gathered(done))


def _quick(node: Any) -> Any:
    make = _QUICK.get(type(node))
    return make(node) if make else node


def _quick_with(node: WithNode) -> WithNode:
    node.extra_context = {name: expression(value) for name, value in node.extra_context.items()}
    return node


def _quick_tag(node: SimpleNode) -> SimpleNode:
    node.args = [expression(value) for value in node.args]
    node.kwargs = {name: expression(value) for name, value in node.kwargs.items()}
    return node


def _quick_include(node: IncludeNode) -> IncludeNode:
    is_literal = is_constant(node.template) and isinstance(node.template.var, str)
    return QuickInclude(node) if is_literal else node


_QUICK: dict[type, Any] = {
    VariableNode: QuickVariable,
    IfNode: QuickIf,
    ForNode: QuickFor,
    WithNode: _quick_with,
    IncludeNode: _quick_include,
    URLNode: QuickUrl,
    SimpleNode: _quick_tag,
    BlockTranslateNode: QuickBlockTranslate,
    CsrfTokenNode: lambda _node: QuickCsrfToken(),
}
