"""A run with a ready token for one database, and no account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from unit.api.loopback import HOUR, NOW, Addon, PlainClock, Provider, jwt, reply, serving, unheard

from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import Connection, connect_writing
from reconcile.errors import AccessError, AnswerError, ApiError, CredentialsError, UsageError
from reconcile.model.engine import Engine
from reconcile.model.request import RESOURCE, Effect, action
from reconcile.model.target import Hosts, Target

READY = "ready-token-canary"
CREATE = action("create-database", {"database_name": "x"}, effect=Effect.CHANGE)
DATABASE = {"app_name": "my-app", "resource_id": "my-db-123"}


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider whose database answers at its resource id, as in the API text's examples."""
    addon = Addon(id="my-db-123", resource_id="my-db-123", resource=DATABASE)
    with serving(("my-app", addon)) as one:
        yield one


def surroundings(provider: Provider, clock: PlainClock, token: str = READY) -> Surroundings:
    """Nothing but the database host and the token."""
    return Surroundings(
        environment={"DB_API_URL": provider.url, "DB_BEARER_TOKEN": token},
        region=None,
        notify=unheard,
        clock=clock,
        databases=1,
    )


@contextmanager
def connected(
    provider: Provider, clock: PlainClock, *, token: str = READY, app: str = "my-app", addon: str
) -> Iterator[tuple[Connection, Target]]:
    """A connection, and the target that a spec means."""
    with connect_writing(surroundings(provider, clock, token)) as connection:
        yield connection, connection.reads.targets.find(app=app, addon=addon, engine=Engine.MYSQL)


def test_one_request_reads_a_database(provider: Provider, clock: PlainClock) -> None:
    """No exchange, no regions, no addons, no token: they have no host to go to."""
    with connected(provider, clock, addon="my-db-123") as (connection, target):
        found = connection.reads.client.call(target, RESOURCE)
        connection.writes.prepare(target)
    assert found["resource_id"] == "my-db-123"
    (sent,) = provider.requests
    assert (sent.path, sent.headers["authorization"]) == (
        "/api/databases/my-db-123",
        f"Bearer {READY}",
    )
    assert target == Target(
        region="osc-fr1",
        hosts=Hosts(
            auth="https://auth.scalingo.com",
            api="https://api.osc-fr1.scalingo.com",
            database=provider.url,
        ),
        app="my-app",
        addon="my-db-123",
        resource_id="my-db-123",
        engine=None,
    )


def test_an_addon_id_goes_into_the_path_as_well(clock: PlainClock) -> None:
    """The API text says that it is the one to use; it tells nothing of the resource id."""
    with (
        serving(("my-app", Addon(id="ad-1", resource=DATABASE))) as provider,
        connected(provider, clock, addon="ad-1") as (connection, target),
    ):
        connection.reads.client.call(target, RESOURCE)
        assert (target.addon, target.resource_id) == ("ad-1", "")
        assert [one.path for one in provider.requests] == ["/api/databases/ad-1"]


def test_without_an_addon_it_says_to_name_it(provider: Provider, clock: PlainClock) -> None:
    """There is no account to look it up in."""
    with (
        connect_writing(surroundings(provider, clock)) as connection,
        pytest.raises(UsageError) as caught,
    ):
        connection.reads.targets.find(app="my-app", addon=None, engine=Engine.MYSQL)
    assert str(caught.value) == (
        "the spec for application 'my-app' names no addon, and with DB_BEARER_TOKEN there is no"
        " account to look it up in: write it as addon:"
    )
    assert provider.requests == []


def test_without_a_database_host_it_says_to_name_it(clock: PlainClock) -> None:
    """No other host is asked for it."""
    environment = {"DB_BEARER_TOKEN": READY}
    with pytest.raises(UsageError, match=r"goes to the database API's host only.*set DB_API_URL"):
        connect_writing(
            Surroundings(
                environment=environment, region=None, notify=unheard, clock=clock, databases=1
            )
        )


OTHERS: list[tuple[str, str, dict[str, Any]]] = [
    ("my-app", "my-db-123", {"app_name": "other", "resource_id": "my-db-123"}),
    ("my-app", "my-db-123", {"app_name": "my-app", "resource_id": "my-db-124"}),
    ("my-app", "my-db-123", {"resource_id": "my-db-124"}),
    ("my-app", "ad-1", {"app_name": "other", "resource_id": "my-db-123"}),
]


@pytest.mark.parametrize(("app", "addon", "database"), OTHERS)
def test_another_database_than_the_specs_is_refused(
    provider: Provider, clock: PlainClock, app: str, addon: str, database: dict[str, Any]
) -> None:
    """The token decides which one answers, so the answer has to say that it is the one meant."""
    provider.odd["database"].append(reply(200, {"database": {"id": "5c59", **database}}))
    with (
        connected(provider, clock, app=app, addon=addon) as (connection, target),
        pytest.raises(ApiError) as caught,
    ):
        connection.reads.client.call(target, RESOURCE)
    message = str(caught.value)
    assert message.startswith(f"GET /api/databases/{addon}: answered database '")
    assert f"but the spec means {addon!r} of {app!r}: check app and addon there" in message


AGREEING: list[tuple[str, str, dict[str, Any] | None]] = [
    ("my-app", "my-db-123", {}),
    ("my-app", "my-db-123", None),
    ("my-app", "my-db-123", {"app_name": None, "resource_id": None, "id": None}),
    ("my-app", "my-db-123", {"app_name": ["x"], "resource_id": {}, "id": 7}),
    ("my-app", "my-db-123", {"app_name": "my-app", "id": "5c59", "resource_id": "my-db-123"}),
    ("my-app", "5c599fd6f18b3202f7ab4e66", {"id": "5c599fd6f18b3202f7ab4e66"}),
    ("my-app", "ad-1", {"app_name": "my-app", "resource_id": "my-db-123"}),
    ("54d100aa13e5bd1a18000001", "ad-1", {"app_name": "my-app"}),
]


@pytest.mark.parametrize(("app", "addon", "database"), AGREEING)
def test_what_cannot_be_compared_agrees(
    provider: Provider,
    clock: PlainClock,
    app: str,
    addon: str,
    database: dict[str, Any] | None,
) -> None:
    """Fields may be absent; an addon id and an application's id are not in the resource."""
    provider.odd["database"].append(reply(200, {"database": database}))
    with connected(provider, clock, app=app, addon=addon) as (connection, target):
        assert connection.reads.client.call(target, RESOURCE) == database


@pytest.mark.parametrize("body", ["<html>", {}, []])
def test_a_resource_of_another_shape_is_an_error(
    provider: Provider, clock: PlainClock, body: object
) -> None:
    """As with an account."""
    provider.odd["database"].append(reply(200, body))
    with (
        connected(provider, clock, addon="my-db-123") as (connection, target),
        pytest.raises(AnswerError, match="GET /api/databases/my-db-123: HTTP 200, "),
    ):
        connection.reads.client.call(target, RESOURCE)


@pytest.mark.parametrize("call", [RESOURCE, CREATE], ids=str)
def test_a_401_is_final(provider: Provider, clock: PlainClock, call: Any) -> None:
    """There is nothing to renew the token with, and the change was certainly not made."""
    provider.odd["database"].append(reply(401, {"error": f"bad {READY}"}))
    with connected(provider, clock, addon="my-db-123") as (connection, target):
        client = connection.reads.client if call is RESOURCE else connection.writes
        with pytest.raises(AccessError) as caught:
            client.call(target, call)
    assert "HTTP 401: the token in DB_BEARER_TOKEN has ended" in str(caught.value)
    assert str(caught.value).endswith("get a new one")
    assert READY not in str(caught.value)
    assert len(provider.requests) == 1


@pytest.mark.parametrize(
    ("claims", "passes"),
    [
        ({"exp": NOW + 301}, True),
        ({"exp": NOW + 299}, False),
        ({"exp": NOW + HOUR, "iat": NOW}, True),
        ({"exp": NOW - 5, "iat": NOW - 5 - HOUR}, True),
        ({}, True),
    ],
)
def test_nothing_is_begun_with_a_token_that_is_about_to_end(
    provider: Provider, clock: PlainClock, claims: dict[str, float], passes: bool
) -> None:
    """As far as it tells: what is over by our clock alone is left to the provider."""
    token = jwt(9, **claims)
    with connected(provider, clock, token=token, addon="my-db-123") as (connection, target):
        if passes:
            connection.writes.prepare(target)
            clock.go_on(HOUR)
        with pytest.raises(AccessError, match="ends in less than five minutes: get a new one"):
            connection.writes.prepare(target)
    assert provider.requests == []


def test_a_token_that_is_none_says_which(provider: Provider, clock: PlainClock) -> None:
    """Before anything is sent."""
    with pytest.raises(CredentialsError, match=r"^DB_BEARER_TOKEN: a token holds"):
        connect_writing(surroundings(provider, clock, "a b"))


def test_an_account_goes_before_a_ready_token(provider: Provider, clock: PlainClock) -> None:
    """Which then is not sent anywhere."""
    environment = {**provider.environment, "DB_BEARER_TOKEN": READY}
    surrounded = Surroundings(environment=environment, region=None, notify=unheard, clock=clock)
    with connect_writing(surrounded) as connection:
        target = connection.reads.targets.find(app="my-app", addon=None, engine=None)
        connection.reads.client.call(target, RESOURCE)
    assert READY not in str([one.headers for one in provider.requests])
