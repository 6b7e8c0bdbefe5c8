"""A site of each test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from service.localorg.org import LocalOrg
from service.store.database import open_engine
from tests.jobs.site import Site, cleared
from tests.postgres import migrated_database


@pytest.fixture
def site(admin_url: str, installed_org: LocalOrg, tmp_path: Path) -> Iterator[Site]:
    """A site without orgs and without processes."""
    url = migrated_database(admin_url, f"site_{uuid4().hex}")
    engine = open_engine(url)
    with cleared(Site(engine, url, tmp_path, installed_org)) as site:
        yield site
    engine.dispose()
