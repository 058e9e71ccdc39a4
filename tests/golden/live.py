"""Results of the imperative half to look at: tables, orders, operations, single changes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from attrs import evolve, frozen
from builders import target
from golden.changes import CHANGES
from golden.fleets import HOSTILE_NAMES, STRICT

from reconcile.errors import ExitStatus
from reconcile.model.change import Risk
from reconcile.model.cost import Spent
from reconcile.model.engine import Engine
from reconcile.model.operation import Operation
from reconcile.model.order import DECLINED, Order, OrderOutcome
from reconcile.model.postgresql import Query, Statement
from reconcile.model.request import UPGRADE, Effect, action, restore
from reconcile.model.run import Result
from reconcile.model.state import ITSELF, Elements
from reconcile.report.live_json import (
    listing_json,
    operation_json,
    order_json,
    queries_json,
    statistics_json,
)
from reconcile.report.live_text import kind_text, queries_text, statistics_text
from reconcile.report.page import Look
from reconcile.report.run_text import change_text, operation_text, order_text

BILLING = target(Engine.POSTGRESQL, "billing")
SPENT = Spent(requests={"auth": 2, "api": 1, "database": 3}, waited={"api": 0.0})
_LONG = "SELECT *\n  FROM orders AS o\n  JOIN lines AS l ON l.order_id = o.id\n WHERE o.total > $1"


@frozen(kw_only=True)
class Shown:
    """One result: as text, and as JSON where it has a document of its own."""

    text: Callable[[Look], str]
    json: Callable[[], str] | None = None


def _queries(found: tuple[Query, ...], total: int, longer_than: float = 0.0) -> Shown:
    return Shown(
        text=partial(queries_text, found, total, longer_than=longer_than),
        json=partial(queries_json, "billing", BILLING, found, total, spent=SPENT),
    )


def _statistics(found: tuple[Statement, ...], total: int) -> Shown:
    return Shown(
        text=partial(statistics_text, found, total),
        json=partial(statistics_json, "billing", BILLING, found, total, spent=SPENT),
    )


def _listing(kind: str, state: Elements) -> Shown:
    return Shown(
        text=partial(kind_text, state),
        json=partial(listing_json, "shop", target(), kind, state, spent=SPENT),
    )


def _operation(seen: Operation, status: ExitStatus) -> Shown:
    return Shown(
        text=partial(operation_text, "shop", seen),
        json=partial(operation_json, "shop", seen, status=status, spent=SPENT),
    )


def _done(done: OrderOutcome, status: ExitStatus) -> Shown:
    counted = evolve(done, spent=SPENT)
    return Shown(
        text=partial(order_text, counted), json=partial(order_json, counted, status=status)
    )


QUERIES = (
    Query(pid=3_912_481, query=_LONG, state="active", username="reporting", seconds=212.0),
    Query(
        pid=2001,
        query="UPDATE stock SET n = n - 1",
        state="idle in transaction (aborted)",
        username="app_with_a_rather_long_name_of_a_user",
        query_start="2026-01-05T09:00:00Z",
        seconds=9.04,
    ),
    Query(pid=2002, query="SELECT '漢字' || name FROM データ", state="active", username="分析"),
    Query(pid=7, query=""),
)
HOSTILE_QUERIES = tuple(
    Query(pid=number, query=name, state=name, username=name, seconds=86_400.0 * number)
    for number, name in enumerate(HOSTILE_NAMES, 1)
)
STATEMENTS = (
    Statement(query=_LONG, calls=24_512, rows=112, total=7_612.4, mean=0.31, share=0.982),
    Statement(query="SELECT $1", calls=1, rows=1, total=0.0075, mean=0.0075),
    Statement(query="漢字" * 40, calls=300, rows=0, total=141.0, mean=0.47, share=0.018),
)
LARGE = Statement(
    query=_LONG, calls=12_345_678_901, rows=98_765_432_109, total=3_599.0, mean=0.00000029, share=1
)
HOSTILE_STATEMENTS = tuple(Statement(query=name, user_id=16_384) for name in HOSTILE_NAMES)

CANCEL = Order(
    database="billing",
    target=BILLING,
    what="cancel the query of pid 2000 on billing",
    call=action("pg-cancel-query", {"pid": 2000}, effect=Effect.CHANGE),
    consequences=(f"reporting runs {_LONG!r}",),
    sessions=True,
)
UP = Order(
    database="shop",
    target=target(),
    what="upgrade shop from 8.0.35-1 to 8.4.3-1",
    call=UPGRADE,
    risk=Risk.DISRUPTIVE,
    consequences=("the database restarts, an upgrade can take long, and there is no way back",),
)
BACK = Order(
    database="billing",
    target=BILLING,
    what="restore billing to 2026-11-22T10:00:00Z",
    call=restore("2026-11-22T10:00:00Z"),
    risk=Risk.LOSSY,
    consequences=(
        "everything written after 2026-11-22T10:00:00Z is lost",
        "no earlier point than 2026-11-22T10:00:00Z can be restored afterwards",
    ),
    confirm="billing",
)
HOSTILE_ORDER = Order(
    database=HOSTILE_NAMES[1],
    target=target(),
    what=f"reset logical database {HOSTILE_NAMES[0]} of {HOSTILE_NAMES[2]}",
    call=action("reset-database", {"database_name": HOSTILE_NAMES[0]}, effect=Effect.CHANGE),
    risk=Risk.LOSSY,
    consequences=HOSTILE_NAMES,
    confirm=HOSTILE_NAMES[0],
)
ORDERS: Mapping[str, Order] = {
    "dry": CANCEL,
    "dry_upgrade": UP,
    "dry_restore": BACK,
    "dry_hostile": HOSTILE_ORDER,
}
"""What is shown before it is sent, request and all, by the name of its page."""

RUNNING = Operation(id="609145e66ffbd934f6745bb4", status="running", type="upgrade")
ENDED = evolve(
    RUNNING,
    status="done",
    created_at="2026-11-22T10:00:00Z",
    finished_at="2026-11-22T10:20:00Z",
)
BROKEN = evolve(ENDED, status="error", error="disk full")

LIVE: Mapping[str, Shown] = {
    "queries/mixed": _queries(QUERIES, 4),
    "queries/some": _queries(QUERIES[:2], 10_000),
    "queries/none": _queries((), 0),
    "queries/none_so_long": _queries((), 0, longer_than=90.0),
    "queries/hostile": _queries(HOSTILE_QUERIES, len(HOSTILE_QUERIES)),
    "statistics/mixed": _statistics(STATEMENTS, 3),
    "statistics/some": _statistics(STATEMENTS[:1], 10_000),
    "statistics/large": _statistics((LARGE,), 1),
    "statistics/none": _statistics((), 0),
    "statistics/hostile": _statistics(HOSTILE_STATEMENTS, len(HOSTILE_NAMES)),
    "listing/names": _listing("logical_databases", {"shop": {"protected": True}, "データ": {}}),
    "listing/hostile": _listing("logical_databases", {name: {} for name in HOSTILE_NAMES}),
    "listing/none": _listing("extensions", {}),
    "listing/single": _listing("sql_mode", {ITSELF: {"modes": STRICT}}),
    "listing/single_none": _listing("sql_mode", {ITSELF: {"modes": ()}}),
    "listing/several": _listing("backups", {ITSELF: {"enabled": True, "hours": (3,)}}),
    "operation/running": _operation(RUNNING, ExitStatus.REMAINS),
    "operation/done": _operation(ENDED, ExitStatus.DONE),
    "operation/error": _operation(BROKEN, ExitStatus.FAILED),
    "operation/hostile": _operation(
        Operation(
            id=HOSTILE_NAMES[0],
            status=HOSTILE_NAMES[1],
            type=HOSTILE_NAMES[2],
            error=HOSTILE_NAMES[9],
        ),
        ExitStatus.REMAINS,
    ),
    "done/done": _done(OrderOutcome(order=CANCEL, result=Result.DONE), ExitStatus.DONE),
    **{
        f"done/{name}": _done(OrderOutcome(order=order, result=Result.NOT_SENT), ExitStatus.REMAINS)
        for name, order in ORDERS.items()
    },
    "done/declined": _done(
        OrderOutcome(order=BACK, result=Result.NOT_ALLOWED, message=DECLINED), ExitStatus.REMAINS
    ),
    "done/refused": _done(
        OrderOutcome(
            order=BACK,
            result=Result.REFUSED,
            message="the database is protected, and this would lose data [G101]",
            hints=("no flag overrides this; first take `protect: true` out of the spec",),
        ),
        ExitStatus.REFUSED,
    ),
    "done/started": _done(
        OrderOutcome(
            order=UP,
            result=Result.STARTED,
            message="operation '609145e66ffbd934f6745bb4' is running",
            operation_id=RUNNING.id,
            operation=RUNNING,
        ),
        ExitStatus.REMAINS,
    ),
    "done/failed": _done(
        OrderOutcome(
            order=UP,
            result=Result.FAILED,
            message="operation '609145e66ffbd934f6745bb4' ended in an error: disk full",
            operation=BROKEN,
        ),
        ExitStatus.FAILED_AFTER_EFFECT,
    ),
    "done/unknown": _done(
        OrderOutcome(
            order=HOSTILE_ORDER, result=Result.UNKNOWN, message=f"it was lost: {HOSTILE_NAMES[1]}"
        ),
        ExitStatus.FAILED_AFTER_EFFECT,
    ),
    **{f"change/{name}": Shown(text=partial(change_text, run)) for name, run in CHANGES.items()},
}
