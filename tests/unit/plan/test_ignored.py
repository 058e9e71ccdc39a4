"""What is ignored is on neither side: no item, nothing unmanaged, nothing to report."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from attrs import evolve
from builders import HERE, desired, observed, removal

from reconcile.kinds.kind import Others
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.model.address import Address
from reconcile.model.plan import DatabasePlan, Status
from reconcile.model.policy import Ignored
from reconcile.model.target import Pins
from reconcile.plan.build import plan_database

LIVE: Mapping[str, Any] = {"logical_databases": {"legacy": {}, "scratch": {}, "tmp": {}}}


def plan(others: Others, *ignored: str) -> DatabasePlan:
    """The plan of a database whose `legacy` goes, with others beside it."""
    spec = LogicalDatabases(
        present=(LogicalDatabase(name="shop"),), absent=(removal("legacy"),), others=others
    )
    wanted = desired({"logical_databases": spec})
    entries = tuple(
        Ignored(
            address=Address.parse(f"shop/{path}"),
            reason="x",
            until=date(2027, 1, 31),
            location=HERE,
        )
        for path in ignored
    )
    return plan_database(evolve(wanted, ignored=entries), observed(LIVE))


def addresses(found: DatabasePlan) -> list[str]:
    """Where the items of a plan are."""
    return [str(entry.address) for entry in found.items]


def test_a_live_name_is_not_unmanaged() -> None:
    """It is said to be ignored instead."""
    found = plan(Others.KEEP, "logical_databases/scratch")
    assert [address.name for address in found.unmanaged] == ["tmp"]
    assert [str(one.address) for one in found.ignored] == ["shop/logical_databases/scratch"]


def test_a_live_name_is_not_reported() -> None:
    """Where unnamed ones count as drift, it does not."""
    found = plan(Others.REPORT, "logical_databases/scratch", "logical_databases/tmp")
    assert addresses(found) == ["shop/logical_databases/shop", "shop/logical_databases/legacy"]


def test_of_another_kind_the_same_name_counts() -> None:
    """An address has a kind."""
    found = plan(Others.REPORT, "features/scratch")
    assert "shop/logical_databases/scratch" in addresses(found)


def test_what_was_to_go_stays() -> None:
    """An approval is not acted on while its name is ignored on the live side."""
    found = plan(Others.KEEP, "logical_databases/legacy")
    assert addresses(found) == ["shop/logical_databases/shop"]


def test_the_pins_of_a_spec_are_in_its_plan() -> None:
    """Whatever was read: a guard compares them."""
    pins = Pins(resource_id="shop-web-1", region="osc-fr1")
    found = plan_database(evolve(desired({}), pins=pins), observed())
    assert (found.pins, found.status) == (pins, Status.IN_SYNC)
