"""One sandbox per module, with a fresh fleet for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sandbox.provider_client import FLEET, ProviderClient

from reconcile.sandbox import Sandbox, running


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    """Run one sandbox for the whole module."""
    with running(FLEET) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    """Give the module's sandbox as it was at the start."""
    shared_sandbox.put_fleet(FLEET)
    shared_sandbox.clear_faults()
    shared_sandbox.clear()
    return shared_sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[ProviderClient]:
    """Give a client of the sandbox."""
    client = ProviderClient(url=sandbox.url, token=sandbox.token)
    yield client
    client.pool.clear()
