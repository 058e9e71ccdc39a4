"""An upgrade to be carried out: a sandbox on a socket, and time that goes on by being waited for."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from attrs import define, evolve, field
from live import environment, no_sql

from reconcile.api.operations import Following
from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import Connection, connect_writing
from reconcile.apply.backup_first import Secured, listed
from reconcile.apply.execute import LiveExecutor, LiveMaker
from reconcile.apply.journal import Journal
from reconcile.kinds.engine_version import EngineVersion
from reconcile.model.engine import Engine
from reconcile.model.item import Action
from reconcile.model.location import Location
from reconcile.model.operation import Watched
from reconcile.model.run import Outcome
from reconcile.model.state import Desired
from reconcile.model.target import Target
from reconcile.observe.observer import observe
from reconcile.plan.build import build_plan
from reconcile.sql.writes import SqlWrites
from scalingo_sandbox import Sandbox, running

OPERATION = 60.0
"""Seconds that an operation takes."""

FLEET = {
    "version": 1,
    "apps": [
        {
            "name": "shop-web",
            "addons": [
                {
                    "id": "ad-shop",
                    "resource_id": "shop-web-1",
                    "engine": "mysql",
                    "version": "8.0.35-1",
                    "next_version": "8.0.36-1",
                }
            ],
        }
    ],
}
WANTED = Desired(
    handle="shop",
    app="shop-web",
    addon="ad-shop",
    engine=Engine.MYSQL,
    location=Location(file="specs/shop.yaml", line=1, column=1),
    kinds={"engine_version": EngineVersion(version=">=8.0.36")},
)


class WaitedClock:
    """The time of the sandbox and of the wait: it goes on while somebody sleeps, at no cost."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self._ahead = 0.0

    def now(self) -> float:
        """Seconds of the epoch."""
        return time.time() + self._ahead

    def ticks(self) -> float:
        """Seconds of the wait."""
        return time.monotonic() + self._ahead

    def sleep(self, seconds: float, halted: Callable[[], bool]) -> None:
        """Go on by so many seconds."""
        if not halted():
            self.slept.append(seconds)
            self._ahead += seconds


def nothing() -> None:
    """Let pass what was seen."""


@define
class Bench:
    """What it takes to carry out one action, and to look at what came of it."""

    sandbox: Sandbox
    connection: Connection
    clock: WaitedClock
    directory: Path
    stop: threading.Event = field(factory=threading.Event)
    wait: bool = True
    patience: float = 3600.0
    sql: SqlWrites = field(factory=no_sql)

    def planned(self, wanted: Desired = WANTED) -> tuple[Target, Action]:
        """The upgrade, or another action, as it is planned; what was sent for that is forgotten."""
        plan = build_plan([wanted], observe([wanted], self.connection.reads))
        (database,) = plan.databases
        (action,) = database.actions
        assert database.target is not None
        self.sandbox.clear()
        return database.target, action

    def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:  # noqa: ARG002 - the protocol's
        """Carry it out."""
        with Journal(self.directory, "run", lambda: datetime.now(UTC)) as journal:
            writes, following = self.connection.writes, self.following()
            return LiveExecutor(writes, self.sql, journal, following).execute(target, action)

    def back_up(
        self, target: Target, action: Action, *, seen: Callable[[], None] = nothing
    ) -> Secured | Outcome:
        """Make a backup before it; `seen` is called after each look at it."""
        kept = listed(self.connection.reads.client.call, target)
        self.sandbox.clear()

        def tell(_seen: Watched, _seconds: float) -> None:
            seen()

        following = evolve(self.following(), tell=tell)
        with Journal(self.directory, "run", lambda: datetime.now(UTC)) as journal:
            found = LiveMaker(self.connection.writes, journal, following).make(target, action, kept)
        assert isinstance(found, Secured) or found.action == action
        return found

    def following(self) -> Following:
        """How the end of what goes on is waited for."""
        return Following(
            client=self.connection.reads.client,
            wait=self.wait,
            patience=self.patience,
            stop=self.stop,
            clock=self.clock,
        )

    def later(self, seconds: float) -> str:
        """A time to come, as the sandbox's clock will tell it."""
        return datetime.fromtimestamp(self.clock.now() + seconds, UTC).isoformat()

    def journal(self) -> list[dict[str, Any]]:
        """What was written down, without times and addresses."""
        lines = (self.directory / "runs" / "run.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def sent(self) -> list[str]:
        """What was sent to the database host, in order."""
        return [
            f"{one['method']} {one['path'].removeprefix('/api')}"
            for one in self.sandbox.requests()["requests"]
            if one["host"] == "database"
        ]

    def version(self) -> str:
        """The version that runs."""
        (app,) = self.sandbox.fleet()["apps"]
        (addon,) = app["addons"]
        return str(addon["version"])

    def operation(self) -> str:
        """The id of the only operation that there is."""
        (app,) = self.sandbox.fleet()["apps"]
        (addon,) = app["addons"]
        (one,) = addon["operations"]
        return str(one["id"])


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A fresh sandbox with one database that can be upgraded."""
    clock = WaitedClock()
    with (
        running(FLEET, operation_seconds=OPERATION, now=clock.now) as sandbox,
        connect_writing(
            Surroundings(environment=environment(sandbox), region=None, notify=print)
        ) as connection,
    ):
        yield Bench(sandbox=sandbox, connection=connection, clock=clock, directory=tmp_path)
