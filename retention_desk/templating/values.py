"""What a template's expressions come to, worked out with less looking about than Django does.

The common case goes a short way: a name in the context, then keys of dictionaries or attributes of plain objects.
Everything else (something callable, an index, a name that is not there) is handed to Django's own code, so that there
is one place that decides what such a thing means.
"""

import operator
from collections.abc import Callable
from typing import Any

from django.template import Context, Variable, VariableDoesNotExist
from django.template.base import FilterExpression
from django.template.defaulttags import TemplateLiteral
from django.utils.safestring import SafeData, mark_safe
from django.utils.timezone import template_localtime  # type: ignore[attr-defined]  # the stubs leave it out

Read = Callable[[Context], Any]

MISSING = object()
"""The answer for a name that is not there."""

_COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    ">=": operator.ge,
    "<": operator.lt,
    "<=": operator.le,
    "is": operator.is_,
    "is not": operator.is_not,
    "in": lambda one, many: one in many,
    "not in": lambda one, many: one not in many,
}


class Expression:
    """Stands in for Django's `FilterExpression` inside a node: the same `resolve`."""

    __slots__ = ("_read", "_steps", "constant", "token")

    def __init__(self, original: FilterExpression) -> None:
        self.token = original.token
        self.constant = not original.filters and getattr(original.var, "lookups", None) is None
        self._read = _reader(original.var)
        self._steps = tuple(_step(function, arguments) for function, arguments in original.filters)

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:  # noqa: FBT001, FBT002 (as Django's)
        """The value; a missing name is None where failures are ignored and an empty string otherwise."""
        value = self._read(context)
        if value is MISSING:
            value = None if ignore_failures else ""
        for step in self._steps:
            value = step(value, context)
        return value

    def or_none(self, context: Context) -> Any:
        """The value as a condition sees it: None for a missing name."""
        return self.resolve(context, ignore_failures=True)


def expression(given: Any) -> Any:
    """An `Expression` for Django's own; what is none already (or is translated by itself) stays as it is."""
    if not isinstance(given, FilterExpression) or getattr(given.var, "translate", False):
        return given
    return Expression(given)


def condition(token: Any) -> Read:
    """What the tree of an `{% if %}` comes to. As in Django, what cannot be compared is false."""
    if isinstance(token, TemplateLiteral):
        found = expression(token.value)
        if isinstance(found, Expression):
            return found.or_none
        return lambda context: found.resolve(context, ignore_failures=True)
    first = condition(token.first)
    if token.id == "not":
        return _quietly(lambda context: not first(context))
    second = condition(token.second)
    if token.id == "and":
        return _quietly(lambda context: first(context) and second(context))
    if token.id == "or":
        return _quietly(lambda context: first(context) or second(context))
    compare = _COMPARISONS[token.id]
    return _quietly(lambda context: compare(first(context), second(context)))


def _quietly(ask: Read) -> Read:
    def answer(context: Context) -> Any:
        try:
            return ask(context)
        except Exception:  # noqa: BLE001 (Django's rule for conditions)
            return False

    return answer


def _reader(variable: Any) -> Read:
    """How the start of an expression is found."""
    if not isinstance(variable, Variable):
        return lambda _context: variable
    if variable.lookups is None:
        return variable.resolve if variable.translate else _reader(variable.literal)
    first, *rest = variable.lookups

    def read(context: Context) -> Any:
        for layer in reversed(context.dicts):
            if first in layer:
                value = layer[first]
                break
        else:
            # A context's own attributes can be named, too.
            return _as_django(variable, context) if hasattr(context, first) else MISSING
        for bit in rest:
            kind = type(value)
            if kind is dict:
                if bit not in value:
                    return _as_django(variable, context)
                value = value[bit]
            elif callable(value) or not _has_attributes_only(kind):
                return _as_django(variable, context)
            else:
                try:
                    value = getattr(value, bit)
                except Exception:  # noqa: BLE001 (Django decides which of them are silent)
                    return _as_django(variable, context)
        return _as_django(variable, context) if callable(value) else value

    return read


_PLAIN: dict[type, bool] = {}


def _has_attributes_only(kind: type) -> bool:
    """Whether a name after the dot can only be an attribute: nothing that is indexed, texts (by numbers) apart."""
    known = _PLAIN.get(kind)
    if known is None:
        known = _PLAIN[kind] = not hasattr(kind, "__getitem__")
    return known


def _as_django(variable: Variable, context: Context) -> Any:
    try:
        return variable.resolve(context)
    except VariableDoesNotExist:
        return MISSING


def _step(function: Callable[..., Any], arguments: list[tuple[bool, Any]]) -> Callable[[Any, Context], Any]:
    """One filter with its arguments, as `FilterExpression.resolve` applies it."""
    readers = [_argument(is_variable, argument) for is_variable, argument in arguments]
    local = getattr(function, "expects_localtime", False)
    escapes = getattr(function, "needs_autoescape", False)
    is_safe = getattr(function, "is_safe", False)

    def step(value: Any, context: Context) -> Any:
        if local:
            value = template_localtime(value, context.use_tz)
        given = [read(context) for read in readers]
        changed = function(value, *given, autoescape=context.autoescape) if escapes else function(value, *given)
        return mark_safe(changed) if is_safe and isinstance(value, SafeData) else changed  # noqa: S308 (as Django)

    return step


def _argument(is_variable: bool, argument: Any) -> Read:  # noqa: FBT001 (Django's pair)
    if not is_variable:
        safe = mark_safe(argument)  # noqa: S308 (a constant of the template)
        return lambda _context: safe
    if argument.lookups is None:
        return _reader(argument)
    read = _reader(argument)

    def found(context: Context) -> Any:
        value = read(context)
        # Django lets a filter's missing argument fail, and so do we, in its words.
        return argument.resolve(context) if value is MISSING else value

    return found
