"""Exit statuses: each row of the table, and which of two wins."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve
from builders import desired, facts, observed, removal, target

from reconcile.apply.execute import calls_of
from reconcile.cli.present import ORDER, Ending, first, reading_status, run_status, states_status
from reconcile.errors import ExitStatus
from reconcile.guard.guard import Context
from reconcile.guard.review import review
from reconcile.kinds.backups import Backups
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.address import Address
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding, Severity
from reconcile.model.plan import Plan, Proposal
from reconcile.model.recovery import Backup
from reconcile.model.run import Outcome, Result, Run
from reconcile.model.state import ITSELF, Desired, Inspected, Observation, Unknown
from reconcile.plan.build import build_plan

Case = tuple[Desired, Observation]

_BACKUPS = {"backups": Backups(enabled=True)}
_ON = {"backups": {ITSELF: {"enabled": True, "hours": ()}}}
_OFF = {"backups": {ITSELF: {"enabled": False, "hours": ()}}}

IN_SYNC: Case = (desired(_BACKUPS, handle="in-sync"), observed(_ON, handle="in-sync"))
CHANGES: Case = (desired(_BACKUPS, handle="changes"), observed(_OFF, handle="changes"))
MANUAL: Case = (
    desired(
        {"extensions": Extensions(present=(Extension(name="postgis"),))},
        handle="manual",
        engine=Engine.POSTGRESQL,
    ),
    observed({"extensions": {}}, handle="manual", engine=Engine.POSTGRESQL),
)
BLOCKED: Case = (
    desired({"backups": Backups(hours=(3,))}, handle="blocked"),
    observed(_OFF, handle="blocked"),
)
PENDING: Case = (
    desired(_BACKUPS, handle="pending"),
    observed({}, handle="pending", live=facts(status="updating")),
)
UNMANAGED: Case = (
    desired({"logical_databases": LogicalDatabases()}, handle="unmanaged"),
    observed({"logical_databases": {"other": {}}}, handle="unmanaged"),
)
LOSSY: Case = (
    desired({"logical_databases": LogicalDatabases(absent=(removal("old"),))}, handle="lossy"),
    observed({"logical_databases": {"old": {}}}, handle="lossy"),
)
REFUSED: Case = (evolve(LOSSY[0], protect=True), LOSSY[1])
_UNREAD = Unknown(reason="HTTP 503")
_STRANGER = Unknown(reason="HTTP 401", unauthenticated=True)
UNREAD: Case = (desired(_BACKUPS, handle="unread"), _UNREAD)
STRANGER: Case = (desired(_BACKUPS, handle="stranger"), _STRANGER)


def proposed(*cases: Case) -> Proposal:
    """The reviewed plan of these databases."""
    plan = build_plan(
        [wanted for wanted, _ in cases], {wanted.handle: found for wanted, found in cases}
    )
    return review(plan, Context(now=datetime(2026, 11, 23, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("cases", "shown", "counted"),
    [
        ((), 0, 0),
        ((IN_SYNC,), 0, 0),
        ((UNMANAGED,), 0, 0),
        ((PENDING,), 0, 0),
        ((PENDING, IN_SYNC), 0, 0),
        ((CHANGES,), 0, 2),
        ((MANUAL,), 0, 2),
        ((BLOCKED,), 0, 2),
        ((REFUSED,), 0, 2),
        ((PENDING, CHANGES), 0, 2),
        ((UNREAD,), 1, 1),
        ((UNREAD, PENDING), 1, 1),
        ((UNREAD, CHANGES, MANUAL, BLOCKED), 1, 1),
        ((STRANGER, IN_SYNC), 1, 1),
        ((STRANGER, UNREAD), 1, 1),
        ((STRANGER,), 77, 77),
        ((STRANGER, (evolve(STRANGER[0], handle="another"), STRANGER[1])), 77, 77),
    ],
)
def test_of_reading(cases: tuple[Case, ...], shown: int, counted: int) -> None:
    """77 before 1 before 2; what remains counts only where it is asked for; pending never."""
    proposal = proposed(*cases)
    assert reading_status(proposal, remains_counts=False) == shown
    assert reading_status(proposal, remains_counts=True) == counted


def ran(
    before: tuple[Case, ...],
    results: tuple[Result, ...] = (),
    after: tuple[Case, ...] | None = None,
    *,
    dry: bool = False,
    interrupted: ExitStatus | None = None,
) -> Run:
    """A run: one result per action of the plan before, and the plan of what is left."""
    proposal = proposed(*before)
    outcomes = tuple(
        Outcome(action=action, result=result, calls=calls_of(action))
        for action, result in zip(proposal.plan.actions, results, strict=True)
    )
    left = None if after is None else proposed(*after)
    return Run(
        id="run", before=proposal, outcomes=outcomes, after=left, dry=dry, interrupted=interrupted
    )


_CHANGED: Case = (CHANGES[0], observed(_ON, handle="changes"))
_LOST: Case = (CHANGES[0], UNREAD[1])
_DELETED: Case = (LOSSY[0], observed({"logical_databases": {}}, handle="lossy"))


@pytest.mark.parametrize(
    ("run", "status"),
    [
        # 0: nothing is left to do
        (ran(()), 0),
        (ran((IN_SYNC,)), 0),
        (ran((PENDING,)), 0),
        (ran((UNMANAGED,)), 0),
        (ran((CHANGES,), (Result.DONE,), (_CHANGED,)), 0),
        (ran((CHANGES, PENDING), (Result.DONE,), (_CHANGED, PENDING)), 0),
        # 2: something remains
        (ran((MANUAL,)), 2),
        (ran((BLOCKED,)), 2),
        (ran((CHANGES, MANUAL), (Result.DONE,), (_CHANGED, MANUAL)), 2),
        (ran((LOSSY,), (Result.NOT_ALLOWED,)), 2),
        (ran((CHANGES, REFUSED), (Result.DONE, Result.REFUSED), (_CHANGED, REFUSED)), 2),
        (ran((CHANGES, REFUSED), (Result.NOT_ALLOWED, Result.REFUSED)), 2),
        (evolve(ran((CHANGES,), (Result.STALE,), (_CHANGED,)), kept=True), 2),
        (ran((CHANGES,), (Result.STARTED,), (_CHANGED,)), 2),
        # 3: a guard refused everything that was to be done
        (ran((REFUSED,), (Result.REFUSED,)), 3),
        (ran((REFUSED,), (Result.REFUSED,), dry=True), 3),
        (ran((REFUSED, PENDING, MANUAL), (Result.REFUSED,)), 3),
        (ran((CHANGES, LOSSY), (Result.DONE, Result.NOT_ALLOWED), (_CHANGED, LOSSY)), 2),
        (ran((CHANGES,), (Result.DONE,), (CHANGES,)), 2),
        (ran((CHANGES,), (Result.NOT_SENT,), dry=True), 2),
        # 1: a failure or an unknown before any effect
        (ran((UNREAD,)), 1),
        (ran((UNREAD, MANUAL)), 1),
        (ran((CHANGES,), (Result.FAILED,), (CHANGES,)), 1),
        (ran((CHANGES,), (Result.FAILED,), (_CHANGED,)), 1),
        (ran((CHANGES, LOSSY), (Result.FAILED, Result.NOT_ALLOWED), (CHANGES, LOSSY)), 1),
        (ran((CHANGES, LOSSY), (Result.FAILED, Result.SKIPPED), (CHANGES, LOSSY)), 1),
        (ran((UNREAD, LOSSY), (Result.REFUSED,)), 1),
        (ran((CHANGES, UNREAD), (Result.NOT_SENT,), dry=True), 1),
        (ran((STRANGER, IN_SYNC)), 1),
        # 4: a failure or an unknown after at least one effect
        (ran((CHANGES, LOSSY), (Result.DONE, Result.FAILED), (_CHANGED, LOSSY)), 4),
        (ran((CHANGES, LOSSY), (Result.FAILED, Result.DONE), (CHANGES, _DELETED)), 4),
        (ran((CHANGES,), (Result.UNKNOWN,), (_LOST,)), 4),
        (ran((CHANGES,), (Result.DONE,), (_LOST,)), 4),
        (ran((CHANGES, UNREAD), (Result.DONE,), (_CHANGED, UNREAD)), 4),
        # 77: nobody could be authenticated
        (ran((STRANGER,)), 77),
        (ran((STRANGER,), dry=True), 77),
        # Interrupted: whatever else is true
        (ran((CHANGES,), (Result.DONE,), (_CHANGED,), interrupted=ExitStatus.INTERRUPTED), 130),
        (ran((CHANGES,), (Result.DONE,), (_CHANGED,), interrupted=ExitStatus.TERMINATED), 143),
        (ran((CHANGES,), (Result.FAILED,), (CHANGES,), interrupted=ExitStatus.INTERRUPTED), 130),
        (ran((CHANGES,), (Result.UNKNOWN,), (_LOST,), interrupted=ExitStatus.TERMINATED), 143),
        (ran((STRANGER,), interrupted=ExitStatus.INTERRUPTED), 130),
        (ran((CHANGES,), (Result.SKIPPED,), interrupted=ExitStatus.INTERRUPTED), 130),
        (
            ran((CHANGES,), (Result.NOT_SENT,), dry=True, interrupted=ExitStatus.INTERRUPTED),
            130,
        ),
    ],
)
def test_of_a_run(run: Run, status: int) -> None:
    """130 and 143, then 4, 77, 1, 3, 2, 0; a refused run has a separate table."""
    assert run_status(run) == status


REFUSAL = Finding(code="G900", message="too much at once")


@pytest.mark.parametrize(
    ("run", "status"),
    [
        (ran((CHANGES,), (Result.REFUSED,)), 3),
        (ran((CHANGES,), (Result.REFUSED,), dry=True), 3),
        (ran((CHANGES, MANUAL, BLOCKED), (Result.REFUSED,)), 3),
        (ran((IN_SYNC,)), 3),
        # An interruption, 77 and 1 come first.
        (ran((STRANGER,)), 77),
        (ran((CHANGES, UNREAD), (Result.REFUSED,)), 1),
        (ran((CHANGES,), (Result.REFUSED,), interrupted=ExitStatus.INTERRUPTED), 130),
        (ran((CHANGES,), (Result.REFUSED,), interrupted=ExitStatus.TERMINATED), 143),
    ],
)
def test_of_a_run_that_is_refused_as_a_whole(run: Run, status: int) -> None:
    """3, whatever else is to be said of it, by a finding that is about no one database."""
    refused = evolve(run, before=evolve(run.before, findings=(REFUSAL,)))
    assert run_status(refused) == status


@pytest.mark.parametrize(
    "finding",
    [
        evolve(REFUSAL, severity=Severity.WARNING),
        evolve(REFUSAL, address=Address(database="changes")),
        evolve(REFUSAL, address=Address(database="changes", kind="backups")),
    ],
)
def test_of_a_run_that_is_not_refused_as_a_whole(finding: Finding) -> None:
    """A warning refuses nothing; a finding on a database or an action is not about the run."""
    run = ran((CHANGES, MANUAL), (Result.NOT_ALLOWED,))
    told = evolve(run, before=evolve(run.before, findings=(finding,)))
    assert run_status(told) == ExitStatus.REMAINS


def test_a_finding_of_the_second_reading_is_not_the_runs() -> None:
    """What was allowed to run was run: 3 would deny it."""
    run = ran((CHANGES, LOSSY), (Result.DONE, Result.NOT_ALLOWED), (_CHANGED, LOSSY))
    assert run.after is not None
    assert run_status(evolve(run, after=evolve(run.after, findings=(REFUSAL,)))) == 2


def test_reading_is_never_refused() -> None:
    """`plan` and `drift` show what a guard says, and have nothing that could be refused."""
    proposal = evolve(proposed(CHANGES), findings=(REFUSAL,))
    assert reading_status(proposal, remains_counts=False) is ExitStatus.DONE
    assert reading_status(proposal, remains_counts=True) is ExitStatus.REMAINS


def test_the_first_that_holds_wins() -> None:
    """Each pair of facts, and the one status that both lead to."""
    facts_and_statuses = [
        ({"interrupted": 130, "failed": True, "effect": True, "unauthenticated": True}, 130),
        ({"interrupted": 143, "refused": True}, 143),
        ({"failed": True, "effect": True, "unauthenticated": True, "refused": True}, 4),
        ({"unauthenticated": True, "failed": True, "refused": True, "remains": True}, 77),
        ({"failed": True, "refused": True, "remains": True}, 1),
        ({"refused": True, "remains": True}, 3),
        ({"refused": True, "effect": True}, 2),
        ({"unauthenticated": True, "effect": True}, 0),
        ({"remains": True, "effect": True}, 2),
        ({"effect": True}, 0),
        ({}, 0),
    ]
    found = [Ending(**told).status for told, _status in facts_and_statuses]  # type: ignore[arg-type]
    assert found == [status for _told, status in facts_and_statuses]
    for status in ExitStatus:
        assert first(None, ExitStatus.DONE, status) is status
    assert sorted(ORDER) == sorted(ExitStatus)


def test_a_plan_of_no_database_is_not_unauthenticated() -> None:
    """All of none is not nobody."""
    assert reading_status(Proposal(plan=Plan()), remains_counts=True) is ExitStatus.DONE


BACKUP = Backup(id="b", created_at=datetime(2026, 11, 23, tzinfo=UTC), done=True, manual=True)


@pytest.mark.parametrize(
    ("told", "status"),
    [
        ({"result": Result.FAILED}, 1),
        ({"result": Result.FAILED, "backup": BACKUP}, 4),
        ({"result": Result.FAILED, "backup_begun": True}, 4),
        ({"result": Result.BLOCKED, "backup_begun": True}, 2),
        ({"result": Result.STALE, "backup": BACKUP}, 2),
    ],
)
def test_of_a_backup_that_was_made_or_begun(told: dict[str, Any], status: int) -> None:
    """It is an effect: nobody may take the run for one that changed nothing."""
    run = ran((LOSSY,), (Result.DONE,), (LOSSY,))
    (outcome,) = run.outcomes
    assert run_status(evolve(run, outcomes=(evolve(outcome, **told),))) == status


_SEEN = Inspected(target=target(), resource={})


@pytest.mark.parametrize(
    ("states", "status"),
    [
        ((), 0),
        ((_SEEN,), 0),
        ((_SEEN, _UNREAD), 1),
        ((_SEEN, _STRANGER), 1),
        ((_UNREAD, _STRANGER), 1),
        ((_UNREAD,), 1),
        ((_STRANGER, _STRANGER), 77),
    ],
)
def test_of_showing(states: tuple[Inspected | Unknown, ...], status: int) -> None:
    """77 before 1 before 0."""
    assert states_status(states) == status


@pytest.mark.parametrize(
    ("second", "status"),
    [(Result.DONE, ExitStatus.DONE), (Result.SKIPPED, ExitStatus.FAILED_AFTER_EFFECT)],
)
def test_what_was_deleted_and_not_created_again_is_a_failure(
    second: Result, status: ExitStatus
) -> None:
    """Something is gone that was to be there: not what merely remains to be done."""
    policy = RetentionPolicy(name="p", duration="2h", on_change=OnChange.REPLACE)
    wanted = {"retention_policies": RetentionPolicies(present=(policy,))}
    live = {"retention_policies": {"p": {"duration": "1h", "default": False}}}
    plan = build_plan(
        [desired(wanted, engine=Engine.INFLUXDB)],
        {"shop": observed(live, engine=Engine.INFLUXDB)},
    )
    outcomes = tuple(
        Outcome(action=action, result=result)
        for action, result in zip(plan.actions, (Result.DONE, second), strict=True)
    )
    run = Run(id="r", before=Proposal(plan=plan), outcomes=outcomes, after=proposed(IN_SYNC))
    assert run_status(run) is status
