"""One sandbox and one JavaScript client per module, with a fresh fleet for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from api.provider_client import FLEET
from clients.javascript import JavaScriptClient, javascript_client

from scalingo_sandbox import Sandbox, running


@pytest.fixture(scope="module")
def shared_sandbox() -> Iterator[Sandbox]:
    """Run one sandbox for the whole module."""
    with running(FLEET) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(shared_sandbox: Sandbox) -> Sandbox:
    """Give the module's sandbox as it was at the start."""
    shared_sandbox.put_fleet(FLEET)
    shared_sandbox.clear()
    return shared_sandbox


@pytest.fixture(scope="module")
def shared_client(shared_sandbox: Sandbox) -> Iterator[JavaScriptClient]:
    """Start one client for the whole module."""
    with javascript_client(shared_sandbox.url, token=shared_sandbox.token) as client:
        yield client


@pytest.fixture
def client(sandbox: Sandbox, shared_client: JavaScriptClient) -> JavaScriptClient:  # noqa: ARG001 - set back
    """Give the module's client, of a sandbox as it was at the start."""
    return shared_client
