"""What a client that only reads can send: nothing that changes anything, by construction."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from attrs import evolve
from builders import only_calls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import Case, cases
from unit.api.loopback import PlainClock, Provider, serving, unheard
from unit.api.walk import reachable

from reconcile.api.reads import READ_ACTIONS, READING, Reads, connect_reading
from reconcile.api.routes import ACTION, ADDON_TOKEN, ADDONS, EXCHANGE, GROUNDWORK, REGIONS, Route
from reconcile.api.surroundings import Surroundings
from reconcile.api.transport import Transport
from reconcile.api.writes import CHANGE_ACTIONS, WRITING, Connection, WriteClient, connect_writing
from reconcile.errors import ForbiddenCallError
from reconcile.kinds import KIND_BY_NAME, KINDS
from reconcile.model.engine import Engine
from reconcile.model.item import Action
from reconcile.model.request import RESOURCE, Call, Effect, action
from reconcile.model.target import Hosts, Target
from reconcile.plan.build import plan_database

PATCH = Call(method="PATCH", path="", body={"database": {}}, effect=Effect.CHANGE)
NOT_READS = [
    *(action(name, {"database_name": "x"}, effect=Effect.READ) for name in sorted(CHANGE_ACTIONS)),
    Call(method="PATCH", path="", body={"database": {}}, effect=Effect.READ),
    Call(method="PUT", path="", body={"database": {}}, effect=Effect.READ),
    Call(method="DELETE", path="", effect=Effect.READ),
    Call(method="POST", path="", effect=Effect.READ),
    Call(method="get", path="", effect=Effect.READ),
    Call(method="GET", path="", body={"_method": "PATCH"}, effect=Effect.READ),
    Call(method="GET", path="/", effect=Effect.READ),
    Call(method="GET", path="?x=1", effect=Effect.READ),
    Call(method="GET", path="/../../v1/apps", effect=Effect.READ),
    Call(method="GET", path="/action", effect=Effect.READ),
    Call(method="GET", path="/action", body={"action_name": "get-sqlmode"}, effect=Effect.READ),
    Call(method="POST", path="/upgrade", effect=Effect.READ),
    Call(method="POST", path="/pitr/restore", body={"restore_time": "x"}, effect=Effect.READ),
    Call(method="POST", path="/backups", body={}, effect=Effect.READ),
    Call(method="POST", path="/features", body={}, effect=Effect.READ),
    Call(method="POST", path="/action", effect=Effect.READ),
    Call(method="POST", path="/action", body={}, effect=Effect.READ),
    Call(method="POST", path="/action", body={"action_name": None}, effect=Effect.READ),
    Call(method="POST", path="/action", body={"action_name": ["get-sqlmode"]}, effect=Effect.READ),
    Call(method="POST", path="/action/", body={"action_name": "get-sqlmode"}, effect=Effect.READ),
    Call(method="POST", path="/ACTION", body={"action_name": "get-sqlmode"}, effect=Effect.READ),
    action("get-sqlmode ", effect=Effect.READ),
    action("GET-SQLMODE", effect=Effect.READ),
    action("drop-everything", effect=Effect.READ),
    Call(
        method="POST",
        path="/action",
        body={"action_name": "get-sqlmode", "_method": "PATCH"},
        effect=Effect.READ,
    ),
]


def target_at(provider: Provider) -> Target:
    """A target that needs no request to be found."""
    hosts = Hosts(auth=provider.url, api=provider.url, database=provider.url)
    return Target(
        region="osc-fr1", hosts=hosts, app="a", addon="ad-1", resource_id="r", engine=Engine.MYSQL
    )


@pytest.fixture(scope="module")
def silent() -> Iterator[Provider]:
    """A provider that must never be asked."""
    with serving() as provider:
        yield provider
        assert provider.requests == []


@pytest.fixture(scope="module")
def reads(silent: Provider) -> Iterator[Reads]:
    """A connection that only reads."""
    with connect_reading(
        Surroundings(
            environment=silent.environment, region=None, notify=unheard, clock=PlainClock()
        )
    ) as one:
        yield one


@pytest.fixture(scope="module")
def writing(silent: Provider) -> Iterator[Connection]:
    """A connection that also writes."""
    with connect_writing(
        Surroundings(
            environment=silent.environment, region=None, notify=unheard, clock=PlainClock()
        )
    ) as one:
        yield one


def assert_refused(reads: Reads, call: Call, silent: Provider) -> None:
    """The call is refused, and nothing was counted or received."""
    with pytest.raises(ForbiddenCallError, match="refused to send"):
        reads.client.call(target_at(silent), call)
    assert not any(reads.spent().requests.values())


@pytest.mark.parametrize("call", NOT_READS, ids=str)
def test_what_is_no_known_read_is_refused_before_any_request(
    reads: Reads, writing: Connection, silent: Provider, call: Call
) -> None:
    """Whatever the call claims to be, and also beside a client that writes."""
    assert_refused(reads, call, silent)
    assert_refused(writing.reads, call, silent)


@given(case=cases())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_change_of_any_plan_passes_the_reading_client(
    reads: Reads, silent: Provider, case: Case
) -> None:
    """Every request of every kind is refused by the one client and held by the other's permits."""
    for entry in plan_database(case.desired, case.observed).items:
        if isinstance(entry, Action):
            requests = KIND_BY_NAME[entry.address.kind].requests(entry.change)
            for call in only_calls(requests):
                assert_refused(reads, call, silent)
                assert call.path != "/action" or call.action_name in WRITING.actions


words = st.text("ab-/ é\0", max_size=8)
calls = st.builds(
    Call,
    method=st.sampled_from(["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "get", ""]),
    path=st.one_of(st.sampled_from(["", "/action", "/upgrade", "//action"]), words),
    body=st.fixed_dictionaries(
        {"action_name": st.one_of(st.sampled_from(sorted(READ_ACTIONS | CHANGE_ACTIONS)), words)},
        optional={"params": words},
    ),
    effect=st.sampled_from(Effect),
)


@given(call=calls)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_other_call_is_refused(reads: Reads, silent: Provider, call: Call) -> None:
    """The set is frozen: one action endpoint, and six names."""
    if call.method != "POST" or call.action_name not in READ_ACTIONS:
        assert_refused(reads, call, silent)


@pytest.mark.parametrize(
    "call", [RESOURCE, *(action(n, effect=Effect.CHANGE) for n in sorted(READ_ACTIONS))], ids=str
)
def test_the_writing_client_does_not_read(
    writing: Connection, silent: Provider, call: Call
) -> None:
    """Each client has its own frozen set."""
    with pytest.raises(ForbiddenCallError):
        writing.writes.call(target_at(silent), call)


def test_every_kind_reads_what_may_be_read() -> None:
    """A kind with a new read needs a line in the set."""
    assert {kind.read.action_name for kind in KINDS if kind.read != RESOURCE} <= READ_ACTIONS


def test_the_sets_are_these() -> None:
    """A change of the sets is a change of a promise: it shows here."""
    assert {str(route) for route in READING.routes} == {
        "GET /api/databases/:addon",
        "GET /api/databases/:addon/backups",
        "GET /api/databases/:addon/operations/:operation",
        "GET /api/databases/:addon/pitr/recovery_window",
        "GET /api/databases/:addon/users",
        "GET /api/database_type_versions/:version",
        "GET /api/operations/:operation",
        "POST /api/databases/:addon/action",
    }
    assert {str(route) for route in WRITING.routes} == {
        "DELETE /api/databases/:addon/features",
        "PATCH /api/databases/:addon",
        "POST /api/databases/:addon/action",
        "POST /api/databases/:addon/backups",
        "POST /api/databases/:addon/features",
        "POST /api/databases/:addon/pitr/restore",
        "POST /api/databases/:addon/upgrade",
    }
    assert {EXCHANGE, REGIONS, ADDONS, ADDON_TOKEN} == GROUNDWORK.routes
    assert not READING.actions & WRITING.actions
    assert READING.actions == {
        "list-databases",
        "get-sqlmode",
        "list-extensions",
        "list-retention-policies",
        "pg-list-queries",
        "pg-stat-statements-list",
    }
    assert WRITING.actions == {
        "create-database",
        "delete-database",
        "reset-database",
        "set-sqlmode",
        "pg-cancel-query",
        "pg-terminate-query",
        "pg-stat-statements-enable",
        "pg-stat-statements-reset",
        "add-retention-policy",
        "del-retention-policy",
    }
    assert ACTION in READING.routes & WRITING.routes


def test_nothing_behind_a_reading_connection_can_write(reads: Reads) -> None:
    """Not even its innermost transport has a permit for it."""
    parts = list(reachable(reads))
    (transport,) = [part for part in parts if isinstance(part, Transport)]
    assert not any(isinstance(part, WriteClient) for part in parts)
    effects = {permits.effect for permits in transport._permits}
    assert effects == {Effect.READ}


def test_a_query_belongs_to_the_route() -> None:
    """A parameter that the set does not name is refused like another path."""
    call = Call(method="DELETE", path="/features", query={"feature": "x"}, effect=Effect.CHANGE)
    assert Route.of_call(call) in WRITING.routes
    for query in ({}, {"_method": "PATCH"}, {"feature": "x", "_method": "PATCH"}):
        assert Route.of_call(evolve(call, query=query)) not in WRITING.routes
