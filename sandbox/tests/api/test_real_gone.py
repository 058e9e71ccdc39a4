"""A real server that was killed: what is said of its database, and that the others go on."""

from __future__ import annotations

import os
import re
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from api.provider_client import ProviderClient, SimulatedClock
from attrs import frozen
from engines_here import needs
from servers.traces import comes_true, listeners

from scalingo_sandbox import Sandbox, running
from scalingo_sandbox.client import SandboxRefusal
from scalingo_sandbox.servers.server import Program

MYSQL = "ad-00000000-0000-4000-8000-000000000b01"
POSTGRESQL = "ad-00000000-0000-4000-8000-000000000b02"
GONE = (
    rf"MariaDB [\d.]+ of '{MYSQL}' does not answer \(it ended with status -9\):"
    " start the sandbox again"
)
FLEET: dict[str, Any] = {
    "version": 1,
    "apps": [
        {
            "name": "web",
            "addons": [
                {
                    "id": MYSQL,
                    "engine": "mysql",
                    "version": "5.7.44-1",
                    "next_version": "8.0.35-1",
                    "sql_mode": "NO_AUTO_CREATE_USER",
                },
                {
                    "id": POSTGRESQL,
                    "engine": "postgresql",
                    "queries": [{"pid": 1, "query": "SELECT 1", "state": "idle"}],
                },
            ],
        }
    ],
}
pytestmark = needs(Program.MARIADB, Program.POSTGRESQL)


@frozen(kw_only=True)
class Stage:
    """A sandbox of two databases on real servers, and its clock."""

    sandbox: Sandbox
    client: ProviderClient
    clock: SimulatedClock

    def kill(self) -> None:
        """Kill MariaDB, and wait until the sandbox knows."""
        port = int(self.connection()["address"].partition(":")[2])
        for entry in Path("/proc").glob("[0-9]*"):
            if any(heard == port for _, heard in _heard(int(entry.name))):
                os.kill(int(entry.name), signal.SIGKILL)
        assert comes_true(lambda: self.connection()["reason"] is not None)

    def connection(self) -> Any:
        """What the MySQL database runs on."""
        return next(one for one in self.sandbox.connections() if one["database"] == MYSQL)

    def act(self) -> Any:
        """Ask the MySQL database for its mode."""
        return self.client.database(
            "POST", MYSQL, suffix="/action", document={"action_name": "get-sqlmode"}
        )


def _heard(pid: int) -> list[tuple[str, int]]:
    try:
        return list(listeners([pid]))
    except OSError:
        return []


@pytest.fixture
def stage() -> Iterator[Stage]:
    """Run the sandbox; an operation takes ten simulated seconds."""
    clock = SimulatedClock()
    with running(FLEET, engines="real", now=clock, operation_seconds=10) as sandbox:
        apps = {MYSQL: "web", POSTGRESQL: "web"}
        client = ProviderClient(url=sandbox.url, token=sandbox.token, apps=apps)
        yield Stage(sandbox=sandbox, client=client, clock=clock)
        client.pool.clear()


def test_the_end_of_its_operation_fails_no_request(stage: Stage) -> None:
    """The operation ends, its contents are not written, and every other database answers."""
    assert stage.client.database("POST", MYSQL, suffix="/upgrade").status == 202
    stage.kill()
    stage.clock.seconds += 20
    assert stage.client.exchange(password=stage.sandbox.token).status == 200
    assert stage.client.door("GET", "health").status == 200
    assert stage.client.result(POSTGRESQL, "list-extensions")
    shown = stage.client.database("GET", MYSQL).document["database"]
    assert (shown["readable_version"], shown["status"]) == ("8.0.35-1", "running")


def test_an_action_is_no_definite_no(stage: Stage) -> None:
    """It is a 503 that names the server and the database; the door says the same."""
    stage.kill()
    answer = stage.act()
    assert answer.status == 503
    assert re.fullmatch(GONE, answer.document["error"])
    assert stage.client.door("GET", "fleet").document == answer.document
    connection = stage.connection()
    assert connection["reason"] == answer.document["error"]
    assert connection["dsn"] is None


def test_an_outside_write_that_cannot_be_done_takes_the_answers_place(stage: Stage) -> None:
    """Whoever asked for it sees that it was not done."""
    for when in ("before", "after"):
        stage.sandbox.fault(
            "outside-write",
            database=MYSQL,
            change={"sql_mode": "ANSI_QUOTES"},
            when=when,
            match={"host": "database"},
        )
    stage.kill()
    for _ in range(2):
        answer = stage.client.database("GET", MYSQL, suffix="/instances_status")
        assert answer.status == 503
        assert re.fullmatch(GONE, answer.document["error"])
    assert stage.client.database("GET", MYSQL).status == 200


def test_an_outside_write_that_no_server_takes_is_refused_at_once(stage: Stage) -> None:
    """The sessions of a real server are its own, and a mode of MariaDB is none of MySQL's."""
    for addon, change in (
        (POSTGRESQL, {"queries": []}),
        (MYSQL, {"sql_mode": "EMPTY_STRING_IS_NULL"}),
    ):
        with pytest.raises(SandboxRefusal) as refused:
            stage.sandbox.fault("outside-write", database=addon, change=change)
        assert refused.value.status == 422
    assert stage.client.database("GET", POSTGRESQL).status == 200
