"""PostgreSQL's sessions by the rules in memory: which logical database each keeps in use."""

from __future__ import annotations

from typing import Any

import pytest
from api.provider_client import FLEET, POSTGRESQL, ProviderClient

from scalingo_sandbox import Sandbox, SandboxRefusal

PLPGSQL = {"name": "plpgsql", "version": "1.0"}


@pytest.fixture
def listed(sandbox: Sandbox) -> Sandbox:
    """Give the sandbox with logical databases, extensions, and a session in two of three."""
    sandbox.change(
        POSTGRESQL,
        logical_databases=[
            {"name": "spare"},
            {"name": "main", "protected": True, "tables": 2},
            {"name": "used"},
        ],
        extensions=[PLPGSQL, {"name": "hstore", "version": "1.8"}],
        queries=[
            {"pid": 1, "query": "SELECT 1"},
            {"pid": 2, "query": "SELECT 2", "database": "used"},
        ],
    )
    return sandbox


def extensions(sandbox: Sandbox) -> list[str]:
    """Name the extensions that are enabled."""
    addons = [one for app in sandbox.fleet()["apps"] for one in app.get("addons", ())]
    found = next(one for one in addons if one["id"] == POSTGRESQL)
    return [one["name"] for one in found["extensions"]]


def test_the_next_default_database_has_extensions_of_its_own(
    client: ProviderClient, listed: Sandbox
) -> None:
    """Without a protected one the first is the default; once it is gone, the next."""
    listed.change(POSTGRESQL, logical_databases=[{"name": "a"}, {"name": "b"}], queries=[])
    client.result(POSTGRESQL, "delete-database", {"database_name": "b"})
    assert extensions(listed) == ["plpgsql", "hstore"]
    client.result(POSTGRESQL, "delete-database", {"database_name": "a"})
    assert extensions(listed) == ["plpgsql"]


def test_a_session_is_in_a_database_that_is_there(listed: Sandbox) -> None:
    """Where the fleet file lists logical databases, a query names one of them."""
    query: dict[str, Any] = {"pid": 1, "query": "SELECT 1", "database": "none"}
    with pytest.raises(SandboxRefusal) as refused:
        listed.change(POSTGRESQL, queries=[query])
    assert refused.value.document["errors"] == {
        "queries[0].database": ["there is no logical database 'none'"]
    }


def test_in_memory_nobody_can_log_in(sandbox: Sandbox) -> None:
    """The door says of every database that it has no server."""
    found = sandbox.connections()
    assert len(found) == len([one for app in FLEET["apps"] for one in app["addons"]])
    assert {(one["server"], one["dsn"]) for one in found} == {("in memory", None)}
    assert sandbox.dsn(POSTGRESQL) is None
