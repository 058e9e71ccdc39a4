"""A look over a connection: only where something needs it, with what the API says to check it by."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from attrs import evolve
from builders import CONNECTION, reached, removal
from unit.api.loopback import Addon, PlainClock, Provider, serving, unheard

from reconcile.api.reads import Reads, connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.kinds.backups import Backups
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.kinds.query_stats import QueryStats
from reconcile.model.engine import Engine
from reconcile.model.location import Location
from reconcile.model.postgresql import ApiView, NoSqlAccess, SqlAccess, SqlConnection
from reconcile.model.state import Desired, Observation, Observed, Unknown
from reconcile.observe.observer import observe, observe_database
from reconcile.observe.reach import unlooked

LIVE = Addon(
    id="ad-pg",
    engine="postgresql",
    version="16.4.0-1",
    results={
        "list-extensions": [
            {"name": "plpgsql", "version": "v1.0"},
            {"name": "hstore", "version": "v1.8"},
        ],
        "list-databases": [{"name": "billing", "protected": True}, {"name": "audit"}],
    },
    users=[{"name": "billing_1", "read_only": False}, {"name": "reader"}],
)
WITHOUT_LIST = evolve(LIVE, results={"list-extensions": LIVE.results["list-extensions"]})
RESOURCE, USERS = "/api/databases/ad-pg", "/api/databases/ad-pg/users"
MISSING = Extensions(present=(Extension(name="cube"),))
THERE = Extensions(present=(Extension(name="hstore"),))
GONE = Extensions(absent=(removal("hstore"),))
SAID = ApiView(
    addon="ad-pg",
    version="16.4.0-1",
    extensions={"plpgsql": "v1.0", "hstore": "v1.8"},
    databases=frozenset({"billing", "audit"}),
    home=frozenset({"billing"}),
    users=frozenset({"billing_1", "reader"}),
)
REACHED = reached()
LISTS = [RESOURCE, "list-extensions", "list-databases", USERS]


class Looked:
    """Looks over connections as it is told, and remembers what it was told of them."""

    def __init__(self) -> None:
        self.said: list[tuple[SqlConnection, ApiView]] = []

    def inspect(self, connection: SqlConnection, said: ApiView) -> SqlAccess:
        """What is always found."""
        self.said.append((connection, said))
        return REACHED


def wanted(connection: SqlConnection | None = CONNECTION, **kinds: object) -> Desired:
    """A spec of the database."""
    return Desired(
        handle="billing",
        app="shop-web",
        addon="ad-pg",
        engine=Engine.POSTGRESQL,
        location=Location(file="specs/billing.yaml", line=1, column=1),
        connection=connection,
        kinds=kinds,
    )


@contextmanager
def reading(addon: Addon) -> Iterator[tuple[Provider, Reads]]:
    """A provider with one database, and a connection to its API."""
    with serving(("shop-web", addon)) as provider:
        surroundings = Surroundings(
            environment=provider.environment, region=None, notify=unheard, clock=PlainClock()
        )
        with connect_reading(surroundings) as reads:
            yield provider, reads


def looked(
    spec: Desired, addon: Addon = LIVE
) -> tuple[Observation, list[tuple[SqlConnection, ApiView]], list[str]]:
    """What was observed, what was looked at, and the requests that it took: actions and paths."""
    looks = Looked()
    with reading(addon) as (provider, reads):
        found = observe([spec], reads, inspect=looks.inspect)[spec.handle]
        sent = [one.action_name or one.path for one in provider.sent("database")]
    return found, looks.said, sent


@pytest.mark.parametrize("spec", [MISSING, GONE])
def test_what_differs_is_worth_a_look(spec: Extensions) -> None:
    """The API is asked for the names that the connection has to agree with."""
    found, said, sent = looked(wanted(extensions=spec))
    assert isinstance(found, Observed)
    assert found.facts.reach == REACHED
    assert said == [(CONNECTION, SAID)]
    assert sent == LISTS


def test_what_was_read_is_not_read_again() -> None:
    """Where the spec names logical databases, their names are at hand."""
    kinds: dict[str, Any] = {"extensions": MISSING, "logical_databases": LogicalDatabases()}
    found, said, sent = looked(wanted(**kinds, query_stats=QueryStats(enabled=True)))
    assert isinstance(found, Observed)
    assert said == [(CONNECTION, SAID)]
    assert sorted(sent) == sorted(LISTS)


@pytest.mark.parametrize(
    "spec",
    [
        wanted(extensions=THERE),
        wanted(extensions=Extensions()),
        wanted(query_stats=QueryStats(enabled=True)),
        wanted(backups=Backups(enabled=True)),
        wanted(),
        wanted(None, extensions=MISSING),
    ],
)
def test_where_nothing_needs_it_nobody_looks(spec: Desired) -> None:
    """Nor is a request spent on it: nothing differs, or a person does it."""
    found, said, sent = looked(spec)
    assert isinstance(found, Observed)
    assert (found.facts.reach, said) == (None, [])
    assert not {"list-databases", USERS} & {*sent}


def test_a_busy_database_is_not_looked_at() -> None:
    """Nothing is changed there now."""
    busy = evolve(LIVE, resource={"status": "upgrading"})
    found, said, sent = looked(wanted(extensions=MISSING), busy)
    assert isinstance(found, Observed)
    assert (found.facts.reach, said, sent) == (None, [], [RESOURCE])


@pytest.mark.parametrize(
    "spec",
    [
        wanted(extensions=MISSING),
        wanted(extensions=MISSING, logical_databases=LogicalDatabases()),
    ],
)
def test_names_that_the_api_does_not_tell_are_not_compared(spec: Desired) -> None:
    """Not every provider lists the logical databases of PostgreSQL."""
    found, said, sent = looked(spec, WITHOUT_LIST)
    assert isinstance(found, Observed)
    assert said == [(CONNECTION, evolve(SAID, databases=None, home=None))]
    assert sorted(sent) == sorted(LISTS)


def test_users_that_the_api_does_not_tell_are_not_compared() -> None:
    """It may have no list of them."""
    _found, said, sent = looked(wanted(extensions=MISSING), evolve(LIVE, users=None))
    assert said == [(CONNECTION, evolve(SAID, users=None))]
    assert sent == LISTS


def test_a_version_that_is_none_is_said_as_none() -> None:
    """Whoever looks cannot agree with it, and has to say so."""
    odd = evolve(LIVE, resource={"readable_version": "edge"})
    _found, said, _sent = looked(wanted(extensions=MISSING), odd)
    assert said == [(CONNECTION, evolve(SAID, version=""))]


def test_extensions_that_could_not_be_read_need_no_look() -> None:
    """Nobody knows what differs."""
    found, said, sent = looked(wanted(extensions=MISSING), evolve(LIVE, results={}))
    assert isinstance(found, Unknown)
    assert (said, sent) == ([], [RESOURCE, "list-extensions"])


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (
            evolve(LIVE, results={**LIVE.results, "list-databases": "x"}),
            "list-databases answered 'x' where a list of objects is due",
        ),
        (
            evolve(LIVE, users=[{"name": 7}]),
            "the list of users answered 7 as 'name' where a text is due",
        ),
    ],
)
def test_an_api_that_makes_no_sense_makes_it_unknown(odd: Addon, reason: str) -> None:
    """What a connection leads to is not believed without the API's word."""
    found, said, _sent = looked(wanted(extensions=MISSING), odd)
    assert isinstance(found, Unknown)
    assert (found.reason, said) == (reason, [])


def test_who_does_not_look_takes_no_connection_for_granted() -> None:
    """Without a look over it, it leads nowhere."""
    with reading(LIVE) as (_provider, reads):
        found = observe_database(wanted(extensions=MISSING), reads)
    assert isinstance(found, Observed)
    assert found.facts.reach == unlooked(CONNECTION, SAID)
    assert found.facts.reach == NoSqlAccess(
        code="P121",
        message="the connection ${env:SHOP_DSN} of addon 'ad-pg' was not looked at",
        hint="read it with a look over connections",
    )
