"""Order → what is about to be done, with all that has to be read for it. Changes nothing."""

from __future__ import annotations

from typing import assert_never

from reconcile.kinds.engine_version import EngineVersion
from reconcile.operate import databases, queries, restores, statistics, upgrades
from reconcile.operate.order import (
    CancelQuery,
    Order,
    ResetDatabase,
    ResetStatistics,
    Restore,
    TerminateQuery,
    Upgrade,
)
from reconcile.operate.prepared import Prepared
from reconcile.operate.subject import Subject


def prepare(order: Order, subject: Subject, rule: EngineVersion | None = None) -> Prepared:
    """Prepare an order; `rule` is the version that a spec asks for, None where none does.

    Raises ReconcileError where it cannot be meant or something is unreadable.
    """
    match order:
        case ResetDatabase():
            return databases.reset(order, subject)
        case CancelQuery():
            return queries.cancel(order, subject)
        case TerminateQuery():
            return queries.terminate(order, subject)
        case ResetStatistics():
            return statistics.reset(subject)
        case Upgrade():
            return upgrades.upgrade(subject, rule)
        case Restore():
            return restores.restoration(order, subject)
        case _:
            assert_never(order)
