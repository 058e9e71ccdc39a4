"""A PostgreSQL database at a provider that answers as a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from unit.api.loopback import Addon, PlainClock, Provider, reply, serving, unheard

from reconcile.api.reads import Reads, connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.observe.found import find
from reconcile.workflow.named import Subject

Found = Callable[..., Subject]
"""Finds the database; keywords are attributes of its resource, beside the usual ones."""


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider with one application and its PostgreSQL addon."""
    with serving(("billing-api", Addon(engine="postgresql", version="16.4.0-1"))) as one:
        yield one


@pytest.fixture
def reads(provider: Provider) -> Iterator[Reads]:
    """A connection that cannot change anything."""
    surroundings = Surroundings(
        environment=provider.environment, region=None, notify=unheard, clock=PlainClock()
    )
    with connect_reading(surroundings) as one:
        yield one


@pytest.fixture
def found(provider: Provider, reads: Reads) -> Found:
    """The database, by the name `billing`."""

    def subject(**resource: object) -> Subject:
        ((_, addon),) = provider.apps
        shown = {**addon.database(), **resource}
        provider.odd["database"].append(reply(200, {"database": shown}))
        live = find(reads, app="billing-api", addon="ad-1", engine=None)
        provider.requests.clear()
        return Subject(
            name="billing",
            target=live.target,
            resource=live.resource,
            facts=live.facts,
            client=reads.client,
        )

    return subject


def answers(provider: Provider, *results: Any) -> None:
    """What the next actions answer."""
    for result in results:
        provider.odd["database"].append(reply(200, {"ok": 1, "result": result}))


def sent(provider: Provider) -> list[str]:
    """What was sent to the database host since the database was found."""
    return [f"{one.method} {one.action_name or one.path}" for one in provider.sent("database")]
