"""Answers that name another database, operation or version than the one that was asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from attrs import evolve, frozen
from unit.api.loopback import Addon, PlainClock, Provider, reply, serving, unheard

from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import Connection, connect_writing
from reconcile.errors import DOUBT, AnswerError, OutcomeUnknownError
from reconcile.model.request import (
    BACK_UP,
    BACKUPS,
    RESOURCE,
    Call,
    operation,
    type_version,
    update,
)
from reconcile.model.target import Target

OURS = {"id": "5c59", "resource_id": "shop-web-1"}
PATCH = update({"periodic_backups_enabled": True})


@pytest.fixture
def shop() -> Iterator[Provider]:
    """A provider whose resource names its resource id, as the real one does."""
    with serving(("shop-web", Addon(resource={"resource_id": "shop-web-1"}))) as one:
        yield one


@frozen(kw_only=True)
class Asked:
    """A connection, and the database that is asked about."""

    connection: Connection
    target: Target

    def read(self, call: Call) -> Any:
        """The value of an answer."""
        return self.connection.reads.client.call(self.target, call)


@pytest.fixture
def asked(shop: Provider) -> Iterator[Asked]:
    """The database of the addon, found as every command finds it."""
    surroundings = Surroundings(
        environment=shop.environment, region=None, notify=unheard, clock=PlainClock()
    )
    with connect_writing(surroundings) as connection:
        target = connection.reads.targets.find(app="shop-web", addon="ad-1", engine=None)
        yield Asked(connection=connection, target=target)


@pytest.mark.parametrize(
    ("call", "answered", "other"),
    [
        (RESOURCE, {"database": {**OURS, "resource_id": "blog-2"}}, "the database 'blog-2'"),
        (RESOURCE, {"database": {"id": "7d01"}}, "the database '7d01'"),
        (RESOURCE, {"database": {"id": "ad-2"}}, "the database 'ad-2'"),
        (BACKUPS, {"database_backups": [{"database_id": "7d01"}]}, "the database '7d01'"),
        (operation("o1"), {"operation": {"id": "o2"}}, "the operation 'o2'"),
        (type_version("v1"), {"database_type_version": {"id": "v2"}}, "the version 'v2'"),
    ],
)
def test_an_answer_about_something_else_is_refused(
    shop: Provider, asked: Asked, call: Call, answered: object, other: str
) -> None:
    """What it says of status, backups or versions is never taken for ours."""
    asked.read(RESOURCE)
    shop.odd["database"].append(reply(200, answered))
    with pytest.raises(AnswerError, match=f"the answer is about {other}$"):
        asked.read(call)


@pytest.mark.parametrize(
    ("call", "answered"),
    [
        (PATCH, {"database": {**OURS, "resource_id": "blog-2"}}),
        (PATCH, {"database": {**OURS, "id": "7d01"}}),
        (BACK_UP, {"database_backup": {"id": "b1", "database_id": "ad-2"}}),
    ],
)
def test_a_change_answered_for_another_database_stays_unknown(
    shop: Provider, asked: Asked, call: Call, answered: object
) -> None:
    """The answer may be another request's: it does not say whether ours was done."""
    asked.read(RESOURCE)
    shop.odd["database"].append(reply(200, answered))
    with pytest.raises(OutcomeUnknownError, match=DOUBT):
        asked.connection.writes.call(asked.target, call)


@pytest.mark.parametrize(
    "resource", [OURS, {}, {"id": None, "resource_id": None}, {"id": 5, "resource_id": 7}]
)
def test_an_answer_that_names_us_or_nothing_is_ours(
    shop: Provider, asked: Asked, resource: dict[str, object]
) -> None:
    """The path says which database it is about."""
    shop.odd["database"].append(reply(200, {"database": resource}))
    assert asked.read(RESOURCE) == resource


@pytest.mark.parametrize("owner", ["ad-1", "shop-web-1", "5c59", None, 5])
def test_a_backup_is_ours_by_any_of_our_names(shop: Provider, asked: Asked, owner: object) -> None:
    """The id in the path is the addon's, that in the resource may be another one."""
    asked.read(RESOURCE)
    rows = [{"id": "b1", "database_id": owner}]
    shop.odd["database"].append(reply(200, {"database_backups": rows}))
    assert asked.read(BACKUPS) == rows


def test_a_database_named_by_its_own_id_is_checked_by_it(shop: Provider, asked: Asked) -> None:
    """A person may have taken the id from the resource."""
    named = evolve(asked, target=evolve(asked.target, resource_id="5c59"))
    assert named.read(RESOURCE)["id"] == "5c59"
    shop.odd["database"].append(reply(200, {"database": {"id": "7d01", "resource_id": "blog-2"}}))
    with pytest.raises(AnswerError, match="the answer is about the database 'blog-2'"):
        named.read(RESOURCE)
