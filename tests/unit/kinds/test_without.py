"""What each kind wants when a part of it is ignored: all else, and nothing of that."""

from __future__ import annotations

import pytest
from builders import facts
from hypothesis import given
from hypothesis import strategies as st
from strategies import LIVE, WANTED

from reconcile.kinds import KIND_BY_NAME, KINDS
from reconcile.kinds.backups import Backups
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.kind import Wanted
from reconcile.kinds.maintenance_window import MaintenanceWindow, Weekday
from reconcile.kinds.query_stats import QueryStats
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.state import ITSELF


def parts_of(wanted: Wanted) -> set[str]:
    """The names that a kind wants or wants gone; of one that is one thing the fields."""
    if ITSELF in wanted.present:
        return set(wanted.present[ITSELF])
    return {*wanted.present, *wanted.absent}


@pytest.mark.parametrize("name", sorted(KIND_BY_NAME))
@given(data=st.data())
def test_what_is_ignored_is_not_wanted(name: str, data: st.DataObject) -> None:
    """Whatever else a spec says of the kind is wanted as before."""
    kind = KIND_BY_NAME[name]
    engine = next(iter(kind.offers))
    spec = data.draw(WANTED[name].filter(lambda one: not list(kind.check(one, engine))))
    live = data.draw(LIVE[name])
    wanted = parts_of(kind.normalize(spec, live, facts(engine)).wanted)
    ignored = data.draw(st.sets(st.sampled_from(sorted(wanted)))) if wanted else set()
    left = kind.without(spec, ignored)
    found = parts_of(kind.normalize(left, live, facts(engine)).wanted) if left else set()
    assert not found & ignored
    assert wanted - ignored <= found


@pytest.mark.parametrize(
    ("spec", "ignored", "left"),
    [
        (Backups(enabled=True, hours=(3,)), {"hours"}, Backups(enabled=True)),
        (Backups(enabled=True, hours=(3,)), {"hours", "enabled"}, None),
        (Backups(hours=(3,)), {"hours"}, None),
        (SqlMode(modes=("ANSI",)), {"modes"}, None),
        (SqlMode(modes=("ANSI",)), set(), SqlMode(modes=("ANSI",))),
        (QueryStats(enabled=False), {"enabled"}, None),
        (EngineVersion(version="16.4", allow_major=16), {"version"}, None),
        (
            MaintenanceWindow(weekday=Weekday.SUNDAY, hour=3),
            {"weekday"},
            MaintenanceWindow(hour=3),
        ),
        (Features(switched={Feature.FORCE_SSL: True}), {"force-ssl"}, None),
    ],
)
def test_a_kind_of_which_nothing_is_left_is_not_wanted(
    spec: object, ignored: set[str], left: object
) -> None:
    """None: the spec does not name it any more."""
    (kind,) = (one for one in KINDS if isinstance(spec, one.spec_type))
    assert kind.without(spec, ignored) == left


def test_the_parts_of_a_kind_that_is_one_thing_are_the_fields_that_it_compares() -> None:
    """A path that leads to any other would say nothing."""
    compared = {"backups", "engine_version", "maintenance_window", "query_stats", "sql_mode"}
    assert {one.name for one in KINDS if one.parts} == compared | {"features"}
