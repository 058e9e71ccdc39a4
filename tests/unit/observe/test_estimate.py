"""What reading will cost, told before the first request."""

from __future__ import annotations

import pytest
from attrs import evolve
from builders import CONNECTION, desired

from reconcile.kinds import KINDS
from reconcile.model.cost import Budget, InHand, estimated
from reconcile.model.engine import Engine
from reconcile.model.postgresql import SqlConnection
from reconcile.model.state import Desired
from reconcile.observe.estimate import estimate, looks_of, reads_of

UNPACED = Budget(api=None)
MYSQL_KINDS = ("backups", "sql_mode", "logical_databases")


def wanted(handle: str, *kinds: str, app: str | None = None, addon: str | None = "ad-1") -> Desired:
    """A spec of some kinds; only their names count here."""
    one = desired(dict.fromkeys(kinds or MYSQL_KINDS), handle=handle)
    return evolve(one, app=app or one.app, addon=addon)


SHOP = wanted("shop", addon="ad-shop")
BILLING = wanted("billing", addon="ad-billing")
UNNAMED = wanted("shop", addon=None)
BY_RESOURCE = wanted("shop", addon="shop-web-3412")
KEPT = ("shop-web", "ad-shop")


@pytest.mark.parametrize(
    ("fleet", "in_hand", "requests"),
    [
        ([], InHand(account=True, hosts=True), (0, 0, 0)),
        ([SHOP], InHand(), (2, 1, 3)),
        ([SHOP], InHand(hosts=True), (1, 1, 3)),
        ([SHOP], InHand(account=True), (1, 1, 3)),
        ([SHOP], InHand(account=True, hosts=True), (0, 1, 3)),
        ([SHOP], InHand(account=True, hosts=True, addons=frozenset({KEPT})), (0, 0, 3)),
        ([SHOP], InHand(hosts=True, addons=frozenset({KEPT})), (0, 0, 3)),
        ([SHOP, BILLING], InHand(), (2, 2, 6)),
        ([SHOP, BILLING], InHand(hosts=True, addons=frozenset({KEPT})), (1, 1, 6)),
        ([UNNAMED], InHand(), (2, 2, 3)),
        ([BY_RESOURCE], InHand(), (2, 2, 3)),
        ([UNNAMED, wanted("cache", app="shop-web", addon=None)], InHand(), (2, 3, 6)),
        ([UNNAMED, wanted("cache", app="shop-web")], InHand(), (2, 3, 6)),
        ([UNNAMED, wanted("other", addon=None)], InHand(), (2, 4, 6)),
        ([UNNAMED], InHand(account=True, hosts=True, addons=frozenset({KEPT})), (0, 2, 3)),
    ],
)
def test_what_need_not_be_asked_for_is_not_counted(
    fleet: list[Desired], in_hand: InHand, requests: tuple[int, int, int]
) -> None:
    """A token each for the account and the addons, the regions, a listing per application."""
    found = estimate(fleet, in_hand=in_hand, budget=UNPACED).requests
    assert found == dict(zip(("auth", "api", "database"), requests, strict=True))


@pytest.mark.parametrize(
    ("kinds", "requests"),
    [
        ((), 1),
        (("backups", "engine_version", "maintenance_window", "features"), 1),
        (("sql_mode",), 2),
        (("logical_databases",), 2),
        (("extensions", "query_stats"), 2),
        (("retention_policies",), 2),
        (MYSQL_KINDS, 3),
        (tuple(kind.name for kind in KINDS), 5),
    ],
)
def test_a_database_costs_its_resource_and_each_distinct_read(
    kinds: tuple[str, ...], requests: int
) -> None:
    """Kinds that read the resource, or share an action, cost nothing more."""
    assert reads_of(desired(dict.fromkeys(kinds), engine=Engine.MYSQL)) == requests


@pytest.mark.parametrize(
    ("kinds", "connection", "looks"),
    [
        (("backups",), CONNECTION, 1),
        (("extensions",), None, 2),
        (("extensions",), CONNECTION, 4),
        (("extensions", "query_stats"), CONNECTION, 4),
        (("extensions", "logical_databases"), CONNECTION, 4),
        (("query_stats", "logical_databases"), CONNECTION, 4),
        (("query_stats",), CONNECTION, 4),
        (("query_stats",), None, 2),
        ((), CONNECTION, 1),
    ],
)
def test_a_look_at_what_differs_proves_where_a_connection_leads(
    kinds: tuple[str, ...], connection: SqlConnection | None, looks: int
) -> None:
    """That takes the users, and the logical databases where they are not read anyway."""
    one = desired(dict.fromkeys(kinds), engine=Engine.POSTGRESQL, connection=connection)
    assert looks_of(one) == looks
    assert reads_of(one) == reads_of(evolve(one, connection=None))


@pytest.mark.parametrize(
    ("requests", "budget", "seconds"),
    [
        ({}, Budget(), 0),
        ({"auth": 0, "api": 0, "database": 0}, Budget(), 0),
        ({"api": 60}, Budget(), 60 * 0.025),
        ({"api": 61}, Budget(), 61 + 61 * 0.025),
        ({"api": 120}, Budget(), 61 + 120 * 0.025),
        ({"api": 121}, Budget(), 122 + 121 * 0.025),
        ({"api": 121}, Budget(api=None), 121 * 0.025),
        ({"auth": 500}, Budget(), 500 * 0.025),
        ({"database": 500}, Budget(), 500 * 0.025),
        ({"database": 500}, Budget(database=100), 4 * 61 + 500 * 0.025),
        ({"api": 61, "database": 500}, Budget(database=100), 4 * 61 + 561 * 0.025),
        ({"api": 601, "database": 500}, Budget(database=100), 10 * 61 + 1101 * 0.025),
        ({"database": 10}, Budget(concurrency=1), 10 * 0.2),
        ({"database": 10}, Budget(concurrency=64), 10 * 0.2 / 64),
    ],
)
def test_time_is_what_the_budget_holds_back_and_a_little_for_each(
    requests: dict[str, int], budget: Budget, seconds: float
) -> None:
    """The first minute's budget goes at once; hosts wait beside each other."""
    foreseen = estimated(requests, budget)
    assert foreseen.requests == requests
    assert foreseen.seconds == pytest.approx(seconds)
    assert foreseen.total == sum(requests.values())


@pytest.mark.parametrize(
    ("ago", "requests", "seconds"),
    [
        ([], 9, 0),
        ([0], 9, 0),
        ([0, 0], 9, 61),
        ([21, 20], 9, 40),
        ([21, 20], 10, 41),
        ([60] * 10, 1, 1),
        ([60] * 10, 10, 1),
        ([60] * 10, 11, 62),
        ([60] * 4 + [10] * 6, 5, 51),
        ([60] * 15, 6, 1),
    ],
)
def test_what_was_spent_within_the_minute_is_gone(
    ago: list[float], requests: int, seconds: float
) -> None:
    """Of a budget of ten a minute, and only on the host that it was spent on."""
    budget = Budget(api=10, database=10, concurrency=1)
    foreseen = estimated({"database": requests}, budget, recent={"database": ago, "api": [0] * 500})
    assert foreseen.seconds == pytest.approx(seconds + requests * 0.2)
    elsewhere = estimated({"database": requests}, budget, recent={"api": ago})
    assert elsewhere == estimated({"database": requests}, budget)
