"""The executor: intent on disk, request, outcome on disk; what goes on is followed, never sent twice."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve
from builders import CONNECTION, ORIGIN
from live import no_sql
from unit.apply.conftest import WANTED, Bench

from reconcile.apply.execute import calls_of
from reconcile.errors import (
    OutcomeUnknownError,
    ReconcileError,
    StatementRefusedError,
    UnusableConnectionError,
)
from reconcile.kinds.features import Feature, Features
from reconcile.model.address import Address
from reconcile.model.change import Create, Risk
from reconcile.model.item import Action, Reason
from reconcile.model.operation import PAUSES
from reconcile.model.postgresql import Sql, SqlConnection
from reconcile.model.request import UPGRADE
from reconcile.model.run import Result
from reconcile.model.target import Target
from reconcile.sql.reads import SqlReads
from reconcile.sql.writes import SqlWrites

START = "POST /databases/ad-shop/upgrade"


RESOURCE = "GET /databases/ad-shop"


def look(bench: Bench) -> str:
    """The request that looks at the operation."""
    return f"GET /operations/{bench.operation()}"


def events(bench: Bench) -> list[tuple[str, object]]:
    """The journal: each event with what it says of the outcome or the operation."""
    return [
        (entry["event"], entry.get("result") or entry.get("operation")) for entry in bench.journal()
    ]


def test_an_upgrade_is_followed_to_its_end(bench: Bench) -> None:
    """One request that changes something, then looks until it ended; the id is on disk meanwhile."""
    target, action = bench.planned()
    assert calls_of(action) == (UPGRADE,)
    outcome = bench.execute(target, action)
    assert (outcome.result, outcome.message) == (Result.DONE, "")
    assert bench.version() == "8.0.36-1"
    looks = len(bench.clock.slept) + 1
    assert bench.sent() == [START, *[look(bench)] * looks]
    assert events(bench) == [
        ("started", None),
        ("operation", bench.operation()),
        ("finished", "done"),
    ]
    assert {entry["address"] for entry in bench.journal()} == {"shop/engine_version"}


def test_an_operation_that_ends_in_an_error_is_a_failure(bench: Bench) -> None:
    """With the provider's reason; the version is what it was."""
    bench.sandbox.change("ad-shop", failing_operations="disk full\n\x1b[2J")
    outcome = bench.execute(*bench.planned())
    assert outcome.result is Result.FAILED
    assert outcome.message == (
        f"operation {bench.operation()!r} ended in an error: disk full\\n\\x1b[2J"
    )
    assert bench.version() == "8.0.35-1"
    assert events(bench)[-1] == ("finished", "failed")


@pytest.mark.parametrize("how", ["no wait", "no patience", "a stop"])
def test_who_does_not_wait_is_told_how_to_take_it_up(bench: Bench, how: str) -> None:
    """Started, and looked at once."""
    target, action = bench.planned()
    bench.wait = how != "no wait"
    bench.patience = 0.0 if how == "no patience" else 3600.0
    if how == "a stop":
        bench.stop.set()
    outcome = bench.execute(target, action)
    ident = bench.operation()
    assert outcome.result is Result.STARTED
    assert outcome.under_way
    assert outcome.message == f"operation {ident!r} is pending"
    assert outcome.operation == ident
    assert bench.sent() == [START, look(bench)]
    assert bench.clock.slept == []
    assert events(bench) == [("started", None), ("operation", ident), ("finished", "started")]


def test_patience_ends_before_the_operation(bench: Bench) -> None:
    """It is said to be running, and is not stopped by that."""
    target, action = bench.planned()
    bench.patience = 30.0
    outcome = bench.execute(target, action)
    assert outcome.result is Result.STARTED
    assert outcome.message == f"operation {bench.operation()!r} is running"
    assert sum(bench.clock.slept) == pytest.approx(30.0, abs=0.5)


@pytest.mark.parametrize("kind", ["drop-after", "truncate"])
def test_a_lost_answer_is_followed_where_the_operation_is_under_way(
    bench: Bench, kind: str
) -> None:
    """The resource names it; that it was ours, a second read of the version has to tell."""
    target, action = bench.planned()
    bench.sandbox.fault(kind, match={"path": "*/upgrade"})
    outcome = bench.execute(target, action)
    assert (outcome.result, bench.version()) == (Result.UNKNOWN, "8.0.36-1")
    looks = len(bench.clock.slept) + 2
    assert bench.sent() == [START, RESOURCE, *[look(bench)] * looks]
    assert ("operation", bench.operation()) in events(bench)


@pytest.mark.parametrize(
    ("kind", "details"),
    [
        ("drop-before", {}),
        ("status", {"status": 500}),
        ("status", {"status": 502}),
        ("status", {"status": 504}),
        ("html", {"status": 502}),
        ("html", {"status": 503}),
    ],
)
def test_a_lost_answer_with_nothing_under_way_stays_open(
    bench: Bench, kind: str, details: dict[str, int]
) -> None:
    """The request may still be on its way: neither done nor failed, and not sent again."""
    target, action = bench.planned()
    bench.sandbox.fault(kind, match={"path": "*/upgrade"}, **details)
    outcome = bench.execute(target, action)
    assert outcome.result is Result.UNKNOWN
    assert outcome.under_way
    assert "it may or may not have taken effect" in outcome.message
    assert bench.sent() == [START, *[RESOURCE] * (1 + len(PAUSES))]
    assert events(bench) == [("started", None), ("finished", "unknown")]


def test_a_lost_answer_and_a_dead_server_stay_open(bench: Bench) -> None:
    """Where the resource cannot be read either, nobody claims anything."""
    target, action = bench.planned()
    bench.sandbox.fault("drop-after", match={"path": "*/upgrade"})
    bench.sandbox.fault("status", status=500, times=None, match={"method": "GET"})
    outcome = bench.execute(target, action)
    assert outcome.result is Result.UNKNOWN
    assert bench.sent().count(START) == 1


@pytest.mark.parametrize("status", [400, 404, 409, 422])
def test_a_refusal_in_html_is_a_failure(bench: Bench, status: int) -> None:
    """The status says that nothing was begun, whoever wrote the page."""
    target, action = bench.planned()
    bench.sandbox.fault("html", status=status, match={"path": "*/upgrade"})
    outcome = bench.execute(target, action)
    assert outcome.result is Result.FAILED
    assert bench.sent() == [START]


def test_a_wait_that_breaks_leaves_it_open(bench: Bench) -> None:
    """The operation goes on, whatever becomes of those who watch it: unknown, and not failed."""
    target, action = bench.planned()
    bench.sandbox.fault("status", status=500, times=None, match={"path": "/api/operations/*"})
    outcome = bench.execute(target, action)
    ident = bench.operation()
    assert outcome.result is Result.UNKNOWN
    assert outcome.under_way
    start = f"operation {ident!r} was started: GET /api/operations/{ident}: HTTP 500, "
    assert outcome.message.startswith(start)
    assert outcome.operation == ident
    assert events(bench) == [("started", None), ("operation", ident), ("finished", "unknown")]


def test_a_refusal_is_a_failure(bench: Bench) -> None:
    """Somebody else's operation is under way: nothing was begun, and theirs is not followed."""
    target, action = bench.planned()
    bench.sandbox.change("ad-shop", current_operation_id="609145e66ffbd934f6745bb4")
    outcome = bench.execute(target, action)
    assert outcome.result is Result.FAILED
    assert "already under way" in outcome.message
    assert bench.sent() == [START]
    assert events(bench) == [("started", None), ("finished", "failed")]


SSL = "force-ssl"


ON = evolve(WANTED, kinds={"features": Features(switched={Feature.FORCE_SSL: True})})


OFF = evolve(WANTED, kinds={"features": Features(switched={Feature.FORCE_SSL: False})})


POST, DELETE = "POST /databases/ad-shop/features", "DELETE /databases/ad-shop/features"


def listed(*statuses: str) -> dict[str, Any]:
    """The keys of a fleet file for a database with this feature, or without it."""
    return {"features": [{"name": SSL, "status": status} for status in statuses]}


def live(bench: Bench) -> list[dict[str, Any]]:
    """The features of the database."""
    (app,) = bench.sandbox.fleet()["apps"]
    found: list[dict[str, Any]] = app["addons"][0].get("features", [])
    return found


@pytest.mark.parametrize(("wanted", "sent"), [(ON, POST), (OFF, DELETE)])
def test_a_feature_is_waited_for(bench: Bench, wanted: Any, sent: str) -> None:
    """One change, then looks at the database until the status is final."""
    if wanted is OFF:
        bench.sandbox.change("ad-shop", **listed("ACTIVATED"))
    outcome = bench.execute(*bench.planned(wanted))
    assert (outcome.result, outcome.message) == (Result.DONE, "")
    assert [one["status"] for one in live(bench)] == (["ACTIVATED"] if wanted is ON else [])
    looks = len(bench.clock.slept) + 1
    assert looks > 2
    assert bench.sent() == [sent, *[RESOURCE] * looks]
    assert [entry["event"] for entry in bench.journal()] == ["started", "finished"]


def test_a_feature_that_is_on_in_the_answer_costs_no_look(bench: Bench) -> None:
    """Another client was quicker: the answer says it."""
    target, action = bench.planned(ON)
    bench.sandbox.change("ad-shop", **listed("ACTIVATED"))
    assert bench.execute(target, action).result is Result.DONE
    assert bench.sent() == [POST]


@pytest.mark.parametrize("how", ["no wait", "no patience", "a stop"])
def test_a_run_that_does_not_wait_says_that_it_was_started(bench: Bench, how: str) -> None:
    """One look shows how far it has come."""
    target, action = bench.planned(ON)
    bench.wait = how != "no wait"
    bench.patience = 0.0 if how == "no patience" else 3600.0
    if how == "a stop":
        bench.stop.set()
    outcome = bench.execute(target, action)
    assert outcome.result is Result.STARTED
    assert outcome.under_way
    assert outcome.message == f"feature '{SSL}' is PENDING_TO_ACTIVATE"
    assert bench.sent() == [POST, RESOURCE]


@pytest.mark.parametrize(
    ("wanted", "features", "result", "message"),
    [
        (ON, ["FAILED"], Result.FAILED, f"feature '{SSL}' is FAILED"),
        (ON, [], Result.UNKNOWN, f"feature '{SSL}' is off"),
        (OFF, ["FAILED"], Result.FAILED, f"feature '{SSL}' is FAILED"),
        (OFF, ["ACTIVATED"], Result.UNKNOWN, f"feature '{SSL}' is ACTIVATED"),
    ],
)
def test_what_is_seen_afterwards_decides(
    bench: Bench, wanted: Any, features: list[str], result: Result, message: str
) -> None:
    """A failure where the provider gave up; unknown where the status does not say how it ended."""
    if wanted is OFF:
        bench.sandbox.change("ad-shop", **listed("ACTIVATED"))
    target, action = bench.planned(wanted)
    change = {**listed(*features), "current_operation_id": None, "status": "running"}
    bench.sandbox.fault(
        "outside-write", database="ad-shop", change=change, when="after", match={"changes": True}
    )
    outcome = bench.execute(target, action)
    assert (outcome.result, outcome.message) == (result, message)
    assert len(bench.sent()) == 2


def test_an_operation_that_fails_is_a_failure(bench: Bench) -> None:
    """The feature is FAILED then, and an operation was begun."""
    bench.sandbox.change("ad-shop", failing_operations="no certificate")
    outcome = bench.execute(*bench.planned(ON))
    assert outcome.result is Result.FAILED
    assert outcome.effect


@pytest.mark.parametrize("kind", ["drop-after", "truncate"])
def test_a_lost_answer_is_followed(bench: Bench, kind: str) -> None:
    """Whether it was ours, a second read has to show; nothing is sent twice."""
    target, action = bench.planned(ON)
    bench.sandbox.fault(kind, match={"path": "*/features"})
    outcome = bench.execute(target, action)
    assert outcome.result is Result.UNKNOWN
    assert live(bench) == [{"name": SSL, "status": "ACTIVATED"}]
    assert bench.sent() == [POST, *[RESOURCE] * (len(bench.clock.slept) + 1)]


def test_a_database_that_cannot_be_read_meanwhile_leaves_it_open(bench: Bench) -> None:
    """The change was sent: what cannot be seen is not called a failure."""
    target, action = bench.planned(ON)
    bench.sandbox.fault("status", status=403, match={"method": "GET"}, times=None)
    outcome = bench.execute(target, action)
    assert outcome.result is Result.UNKNOWN
    assert outcome.message.startswith(f"feature '{SSL}' was asked for: ")


ADDRESS = Address(database="shop", kind="extensions", name="hstore")


ACTION = Action(
    address=ADDRESS,
    change=Create(address=ADDRESS, after={"version": "1.8"}),
    risk=Risk.SAFE,
    reason=Reason.MISSING,
    origin=ORIGIN,
)


STATEMENT = "CREATE EXTENSION hstore VERSION '1.8';"


class Answering(SqlWrites):
    """Runs nothing: notes what it was given and what the journal held then, and ends as it is told."""

    def __init__(self, bench: Bench, error: ReconcileError | None = None) -> None:
        super().__init__(SqlReads({}))
        self.bench = bench
        self.error = error
        self.ran: list[tuple[str, SqlConnection, str]] = []
        self.written: list[str] = []

    def execute(self, addon: str, connection: SqlConnection, statement: Sql) -> None:
        """Note it."""
        self.ran.append((addon, connection, str(statement)))
        self.written = [entry["event"] for entry in self.bench.journal()]
        if self.error is not None:
            raise self.error


def connected(bench: Bench) -> Target:
    """The live database of the bench, with a connection."""
    target, _upgrade = bench.planned()
    return evolve(target, connection=CONNECTION)


def test_a_statement_runs_over_the_connection_of_its_database(bench: Bench) -> None:
    """Once its intent is on disk; no request is sent for it."""
    target = connected(bench)
    bench.sql = sql = Answering(bench)
    outcome = bench.execute(target, ACTION)
    assert (outcome.result, outcome.message) == (Result.DONE, "")
    assert [str(call) for call in outcome.calls] == [STATEMENT]
    assert sql.ran == [("ad-shop", CONNECTION, STATEMENT)]
    assert sql.written == ["started"]
    assert [entry["event"] for entry in bench.journal()] == ["started", "finished"]
    assert bench.sent() == []


@pytest.mark.parametrize(
    ("error", "result"),
    [
        (UnusableConnectionError("no such host", hint="look"), Result.FAILED),
        (StatementRefusedError("it was refused"), Result.FAILED),
        (OutcomeUnknownError("it was lost"), Result.UNKNOWN),
    ],
)
def test_what_became_of_a_statement_is_written_down(
    bench: Bench, error: ReconcileError, result: Result
) -> None:
    """Not done for sure, or not known; nothing goes on after it."""
    target = connected(bench)
    bench.sql = Answering(bench, error)
    outcome = bench.execute(target, ACTION)
    assert (outcome.result, outcome.message) == (result, str(error))
    assert (outcome.under_way, outcome.operation) == (False, None)
    finished = bench.journal()[-1]
    assert (finished["event"], finished["result"]) == ("finished", result.value)


def test_a_connection_that_is_not_open_to_specs_fails(bench: Bench) -> None:
    """Its variable was open when the plan was made."""
    target = connected(bench)
    bench.sql = no_sql()
    outcome = bench.execute(target, ACTION)
    assert outcome.result is Result.FAILED
    assert outcome.message.startswith("the variable 'SHOP_DSN' is not open to specs: ")


def test_a_statement_without_a_connection_is_a_defect(bench: Bench) -> None:
    """No plan holds one: it would be a step for a person."""
    target, _upgrade = bench.planned()
    bench.sql = sql = Answering(bench)
    said = f"{STATEMENT} was planned for ad-shop without a connection"
    with pytest.raises(AssertionError) as caught:
        bench.execute(target, ACTION)
    assert str(caught.value) == said
    assert sql.ran == []
