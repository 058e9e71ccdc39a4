"""Runs to look at: real proposals, carried out by the real loop with a scripted executor."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import UTC, datetime

from attrs import evolve, frozen
from golden.fleets import (
    BILLING,
    CACHE,
    FLEET_REFUSED,
    GUARDED,
    HOSTILE,
    HOSTILE_NAMES,
    IN_SYNC,
    LEDGER,
    MANUAL,
    MIXED,
    REPLACED,
    SESSIONS,
    SHOP,
    STRICT,
    TELEMETRY,
    UNKNOWN_NAMES,
    Database,
    backups,
    database,
    gone,
    proposed,
    statuses,
    unreadable,
    version,
)

from reconcile.apply.allowance import Allow, Allowance
from reconcile.apply.backup_first import Secure, Secured, as_it_is
from reconcile.apply.execute import DryRunExecutor, calls_of
from reconcile.apply.loop import Loop
from reconcile.apply.resolve import resolve_outcomes
from reconcile.errors import ExitStatus
from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.model.change import verb_of
from reconcile.model.cost import Spent
from reconcile.model.finding import Finding
from reconcile.model.item import Action
from reconcile.model.plan import DatabasePlan, Proposal
from reconcile.model.recovery import Backup
from reconcile.model.request import BACK_UP
from reconcile.model.run import Outcome, Result, Run
from reconcile.model.state import ITSELF, Facts
from reconcile.model.target import Target

ALL = Allowance(
    allows=tuple(Allow.parse(risk) for risk in ("weakens", "disruptive", "lossy")), attended=True
)
NONE = Allowance()
SPENT = Spent(requests={"auth": 3, "api": 4, "database": 17})
LOST = (
    "POST create-database: its answer was lost (connection reset); it may or may not have taken"
    " effect"
)
REFUSED = "PATCH database: HTTP 422, the provider said: 'periodic_backups_scheduled_at is invalid'"


@frozen(kw_only=True)
class Scripted:
    """An executor that answers as it was told, by `verb address`, and done where it was not.

    `stop` is set once the action `stop_at` is done.
    """

    answers: Mapping[str, tuple[Result, str]]
    stop: threading.Event
    stop_at: str | None = None

    def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:  # noqa: ARG002 - the protocol's
        """Answer."""
        assert target.addon == f"ad-{action.address.database}"
        name = f"{verb_of(action.change).value} {action.address}"
        result, message = self.answers.get(name, (Result.DONE, ""))
        if name == self.stop_at:
            self.stop.set()
        return Outcome(action=action, result=result, message=message, calls=calls_of(action))


def carried_out(
    before: Proposal,
    *,
    after: Proposal | None = None,
    answers: Mapping[str, tuple[Result, str]] | None = None,
    allowance: Allowance = ALL,
    stop_at: str | None = None,
    looked_at: Proposal | None = None,
    secure: Secure = as_it_is,
) -> Run:
    """An apply, database after database; `looked_at` is what a look before the actions finds."""
    stop = threading.Event()
    executor = Scripted(answers=answers or {}, stop=stop, stop_at=stop_at)
    looks = {plan.handle: plan for plan in (looked_at or before).plan.databases}
    outcomes = Loop(
        proposal=before,
        allowance=allowance,
        executor=executor,
        workers=1,
        stop=stop,
        recheck=lambda plan: looks[plan.handle],
        secure=secure,
    ).run()
    return Run(
        id="20261123T040000Z-5f0c1a",
        before=before,
        outcomes=resolve_outcomes(outcomes, after.plan) if after else outcomes,
        after=after,
        interrupted=ExitStatus.INTERRUPTED if stop.is_set() else None,
        spent=SPENT,
    )


def dry(before: Proposal, allowance: Allowance = ALL) -> Run:
    """A dry run."""
    outcomes = Loop(
        proposal=before, allowance=allowance, executor=DryRunExecutor(), workers=1
    ).run()
    return Run(
        id="20261123T040000Z-5f0c1a", before=before, dry=True, outcomes=outcomes, spent=SPENT
    )


def facts_at_work(one: Database) -> Facts:
    """The facts of a database whose provider is at something."""
    return evolve(one.live.facts, operation="op-42")


_SHOP_NAMES = {"shop": {"protected": True}, "scratch": {}, "tmp": {}}
_SHOP_MODES = {ITSELF: {"modes": ("IGNORE_SPACE", "NO_ZERO_DATE", "STRICT_TRANS_TABLES")}}
SHOP_DONE = SHOP.now(
    {
        **backups(True, 3),
        "sql_mode": _SHOP_MODES,
        "logical_databases": {**_SHOP_NAMES, "audit": {}},
    }
)
TELEMETRY_DONE = TELEMETRY.now(
    {"retention_policies": {"30-days": {"duration": "30d", "default": False}}}
)
BILLING_DONE = BILLING.now({**backups(False), "query_stats": {ITSELF: {"enabled": True}}})

CONVERGED = carried_out(
    proposed(SHOP, TELEMETRY, IN_SYNC), after=proposed(SHOP_DONE, TELEMETRY_DONE, IN_SYNC)
)

LEDGER_BEGUN = LEDGER.now(
    {
        **backups(True, 3),
        **version("16.6.0-1", "16.9.0-1"),
        "maintenance_window": {ITSELF: {"weekday": "sunday", "hour": 3, "duration": 8}},
        **statuses(force_ssl="PENDING_TO_ACTIVATE"),
    }
)
SESSIONS_BEGUN = SESSIONS.now(
    statuses(
        force_ssl="ACTIVATED",
        publicly_available="PENDING_TO_REMOVE",
        redis_aof="ACTIVATED",
        redis_cache="PENDING_TO_ACTIVATE",
    )
)
STEPS = carried_out(
    proposed(LEDGER, SESSIONS),
    after=proposed(LEDGER_BEGUN, SESSIONS_BEGUN),
    answers={
        "update sessions/features/redis-cache": (
            Result.UNKNOWN,
            LOST.replace("create-database", "/features"),
        )
    },
)
"""An apply that begins what takes several, and one whose lost answer is found to be under way."""

CONVERGED_FOR_PEOPLE = carried_out(
    proposed(BILLING, CACHE, IN_SYNC), after=proposed(BILLING_DONE, CACHE, IN_SYNC)
)

_BACKUP = Backup(
    id="6746f2b1\u202e",
    created_at=datetime(2026, 11, 23, 3, 58, tzinfo=UTC),
    done=True,
    manual=True,
)


def _backed_up(plan: DatabasePlan, _target: Target, action: Action) -> Secured | Outcome:
    """A backup of one database, and none of another."""
    if plan.handle == "shop":
        return Secured(backup=_BACKUP, calls=(BACK_UP,))
    message = (
        "the plan of 'telemetry' makes no backups and has no recovery window, nothing was sent"
    )
    return Outcome(action=action, result=Result.BLOCKED, message=message)


BACKED_UP = carried_out(proposed(SHOP, TELEMETRY), secure=_backed_up)

FAILED = carried_out(
    proposed(SHOP, TELEMETRY),
    after=proposed(
        SHOP.now({"logical_databases": {**_SHOP_NAMES, "audit": {}, "legacy": {}}}),
        TELEMETRY.now({"retention_policies": {}}),
    ),
    answers={
        "create shop/logical_databases/audit": (Result.UNKNOWN, LOST),
        "update shop/backups": (Result.FAILED, REFUSED),
        "create telemetry/retention_policies/30-days": (
            Result.FAILED,
            "POST add-retention-policy: no answer from https://db.example.test: connection refused",
        ),
    },
)

UNKNOWN = carried_out(
    proposed(SHOP, IN_SYNC),
    after=proposed(unreadable("shop", "GET database: HTTP 503: 'try again later'"), IN_SYNC),
    answers={"update shop/backups": (Result.UNKNOWN, LOST.replace("POST create-", "PATCH "))},
)

NOT_ALLOWED = carried_out(
    proposed(SHOP, TELEMETRY),
    after=proposed(
        SHOP.now(
            {
                **backups(True, 3),
                "sql_mode": {ITSELF: {"modes": STRICT}},
                "logical_databases": {**_SHOP_NAMES, "audit": {}, "legacy": {}},
            }
        ),
        TELEMETRY,
    ),
    allowance=NONE,
)

_WITHOUT_LEGACY = database(
    {"logical_databases": LogicalDatabases(absent=(gone("old", "nobody knows what it was for"),))},
    {"logical_databases": {}},
    handle="expired",
)


def _refused_and_done() -> Run:
    """One action of six may run: the others are refused by guards."""
    kept = tuple(
        finding
        for finding in GUARDED.findings
        if finding.address is not None and finding.address.database != "expired"
    )
    again = proposed(_WITHOUT_LEGACY)
    fresh = {plan.handle: plan for plan in again.plan.databases}
    databases = tuple(fresh.get(plan.handle, plan) for plan in GUARDED.plan.databases)
    after = evolve(GUARDED, plan=evolve(GUARDED.plan, databases=databases), findings=kept)
    return carried_out(GUARDED, after=after)


GUARDED_RUN = _refused_and_done()

_OVERTAKEN = proposed(
    SHOP.now(
        {**backups(False, 5), "logical_databases": {**_SHOP_NAMES, "audit": {}, "legacy": {}}}
    ),
    evolve(TELEMETRY, observation=evolve(TELEMETRY.live, facts=facts_at_work(TELEMETRY))),
)
OVERTAKEN = carried_out(proposed(SHOP, TELEMETRY), looked_at=_OVERTAKEN, after=_OVERTAKEN)
"""Somebody created a logical database and moved a backup hour meanwhile; an operation began."""

INTERRUPTED = carried_out(
    proposed(SHOP, TELEMETRY),
    after=proposed(
        SHOP.now(
            {
                **backups(True, 3),
                "logical_databases": {**_SHOP_NAMES, "audit": {}, "legacy": {}},
            }
        ),
        TELEMETRY,
    ),
    stop_at="update shop/backups",
)

INTERRUPTED_AT_ONCE = Run(
    id="20261123T040000Z-5f0c1a",
    before=proposed(SHOP, IN_SYNC),
    interrupted=ExitStatus.TERMINATED,
    spent=Spent(requests={"auth": 1, "api": 0, "database": 0}),
)

NOTHING_PLANNED = carried_out(proposed(IN_SYNC))

DECLINED = Run(
    id="20261123T040000Z-5f0c1a",
    before=proposed(SHOP, IN_SYNC),
    spent=Spent(requests={"database": 4}),
)

HOSTILE_RUN = carried_out(
    HOSTILE,
    answers={
        f"create shop/logical_databases/{HOSTILE_NAMES[0]}": (
            Result.DONE,
            "\x1b[31mno\x1b[0m\nDone. [red]x[/red] :smile: \u202e",
        ),
        f"create shop/logical_databases/{HOSTILE_NAMES[5]}": (Result.FAILED, HOSTILE_NAMES[1]),
    },
)

HOSTILE_NOT_ALLOWED = carried_out(HOSTILE, allowance=NONE)

WIDE = carried_out(
    proposed(
        database(
            {
                "backups": Backups(enabled=True),
                "logical_databases": LogicalDatabases(
                    absent=(gone("データベース", "wide"), gone("データ", "wide"))
                ),
            },
            {**backups(False), "logical_databases": {"データベース": {}, "データ": {}}},
        )
    )
)


RUNS: Mapping[str, Run] = {
    "converged": CONVERGED,
    "converged_for_people": CONVERGED_FOR_PEOPLE,
    "failed": FAILED,
    "backed_up": BACKED_UP,
    "unknown": UNKNOWN,
    "not_allowed": NOT_ALLOWED,
    "refused": GUARDED_RUN,
    "overtaken": OVERTAKEN,
    "interrupted": INTERRUPTED,
    "interrupted_at_once": INTERRUPTED_AT_ONCE,
    "nothing_planned": NOTHING_PLANNED,
    "declined": DECLINED,
    "wide": WIDE,
    "hostile": HOSTILE_RUN,
    "hostile_not_allowed": HOSTILE_NOT_ALLOWED,
    "fleet_refused": carried_out(FLEET_REFUSED),
    "replaced": carried_out(REPLACED, after=proposed(TELEMETRY_DONE)),
    "steps": STEPS,
    "dry": dry(MIXED),
    "dry_not_allowed": dry(proposed(SHOP), NONE),
    "dry_fleet_refused": dry(FLEET_REFUSED),
    "dry_refused_by_hand": dry(
        evolve(MANUAL, findings=(Finding(code="G108", message="the plan has expired"),))
    ),
    "dry_unknown_names": dry(UNKNOWN_NAMES),
    "dry_interrupted": evolve(dry(proposed(SHOP)), interrupted=ExitStatus.INTERRUPTED),
}
