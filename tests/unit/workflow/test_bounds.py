"""How long a connection of a run may send, where no person says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from unit.api.loopback import Addon, PlainClock, Provider, serving
from unit.cli.streams import Screen

from reconcile.api.reads import Reads
from reconcile.api.writes import Connection
from reconcile.cli.terminal import Terminal
from reconcile.errors import ApiError
from reconcile.observe.found import find
from reconcile.spec.config import Config
from reconcile.workflow.process import Waiting
from reconcile.workflow.propose import About, bound, reading, writing


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider with one application and its PostgreSQL addon."""
    with serving(("billing-api", Addon(engine="postgresql", version="16.4.0-1"))) as one:
        yield one


@pytest.fixture
def clock() -> PlainClock:
    """The clock of all connections."""
    return PlainClock()


@pytest.fixture
def process(provider: Provider, clock: PlainClock) -> Terminal:
    """A command that talks to the provider."""
    return Terminal(
        environment=provider.environment,
        clock=clock,
        stdin=Screen(),
        stdout=Screen(),
        stderr=Screen(),
    )


def look(connection: Reads | Connection) -> None:
    """Read the database."""
    reads = connection.reads if isinstance(connection, Connection) else connection
    find(reads, app="billing-api", addon="ad-1", engine=None)


def pass_by(clock: PlainClock, seconds: float) -> None:
    """Let time pass while nothing is sent."""
    clock.sleep(seconds, lambda: False)


@pytest.mark.parametrize("connect", [reading, writing])
@pytest.mark.parametrize(("databases", "minutes"), [(0, 10), (1, 10), (10, 10), (300, 300)])
def test_every_connection_is_bounded(
    connect: type, databases: int, minutes: int, process: Terminal, clock: PlainClock
) -> None:
    """Ten minutes, or a minute for each database, without any announcement."""
    with connect(About(config=Config(), databases=databases), process) as connection:
        pass_by(clock, minutes * 60 - 1)
        look(connection)
        pass_by(clock, 1)
        with pytest.raises(ApiError, match=f"{minutes} min"):
            look(connection)


def test_a_longest_wait_that_a_person_names_holds_instead(
    process: Terminal, clock: PlainClock
) -> None:
    """As `--max-wait` does, from the beginning of the run."""
    with reading(About(config=Config(), databases=300, max_wait=90.0), process) as reads:
        bound(reads, 300)
        pass_by(clock, 90.0)
        with pytest.raises(ApiError, match="90 s"):
            look(reads)


@pytest.mark.parametrize(("wait", "minutes"), [(True, 70), (False, 10)])
def test_what_is_waited_for_is_added(
    wait: bool, minutes: int, process: Terminal, clock: PlainClock
) -> None:
    """An operation may go on for as long as `--timeout` says."""
    with reading(About(config=Config(), databases=1), process) as reads:
        bound(reads, 1, waits=Waiting(wait=wait).longest)
        pass_by(clock, minutes * 60 - 1)
        look(reads)
        pass_by(clock, 1)
        with pytest.raises(ApiError, match=f"{minutes} min"):
            look(reads)
