"""Read a package in source format into a schema, refusing what an org would refuse."""

from __future__ import annotations

from pathlib import Path

from service.localorg.schema.model import Schema
from service.localorg.schema.standard import STANDARD_OBJECTS


def standard_schema() -> Schema:
    """Return the schema of an org without any package."""
    objects = {o.name: o for o in STANDARD_OBJECTS}
    return Schema(objects=objects, permission_sets={}, lower={name.lower(): name for name in objects})


def read_package(folder: Path, *, namespace: str | None) -> Schema:
    """Return the standard objects and what the package adds to them."""
    raise NotImplementedError
