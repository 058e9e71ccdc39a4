"""Kept and ready tokens against an independent server that speaks the provider's API."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from unit.api.loopback import unheard

from reconcile.api.reads import connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.errors import AccessError
from reconcile.model.engine import Engine
from reconcile.model.request import RESOURCE
from scalingo_sandbox import Sandbox, running

ADDONS = [{"id": "ad-1", "engine": "mysql", "resource_id": "shop-web-1"}]
FLEET = {"version": 1, "region": "osc-fr1", "apps": [{"name": "shop-web", "addons": ADDONS}]}
TOKEN = "tk-us-canary-of-the-cache"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A server of its own: what a test revokes is its own affair."""
    with running(FLEET, token=TOKEN) as one:
        yield one


@pytest.fixture
def surroundings(sandbox: Sandbox, tmp_path: Path) -> Surroundings:
    """Only the auth host is given: the regions tell the others."""
    return Surroundings(
        environment={"SCALINGO_AUTH_URL": sandbox.url, "SCALINGO_API_TOKEN": sandbox.token},
        region=None,
        notify=unheard,
        tokens=tmp_path / "tokens",
    )


def run(surroundings: Surroundings) -> dict[str, int]:
    """A run that reads a database; what that cost."""
    with connect_reading(surroundings) as reads:
        target = reads.targets.find(app="shop-web", addon="ad-1", engine=Engine.MYSQL)
        reads.client.call(target, RESOURCE)
        return dict(reads.spent().requests)


def addon_token(directory: Path) -> str:
    """The one that a run has kept."""
    documents = [json.loads(path.read_text("utf-8")) for path in directory.iterdir()]
    (token,) = [one["holds"]["token"] for one in documents if one["about"]["kind"] == "addon"]
    assert isinstance(token, str)
    return token


def test_a_second_run_asks_the_database_host_only(surroundings: Surroundings) -> None:
    """As the client counts, and as the server does."""
    assert run(surroundings) == {"auth": 2, "api": 1, "database": 1}
    assert run(surroundings) == {"auth": 0, "api": 0, "database": 1}


def test_a_sandbox_that_began_anew_gives_new_tokens(
    surroundings: Surroundings, sandbox: Sandbox
) -> None:
    """Its old ones are refused, its hosts are others: nothing kept is of use, or in the way."""
    run(surroundings)
    with running(FLEET, token=TOKEN) as other:
        environment = {
            **dict.fromkeys(("SCALINGO_API_URL", "SCALINGO_DB_URL"), other.url),
            "SCALINGO_AUTH_URL": sandbox.url,
            "SCALINGO_API_TOKEN": TOKEN,
        }
        with pytest.raises(AccessError):  # the account of the one is nobody to the other
            run(evolve(surroundings, environment=environment))
        environment["SCALINGO_AUTH_URL"] = other.url
        assert run(evolve(surroundings, environment=environment))["database"] == 1
    assert run(surroundings) == {"auth": 0, "api": 0, "database": 1}


def test_a_ready_token_reads_its_database_and_no_other(
    surroundings: Surroundings, sandbox: Sandbox
) -> None:
    """One that was made by an account serves alone."""
    run(surroundings)
    assert surroundings.tokens is not None
    environment = {
        "DB_API_URL": sandbox.url,
        "DB_BEARER_TOKEN": addon_token(surroundings.tokens),
    }
    alone = evolve(surroundings, environment=environment, databases=1)
    assert run(alone) == {"auth": 0, "api": 0, "database": 1}
    with connect_reading(alone) as reads:
        target = reads.targets.find(app="shop-web", addon="ad-2", engine=None)
        with pytest.raises(AccessError):
            reads.client.call(target, RESOURCE)
