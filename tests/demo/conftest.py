"""The company that the demo is about, read once, and settings that name no database and no org."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from service.config import Credentials, Settings, read_settings
from service.demo.company import Company, read_company
from service.demo.customers import Customer, paying_customers
from service.demo.definitions import Definitions, read_definitions

TODAY = date(2026, 3, 2)


@pytest.fixture(scope="session")
def company() -> Company:
    return read_company()


@pytest.fixture(scope="session")
def definitions() -> Definitions:
    return read_definitions()


@pytest.fixture(scope="session")
def customers(company: Company, definitions: Definitions) -> tuple[Customer, ...]:
    return paying_customers(company, definitions, today=TODAY)


@pytest.fixture
def settings() -> Iterator[Settings]:
    # Not below pytest's own folder, which is private: as root, PostgreSQL runs as another user.
    with TemporaryDirectory(prefix="plansync-tests-") as folder:
        yield replace(read_settings(), database_url=None, data=Path(folder), crm=Credentials())
