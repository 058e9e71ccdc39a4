"""What became of an order, and how far an operation has come, for a person."""

from __future__ import annotations

import json
from collections.abc import Iterator

from reconcile.model.operation import Operation
from reconcile.model.order import Done
from reconcile.model.postgresql import Sql
from reconcile.model.request import Call
from reconcile.model.run import UNDER_WAY, Result, follow_command, operation_result
from reconcile.model.target import Target
from reconcile.report.page import Line, Look, line, render

SIGNS = {
    Result.DONE: ("✓", "green"),
    Result.STARTED: ("…", "cyan"),
    Result.FAILED: ("✗", "bold red"),
    Result.UNKNOWN: ("?", "bold red"),
    Result.ALREADY_DONE: ("=", "green"),
    Result.STALE: ("!", "yellow"),
    Result.BLOCKED: ("!", "magenta"),
    Result.SKIPPED: ("·", "yellow"),
    Result.NOT_ALLOWED: ("·", "yellow"),
    Result.REFUSED: ("!", "magenta"),
    Result.NOT_SENT: ("→", "cyan"),
}
"""The sign of a result, and its style."""


"""Why something was not allowed."""


def done_text(done: Done, look: Look) -> str:
    """Render what became of an order; in a dry run, the exact request."""
    return render(_done_lines(done), look)


def _done_lines(done: Done) -> Iterator[Line]:
    sign, style = SIGNS[done.result]
    message = f": {done.message}" if done.message else ""
    yield line(
        0, (done.deed.what, "bold"), "  ", (done.result.value, style), message, sign=(sign, style)
    )
    for hint in done.hints:
        yield line(4, ("hint: ", "bold"), hint, hanging=6)
    yield from follow_lines(done.result, done.operation_id, done.deed.database, 4)
    if done.result is Result.NOT_SENT:
        for stake in done.deed.stakes:
            yield line(4, stake)
        yield from call_lines(done.deed.call, done.deed.target, 4)


def follow_lines(
    result: Result, operation: str | None, database: str, indent: int
) -> Iterator[Line]:
    """The command that takes up the wait for what may still be under way, whole to be copied."""
    if operation is not None and result in UNDER_WAY:
        yield line(indent, "follow it with: ", follow_command(operation, database), whole=True)


def call_lines(call: Call | Sql, target: Target, indent: int) -> Iterator[Line]:
    """The exact request or statement, ready to be copied."""
    if isinstance(call, Sql):
        where = target.connection.database if target.connection else ""
        yield line(indent, ("SQL ", "bold"), f"in {where}: ", str(call), whole=True)
        return
    yield line(indent, (f"{call.method} ", "bold"), target.url(call), whole=True)
    if call.body is not None:
        yield line(indent, json.dumps(call.body, sort_keys=True), whole=True)


def operation_text(database: str, seen: Operation, look: Look) -> str:
    """Render how far an operation has come."""
    sign, style = SIGNS[operation_result(seen)]
    what = f"{seen.type or 'operation'} {seen.id} of {database}"
    message = f": {seen.error}" if seen.error else ""
    return render(
        [line(0, (what, "bold"), "  ", (seen.status, style), message, sign=(sign, style))], look
    )
