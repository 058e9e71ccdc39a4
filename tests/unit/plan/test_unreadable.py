"""A kind whose answer makes no sense: unknown, while the others of its database are planned."""

from __future__ import annotations

import pytest
from attrs import evolve
from builders import desired, facts, observed, target

from reconcile.apply.resolve import resolve_outcomes
from reconcile.cli.present import reading_status, states_status
from reconcile.errors import ExitStatus
from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.maintenance_window import MaintenanceWindow
from reconcile.model.cost import Spent
from reconcile.model.item import Action, Blocked, Reason
from reconcile.model.plan import Plan, Proposal, Status
from reconcile.model.run import Outcome, Result
from reconcile.model.state import ITSELF, Elements, Inspected, KindState, Unreadable
from reconcile.plan.build import build_plan
from reconcile.plan.precondition import Standing, standing
from reconcile.report.live_json import kind_of
from reconcile.report.live_text import states_text
from reconcile.report.page import Look
from reconcile.report.plan_json import plan_json
from reconcile.report.plan_text import plan_text

ODD = Unreadable(message="GET database: maintenance_window is 'sunday' where an object is due")
SPEC = {"backups": Backups(enabled=True), "maintenance_window": MaintenanceWindow(hour=3)}
OFF: Elements = {ITSELF: {"enabled": False, "hours": ()}}
WINDOW: Elements = {ITSELF: {"weekday": "sunday", "hour": 21}}


def planned(window: KindState, backups: KindState = OFF) -> Plan:
    """The plan of a database with two kinds."""
    states = {"backups": backups, "maintenance_window": window}
    return build_plan([desired(SPEC)], {"shop": observed(states, live=facts())})


def test_the_other_kinds_are_planned() -> None:
    """The kind itself is unknown, and so is whether the database is in sync."""
    plan = planned(ODD)
    (database,) = plan.databases
    action, unknown = database.items
    assert isinstance(unknown, Blocked)
    assert (unknown.code, unknown.reason, unknown.message) == (
        "P105",
        Reason.UNREADABLE,
        ODD.message,
    )
    assert unknown.hint.startswith("run it again; if it stays so")
    assert isinstance(action, Action)
    assert action.address.kind == "backups"
    assert database.status is Status.UNKNOWN
    assert plan.unknown == (database,)


@pytest.mark.parametrize("remains_counts", [True, False])
def test_it_is_never_in_sync(*, remains_counts: bool) -> None:
    """Also where all that could be read is as it should be."""
    on: Elements = {ITSELF: {"enabled": True, "hours": ()}}
    status = reading_status(Proposal(plan=planned(ODD, on)), remains_counts=remains_counts)
    assert status is ExitStatus.FAILED


def test_it_is_shown_as_unknown() -> None:
    """In text it is counted as that, not as blocked; JSON has its code."""
    proposal = Proposal(plan=planned(ODD))
    text = plan_text(proposal, Look())
    assert text.splitlines()[0] == "1 action and 1 unknown in 1 of 1 database."
    assert "? maintenance_window" in text
    assert "unknown P105" in text
    assert '"code": "P105"' in plan_json(proposal, status=ExitStatus.FAILED, spent=Spent())


def test_what_cannot_be_read_again_is_not_called_done() -> None:
    """A change whose answer was lost stays unknown, and one that is due is not made."""
    before, after = planned(WINDOW), planned(ODD)
    action = next(one for one in before.actions if one.address.kind == "maintenance_window")
    lost = Outcome(action=action, result=Result.UNKNOWN, message="lost")
    (outcome,) = resolve_outcomes([lost], after)
    assert outcome.result is Result.UNKNOWN
    (database,) = after.databases
    assert standing(action, database).standing is Standing.BLOCKED
    assert resolve_outcomes([evolve(lost, result=Result.FAILED)], after)[0].result is Result.FAILED


def test_a_kind_that_cannot_be_read_again_says_nothing_of_its_names() -> None:
    """A logical database whose answer was lost may be there or not."""
    spec = desired({"logical_databases": LogicalDatabases(present=(LogicalDatabase(name="new"),))})
    nothing: KindState = {}
    before, after = (
        build_plan([spec], {"shop": observed({"logical_databases": state}, live=facts())})
        for state in (nothing, ODD)
    )
    lost = Outcome(action=before.actions[0], result=Result.UNKNOWN, message="lost")
    assert resolve_outcomes([lost], after)[0].result is Result.UNKNOWN


def test_show_says_so() -> None:
    """Next to the attributes as they were answered; and it is a failure."""
    state = Inspected(
        target=target(), resource={"id": "x"}, states={"maintenance_window": ODD, "backups": OFF}
    )
    assert f"maintenance_window  unknown: {ODD.message}" in states_text({"shop": state}, Look())
    document = kind_of("maintenance_window", ODD)
    assert (document.offered, document.readable, document.message) == (True, False, ODD.message)
    assert states_status([state]) is ExitStatus.FAILED
    assert states_status([evolve(state, states={"backups": OFF})]) is ExitStatus.DONE
