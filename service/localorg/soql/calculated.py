"""Formula fields inside SQL: one SQLite function that evaluates whichever formula its first argument names."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Mapping
from itertools import count
from typing import Any
from weakref import WeakValueDictionary

from service.localorg.formulas.compile import Context, Formula, Value
from service.localorg.records.values import from_python, to_python
from service.localorg.schema.model import Field

_numbers = count(1)
_running: WeakValueDictionary[int, Calculation] = WeakValueDictionary()


class Calculation:
    """A formula field within one query; it is known to SQL as long as the query holds on to it."""

    def __init__(
        self,
        field: Field,
        formula: Formula,
        inputs: Mapping[str, Field],
        *,
        context: Context,
        globals_: Callable[[str], Value],
    ) -> None:
        self.number = next(_numbers)
        self._field, self._formula, self._context = field, formula, context
        self._inputs = tuple(inputs.items())
        self._globals = {path: globals_(path) for path in formula.globals}
        _running[self.number] = self

    def stored(self, columns: tuple[Any, ...]) -> Any:
        """Return the field's value as a column would hold it, from the stored values of what it reads."""
        known = dict(self._globals)
        for (path, field), column in zip(self._inputs, columns, strict=True):
            known[path] = to_python(field, column)
        return from_python(self._field, self._formula.evaluate(known.get, self._context))


def enable(connection: sqlite3.Connection) -> None:
    """Make `calculate(number, ...)` known to a connection, once."""
    known = connection.execute("SELECT 1 FROM pragma_function_list WHERE name = 'calculate'").fetchone()
    if known is None:
        connection.create_function("calculate", -1, _calculate)


def _calculate(number: int, *columns: Any) -> Any:
    return _running[number].stored(columns)
