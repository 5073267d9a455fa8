"""Rows that administrators keep: checked, added and changed together with the audit event that says so.

The workflows of set-up are built on these two functions, so that no such row is saved without its record. They never
delete: what is no longer wanted is switched off or followed by a newer version.
"""

from collections.abc import Collection, Mapping
from typing import Any, TypeVar

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction

from customers import audit
from customers.refusals import NotYours, Refused

Row = TypeVar("Row", bound=models.Model)


class NotValid(Refused):
    """A value cannot be kept. `field` names it (empty: the row as a whole), `why` is a sentence for people."""

    def __init__(self, *, field: str, why: str) -> None:
        super().__init__("NOT_VALID", field=field, why=why)


def add(
    model: type[Row],
    values: Mapping[str, Any],
    *,
    act: str,
    object_kind: str,
    by: int | None,
    role: str,
    before: Mapping[str, object] | None = None,
    words: str = "",
    silent: frozenset[str] = frozenset(),
    may_be_empty: frozenset[str] = frozenset(),
) -> Row:
    """Save a new row and the event of it in one transaction. Raises `NotValid`.

    `values` by column name (`site_id`). `before`: what the new row takes the place of, for versions. `silent` columns
    are not told to the audit; `may_be_empty` are JSON columns for which an empty object is an answer. `words`: why, as
    it was typed.
    """
    row = model(**values)
    _check(row, apart_from={name for name in may_be_empty if not values.get(name)})
    with transaction.atomic():
        row.save(force_insert=True)
        after = {name: value for name, value in values.items() if name not in silent}
        audit.append(
            by=by,
            role=role,
            act=act,
            object_kind=object_kind,
            object_id=row.pk,
            before=before,
            after=after,
            words=words,
        )
    return row


def change(
    model: type[Row],
    row_id: int,
    values: Mapping[str, Any],
    *,
    act: str,
    object_kind: str,
    by: int | None,
    role: str,
    words: str = "",
) -> Row:
    """Set columns of a row; the event holds what they were and what they are. Nothing different: nothing is recorded.

    Raises `NotYours` where there is no such row, `NotValid` for what cannot be kept.
    """
    with transaction.atomic():
        row = model._default_manager.select_for_update().filter(pk=row_id).first()
        if row is None:
            raise NotYours
        before = {name: getattr(row, name) for name in values if getattr(row, name) != values[name]}
        if not before:
            return row
        for name in before:
            setattr(row, name, values[name])
        _check(row)
        row.save(update_fields=sorted(before))
        audit.append(
            by=by,
            role=role,
            act=act,
            object_kind=object_kind,
            object_id=row.pk,
            before=before,
            after={name: values[name] for name in before},
            words=words,
        )
    return row


def _check(row: models.Model, *, apart_from: Collection[str] = ()) -> None:
    """The model's own rules, its unique names and its constraints; the first that is broken is told."""
    try:
        row.full_clean(exclude=apart_from)
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise NotValid(field="" if field == NON_FIELD_ERRORS else field, why=str(messages[0])) from error
