"""Single changes to look at: real proposals of one kind, carried out by the real loop."""

from __future__ import annotations

from collections.abc import Mapping

from golden.fleets import (
    HOSTILE_NAMES,
    STRICT,
    Database,
    backups,
    database,
    gone,
    names,
    proposed,
    unreadable,
)
from golden.runs import LOST, carried_out, dry

from reconcile.apply.allowance import Allowance
from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.run import Result, Run


def _logical(live: Mapping[str, Mapping[str, bool]], *, protect: bool = False) -> Database:
    wanted = LogicalDatabases(absent=(gone("legacy", "requested by reconcile databases delete"),))
    return database({"logical_databases": wanted}, {"logical_databases": live}, protect=protect)


DELETION = _logical({"legacy": {}})
HOSTILE = database(
    {"logical_databases": LogicalDatabases(present=names(HOSTILE_NAMES[1]))},
    {"logical_databases": {}},
)
WEAKER = database(
    {"sql_mode": SqlMode(modes=("ANSI_QUOTES",))}, {"sql_mode": {"": {"modes": STRICT}}}
)
HOURLY = database({"backups": Backups(hours=(3,))}, backups(True, 3))

CHANGES: Mapping[str, Run] = {
    "done": carried_out(
        proposed(DELETION), after=proposed(DELETION.now({"logical_databases": {}}))
    ),
    "not_so_yet": carried_out(proposed(DELETION), after=proposed(DELETION)),
    "in_sync": carried_out(proposed(HOURLY)),
    "declined": Run(id="run", before=proposed(DELETION)),
    "refused": carried_out(proposed(_logical({"legacy": {}}, protect=True)), allowance=Allowance()),
    "blocked": carried_out(proposed(_logical({"legacy": {"protected": True}}))),
    "unknown": carried_out(
        proposed(DELETION),
        after=proposed(unreadable("shop", "GET database: HTTP 503: 'try again later'")),
        answers={"delete shop/logical_databases/legacy": (Result.UNKNOWN, LOST)},
    ),
    "unread": carried_out(proposed(unreadable("shop", "GET database: no answer"))),
    "dry": dry(proposed(DELETION)),
    "dry_safe": dry(
        proposed(database({"backups": Backups(enabled=True, hours=(3,))}, backups(False, 0)))
    ),
    "dry_weakens": dry(proposed(WEAKER)),
    "dry_refused": dry(proposed(_logical({"legacy": {}}, protect=True))),
    "hostile": carried_out(
        proposed(HOSTILE),
        answers={
            f"create shop/logical_databases/{HOSTILE_NAMES[1]}": (Result.FAILED, HOSTILE_NAMES[0])
        },
    ),
    "dry_hostile": dry(proposed(HOSTILE)),
}
