"""What the changes of an earlier run ask for."""

from __future__ import annotations

import pytest
from attrs import evolve
from builders import desired, observed, removal

from reconcile.kinds.backups import Backups
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.model.address import Address
from reconcile.model.change import Create
from reconcile.model.state import ITSELF
from reconcile.plan.build import plan_database
from reconcile.plan.intent import NotOursError, intended

WANTED = LogicalDatabases(absent=(removal("old"),))
PLAN = plan_database(
    desired({"logical_databases": WANTED}), observed({"logical_databases": {"old": {}}})
)


def test_what_the_changes_tell_is_asked_for() -> None:
    """Without the inputs of their plan."""
    alone = evolve(PLAN, desired={}, observed={}, facts=None)
    asked = intended(alone)
    assert asked.kinds == {"logical_databases": WANTED}
    assert asked.origins == {PLAN.items[0].address: PLAN.items[0].origin}


def test_what_is_planned_now_may_be_of_other_kinds() -> None:
    """The spec no longer names the kind of the change, or a busy database was not read."""
    off = {"backups": {ITSELF: {"enabled": False, "hours": ()}}}
    other = plan_database(desired({"backups": Backups(enabled=True)}), observed(off))
    assert other.facts is not None
    assert intended(evolve(other, items=PLAN.items)).kinds == {"logical_databases": WANTED}


FEATURES = {
    "on": (Features(switched={Feature.FORCE_SSL: True, Feature.PUBLICLY_AVAILABLE: True}), False),
    "off": (Features(switched={Feature.FORCE_SSL: False, Feature.PUBLICLY_AVAILABLE: False}), True),
}


@pytest.mark.parametrize(("wanted", "live"), FEATURES.values(), ids=FEATURES)
def test_what_a_feature_needs_is_asked_for_with_it(wanted: Features, *, live: bool) -> None:
    """Only the second of the two changes is left to look at."""
    state = {one.value: {"enabled": live} for one in wanted.switched}
    plan = plan_database(desired({"features": wanted}), observed({"features": state}))
    _first, second = plan.actions
    left = evolve(plan, desired={}, observed={}, facts=None, items=(second,))
    assert intended(left).kinds == {"features": wanted}


def test_a_deletion_without_an_approval_is_not_ours() -> None:
    """No plan holds one."""
    (item,) = PLAN.actions
    with pytest.raises(NotOursError, match="nobody approved that 'old' goes"):
        intended(evolve(PLAN, items=(evolve(item, approval=None),), facts=None))


def test_what_makes_no_sense_is_not_ours() -> None:
    """A journal of another version may know other changes."""
    address = Address(database="shop", kind="features", name="force-ssl")
    (item,) = PLAN.actions
    strange = evolve(item, address=address, change=Create(address=address, after={}))
    with pytest.raises(
        NotOursError,
        match=r"'shop' has changes that make no sense: .*shop/features/force-ssl is neither made nor deleted",
    ):
        intended(evolve(PLAN, items=(strange,), facts=None))
