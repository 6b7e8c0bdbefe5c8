"""The shape of a mapping file: which keys there are and what each may hold; anything else is refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validates_schema

from service.domain.merging import Direction, Policy
from service.domain.values import Kind
from service.mapping.closed import EMPTY, Closed, Strict, Table, count, flag, our_name, word
from service.mapping.model import Operator
from service.mapping.transforms import TRANSFORMS

_API_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def _api_name(**options: Any) -> Strict:
    advice = "is no API name; write it as the CRM does, letters, digits and _"
    return Strict(lambda value: isinstance(value, str) and bool(_API_NAME.fullmatch(value)), advice, **options)


class FieldShape(Closed):
    """One field: a column and what stands on its right."""

    crm = _api_name(required=True)
    kind = word(Kind, required=True)
    direction = word(Direction)
    conflict = word(Policy)
    refers_to = our_name()
    required = flag()
    length = count()
    scale = count()
    transform = word(TRANSFORMS)
    formula = flag()


def _is_filled_list(value: Any) -> bool:
    return isinstance(value, list) and bool(value)


_NO_LIST = "is not a list; write one condition a line, each after a dash"


class ConditionShape(Closed):
    """One test of the record filter."""

    field = _api_name(required=True)
    equals = fields.Raw(error_messages=EMPTY)
    not_equals = fields.Raw(error_messages=EMPTY)
    any_of = Strict(_is_filled_list, "is not a list; write [one, two]", data_key="in", attribute="in")
    not_null = flag()

    @validates_schema
    def has_one_test(self, condition: Mapping[str, Any], **_: Any) -> None:
        """Refuse a condition that tests nothing, or two things."""
        if len(condition.keys() & set(Operator)) != 1:
            raise ValidationError(f"needs exactly one of {', '.join(Operator)}")


class ObjectShape(Closed):
    """One file of the folder: one object."""

    object = _api_name(required=True)
    table = our_name()
    key = _api_name()
    direction = word(Direction, load_default=Direction.BOTH)
    creates = flag()
    deletes = flag()
    on_delete = word(Policy)
    where = fields.List(fields.Nested(ConditionShape), load_default=list, error_messages={**EMPTY, "invalid": _NO_LIST})
    columns = Table(FieldShape, data_key="fields")


class ExtrasShape(Closed):
    """What an org adds to one object."""

    columns = Table(FieldShape, data_key="fields")


class OverlayShape(Closed):
    """The small file of one org: its own fields, by object."""

    overlay = Table(ExtrasShape)
