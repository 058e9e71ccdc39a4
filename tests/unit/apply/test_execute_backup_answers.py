"""The maker of backups before a provider that answers oddly: what it takes for a backup."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import desired, observed, removal
from unit.api.loopback import Addon, PlainClock, Provider, Reply, reply, serving, unheard

from reconcile.api.operations import Following
from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import connect_writing
from reconcile.apply.backup_first import Secured, listed
from reconcile.apply.execute import LiveMaker
from reconcile.apply.journal import Journal
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.model.run import Outcome, Result
from reconcile.plan.build import build_plan

IDENT = "609145e66ffbd934f6745bb4"
Make = Callable[..., Secured | Outcome]


def row(ident: str, status: str = "done", method: str = "manual") -> dict[str, str]:
    """A backup as the provider lists it."""
    return {
        "id": ident,
        "created_at": "2026-11-23T03:00:00Z",
        "status": status,
        "method": method,
    }


def shown(*rows: dict[str, str]) -> Reply:
    """The list of backups."""
    return reply(200, {"database_backups": list(rows)})


def begun(answer: object) -> Reply:
    """What is answered to the request."""
    return reply(201, {"database_backup": answer})


def resource(operation: str | None) -> Reply:
    """A database with something under way, or nothing."""
    return reply(200, {"database": {"current_operation_id": operation}})


def operation(status: str) -> Reply:
    """How far an operation has come."""
    return reply(200, {"operation": {"id": IDENT, "status": status, "type": "backup"}})


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A provider with one application and its MySQL addon."""
    with serving(("shop-web", Addon())) as one:
        yield one


@pytest.fixture
def make(provider: Provider, tmp_path: Path) -> Iterator[Make]:
    """Makes a backup of a database that has `old` ones, before a provider that answers so."""
    dropping = desired({"logical_databases": LogicalDatabases(absent=(removal("old"),))})
    live = observed({"logical_databases": {"old": {}}})
    (action,) = build_plan([dropping], {"shop": live}).actions
    surroundings = Surroundings(
        environment=provider.environment, region=None, notify=unheard, clock=PlainClock()
    )
    with connect_writing(surroundings) as connection:
        client = connection.reads.client
        target = connection.reads.targets.find(app="shop-web", addon="ad-1", engine=None)

        def made(*answers: Reply, old: Reply) -> Secured | Outcome:
            provider.odd["database"].extend([old, *answers])
            kept = listed(client.call, target)
            following = Following(client=client, clock=PlainClock())
            with Journal(tmp_path, "run", lambda: datetime.now(UTC)) as journal:
                return LiveMaker(connection.writes, journal, following).make(target, action, kept)

        yield made


@pytest.mark.parametrize(
    "answer",
    [row("b1"), {}, [], None, {**row("b2"), "id": 7}, {**row("b2"), "created_at": "soon"}],
    ids=str,
)
def test_an_answer_that_names_no_new_backup_is_a_lost_one(make: Make, answer: object) -> None:
    """An old one is not taken for new: the list has to tell which it was."""
    old, new, periodic = row("b1"), row("b2"), row("b3", method="periodic")
    found = make(begun(answer), shown(periodic, new, old), resource(None), old=shown(old))
    assert isinstance(found, Secured)
    assert found.backup is not None
    assert found.backup.id == "b2"


def test_an_older_one_is_never_enough(make: Make) -> None:
    """Five looks, and nothing new: what became of the request is not known."""
    old = shown(row("b1"))
    found = make(begun(row("b1")), *[old] * 5, old=old)
    assert isinstance(found, Outcome)
    assert (found.result, found.effect) == (Result.FAILED, True)
    assert found.message == (
        "a backup was asked for, and what became of it is not known: a new manual one is not among"
        " the backups (answered 'b1', an older one)"
    )


def test_a_backup_that_is_not_listed_at_once_is_waited_for(provider: Provider, make: Make) -> None:
    """A list may lag behind the answer."""
    new = row("b2", "scheduled")
    looks = [shown(), shown(new), shown(row("b2"))]
    found = make(begun(new), *looks, resource(None), old=shown())
    assert isinstance(found, Secured)
    assert [one.method for one in provider.sent("database")] == ["GET", "POST", *["GET"] * 4]


def test_an_unknown_end_is_no_backup(provider: Provider, make: Make) -> None:
    """Nobody waits for more, and nobody takes it for one that can be restored from."""
    new = {**row("b2", "archived"), "finished_at": "2026-11-23T03:05:00Z"}
    found = make(begun(row("b2", "running")), shown(new), old=shown())
    assert isinstance(found, Outcome)
    assert (found.result, found.effect) == (Result.FAILED, True)
    assert found.message == "backup 'b2' ended with the unknown status 'archived'"
    assert not provider.odd["database"]


@pytest.mark.parametrize(
    "rest",
    [
        [operation("done")],
        [operation("running"), operation("running"), operation("done")],
        [operation("running"), operation("error")],
        [operation("running"), reply(404)],
        [reply(404)],
    ],
    ids=["over", "goes on", "fails", "vanishes", "is not there"],
)
def test_what_is_under_way_then_is_waited_for(
    provider: Provider, make: Make, rest: list[Reply]
) -> None:
    """The backup is made, however that ends: the look before the action says what is wrong."""
    found = make(begun(row("b2")), shown(row("b2")), resource(IDENT), *rest, old=shown())
    assert isinstance(found, Secured)
    assert not provider.odd["database"]
