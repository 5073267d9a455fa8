"""What a template's expressions come to, worked out with less looking about than Django does.

The common case goes a short way: a name in the context, then keys of dictionaries or attributes of plain objects.
Everything else (something callable, an index, a name that is not there) is handed to Django's own code, so that there
is one place that decides what such a thing means.
"""

import html
import operator
from collections.abc import Callable
from typing import Any

from django.template import Context, Variable, VariableDoesNotExist
from django.template.base import FilterExpression, render_value_in_context
from django.template.defaulttags import TemplateLiteral
from django.utils.functional import Promise
from django.utils.safestring import SafeData, SafeString, mark_safe
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
    """Stands in for Django's `FilterExpression` inside a node: the same `resolve`.

    `or_none` and `or_empty` are its two ways with a missing name: conditions see None, everything else an empty text.
    """

    __slots__ = ("constant", "or_empty", "or_none", "token")

    def __init__(self, original: FilterExpression) -> None:
        self.token = original.token
        self.constant = not original.filters and getattr(original.var, "lookups", None) is None
        steps = [_step(function, arguments) for function, arguments in original.filters]
        self.or_none = _filtered(_reader(original.var, missing=None), steps)
        self.or_empty = _filtered(_reader(original.var, missing=""), steps)

    def resolve(self, context: Context, ignore_failures: bool = False) -> Any:  # noqa: FBT001, FBT002 (as Django's)
        """The value; a missing name is None where failures are ignored and an empty string otherwise."""
        return self.or_none(context) if ignore_failures else self.or_empty(context)


def _filtered(read: Read, steps: list[Callable[[Any, Context], Any]]) -> Read:
    """The value after its filters; most have none or one."""
    if not steps:
        return read
    if len(steps) == 1:
        step = steps[0]
        return lambda context: step(read(context), context)

    def resolve(context: Context) -> Any:
        value = read(context)
        for step in steps:
            value = step(value, context)
        return value

    return resolve


def expression(given: Any) -> Any:
    """An `Expression` for Django's own; what is none already (or is translated by itself) stays as it is."""
    if not isinstance(given, FilterExpression) or _is_translated(given):
        return given
    return Expression(given)


def _is_translated(given: FilterExpression) -> bool:
    """Whether a literal in it is written as `_("...")`."""
    arguments = [argument for _filter, pairs in given.filters for is_variable, argument in pairs if is_variable]
    return any(getattr(one, "translate", False) for one in (given.var, *arguments))


def written(value: Any, context: Context) -> str:
    """A value as the page shows it: texts and whole numbers at once, everything else Django's way."""
    kind = type(value)
    if kind is SafeString:
        return value  # type: ignore[no-any-return]
    if kind is str:
        return html.escape(value) if context.autoescape else value
    if kind is int:
        return str(value)
    if isinstance(value, (str, Promise)) and not hasattr(value, "__html__"):
        # A member of a list of codes, or words that are looked up now.
        text = str(value)
        return html.escape(text) if context.autoescape and not isinstance(text, SafeData) else text
    return render_value_in_context(value, context)


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


def _reader(variable: Any, *, missing: Any) -> Read:
    """How the start of an expression is found; `missing` is the answer for a name that is not there."""
    if not isinstance(variable, Variable):
        return lambda _context: variable
    if variable.lookups is None:
        literal = variable.literal
        return lambda _context: literal
    first, *rest = variable.lookups
    follow = _follower(rest) if rest else None

    def as_django(context: Context) -> Any:
        try:
            return variable.resolve(context)
        except VariableDoesNotExist:
            return missing

    def read(context: Context) -> Any:
        for layer in reversed(context.dicts):
            if first in layer:
                value = layer[first]
                break
        else:
            # A context's own attributes can be named, too.
            return as_django(context) if hasattr(context, first) else missing
        if follow is not None:
            value = follow(value)
        return as_django(context) if callable(value) else value

    return read


def _follower(names: list[str]) -> Callable[[Any], Any]:
    """Goes from key to key and attribute to attribute; answers with something callable where that is not all."""

    def follow(value: Any) -> Any:
        for name in names:
            kind = type(value)
            if kind is dict:
                if name not in value:
                    return _follower
                value = value[name]
            elif kind in _INDEXED or callable(value) or not (kind in _PLAIN or _is_plain(kind)):
                return _follower
            else:
                try:
                    value = getattr(value, name)
                except Exception:  # noqa: BLE001 (Django decides which of them are silent)
                    return _follower
        return value

    return follow


_PLAIN: set[type] = set()
_INDEXED: set[type] = set()


def _is_plain(kind: type) -> bool:
    """Whether a name after the dot can only be an attribute, because nothing can be indexed; known from then on."""
    is_plain = not hasattr(kind, "__getitem__")
    (_PLAIN if is_plain else _INDEXED).add(kind)
    return is_plain


def _step(function: Callable[..., Any], arguments: list[tuple[bool, Any]]) -> Callable[[Any, Context], Any]:
    """One filter with its arguments, as `FilterExpression.resolve` applies it."""
    readers = [_argument(is_variable, argument) for is_variable, argument in arguments]
    local = getattr(function, "expects_localtime", False)
    escapes = getattr(function, "needs_autoescape", False)
    is_safe = getattr(function, "is_safe", False)
    if not (local or escapes or is_safe):
        # Our own filters: none of Django's three courtesies.
        if not readers:
            return lambda value, _context: function(value)
        if len(readers) == 1:
            read = readers[0]
            return lambda value, context: function(value, read(context))

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
    read = _reader(argument, missing=MISSING)

    def found(context: Context) -> Any:
        value = read(context)
        # Django lets a filter's missing argument fail, and so do we, in its words.
        return argument.resolve(context) if value is MISSING else value

    return found
