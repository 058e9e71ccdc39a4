"""The table of the provider's API is whole and true: each row is driven, nothing is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from builders import desired, facts, observed, only_calls
from covered.actions import ACTIONS
from covered.endpoints import ENDPOINTS, WAYS
from covered.fleet import FLEET
from covered.page import PAGE, ROWS, page
from covered.row import Row
from e2e.command import Command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import LIVE, WANTED

from reconcile.api.reads import READ_ACTIONS, READING
from reconcile.api.routes import ACTION, GROUNDWORK
from reconcile.api.writes import CHANGE_ACTIONS, WRITING
from reconcile.apply.execute import calls_of
from reconcile.kinds import KIND_BY_NAME, KINDS
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.kind import MISSING, Kind
from reconcile.model.engine import Engine
from reconcile.model.request import Call, Effect
from reconcile.model.state import ITSELF
from reconcile.plan.build import build_plan
from scalingo_sandbox import Sandbox, running
from scalingo_sandbox.actions import ACTIONS as ANSWERED
from scalingo_sandbox.application import ENDPOINTS as SERVED

pytestmark = pytest.mark.more

SEED = (
    *("list-databases", "create-database", "delete-database", "reset-database"),
    *("get-sqlmode", "set-sqlmode"),
    *("list-extensions", "pg-list-queries", "pg-cancel-query", "pg-terminate-query"),
    *("pg-stat-statements-enable", "pg-stat-statements-reset", "pg-stat-statements-list"),
    *("list-databases", "create-database", "delete-database", "reset-database"),
    *("list-retention-policies", "add-retention-policy", "del-retention-policy"),
)
"""Every action of the API text, in its order; it lists those on logical databases twice."""


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    """A sandbox whose operations go on while a row is looked at."""
    with running(FLEET, token="tk-canary-of-the-table", operation_seconds=60) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    """The same, as it was at the start."""
    served.put_fleet(FLEET)
    served.clear()
    return served


def _pattern(template: str) -> str:
    """The shape of a path, however its segments are called."""
    return re.sub(r":\w+|\{\w+\}", "[^/]+", template)


def _matches(row: Row, logged: Mapping[str, Any]) -> bool:
    """Whether a logged request is the row's, sent to the host and the database of the row."""
    path = logged["path"]
    addon = row.database.partition("/")[2]
    elsewhere = "/api/databases/" in path and f"/{addon}" not in path
    return (
        logged["host"] == row.route.role.value
        and logged["method"] == row.route.method
        and logged["action_name"] == (row.call and row.call.action_name)
        and re.fullmatch(_pattern(row.route.template), path) is not None
        and not elsewhere
    )


def _assert_sent_once(row: Row, sandbox: Sandbox) -> None:
    """The row's request was answered with success, once, and is the only change there is."""
    log = sandbox.requests()["requests"]
    assert [200 <= (one["status"] or 0) < 300 for one in log if _matches(row, one)] == [True], log
    changes = [one for one in log if one["changes"]]
    assert changes == [one for one in log if _matches(row, one) and _is_change(row)], log
    assert all(one["effect"] for one in changes if row.what not in _WITHOUT_EFFECT), log


_WITHOUT_EFFECT = frozenset({"pg-stat-statements-reset"})


def _is_change(row: Row) -> bool:
    return row.call is not None and row.call.effect is Effect.CHANGE


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_command_sends_it(command: Command, sandbox: Sandbox, row: Row) -> None:
    """Once, with success, and nothing else that changes anything."""
    if row.spec:
        command.write(row.spec)
    if row.missing:
        sandbox.fault("status", status=404, match={"path": row.missing})
    command(*row.command.split(), status=row.status)
    _assert_sent_once(row, sandbox)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_sandbox_answers_it_there(row: Row) -> None:
    """The row names the function of its table."""
    (endpoint,) = [
        one
        for one in SERVED
        if (one.method, _pattern(one.path)) == (row.route.method, _pattern(row.route.template))
    ]
    action = row.call and row.call.action_name
    answers = ANSWERED[action].perform if action else endpoint.answer
    assert f"{answers.__module__}.{answers.__name__}" == f"scalingo_sandbox.{row.sandbox}"
    if action:
        assert row.heading.lower() in ANSWERED[action].engines


def test_no_request_that_may_be_sent_is_left_out() -> None:
    """The routes and actions of the permits are those of the table, no more and no less."""
    permitted = {route for permits in (GROUNDWORK, READING, WRITING) for route in permits.routes}
    assert [row.route for row in ACTIONS] == [ACTION] * len(ACTIONS)
    routes = [row.route for row in (*WAYS, *ENDPOINTS)]
    assert len(set(routes)) == len(routes)
    assert {*routes, ACTION} == permitted
    assert READ_ACTIONS | CHANGE_ACTIONS == {row.what for row in ACTIONS} == set(ANSWERED)
    assert len({row.name for row in ROWS}) == len(ROWS)


def test_no_action_of_the_api_text_is_left_out() -> None:
    """Its twenty entries are the table's, in its order."""
    assert tuple(row.what for row in ACTIONS) == SEED


def test_put_is_never_sent() -> None:
    """PATCH does the same, and sends what is named only."""
    methods = {row.route.method for row in ROWS}
    assert methods == {"GET", "POST", "PATCH", "DELETE"}
    for permits in (GROUNDWORK, READING, WRITING):
        assert "PUT" not in {route.method for route in permits.routes}


def test_the_kinds_read_by_what_the_table_says() -> None:
    """By the row's call, or by one read more that a spec calls for."""
    version = EngineVersion(version=">=16.6")
    live = {ITSELF: {"version": "16.4.0-1", "version_id": "some-id"}}
    lookups: list[Call] = []

    def ask(call: Call) -> object:
        lookups.append(call)
        return MISSING

    KIND_BY_NAME["engine_version"].look_up(version, live, ask)
    for row in ROWS:
        if row.call is None or _is_change(row):
            continue
        reading = [kind.name for kind in KINDS if kind.read == row.call]
        looked_up = row.call.template in {call.template for call in lookups}
        assert list(row.kinds) == reading + ["engine_version"] * looked_up, row.name


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_the_kinds_change_by_what_the_table_says(kind: Kind[Any]) -> None:
    """Among the plans of many states, each request of a row that names the kind came up."""
    sent: set[str] = set()

    @settings(
        max_examples=300, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(engine=st.sampled_from(list(kind.offers)), data=st.data())
    def plan(engine: Engine, data: st.DataObject) -> None:
        wanted = data.draw(WANTED[kind.name])
        if list(kind.check(wanted, engine)):
            return
        live = observed({kind.name: data.draw(LIVE[kind.name])}, engine=engine, live=facts(engine))
        one = desired({kind.name: wanted}, engine=engine)
        for entry in build_plan([one], {one.handle: live}).actions:
            sent.update(
                call.action_name or f"{call.method} {call.template}"
                for call in only_calls(calls_of(entry))
            )

    plan()
    assert sent == {row.what for row in ROWS if _is_change(row) and kind.name in row.kinds}


def test_the_page_says_what_the_table_says() -> None:
    """`make docs` writes docs/api-coverage.md."""
    assert PAGE.read_text(encoding="utf-8") == page(), "run make docs"
