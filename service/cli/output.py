"""What commands print: one JSON document or tables on standard output, everything else on standard error."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import click
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDTH = 160
"""Columns of a table that goes into a file or a pipe."""


def emit(document: Any) -> None:
    """Print one JSON line."""
    click.echo(json.dumps(document, default=_as_json))


def screen(*, errors: bool = False) -> Console:
    """Return the console of standard output, or of standard error."""
    console = Console(stderr=errors, highlight=False)
    return console if console.is_terminal else Console(stderr=errors, highlight=False, width=WIDTH)


def plain(value: object) -> Text:
    """Return a value as text and nothing but text: no markup, and no control character reaches the terminal."""
    return Text("".join("\N{REPLACEMENT CHARACTER}" if _controls(char) else char for char in str(value)))


def table(title: str, *columns: str) -> Table:
    """Return an empty table; a column whose name begins with # holds numbers."""
    # Not wrapped: a title may be wider than its table.
    heading = Text(title, style="bold", no_wrap=True, overflow="ignore")
    made = Table(title=heading, box=SIMPLE_HEAD, title_justify="left", pad_edge=False)
    for column in columns:
        made.add_column(column.removeprefix("#"), justify="right" if column.startswith("#") else "left")
    return made


def add_rows(to: Table, rows: Iterable[Iterable[object]]) -> Table:
    """Add rows of plain values to a table."""
    for row in rows:
        to.add_row(*(plain("" if value is None else value) for value in row))
    return to


def show(title: str, columns: Iterable[str], rows: Iterable[Iterable[object]]) -> None:
    """Print a table."""
    screen().print(add_rows(table(title, *columns), rows))


def say(sentence: str) -> None:
    """Print a sentence, in one line however long."""
    screen().print(plain(sentence), soft_wrap=True)


def counted(counts: Mapping[str, int]) -> str:
    """Return what a run counted in one line, leaving zeros out."""
    return ", ".join(f"{name} {count:,}" for name, count in counts.items() if count) or "nothing to do"


def moment(at: datetime | None, zone: str) -> str:
    """Return a moment in an org's time zone."""
    return "" if at is None else f"{at.astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S}"


def length(span: timedelta | None) -> str:
    """Return how long something took."""
    return "" if span is None else f"{span.total_seconds():.1f} s"


def age(span: timedelta) -> str:
    """Return how long ago something was, in minutes."""
    minutes = int(span.total_seconds() // 60)
    return f"{minutes} minute{'' if minutes == 1 else 's'} ago"


def _controls(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cf") and char not in "\n\t\N{ZERO WIDTH JOINER}"


def _as_json(value: object) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return round(value.total_seconds(), 3)
    if isinstance(value, UUID | Decimal):
        return str(value)
    raise TypeError(f"{value!r} has no JSON form")
