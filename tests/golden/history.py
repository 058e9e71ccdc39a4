"""Past runs to look at: the list of them, and some whole."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from functools import partial

from attrs import evolve
from golden.fleets import HOSTILE_NAMES
from golden.live import Shown

from reconcile.model.address import Address
from reconcile.model.change import Create, Delete, FieldChange, Risk, Update
from reconcile.model.history import (
    Addon,
    Commit,
    History,
    Opening,
    PastAction,
    PastRun,
    Permission,
    Resolution,
    RunState,
    UnreadableJournal,
)
from reconcile.model.run import Conflict, Result
from reconcile.model.state import Approval
from reconcile.report.runs_json import past_run_json, runs_json
from reconcile.report.runs_text import past_run_text, runs_text

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
COMMIT = Commit(id="9f3c1e7ab2d4586f0c1d2e3f4a5b6c7d8e9f0a1b")
SHOP = {"shop": Addon(app="shop-web", addon="ad-shop", region="osc-fr1")}
BOTH = {**SHOP, "billing": Addon(app="billing-api", addon="ad-billing", region="osc-fr1")}


def _opening(command: str, actions: int, commit: Commit | None = COMMIT) -> Opening:
    return Opening(
        version="1.4.0",
        command=command,
        who="anna",
        host="build-7",
        pid=4711,
        commit=commit,
        plan_id="5e" * 32 if command.startswith("apply") else "",
        actions=actions,
        databases=BOTH,
    )


BACKUPS = PastAction(
    address=Address(database="shop", kind="backups"),
    change=Update(
        address=Address(database="shop", kind="backups"),
        before={"hours": (5,)},
        after={"hours": (3, 9)},
        fields=(FieldChange(field="hours", before=(5,), after=(3, 9)),),
    ),
    risk=Risk.SAFE,
    result=Result.DONE,
)
AUDIT = PastAction(
    address=Address(database="shop", kind="logical_databases", name="audit"),
    change=Create(
        address=Address(database="shop", kind="logical_databases", name="audit"), after={}
    ),
    risk=Risk.SAFE,
    result=Result.ALREADY_DONE,
    message="nothing was sent",
)
LEGACY = PastAction(
    address=Address(database="shop", kind="logical_databases", name="legacy"),
    change=Delete(
        address=Address(database="shop", kind="logical_databases", name="legacy"),
        before={"protected": False},
    ),
    risk=Risk.LOSSY,
    result=Result.UNKNOWN,
    message="begun, and nothing is written of its end",
)
UPGRADE = PastAction(
    address=Address(database="billing", kind="engine_version"),
    change=Update(
        address=Address(database="billing", kind="engine_version"),
        before={"version": "16.4.0-1", "version_id": "v16"},
        after={"version": "16.5.0-1"},
        fields=(FieldChange(field="version", before="16.4.0-1", after="16.5.0-1"),),
    ),
    risk=Risk.DISRUPTIVE,
    result=Result.STARTED,
    message="it goes on, and nobody waits for its end",
    operation="609145e6c9a2",
)
STATS = PastAction(
    address=Address(database="billing", kind="query_stats"),
    change=Update(
        address=Address(database="billing", kind="query_stats"),
        before={"enabled": False},
        after={"enabled": True},
        fields=(FieldChange(field="enabled", before=False, after=True),),
    ),
    risk=Risk.SAFE,
    result=Result.STALE,
    message="live is no longer as the plan saw it, nothing was sent: plan again",
    conflict=Conflict(before={"enabled": False}, expected={"enabled": False}, now=None),
)
RESET = PastAction(
    address=Address(database="shop"),
    what="reset logical database 'staging' of shop",
    risk=Risk.LOSSY,
    result=Result.DONE,
)

DONE = PastRun(
    id="20261123T120000Z-a1b2c3",
    opening=_opening("apply --plan", 4),
    began=NOON,
    ended=NOON + timedelta(seconds=54),
    state=RunState.ENDED,
    actions=(BACKUPS, UPGRADE, AUDIT, STATS),
)
INTERRUPTED = PastRun(
    id="20261122T093011Z-0f9e8d",
    opening=_opening("apply", 3, Commit(id=COMMIT.id, dirty=True)),
    began=NOON - timedelta(days=1),
    state=RunState.INTERRUPTED,
    actions=(BACKUPS, LEGACY),
    settlements=(
        Resolution(run="20261121T000000Z-1234ab", address=AUDIT.address, verb="create", done=True),
        Resolution(
            run="20261121T000000Z-1234ab", address=BACKUPS.address, verb="update", done=False
        ),
    ),
    torn=True,
    unread=2,
)
SETTLED = PastRun(
    id="20261120T070000Z-5e771e",
    opening=evolve(
        _opening("apply", 2),
        permission=Permission(
            overrides=("G104", "G105"),
            allows=("weakens", "lossy=shop/logical_databases/legacy"),
            backup_first=True,
            roll_backups=True,
        ),
    ),
    began=NOON - timedelta(days=3),
    state=RunState.INTERRUPTED,
    actions=(
        BACKUPS,
        evolve(
            LEGACY,
            result=Result.DONE,
            message="read again by a later run: it was done",
            approval=Approval(reason="moved to billing", until=date(2026, 12, 31)),
        ),
    ),
    settled_by=("20261121T000000Z-1234ab",),
)
HELD_BACK = PastRun(
    id="20261119T070000Z-0000aa",
    opening=evolve(_opening("apply", 2), permission=Permission(backup_first=True)),
    began=NOON - timedelta(days=4),
    ended=NOON - timedelta(days=4),
    state=RunState.ENDED,
    actions=(BACKUPS, evolve(STATS, result=Result.REFUSED, message="why", conflict=None)),
)
GOES_ON = evolve(HELD_BACK, id="20261119T060000Z-0000bb", actions=(BACKUPS, UPGRADE))
FAILED = evolve(
    HELD_BACK,
    id="20261119T050000Z-0000cc",
    actions=(BACKUPS, evolve(UPGRADE, result=Result.FAILED, message="HTTP 500")),
)
UNTOLD = evolve(HELD_BACK, id="20261119T040000Z-0000dd", actions=(BACKUPS,))
ALL_DONE = evolve(HELD_BACK, id="20261119T030000Z-0000ee", actions=(BACKUPS, AUDIT))
ORDER = PastRun(
    id="20261121T181500Z-77aa55",
    opening=_opening("order", 1, None),
    began=NOON - timedelta(days=2),
    state=RunState.RUNNING,
    actions=(RESET,),
)
OLDER = PastRun(
    id="20260105T080000Z-000001",
    opening=Opening(version="1.2.0", command=""),
    began=NOON - timedelta(days=300),
    ended=NOON - timedelta(days=300),
    state=RunState.ENDED,
    unread=1,
)
HOSTILE = PastRun(
    id=HOSTILE_NAMES[0],
    opening=Opening(
        version=HOSTILE_NAMES[0],
        command=HOSTILE_NAMES[1],
        who=HOSTILE_NAMES[0],
        host=HOSTILE_NAMES[1],
        commit=Commit(id=HOSTILE_NAMES[0]),
        plan_id=HOSTILE_NAMES[1],
        databases={
            HOSTILE_NAMES[0]: Addon(
                app=HOSTILE_NAMES[0], addon=HOSTILE_NAMES[1], region=HOSTILE_NAMES[0]
            )
        },
    ),
    began=NOON,
    state=RunState.INTERRUPTED,
    actions=tuple(
        PastAction(
            address=Address(database=HOSTILE_NAMES[0]),
            what=name,
            result=Result.UNKNOWN,
            message=name,
            operation=name,
        )
        for name in HOSTILE_NAMES
    ),
    settlements=(
        Resolution(
            run=HOSTILE_NAMES[0], address=Address(database=HOSTILE_NAMES[1]), verb="x", done=True
        ),
    ),
)


def _runs(history: History, limit: int = 20) -> Shown:
    return Shown(text=partial(runs_text, history, limit=limit), json=partial(runs_json, history))


def _run(run: PastRun) -> Shown:
    return Shown(text=partial(past_run_text, run), json=partial(past_run_json, run))


PAST_RUNS: Mapping[str, PastRun] = {
    "done": DONE,
    "interrupted": INTERRUPTED,
    "settled": SETTLED,
    "held_back": HELD_BACK,
    "order": ORDER,
    "older": OLDER,
    "hostile": HOSTILE,
}
PAST: Mapping[str, Shown] = {
    "runs/none": _runs(History()),
    "runs/some": _runs(History(runs=(DONE,)), 1),
    "runs/mixed": _runs(
        History(
            runs=(
                DONE,
                INTERRUPTED,
                ORDER,
                SETTLED,
                HELD_BACK,
                GOES_ON,
                FAILED,
                UNTOLD,
                ALL_DONE,
                OLDER,
            ),
            unreadable=(
                UnreadableJournal(
                    id="20260101T000000Z-bbbbbb",
                    reason="it cannot be read: Too many levels of symbolic links",
                ),
            ),
        )
    ),
    "runs/hostile": _runs(
        History(
            runs=(HOSTILE,),
            unreadable=tuple(UnreadableJournal(id=name, reason=name) for name in HOSTILE_NAMES),
        )
    ),
    **{f"past_run/{name}": _run(run) for name, run in PAST_RUNS.items()},
}
