"""One sandbox per module, with a fresh fleet for every test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from api.provider_client import FLEET, ProviderClient, SimulatedClock
from api.real_contents import Live, Subject
from engines_here import INSTALLED

from scalingo_sandbox import Sandbox, running
from scalingo_sandbox.servers.server import Server, Wish
from scalingo_sandbox.servers.servers import Servers


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


OPERATION_SECONDS = 10.0


@pytest.fixture(scope="module")
def shared_clock() -> SimulatedClock:
    """Give the clock of the module's sandbox on simulated time."""
    return SimulatedClock()


@pytest.fixture(scope="module")
def shared_timed_sandbox(shared_clock: SimulatedClock) -> Iterator[Sandbox]:
    """Run one sandbox on simulated time, whose operations take ten seconds."""
    with running(FLEET, now=shared_clock, operation_seconds=OPERATION_SECONDS) as sandbox:
        yield sandbox


@pytest.fixture
def clock(shared_clock: SimulatedClock) -> SimulatedClock:
    """Give the clock as it was at the start."""
    shared_clock.seconds = SimulatedClock().seconds
    return shared_clock


@pytest.fixture
def timed_sandbox(shared_timed_sandbox: Sandbox, clock: SimulatedClock) -> Sandbox:  # noqa: ARG001 - set back
    """Give the sandbox on simulated time as it was at the start."""
    shared_timed_sandbox.put_fleet(FLEET)
    shared_timed_sandbox.clear_faults()
    shared_timed_sandbox.clear()
    return shared_timed_sandbox


@pytest.fixture
def timed(timed_sandbox: Sandbox) -> Iterator[ProviderClient]:
    """Give a client of the sandbox on simulated time."""
    client = ProviderClient(url=timed_sandbox.url, token=timed_sandbox.token)
    yield client
    client.pool.clear()


@pytest.fixture(scope="module")
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Run one server of the module's SUBJECT for the whole module."""
    subject: Subject = request.module.SUBJECT
    with Servers(INSTALLED) as servers:
        yield servers.start([Wish(key="ad-1", program=subject.program)])["ad-1"]


@pytest.fixture(scope="module")
def shared_contents(request: pytest.FixtureRequest, server: Server) -> Iterator[Live]:
    """Seed the server once."""
    subject: Subject = request.module.SUBJECT
    contents = subject.contents(server, subject.fresh)
    contents.seed(subject.fresh)
    yield Live(contents=contents, value=subject.fresh)
    contents.close()


@pytest.fixture
def live(request: pytest.FixtureRequest, shared_contents: Live) -> Live:
    """Give the contents of the module's SUBJECT as they were at the start."""
    shared_contents.fill(request.module.SUBJECT.fresh)
    return shared_contents
