"""A client whose org answers what a test says, and that never really waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import responses

from service.crm.client import Client
from service.crm.login import AccessToken

ORG = "https://acme.my.salesforce.com"
DATA = f"{ORG}/services/data/v68.0/"


@pytest.fixture
def org() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as org:
        yield org


@pytest.fixture
def waits() -> list[float]:
    """The pauses that the client would have made."""
    return []


@pytest.fixture
def client(waits: list[float]) -> Client:
    return Client(AccessToken(token="00D!secret-token", instance_url=ORG), sleep=waits.append)
