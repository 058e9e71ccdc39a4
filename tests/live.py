"""Cases of the strategies, put into a sandbox and read through the real client."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen
from builders import FOREVER, HERE, VERSIONS
from strategies import Case

from reconcile.api.clock import Clock, SystemClock
from reconcile.api.operations import Following
from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import Connection, connect_writing
from reconcile.apply.allowance import Allow, Allowance
from reconcile.apply.execute import LiveExecutor
from reconcile.apply.journal import Journal
from reconcile.apply.loop import Loop
from reconcile.guard import WAIVABLE
from reconcile.guard.guard import Context
from reconcile.guard.review import review
from reconcile.kinds.maintenance_window import Weekday
from reconcile.model.change import Risk
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.policy import Policy, WaivedSeverity, Waiver
from reconcile.model.run import Outcome
from reconcile.model.state import ITSELF, Desired, Elements, Fields, NoElements
from reconcile.observe.observer import observe, observe_database
from reconcile.plan.build import asked, build_plan, plan_database
from reconcile.sql.reads import SqlReads
from reconcile.sql.writes import SqlWrites
from scalingo_sandbox import Sandbox

ALLOW_ALL = Allowance(allows=tuple(Allow(risk=risk) for risk in Risk), attended=True)
WAIVED = Policy(
    waivers={
        code: Waiver(severity=WaivedSeverity.OFF, reason="a test", until=FOREVER, location=HERE)
        for code in WAIVABLE
    }
)
"""What is drawn at random may lose whatever it loses."""


OPERATION = 100.0
"""Seconds that an operation of the sandbox takes, by a clock that only a test moves on."""


class MovedClock:
    """The time, and what a test adds to it; a wait for it costs none."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        """Seconds of the epoch."""
        return time.time() + self.ahead

    def now(self) -> float:
        """Seconds of the epoch."""
        return self()

    def ticks(self) -> float:
        """Seconds of a wait."""
        return time.monotonic() + self.ahead

    def sleep(self, seconds: float, halted: Callable[[], bool]) -> None:
        """Go on by so many seconds."""
        if not halted():
            self.ahead += seconds

    def end_operations(self) -> None:
        """Let all pass that takes time."""
        self.ahead += OPERATION


def environment(sandbox: Sandbox) -> dict[str, str]:
    """What makes the product talk to a sandbox."""
    return {"SCALINGO_AUTH_URL": sandbox.url, "SCALINGO_API_TOKEN": sandbox.token}


def addon_of(case: Case) -> dict[str, Any]:
    """The live side of a case as a fleet file has it."""
    states: dict[str, Elements] = {
        name: state
        for name, state in case.observed.states.items()
        if not isinstance(state, NoElements)
    }
    engine = case.desired.engine
    backups = states["backups"][ITSELF]
    addon: dict[str, Any] = {
        "id": case.desired.addon,
        "resource_id": f"{case.desired.handle}-3412",
        "engine": engine.value,
        "version": VERSIONS[engine],
        "backups": {"enabled": backups["enabled"], "hours": list(_listed(backups["hours"]))},
        "maintenance_window": _window(states["maintenance_window"][ITSELF]),
        "features": [
            {"name": name, "status": fields["status"]}
            for name, fields in states["features"].items()
        ],
    }
    for name, rows in _ROWS.items():
        if name in states:
            addon[name] = rows(states)
    return addon


def _window(fields: Fields) -> dict[str, Any]:
    return {
        "weekday_utc": [day.value for day in Weekday].index(str(fields["weekday"])),
        "starting_hour_utc": fields["hour"],
        "duration_in_hour": fields["duration"],
    }


def _listed(value: object) -> tuple[Any, ...]:
    assert isinstance(value, tuple)
    return value


def _extension_rows(states: Mapping[str, Elements]) -> list[dict[str, Any]]:
    listed = {
        name: str(fields["version"]).removeprefix("v")
        for name, fields in states["extensions"].items()
    }
    if states["query_stats"][ITSELF]["enabled"]:
        listed["pg_stat_statements"] = "1.10"
    return [{"name": name, "version": version} for name, version in listed.items()]


_ROWS: Mapping[str, Any] = {
    "sql_mode": lambda states: ",".join(_listed(states["sql_mode"][ITSELF]["modes"])),
    "logical_databases": lambda states: [
        {"name": name, "protected": bool(fields.get("protected"))}
        for name, fields in states["logical_databases"].items()
    ],
    "extensions": _extension_rows,
    "retention_policies": lambda states: [
        {"name": name, **fields} for name, fields in states["retention_policies"].items()
    ],
}


def put(sandbox: Sandbox, cases: Iterable[Case]) -> list[Desired]:
    """Serve the live sides from now on; give the specs of them."""
    listed = list(cases)
    apps = [{"name": case.desired.app, "addons": [addon_of(case)]} for case in listed]
    sandbox.put_fleet({"version": 1, "region": "osc-fr1", "apps": apps})
    sandbox.clear()
    return [evolve(case.desired) for case in listed]


@frozen(kw_only=True)
class Live:
    """The product's own stages over a connection, as `apply` chains them."""

    connection: Connection
    state_dir: Path
    clock: Clock = field(factory=SystemClock)

    def plan(self, desired: Iterable[Desired]) -> Plan:
        """Read and plan."""
        listed = list(desired)
        return build_plan(listed, observe(listed, self.connection.reads))

    def apply(
        self,
        plan: Plan,
        run_id: str,
        *,
        allowance: Allowance = ALLOW_ALL,
        policy: Policy = WAIVED,
    ) -> tuple[Outcome, ...]:
        """Carry out what is allowed and not refused, with the looks before it."""

        def recheck(before: DatabasePlan) -> DatabasePlan:
            wanted = asked(before, before.actions)
            return plan_database(wanted, observe_database(wanted, self.connection.reads))

        with Journal(self.state_dir, run_id, lambda: datetime.now(UTC)) as journal:
            return Loop(
                proposal=review(plan, Context(now=datetime(2026, 1, 1, tzinfo=UTC), policy=policy)),
                allowance=allowance,
                executor=LiveExecutor(
                    self.connection.writes,
                    no_sql(),
                    journal,
                    Following(client=self.connection.reads.client, clock=self.clock),
                ),
                sleep=lambda seconds: self.clock.sleep(seconds, lambda: False),
                recheck=recheck,
            ).run()


def no_sql() -> SqlWrites:
    """Statements where no variable is open to specs: every connection is refused."""
    return SqlWrites(SqlReads({}))


@contextmanager
def live(sandbox: Sandbox, state_dir: Path, clock: Clock | None = None) -> Iterator[Live]:
    """Connect to a sandbox; operations are waited for by its clock, if one is given."""
    with connect_writing(
        Surroundings(environment=environment(sandbox), region=None, notify=print)
    ) as connection:
        yield Live(connection=connection, state_dir=state_dir, clock=clock or SystemClock())


def changing(sandbox: Sandbox) -> list[str]:
    """What was sent that may change something, as method and path or action."""
    return [
        f"{one['method']} {one['action_name'] or one['path']}"
        for one in sandbox.requests()["requests"]
        if one["changes"]
    ]


def counts(sandbox: Sandbox) -> dict[str, int]:
    """Requests by host, as the sandbox counted them."""
    return sandbox.requests()["counts"]
