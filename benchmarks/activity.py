"""What 10,000 queries or statements cost, as multiples of decoding the answer that holds them.

Time and memory of showing the top 20 to a person, and of writing all of them as JSON, both within
one run. Fails when a limit is passed. Run it with `make bench`.
"""

from __future__ import annotations

import gc
import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from typing import Any, cast

from attrs import frozen

from reconcile.api.reads import ReadClient
from reconcile.model.cost import Spent
from reconcile.model.engine import Engine
from reconcile.model.postgresql import Query, Statement
from reconcile.model.request import Call
from reconcile.model.state import Facts
from reconcile.model.target import Hosts, Target
from reconcile.report.live_json import queries_json, statistics_json
from reconcile.report.live_text import TOP, queries_text, statistics_text
from reconcile.report.page import Look
from reconcile.workflow.activity import counted, running
from reconcile.workflow.named import Subject

ROWS = 10_000
ROUNDS = 5
TEXT_LIMIT = 8.0
JSON_LIMIT = 30.0
MEMORY_LIMIT = 20.0
"""Generous: what is to be caught is a cost that grows faster than the rows."""

_TEXT = "SELECT o.id, o.total FROM orders AS o JOIN lines AS l ON l.order_id = o.id WHERE o.n > "
_HERE = Hosts(auth="http://a", api="http://b", database="http://c")
_TARGET = Target(
    region="r", hosts=_HERE, app="a", addon="ad-1", resource_id="r-1", engine=Engine.POSTGRESQL
)
_FACTS = Facts(engine=Engine.POSTGRESQL, type_name="postgresql", version=None, status="running")


@frozen(kw_only=True)
class Answering:
    """A client whose every answer is the same, decoded anew each time."""

    body: str

    def call(self, _target: Target, _call: Call) -> Any:
        """Decode the answer."""
        return json.loads(self.body)["result"]


@frozen(kw_only=True)
class Work:
    """One answer, and what is made of it for a person and for a program."""

    name: str
    body: str
    shown: Callable[[], str]
    written: Callable[[], str]


def subject_of(body: str) -> Subject:
    """A database that answers so."""
    client = cast("ReadClient", Answering(body=body))
    return Subject(name="billing", target=_TARGET, resource={}, facts=_FACTS, client=client)


def of_queries() -> Work:
    """Running queries, in no order."""
    rows = [
        {
            "pid": pid,
            "query": f"{_TEXT}{pid}",
            "state": "active",
            "username": "app",
            "query_start": "2026-01-05T09:00:00Z",
            "query_duration": pid * 7_919 % 10_007 * 1_000_000,
        }
        for pid in range(1, ROWS + 1)
    ]
    body = json.dumps({"ok": 1, "result": rows})
    subject = subject_of(body)

    def shown() -> str:
        found: tuple[Query, ...] = running(subject)
        return queries_text(found[:TOP], len(found), Look(width=80))

    def written() -> str:
        found = running(subject)
        return queries_json("billing", _TARGET, found, len(found), spent=Spent())

    return Work(name="queries", body=body, shown=shown, written=written)


def of_statements() -> Work:
    """Statement statistics, in no order."""
    rows = [
        {
            "user_id": 16_384,
            "query": f"{_TEXT}{number}",
            "calls": number,
            "rows": number,
            "total_time": float(number * 7_919 % 10_007),
            "min_time": 0.1,
            "max_time": 9.0,
            "mean_time": 0.5,
            "std_dev": 0.01,
        }
        for number in range(1, ROWS + 1)
    ]
    body = json.dumps({"ok": 1, "result": rows})
    subject = subject_of(body)

    def shown() -> str:
        found = counted(subject, TOP)
        statements: tuple[Statement, ...] = found.statements
        return statistics_text(statements, found.total, Look(width=80))

    def written() -> str:
        found = counted(subject, None)
        return statistics_json("billing", _TARGET, found.statements, found.total, spent=Spent())

    return Work(name="statements", body=body, shown=shown, written=written)


def fastest(*functions: Callable[[], object]) -> list[float]:
    """The shortest time of each in seconds, measured in turns so that load hits all."""
    best = [float("inf")] * len(functions)
    for _ in range(ROUNDS):
        for index, function in enumerate(functions):
            gc.collect()
            start = time.perf_counter()
            function()
            best[index] = min(best[index], time.perf_counter() - start)
    return best


def peak(function: Callable[[], object]) -> int:
    """The most bytes that a call held at once."""
    gc.collect()
    tracemalloc.start()
    try:
        function()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def main() -> int:
    """Print the ratios; 1 when a limit is passed."""
    passed = False
    for work in (of_queries(), of_statements()):
        work.shown()  # what is imported on first use is not counted
        decoded, shown, written = fastest(
            lambda body=work.body: json.loads(body),  # type: ignore[misc]
            work.shown,
            work.written,
        )
        memory = max(peak(work.shown), peak(work.written)) / len(work.body)
        sys.stdout.write(
            f"{ROWS:,} {work.name}: the top {TOP} takes {shown / decoded:.1f} times decoding the"
            f" answer (limit {TEXT_LIMIT:g}), JSON of all {written / decoded:.1f} times"
            f" (limit {JSON_LIMIT:g}), {memory:.1f} times its size in memory"
            f" (limit {MEMORY_LIMIT:g})\n"
        )
        passed |= (
            shown / decoded > TEXT_LIMIT or written / decoded > JSON_LIMIT or memory > MEMORY_LIMIT
        )
    return int(passed)


if __name__ == "__main__":
    sys.exit(main())
