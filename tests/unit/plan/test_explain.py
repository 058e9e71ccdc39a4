"""What there is to say of an address: both sides, why they differ, what an apply would send."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest
from attrs import evolve
from builders import HERE, desired, observed, only_calls, removal

from reconcile.kinds.backups import Backups
from reconcile.kinds.extensions import Extensions
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.address import Address
from reconcile.model.engine import Engine
from reconcile.model.explanation import AddressExplained
from reconcile.model.finding import Finding
from reconcile.model.item import ManualStep
from reconcile.model.plan import Plan, Proposal
from reconcile.model.policy import Ignored
from reconcile.model.state import ITSELF, NotOffered, Observation, Unknown
from reconcile.plan.build import plan_database
from reconcile.plan.codes import RULES
from reconcile.plan.explain import explain, narrowed

WANTED: Mapping[str, Any] = {
    "backups": Backups(enabled=True, hours=(3,)),
    "logical_databases": LogicalDatabases(
        present=(LogicalDatabase(name="shop"),), absent=(removal("legacy"), removal("main"))
    ),
}
LIVE: Mapping[str, Any] = {
    "backups": {ITSELF: {"enabled": True, "hours": (14,)}},
    "logical_databases": {"shop": {}, "legacy": {}, "scratch": {}, "main": {"protected": True}},
}
LEGACY = Address.parse("shop/logical_databases/legacy")


def explained(
    path: str, *findings: Finding, ignored: tuple[str, ...] = (), live: Observation | None = None
) -> AddressExplained:
    """Explain an address of a database that is planned as far as the address calls for."""
    address = Address.parse(f"shop{path}")
    entries = tuple(
        Ignored(
            address=Address.parse(f"shop/{one}"), reason="x", until=date(2027, 1, 31), location=HERE
        )
        for one in ignored
    )
    kinds = {name: value for name, value in WANTED.items() if name not in ignored}
    whole = {name: WANTED[name] for name in WANTED if any(one.startswith(name) for one in ignored)}
    wanted = narrowed(evolve(desired(kinds), ignored=entries, whole=whole), address)
    observation = live or observed({name: LIVE[name] for name in wanted.as_written().kinds})
    plan = Plan(databases=(plan_database(wanted, observation),))
    proposal = Proposal(plan=plan, findings=findings, id="3f2a")
    return explain(address, wanted, observation, proposal)


def refusal(address: Address | None) -> Finding:
    """A guard's finding that can be overridden for one plan."""
    return Finding(code="G105", message="no", address=address, override="--override G105=3f2a")


def places(found: AddressExplained) -> list[str]:
    """What was compared."""
    return [str(one.address) for one in found.compared]


def test_drops_by_hand_are_told_as_they_are_run() -> None:
    """Without a connection the first step drops all; what a guard refuses stays out of it."""
    spec = Extensions(absent=tuple(removal(name) for name in ("cube", "hstore", "ltree")))
    wanted = desired({"extensions": spec}, engine=Engine.POSTGRESQL)
    live = observed(
        {"extensions": {one.name: {"version": "1.0"} for one in spec.absent}},
        engine=Engine.POSTGRESQL,
    )
    plan = Plan(databases=(plan_database(wanted, live),))
    refused = refusal(Address.parse("shop/extensions/ltree"))
    proposal = Proposal(plan=plan, findings=(refused,), id="3f2a")
    found = explain(Address.parse("shop/extensions"), wanted, live, proposal)
    steps = [considered.entry for one in found.compared for considered in one.considered]
    statements = [one.statements for one in steps if isinstance(one, ManualStep)]
    assert statements == [("DROP EXTENSION cube, hstore;",), (), ("DROP EXTENSION ltree;",)]


def test_what_an_address_is_not_about_is_not_wanted() -> None:
    """Neither as it counts nor as it is written."""
    one = evolve(desired(WANTED), whole=WANTED)
    found = narrowed(one, Address(database="shop", kind="backups"))
    assert (set(found.kinds), set(found.whole)) == ({"backups"}, {"backups"})
    assert narrowed(one, Address(database="shop")) == one


def test_a_database_is_all_of_its_kinds() -> None:
    """Its plan is one that can be applied, so that its id is told."""
    found = explained("")
    assert (found.address, found.spec) == (Address(database="shop"), desired(WANTED).location)
    assert places(found) == [
        "shop/backups",
        "shop/logical_databases/legacy",
        "shop/logical_databases/main",
        "shop/logical_databases/scratch",
        "shop/logical_databases/shop",
    ]
    assert found.plan_id == "3f2a"
    assert found.unnamed == ("sql_mode", "engine_version", "maintenance_window", "features")


def test_a_kind_is_all_that_is_below_it() -> None:
    """And nothing of the other kinds, which are not read."""
    found = explained("/backups")
    assert (places(found), found.unnamed, found.plan_id) == (["shop/backups"], (), None)


def test_something_named_is_seen_from_both_sides() -> None:
    """With its place, its item, and the request that settles it."""
    (one,) = explained("/logical_databases/legacy").compared
    assert (one.wanted, one.live) == (None, {})
    assert one.approval is not None
    assert one.origin is not None
    (considered,) = one.considered
    assert [call.action_name for call in only_calls(considered.calls)] == ["delete-database"]


def test_what_is_equal_has_no_item() -> None:
    """Nothing is to be done there."""
    (one,) = explained("/logical_databases/shop").compared
    assert (one.wanted, one.live, one.considered) == ({}, {}, ())


def test_what_the_spec_does_not_name_has_no_place() -> None:
    """It is live, and not managed."""
    (one,) = explained("/logical_databases/scratch").compared
    assert (one.origin, one.wanted, one.live, one.considered) == (None, None, {}, ())


def test_what_is_blocked_comes_with_its_rule() -> None:
    """Why its code is there."""
    (one,) = explained("/logical_databases/main").compared
    (considered,) = one.considered
    assert considered.rule == RULES["P221"]
    assert considered.calls == ()
    assert one.live == {"protected": True}


def test_what_is_missing_live_is_seen_from_its_side() -> None:
    """And nothing stands on the other."""
    live = observed({"logical_databases": {}})
    found = explained("/logical_databases", live=live)
    assert [(str(one.address), one.wanted, one.live) for one in found.compared] == [
        ("shop/logical_databases/legacy", None, None),
        ("shop/logical_databases/main", None, None),
        ("shop/logical_databases/shop", {}, None),
    ]


def test_both_sides_are_in_the_spelling_of_the_live_version() -> None:
    """A composite mode stands for what the server makes of it."""
    address = Address.parse("shop/sql_mode")
    wanted = desired({"sql_mode": SqlMode(modes=("ANSI",))})
    live = observed({"sql_mode": {ITSELF: {"modes": ("ANSI_QUOTES",)}}})
    plan = Plan(databases=(plan_database(wanted, live),))
    (one,) = explain(address, wanted, live, Proposal(plan=plan, findings=())).compared
    assert (one.wanted, one.live) == ({"modes": ("ANSI",)}, {"modes": ("ANSI_QUOTES",)})


def test_a_field_is_that_part_of_its_kind() -> None:
    """The item about the kind is that of the field, too."""
    (one,) = explained("/backups/enabled").compared
    assert (one.wanted, one.live) == ({"enabled": True}, {"enabled": True})
    assert len(one.considered) == 1


@pytest.mark.parametrize(
    ("path", "ignored", "expected"),
    [
        (
            "/backups/hours",
            ("backups/hours", "backups/hours"),
            [("backups/hours", {"hours": (3,)}, {"hours": (14,)}, True)],
        ),
        (
            "/backups",
            ("backups/hours",),
            [
                ("backups", {"enabled": True}, {"enabled": True}, False),
                ("backups/hours", {"hours": (3,)}, {"hours": (14,)}, True),
            ],
        ),
        (
            "/backups/hours",
            ("backups",),
            [("backups/hours", {"hours": (3,)}, {"hours": (14,)}, True)],
        ),
        (
            "/backups",
            ("backups",),
            [
                (
                    "backups",
                    {"enabled": True, "hours": (3,)},
                    {"enabled": True, "hours": (14,)},
                    True,
                )
            ],
        ),
        (
            "/logical_databases/scratch",
            ("logical_databases/scratch",),
            [("logical_databases/scratch", None, {}, True)],
        ),
        (
            "/logical_databases/scratch",
            ("backups/hours", "logical_databases/scratch"),
            [("logical_databases/scratch", None, {}, True)],
        ),
        (
            "/logical_databases/shop",
            ("logical_databases/scratch",),
            [("logical_databases/shop", {}, {}, False)],
        ),
    ],
)
def test_what_is_ignored_is_seen_from_both_sides(
    path: str, ignored: tuple[str, ...], expected: list[object]
) -> None:
    """Once each, marked, and apart from what counts."""
    found = explained(path, ignored=ignored)
    told = [
        (str(one.address).removeprefix("shop/"), one.wanted, one.live, one.ignored is not None)
        for one in found.compared
    ]
    assert told == expected


def test_a_field_that_the_spec_does_not_say_has_no_place() -> None:
    """It is live, and is not managed."""
    address = Address.parse("shop/backups/hours")
    wanted = desired({"backups": Backups(enabled=True)})
    observation = observed({"backups": {ITSELF: {"enabled": True, "hours": (5,)}}})
    plan = Plan(databases=(plan_database(wanted, observation),))
    found = explain(address, wanted, observation, Proposal(plan=plan)).compared
    assert [(one.origin, one.wanted, one.live) for one in found] == [(None, None, {"hours": (5,)})]


def test_a_guard_stands_at_its_item() -> None:
    """What overrides it names a plan that can be applied: for a part of a database the reader's."""
    (one,) = explained("/logical_databases/legacy", refusal(LEGACY)).compared
    (found,) = one.considered[0].findings
    assert found.override == "--override G105=PLAN"
    assert one.considered[0].refusal == found


def test_a_guard_of_a_whole_database_keeps_its_flag() -> None:
    """The plan of a database alone can be applied with --only."""
    found = explained("", refusal(LEGACY))
    (one,) = (each for each in found.compared if each.address == LEGACY)
    assert one.considered[0].findings[0].override == "--override G105=3f2a"


@pytest.mark.parametrize("address", [None, Address(database="shop")])
def test_a_wide_guard_stands_above_all(address: Address | None) -> None:
    """And refuses the items below it."""
    found = explained("/backups", refusal(address))
    assert len(found.findings) == 1
    assert found.compared[0].considered[0].refusal == found.findings[0]


def test_a_guard_without_a_flag_is_as_it_was() -> None:
    """Nothing overrides it."""
    finding = Finding(code="G101", message="no", address=LEGACY)
    (one,) = explained("/logical_databases/legacy", finding).compared
    assert one.considered[0].findings == (finding,)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("", ["shop/backups/hours", "shop/logical_databases/tmp"]),
        ("/backups", ["shop/backups/hours"]),
        ("/backups/hours", ["shop/backups/hours"]),
        ("/backups/enabled", []),
        ("/logical_databases/tmp", ["shop/logical_databases/tmp"]),
    ],
)
def test_what_is_ignored_is_told_where_it_matters(path: str, told: list[str]) -> None:
    """At the address, below and above it."""
    found = explained(path, ignored=("backups/hours", "logical_databases/tmp"))
    assert [str(one.address) for one in found.ignored] == told


def test_a_kind_that_is_ignored_is_not_unnamed() -> None:
    """The spec names it, and somebody said that it does not count."""
    found = explained("/sql_mode", ignored=("sql_mode",))
    assert (found.compared, found.unnamed, len(found.ignored)) == ((), (), 1)


def test_a_kind_that_is_not_offered_is_an_item() -> None:
    """There is nothing to compare."""
    live = observed({"logical_databases": NotOffered(message="not here")})
    found = explained("/logical_databases", live=live)
    assert (found.compared, len(found.considered)) == ((), 1)
    assert found.considered[0].rule == RULES["P102"]


def test_of_a_database_that_was_not_read_nothing_is_compared() -> None:
    """Why it was not read is said."""
    found = explained("/backups", live=Unknown(reason="timed out"))
    assert (found.compared, found.database.error) == ((), "timed out")
