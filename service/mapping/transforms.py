"""The transforms that a mapping may name: pairs of pure functions between their value and ours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from service.domain.values import Kind, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Transform:
    """Two functions on canonical values; what `to_ours` returns survives `to_theirs` and back."""

    ours: Kind
    theirs: Kind
    to_ours: Callable[[Value], Value]
    to_theirs: Callable[[Value], Value]


def _upper(value: Value) -> Value:
    return value.strip().upper() or None if isinstance(value, str) else None


def _is_yes(value: Value) -> Value:
    return isinstance(value, str) and value.strip().casefold() == "yes"


def _yes_or_no(value: Value) -> Value:
    return "Yes" if value is True else "No"


TRANSFORMS: Mapping[str, Transform] = MappingProxyType(
    {
        # Codes that people type in any case.
        "trimmed_upper": Transform(ours=Kind.TEXT, theirs=Kind.TEXT, to_ours=_upper, to_theirs=_upper),
        # A Yes/No picklist of theirs is a boolean of ours; blank means no.
        "yes_no": Transform(ours=Kind.BOOLEAN, theirs=Kind.CHOICE, to_ours=_is_yes, to_theirs=_yes_or_no),
    }
)


def their_kind(kind: Kind, transform: str | None) -> Kind:
    """Return the kind that a field has on the CRM's side."""
    return TRANSFORMS[transform].theirs if transform is not None else kind
