"""The org of boats, and changes to its schema."""

from __future__ import annotations

import pytest

from service.localorg.deploy.changes import SchemaChanges
from service.localorg.org import LocalOrg


@pytest.fixture
def changes(boats: LocalOrg) -> SchemaChanges:
    return SchemaChanges(boats)
