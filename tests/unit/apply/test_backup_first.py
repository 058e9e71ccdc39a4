"""Whether a backup can be made before an action: what the provider lists decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve, field, frozen
from builders import desired, observed, removal

from reconcile.apply.backup_first import BackupFirst, Secured
from reconcile.apply.execute import DryMaker
from reconcile.apply.open_ends import OpenEnd
from reconcile.errors import AccessError, AnswerError, NotFoundError, NotOfferedError
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.model.address import Address
from reconcile.model.engine import Engine
from reconcile.model.history import Opening, PastAction, PastRun, RunState
from reconcile.model.item import Action
from reconcile.model.plan import DatabasePlan
from reconcile.model.recovery import Backup
from reconcile.model.request import BACK_UP, BACKUPS, RECOVERY_WINDOW, Call
from reconcile.model.run import Outcome, Result
from reconcile.model.target import Target
from reconcile.plan.build import build_plan

WINDOW = {
    "earliest_recoverable_at": "2026-11-20T00:00:00Z",
    "latest_recoverable_at": "2026-11-23T00:00:00Z",
}
SINCE = datetime(2026, 11, 22, 22, tzinfo=UTC)
LIST, POINT = BACKUPS.path, RECOVERY_WINDOW.path
MADE = Secured(calls=(BACK_UP,))


def rows(number: int, method: str = "manual") -> list[dict[str, str]]:
    """So many backups, the newest first, as the API lists them."""
    return [
        {
            "id": f"b{index}",
            "created_at": f"2026-10-01T00:00:{index:02}Z",
            "status": "done",
            "method": method,
        }
        for index in reversed(range(number))
    ]


@frozen(kw_only=True)
class Provider:
    """Answers reads as it was told, or raises; a read that it was not told of is not expected."""

    answers: Mapping[str, object]

    def read(self, target: Target, call: Call) -> Any:
        """Answer for the only database that there is."""
        assert target.addon == "ad-shop"
        answer = self.answers[call.path]
        if isinstance(answer, Exception):
            raise answer
        return answer


@frozen(kw_only=True)
class Refusing:
    """A maker whose plan makes no backups, although it lists them."""

    error: Exception
    asked: list[Sequence[Backup]] = field(factory=list)

    def make(self, target: Target, action: Action, kept: Sequence[Backup]) -> Secured | Outcome:
        """Raise what it was told to."""
        assert (target.addon, str(action.address)) == ("ad-shop", "shop/logical_databases/old")
        self.asked.append(kept)
        raise self.error

    def wait(self, target: Target, action: Action, end: OpenEnd, backup: Backup) -> Secured:
        """Tell which backup it was to wait for."""
        assert (target.addon, str(action.address)) == ("ad-shop", "shop/logical_databases/old")
        assert end.run.id == "run-1"
        return Secured(backup=backup)


def dropping(engine: Engine) -> tuple[DatabasePlan, Target, Action]:
    """A loss, and where."""
    one = desired({"logical_databases": LogicalDatabases(absent=(removal("old"),))}, engine=engine)
    live = observed({"logical_databases": {"old": {}}}, engine=engine)
    (plan,) = build_plan([one], {"shop": live}).databases
    assert plan.target is not None
    return plan, plan.target, plan.actions[0]


def secured(
    answers: Mapping[str, object],
    *,
    engine: Engine = Engine.MYSQL,
    told: list[str] | None = None,
    first: BackupFirst | None = None,
    roll: bool = False,
) -> Secured | Outcome:
    """What is done before a loss, where the provider answers so."""
    provider = Provider(answers=answers)
    heard = told if told is not None else []
    made = first or BackupFirst(
        read=provider.read, maker=DryMaker(), since=lambda: SINCE, tell=heard.append
    )
    plan, target, action = dropping(engine)
    found = evolve(made, read=provider.read, tell=heard.append, roll=roll).secure(
        plan, target, action
    )
    assert isinstance(found, Secured) or found.action == action
    return found


@pytest.mark.parametrize("number", [0, 1, 9, 11, 49])
def test_a_plan_with_room_makes_one(number: int) -> None:
    """Below 10 there is room in any plan, above it in one of 50."""
    told: list[str] = []
    assert secured({LIST: rows(number)}, told=told) == MADE
    assert told == []


@pytest.mark.parametrize("number", [10, 50, 51])
def test_a_plan_that_may_be_full_makes_none(number: int) -> None:
    """Both limits, and what is beyond the greater one; the oldest is the one that would go."""
    outcome = secured({LIST: rows(number)})
    assert isinstance(outcome, Outcome)
    assert outcome.result is Result.BLOCKED
    assert outcome.message == (
        f"there are {number} manual backups, and a plan that keeps no more deletes the oldest,"
        " 'b0' of 2026-10-01 00:00:00 UTC, for a new one: allow that with --roll-backups,"
        " nothing was sent"
    )


def test_a_person_may_let_the_oldest_go() -> None:
    """It is told which one that is."""
    told: list[str] = []
    assert secured({LIST: rows(10)}, told=told, roll=True) == MADE
    assert told == ["shop: the oldest manual backup, 'b0' of 2026-10-01 00:00:00 UTC, may go"]


def test_periodic_backups_do_not_roll() -> None:
    """Only those that somebody asked for count."""
    assert secured({LIST: [*rows(10, "periodic"), *rows(9)]}) == MADE


def test_what_may_be_manual_may_fill_a_plan() -> None:
    """A row without a method is not taken for a periodic one; nor does it hide that ten are there."""
    unsaid = [{**row, "method": None, "id": f"u{row['id']}"} for row in rows(3)]
    assert secured({LIST: [*rows(6), *unsaid]}) == MADE
    assert secured({LIST: [*rows(11), *unsaid]}) == MADE
    for manual in (7, 10, 47):
        outcome = secured({LIST: [*rows(manual), *unsaid]})
        assert isinstance(outcome, Outcome)
        assert outcome.result is Result.BLOCKED
        assert f"there are {manual} manual backups and 3 that may be, and" in outcome.message


NONE = [NotFoundError("HTTP 404"), NotOfferedError("ok: 0")]


@pytest.mark.parametrize("error", NONE, ids=lambda error: type(error).__name__)
def test_a_recovery_window_will_do(error: Exception) -> None:
    """Nothing is asked for then, and it is said what there is to go back to."""
    told: list[str] = []
    answers = {LIST: error, POINT: WINDOW}
    assert secured(answers, engine=Engine.POSTGRESQL, told=told) == Secured()
    assert told == [
        (
            "the plan of 'shop' makes no backups: its recovery window up to"
            " 2026-11-23 00:00:00 UTC has to do"
        )
    ]


@pytest.mark.parametrize("window", [*NONE, {}], ids=str)
def test_without_backups_and_window_nothing_is_done(window: object) -> None:
    """A PostgreSQL that has none, or one with no point in time to go back to."""
    answers = {LIST: NONE[0], POINT: window}
    outcome = secured(answers, engine=Engine.POSTGRESQL)
    assert isinstance(outcome, Outcome)
    assert (outcome.result, outcome.message) == (
        Result.BLOCKED,
        "the plan of 'shop' makes no backups and has no recovery window, nothing was sent",
    )


@pytest.mark.parametrize(("latest", "enough"), [("22:00:00", True), ("21:59:59", False)])
def test_a_recovery_window_has_to_be_recent(latest: str, enough: bool) -> None:
    """To the second; one that ended before brings back too little."""
    window = {**WINDOW, "latest_recoverable_at": f"2026-11-22T{latest}Z"}
    found = secured({LIST: NONE[0], POINT: window}, engine=Engine.POSTGRESQL)
    assert (found == Secured()) is enough
    if isinstance(found, Outcome):
        assert (found.result, found.message) == (
            Result.BLOCKED,
            (
                "the plan of 'shop' makes no backups and its recovery window ended too long ago,"
                " at 2026-11-22 21:59:59 UTC, nothing was sent"
            ),
        )


def interrupted(handle: str = "shop", backup: str | None = None, age: float = 60) -> OpenEnd:
    """A backup of a killed run, begun so many seconds before the backups of October were made."""
    begun = datetime(2026, 10, 1, tzinfo=UTC) - timedelta(seconds=age)
    action = PastAction(
        address=Address(database="store"),
        result=Result.UNKNOWN,
        request=str(BACK_UP),
        backup=backup,
        begun=begun,
    )
    run = PastRun(
        id="run-1",
        opening=Opening(version="1", command="apply"),
        began=begun,
        state=RunState.INTERRUPTED,
    )
    return OpenEnd(run=run, action=action, handle=handle)


@pytest.mark.parametrize(
    ("end", "waited_for"),
    [
        (interrupted(), "b2"),
        (interrupted(backup="b3"), "b3"),
        (interrupted(backup="b1"), None),
        (interrupted(backup="b9"), None),
        (interrupted("billing"), None),
        (interrupted(age=-62), "b2"),
        (interrupted(age=-63), "b3"),
        (interrupted(age=-100), None),
        (evolve(interrupted(), action=evolve(interrupted().action, begun=None)), None),
    ],
)
def test_the_backup_of_an_interrupted_run_is_waited_for(
    end: OpenEnd, waited_for: str | None
) -> None:
    """By its id, else the first manual one since the intent; one that has ended is not enough."""
    listed = [
        {**one, "status": "running" if one["id"] in {"b2", "b3"} else "error"} for one in rows(4)
    ]
    late = [one for one in listed if one["id"] in {"b2", "b3"}]
    answers: dict[str, object] = {LIST: late if end.action.backup is None else listed}
    told: list[str] = []
    maker = Refusing(error=NONE[0])
    first = BackupFirst(
        read=Provider(answers={}).read, maker=maker, since=lambda: SINCE, tell=print, earlier=[end]
    )
    found = secured({**answers, POINT: WINDOW}, engine=Engine.POSTGRESQL, told=told, first=first)
    assert isinstance(found, Secured)
    assert (found.backup.id if found.backup else None) == waited_for
    assert ([] if waited_for else [True]) == [True for _kept in maker.asked]
    if waited_for:
        began = f"run run-1 began {waited_for!r} of 2026-10-01 00:00:0{waited_for[1]} UTC"
        assert told == [f"shop: {began}: waiting for it"]


def test_other_engines_are_not_asked_for_a_window() -> None:
    """No request is spent on what only PostgreSQL has."""
    outcome = secured({LIST: NONE[0]})
    assert isinstance(outcome, Outcome)
    assert outcome.result is Result.BLOCKED


@pytest.mark.parametrize("error", NONE, ids=lambda error: type(error).__name__)
def test_a_plan_that_only_lists_backups_makes_none(error: Exception) -> None:
    """The refusal of the request says so: the window decides."""
    maker = Refusing(error=error)
    read = Provider(answers={}).read
    first = BackupFirst(read=read, maker=maker, since=lambda: SINCE, tell=print)
    answers = {LIST: rows(1), POINT: WINDOW}
    assert secured(answers, engine=Engine.POSTGRESQL, first=first) == Secured()
    assert [[one.id for one in kept] for kept in maker.asked] == [["b0"]]


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        (
            {LIST: AccessError("HTTP 403")},
            "the backups could not be read, nothing was sent: HTTP 403",
        ),
        (
            {LIST: {}},
            "the backups could not be read, nothing was sent: the backups are no list",
        ),
        (
            {LIST: NONE[0], POINT: AnswerError("odd")},
            "the recovery window could not be read, nothing was sent: odd",
        ),
        (
            {LIST: NONE[0], POINT: []},
            (
                "the recovery window could not be read, nothing was sent:"
                " the recovery window is no object"
            ),
        ),
    ],
    ids=["refused", "no list", "no window", "an odd window"],
)
def test_what_cannot_be_read_is_a_failure(answers: Mapping[str, object], message: str) -> None:
    """Nobody knows what there is to go back to, so nothing is done."""
    outcome = secured(answers, engine=Engine.POSTGRESQL)
    assert isinstance(outcome, Outcome)
    assert (outcome.result, outcome.message) == (Result.FAILED, message)
