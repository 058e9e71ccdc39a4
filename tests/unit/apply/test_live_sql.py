"""The executor with a statement: its intent is on disk before, and its outcome never a guess."""

from __future__ import annotations

import pytest
from attrs import evolve
from builders import CONNECTION, ORIGIN
from live import no_sql
from unit.apply.conftest import Bench

from reconcile.errors import (
    OutcomeUnknownError,
    ReconcileError,
    StatementRefusedError,
    UnusableConnectionError,
)
from reconcile.model.address import Address
from reconcile.model.change import Create, Risk
from reconcile.model.item import Action, Reason
from reconcile.model.postgresql import Sql, SqlConnection
from reconcile.model.run import Result
from reconcile.model.target import Target
from reconcile.sql.reads import SqlReads
from reconcile.sql.writes import SqlWrites

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
