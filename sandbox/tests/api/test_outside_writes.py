"""An outside writer that comes just before or just after a request."""

from __future__ import annotations

from typing import Any

import pytest
from api.provider_client import MYSQL, POSTGRESQL, ProviderClient

from scalingo_sandbox import Sandbox

CREATE = {"action_name": "create-database", "params": {"database_name": "audit"}}
TAKEN = {"logical_databases": [{"name": "web", "protected": True}, {"name": "audit"}]}


def _names(sandbox: Sandbox) -> list[str]:
    (app, *_) = sandbox.fleet()["apps"]
    return [one["name"] for one in app["addons"][0]["logical_databases"]]


def _ask(sandbox: Sandbox, change: dict[str, Any], **details: Any) -> None:
    """Ask for an outside write at the next action."""
    match = {"path": "*/action"}
    sandbox.fault("outside-write", database=MYSQL, change=change, match=match, **details)


@pytest.mark.parametrize("details", [{}, {"when": "before"}])
def test_a_writer_comes_before_the_request(
    client: ProviderClient, sandbox: Sandbox, details: dict[str, str]
) -> None:
    """The request meets what the other left, and its own effect is told from the other's."""
    _ask(sandbox, TAKEN, **details)
    assert "exists" in client.refusal(MYSQL, "create-database", CREATE["params"])
    assert sandbox.requests()["requests"][-1]["effect"] is False
    assert _names(sandbox) == ["web", "audit"]


def test_a_writer_comes_after_the_request(client: ProviderClient, sandbox: Sandbox) -> None:
    """The request has its effect, and the next one meets what the other left."""
    _ask(sandbox, {"logical_databases": [{"name": "web", "protected": True}]}, when="after")
    client.result(MYSQL, "create-database", CREATE["params"])
    assert sandbox.requests()["requests"][-1]["effect"] is True
    assert _names(sandbox) == ["web"]


def test_a_writer_changes_only_what_it_names(client: ProviderClient, sandbox: Sandbox) -> None:
    """A request on one database can bring the change of another; all other keys stay."""
    before = client.database("GET", POSTGRESQL).document["database"]
    sandbox.fault(
        "outside-write",
        database=POSTGRESQL,
        change={"backups": {"enabled": False, "hours": [5]}},
        match={"path": f"/api/databases/{MYSQL}"},
    )
    client.database("GET", MYSQL)
    assert client.database("GET", POSTGRESQL).document["database"] == before | {
        "periodic_backups_enabled": False,
        "periodic_backups_scheduled_at": [5],
    }


@pytest.mark.parametrize(
    ("details", "path"),
    [
        ({"change": {"status": "updating"}}, "database"),
        ({"database": "ad-none", "change": {"status": "updating"}}, "database"),
        ({"database": MYSQL}, "change"),
        ({"database": MYSQL, "change": {}}, "change"),
        ({"database": MYSQL, "change": []}, "change"),
        ({"database": MYSQL, "change": {"status": "x"}}, "status"),
        ({"database": MYSQL, "change": {"id": "ad-2"}}, "id"),
        ({"database": MYSQL, "change": {"sql_mode": "NOPE"}}, "sql_mode"),
        ({"database": MYSQL, "change": {"status": "updating"}, "when": "never"}, "when"),
    ],
)
def test_an_unfit_outside_write_is_a_422(
    client: ProviderClient, sandbox: Sandbox, details: dict[str, Any], path: str
) -> None:
    """It is checked when it is asked for, and nothing changes."""
    before = sandbox.fleet()
    answer = client.door("POST", "faults", {"kind": "outside-write"} | details)
    assert answer.status == 422
    assert list(answer.document["errors"]) == [path]
    assert sandbox.fleet() == before


@pytest.mark.parametrize(("kind", "status"), [("status", 429), ("status", 503), ("html", 502)])
def test_an_answer_can_say_when_to_come_again(
    client: ProviderClient, sandbox: Sandbox, kind: str, status: int
) -> None:
    """`retry_after` is the header, in seconds; without it there is none."""
    sandbox.fault(kind, status=status, retry_after=2)
    sandbox.fault(kind, status=status)
    answers = [client.exchange() for _ in range(2)]
    assert [answer.status for answer in answers] == [status, status]
    assert [answer.headers.get("Retry-After") for answer in answers] == ["2", None]
