"""argv → Options: what a database is busy with, and operations on the whole of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import click

from reconcile.cli.options import (
    ChangeOptions,
    OneOffOptions,
    OperationOptions,
    QueriesOptions,
    StatisticsOptions,
)
from reconcile.cli.parameters import (
    MOMENT,
    InOrder,
    about_one,
    agrees,
    change,
    changes,
    confirms,
    duration,
    finds_handles,
    named_of,
    names_one,
    one_off,
    output_of,
    overrides,
    repeats,
    reports,
    waiting_of,
    waits,
    whole_number,
)
from reconcile.workflow.commands import (
    CancelQuery,
    ResetStatistics,
    Restore,
    TerminateQuery,
    Upgrade,
)

_PID = click.argument("pid", type=whole_number(1, 2**31 - 1))
_TOP = click.option(
    "--top", type=whole_number(1, 1_000_000), help="How many. Default: 20; as JSON, all."
)


@click.group(cls=InOrder)
def queries() -> None:
    """List, cancel or terminate running queries of PostgreSQL."""


@about_one(
    queries,
    "list",
    click.option(
        "--longer-than",
        type=duration(),
        default=0.0,
        metavar="DURATION",
        help="Only those that have run for so long, as in 30s.",
    ),
    _TOP,
    click.option(
        "--watch",
        type=duration(least=1.0),
        metavar="DURATION",
        is_flag=False,
        flag_value=2.0,
        help="Look again every so often, 2s if not said, until Ctrl-C.",
    ),
)
def _list_queries(
    longer_than: float, top: int | None, watch: float | None, **given: Any
) -> QueriesOptions:
    """List running queries, the longest first.

    \b
    Examples:
      reconcile queries list billing --longer-than 30s
      reconcile queries list billing --watch
    """
    return QueriesOptions(
        database=named_of(given),
        output=output_of(given),
        longer_than=longer_than,
        top=top,
        watch=watch,
    )


@about_one(queries, "cancel", _PID, changes, agrees, repeats)
def _cancel_query(pid: int, **given: Any) -> OneOffOptions:
    """Cancel the query of a session, which stays. Asks first.

    \b
    Example:
      reconcile queries cancel billing 2000
    """
    return one_off(given, CancelQuery(pid=pid))


@about_one(queries, "terminate", _PID, changes, agrees, repeats)
def _terminate_query(pid: int, **given: Any) -> OneOffOptions:
    """End a session: its connection is cut. Asks first.

    \b
    Example:
      reconcile queries terminate billing 2000
    """
    return one_off(given, TerminateQuery(pid=pid))


@click.group(cls=InOrder)
def stats() -> None:
    """Show, enable or reset the query statistics of PostgreSQL."""


@about_one(stats, "list", _TOP)
def _list_statistics(top: int | None, **given: Any) -> StatisticsOptions:
    """List the statements that took the most time.

    \b
    Example:
      reconcile stats list billing --top 5
    """
    return StatisticsOptions(database=named_of(given), output=output_of(given), top=top)


@about_one(stats, "enable", changes)
def _enable_statistics(**given: Any) -> ChangeOptions:
    """Enable pg_stat_statements.

    \b
    Example:
      reconcile stats enable billing
    """
    return change(given, "query_stats", value=True)


@about_one(stats, "reset", changes, agrees, repeats)
def _reset_statistics(**given: Any) -> OneOffOptions:
    """Forget what was counted. Asks first.

    \b
    Example:
      reconcile stats reset billing
    """
    return one_off(given, ResetStatistics())


@click.command()
@names_one
@changes
@overrides
@agrees
@repeats
@waits
@reports
def upgrade(**given: Any) -> OneOffOptions:
    """Upgrade to the next version, and wait for the end. Asks first.

    There is no way back, and no choice of the version: it is always the next one.

    \b
    Example:
      reconcile upgrade shop
    """
    return one_off(given, Upgrade())


@click.command()
@names_one
@click.option(
    "--to", "moment", required=True, type=MOMENT, metavar="TIME", help="The point in time."
)
@changes
@overrides
@confirms
@repeats
@waits
@reports
def restore(moment: datetime, **given: Any) -> OneOffOptions:
    """Put the data of PostgreSQL back to a point in time. Asks for the database's name.

    What was written since is lost, and no earlier point can be restored afterwards.

    \b
    Example:
      reconcile restore billing --to 2026-11-22T10:00:00Z
    """
    return one_off(given, Restore(moment=moment))


@click.command()
@click.argument("ident", metavar="ID")
@click.option(
    "--database", required=True, metavar="HANDLE|APP/ADDON", help="The database it is about."
)
@finds_handles
@waits
@reports
def operation(ident: str, **given: Any) -> OperationOptions:
    """Follow an operation to its end.

    This takes up a wait that was interrupted; with --no-wait it looks once.

    \b
    Example:
      reconcile operation 609145e66ffbd934f6745bb4 --database shop
    """
    return OperationOptions(
        ident=ident,
        database=named_of(given),
        output=output_of(given),
        waiting=waiting_of(given),
    )
