"""What a kind says that overrides nothing more than it has to."""

from __future__ import annotations

import pytest
from builders import facts

from reconcile.kinds import extensions, logical_databases
from reconcile.kinds.maintenance_window import KIND, MaintenanceWindow
from reconcile.model.address import Address
from reconcile.model.change import Update
from reconcile.model.postgresql import ApiView

CHANGE = Update(
    address=Address(database="shop", kind=KIND.name),
    before={"hour": 3},
    after={"hour": 4},
    fields=(),
)


def test_its_changes_wait_for_nothing_and_take_nothing_away() -> None:
    """No order, no SQL, no further read, and nothing that a guard asks about."""
    spec = MaintenanceWindow(hour=4)
    assert KIND.needs(CHANGE, facts()) == frozenset()
    assert [*KIND.requires(CHANGE, [CHANGE])] == []
    assert [*KIND.places(spec)] == []
    assert not KIND.by_sql(spec, {}, facts())
    assert (KIND.ends(CHANGE), KIND.default_after(CHANGE), KIND.step(CHANGE)) == (None, None, None)
    assert KIND.look_up(spec, {"": {"hour": 3}}, lambda call: pytest.fail(str(call))) == {
        "": {"hour": 3}
    }
    view = ApiView(addon="ad-1", version="16.4", extensions={})
    assert KIND.seen_by_api(view, {}) is view


def test_a_connection_is_compared_with_what_two_kinds_read() -> None:
    """The versions of extensions, and the logical databases with those that are protected."""
    view = ApiView(addon="ad-1", version="16.4", extensions={})
    seen = extensions.KIND.seen_by_api(view, {"hstore": {"version": "1.8"}})
    live = {"shop": {"protected": True}, "audit": {}}
    assert logical_databases.KIND.seen_by_api(seen, live) == ApiView(
        addon="ad-1",
        version="16.4",
        extensions={"hstore": "1.8"},
        databases=frozenset({"shop", "audit"}),
        home=frozenset({"shop"}),
    )


def test_a_change_that_waits_all_the_same_is_a_mistake_of_the_program() -> None:
    """It is said which one."""
    with pytest.raises(AssertionError) as caught:
        KIND.alone(CHANGE, frozenset({"c", "b"}))
    said = "shop/maintenance_window waits for ['b', 'c'], and its kind for nothing"
    assert str(caught.value) == said
