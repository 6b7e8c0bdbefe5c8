"""References to earlier answers: `@{ref.path}` in the URL and the body of a subrequest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from service.localorg.errors import Refusal

_REFERENCE = re.compile(r"@\{([^{}]*)\}")
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")
_MISSING = object()


def resolve_url(url: str, answers: Mapping[str, Any]) -> str:
    """Return a URL with its references replaced by the escaped values."""
    return _REFERENCE.sub(lambda found: quote(_text(_value(found[1], answers)), safe=""), url)


def resolve_body(body: Any, answers: Mapping[str, Any]) -> Any:
    """Return a body with its references replaced; one that is a whole value keeps its type."""
    if isinstance(body, dict):
        return {name: resolve_body(value, answers) for name, value in body.items()}
    if isinstance(body, list):
        return [resolve_body(value, answers) for value in body]
    if not isinstance(body, str):
        return body
    whole = _REFERENCE.fullmatch(body)
    if whole:
        return _value(whole[1], answers)
    return _REFERENCE.sub(lambda found: _text(_value(found[1], answers)), body)


def _value(path: str, answers: Mapping[str, Any]) -> Any:
    name = re.split(r"[.\[]", path, maxsplit=1)[0]
    value = answers.get(name, _MISSING)
    for key, index in _STEP.findall(path[len(name) :]):
        value = _step(value, key, index)
    if value is _MISSING or isinstance(value, dict | list):
        raise _no_value(path, name)
    return value


def _step(value: Any, key: str, index: str) -> Any:
    if index:
        at = int(index)
        return value[at] if isinstance(value, list) and at < len(value) else _MISSING
    return value.get(key, _MISSING) if isinstance(value, dict) else _MISSING


def _text(value: Any) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _no_value(path: str, name: str) -> Refusal:
    return Refusal(
        "PROCESSING_HALTED",
        f"Invalid reference specified. No value for {path} found in {name}. Provided referenceId ('{path}') must start"
        " with a letter or a number, and it can contain only letters, numbers and underscores ('_').",
    )
