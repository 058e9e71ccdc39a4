"""The order of changes that need one another, and what becomes of those that wait for ever."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pytest
from attrs import evolve
from builders import CONNECTION, desired, facts, observed, package, reached, removal

from reconcile.kinds import extensions, logical_databases, query_stats, retention_policies
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.kind import Kind, Others, Phase
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.query_stats import QueryStats
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.change import ActionKey, Change, key_of, verb_of
from reconcile.model.engine import Engine
from reconcile.model.item import Action, Blocked, Item, ManualStep, Reason
from reconcile.model.postgresql import Package, Reach
from reconcile.model.state import ITSELF, Elements
from reconcile.plan.build import plan_database
from reconcile.plan.diff import diff_database
from reconcile.plan.items import Decided, KindInDatabase, decide_kind
from reconcile.plan.order import in_order

VERSION = {"version": "1.0"}


def short(entries: Iterable[Item]) -> list[str]:
    """What items come to: verb and name, or code and name."""
    told = []
    for entry in entries:
        assert isinstance(entry, Action | Blocked)
        word = verb_of(entry.change).value if isinstance(entry, Action) else entry.code
        told.append(f"{word} {entry.address.name}")
    return told


def planned(
    present: Iterable[str],
    absent: Iterable[str],
    reach: Reach,
    live: Iterable[str] = (),
    **more: Any,
) -> list[str]:
    """The plan of extensions over a connection, in short."""
    spec = Extensions(
        present=tuple(Extension(name=name) for name in present),
        absent=tuple(removal(name) for name in absent),
        **more,
    )
    one = desired({"extensions": spec}, engine=Engine.POSTGRESQL, connection=CONNECTION)
    known = facts(Engine.POSTGRESQL, reach=reach)
    states = {"extensions": dict.fromkeys(live, VERSION)}
    return short(plan_database(one, observed(states, engine=Engine.POSTGRESQL, live=known)).items)


PERL: Mapping[str, Package] = {
    "bool_plperl": package("plperl"),
    "hstore": package(),
    "hstore_plperl": package("hstore", "plperl"),
    "plperl": package(),
    "zz": package(),
}


@pytest.mark.parametrize(
    ("names", "order"),
    [
        (["bool_plperl", "plperl"], ["create plperl", "create bool_plperl"]),
        (
            ["bool_plperl", "hstore", "hstore_plperl", "plperl", "zz"],
            [
                "create hstore",
                "create plperl",
                "create bool_plperl",
                "create hstore_plperl",
                "create zz",
            ],
        ),
        (["hstore", "zz"], ["create hstore", "create zz"]),
    ],
)
def test_what_is_required_is_created_first(names: list[str], order: list[str]) -> None:
    """Whatever the names are; what waits for nothing keeps the order of the names."""
    assert planned(names, [], reached(PERL)) == order
    assert planned(reversed(names), [], reached(PERL)) == order


def test_cube_comes_before_earthdistance_and_goes_after_it() -> None:
    """Enabled in one order, dropped in the other."""
    reach = reached(
        {"cube": package(), "earthdistance": package("cube")},
        needed_by={"cube": ("earthdistance",)},
    )
    both = ["cube", "earthdistance"]
    assert planned(both, [], reach) == ["create cube", "create earthdistance"]
    assert planned([], both, reach, both) == ["delete earthdistance", "delete cube"]


def test_a_chain_is_walked_to_its_end() -> None:
    """Three that need one another, against the order of their names."""
    reach = reached({"a": package("b"), "b": package("c"), "c": package()})
    assert planned("abc", [], reach) == ["create c", "create b", "create a"]
    needed = reached(needed_by={"a": ("b",), "b": ("c",)})
    assert planned([], "abc", needed, "abc") == ["delete c", "delete b", "delete a"]


def test_what_is_live_needs_not_come_first() -> None:
    """It is there already, whether the spec names it or not."""
    reach = reached(PERL)
    assert planned(["bool_plperl"], [], reach, ["plperl"]) == ["create bool_plperl"]


@pytest.mark.parametrize(
    ("present", "absent", "live", "order"),
    [
        (["bool_plperl"], [], [], ["P253 bool_plperl"]),
        (["hstore", "hstore_plperl"], [], [], ["create hstore", "P253 hstore_plperl"]),
        ([], ["plperl"], ["plperl", "bool_plperl"], ["P254 plperl"]),
        (
            [],
            ["bool_plperl", "plperl"],
            ["plperl", "bool_plperl", "other"],
            ["delete bool_plperl", "P254 plperl"],
        ),
    ],
)
def test_what_waits_for_what_never_comes_is_blocked(
    present: list[str], absent: list[str], live: list[str], order: list[str]
) -> None:
    """Nothing is enabled or dropped that the spec does not name."""
    reach = reached(PERL, needed_by={"plperl": ("bool_plperl", "other")})
    assert planned(present, absent, reach, live) == order


def test_what_waits_for_something_blocked_is_blocked() -> None:
    """And what waits for that, too; what waits for neither goes on."""
    reach = reached(
        {"a": package("b"), "b": package("c"), "c": package(superuser=True), "d": package()},
        superuser=False,
    )
    assert planned("abcd", [], reach) == ["P253 a", "P253 b", "P255 c", "create d"]


def test_of_what_wait_for_one_another_none_goes() -> None:
    """Each says which ones require each other; what needs one of them is blocked for that."""
    circle = {
        "a": package("b"),
        "b": package("a"),
        "itself": package("itself"),
        "c": package(),
        "d": package("a"),
    }
    assert planned(["a", "b", "c", "d", "itself"], [], reached(circle)) == [
        "P271 a",
        "P271 b",
        "create c",
        "P253 d",
        "P271 itself",
    ]
    needed = reached(needed_by={"a": ("b",), "b": ("a",)})
    assert planned([], ["a", "b", "c"], needed, "abc") == ["P271 a", "P271 b", "delete c"]


def test_what_requires_something_that_goes_is_blocked() -> None:
    """A spec that contradicts itself loses nothing it would have to bring back."""
    reach = reached(PERL, needed_by={"plperl": ("bool_plperl",)})
    assert planned(["hstore_plperl", "hstore"], ["plperl"], reach, ["plperl"]) == [
        "create hstore",
        "P253 hstore_plperl",
        "delete plperl",
    ]
    both = ["plperl", "bool_plperl"]
    assert planned(["hstore", "hstore_plperl"], both, reach, both) == [
        "create hstore",
        "P253 hstore_plperl",
        "delete bool_plperl",
        "delete plperl",
    ]


def test_what_requires_something_whose_drop_is_blocked_goes_on() -> None:
    """That stays, after all."""
    reach = reached(PERL, needed_by={"plperl": ("other",)})
    assert planned(["bool_plperl"], ["plperl"], reach, ["plperl", "other"]) == [
        "create bool_plperl",
        "P254 plperl",
    ]


def test_what_needs_it_and_is_not_live_keeps_nothing() -> None:
    """What the server tells of is older than what the API tells."""
    reach = reached(needed_by={"plperl": ("bool_plperl",)})
    assert planned([], ["plperl"], reach, ["plperl"]) == ["delete plperl"]


def test_what_is_no_action_stays_where_it_is() -> None:
    """Blocked ones and what is only reported stand between the actions as before."""
    reach = reached({"a": package("c"), "c": package()})
    found = planned("abc", ["y"], reach, "xy", others=Others.REPORT)
    assert found == ["create c", "P251 b", "create a", "delete y", "P103 x"]


def subject_of(
    kind: Kind[Any], spec: object, live: Elements, reach: Reach | None = None
) -> KindInDatabase:
    """A kind of a database with a connection."""
    return KindInDatabase(
        kind=kind,
        desired=desired({kind.name: spec}),
        facts=evolve(facts(reach=reach), connection=CONNECTION),
        state=live,
    )


def settled(subject: KindInDatabase) -> Decided:
    """The items of a kind before they are put into an order."""
    name = subject.kind.name
    return decide_kind(subject, diff_database("shop", {name: subject.sides})[name])


def test_what_an_extension_requires_is_told() -> None:
    """The create of what is missing, the delete of what is live; what is there is not required."""
    reach = reached(
        {"a": package("b", "live"), "b": package()}, needed_by={"c": ("d", "gone before")}
    )
    spec = Extensions(
        present=(Extension(name="a"), Extension(name="b")), absent=(removal("c"), removal("d"))
    )
    subject = subject_of(extensions.KIND, spec, dict.fromkeys(["c", "d", "live"], VERSION), reach)
    found = {
        str(entry.key): [str(key) for key in entry.requires]
        for _phase, entry in in_order(subject, settled(subject))
        if isinstance(entry, Action)
    }
    assert found == {
        "create shop/extensions/b": [],
        "create shop/extensions/a": ["create shop/extensions/b"],
        "delete shop/extensions/d": [],
        "delete shop/extensions/c": ["delete shop/extensions/d"],
    }


def test_actions_that_require_each_other_are_blocked() -> None:
    """Whatever a kind says of them: no order is made up."""

    def requires(_kind: object, change: Change, others: Sequence[Change]) -> list[ActionKey]:
        return [key_of(one) for one in others if one != change and change.address.name != "c"]

    kind = type("Entangled", (type(logical_databases.KIND),), {"requires": requires})()
    spec = LogicalDatabases(present=tuple(LogicalDatabase(name=name) for name in "abc"))
    subject = subject_of(kind, spec, {})
    first, *rest = [entry for _phase, entry in in_order(subject, settled(subject))]
    assert short([first, *rest]) == ["create c", "P271 a", "P271 b"]
    assert isinstance(rest[0], Blocked)
    assert rest[0].message == (
        "it requires create shop/logical_databases/b, and these actions require each other"
    )
    assert rest[0].hint == "take one of them out of the spec"
    origin = subject.desired.origin(rest[0].address)
    assert (rest[0].reason, rest[0].origin) == (Reason.MISSING, origin)


def test_all_that_one_requires_is_listed() -> None:
    """In the order of the names."""
    circle = {"a": package("c", "b"), "b": package("a"), "c": package("a")}
    spec = Extensions(present=tuple(Extension(name=name) for name in "abc"))
    subject = subject_of(extensions.KIND, spec, {}, reached(circle))
    (_phase, first), *_rest = in_order(subject, settled(subject))
    assert isinstance(first, Blocked)
    assert first.message.startswith(
        "it requires create shop/extensions/b, create shop/extensions/c, and these"
    )


def test_each_action_keeps_its_phase() -> None:
    """A creation is one wherever it stands."""
    reach = reached({"a": package("b"), "b": package()}, needed_by={"c": ("d",)})
    spec = Extensions(
        present=(Extension(name="a"), Extension(name="b")),
        absent=(removal("c"), removal("d")),
    )
    subject = subject_of(extensions.KIND, spec, {"c": VERSION, "d": VERSION}, reach)
    ordered = in_order(subject, settled(subject))
    assert [(phase, entry.address.name) for phase, entry in ordered] == [
        (Phase.CREATE, "b"),
        (Phase.CREATE, "a"),
        (Phase.DELETE, "d"),
        (Phase.DELETE, "c"),
    ]


POLICIES = RetentionPolicies(
    present=(
        RetentionPolicy(name="b", duration="2d", on_change=OnChange.REPLACE),
        RetentionPolicy(name="a", duration="1d", default=True),
    ),
    absent=(removal("c"),),
)
DATABASES = LogicalDatabases(
    present=(LogicalDatabase(name="z"), LogicalDatabase(name="a")),
    absent=(removal("main"), removal("b")),
    others=Others.REPORT,
)


@pytest.mark.parametrize(
    ("kind", "spec", "live"),
    [
        (
            retention_policies.KIND,
            POLICIES,
            {
                "b": {"duration": "7d", "default": True},
                "c": {"duration": "7d", "default": False},
            },
        ),
        (
            logical_databases.KIND,
            DATABASES,
            {"main": {"protected": True}, "b": {}, "other": {}},
        ),
        (query_stats.KIND, QueryStats(enabled=True), {ITSELF: {"enabled": False}}),
    ],
)
def test_other_kinds_keep_their_order(kind: Kind[Any], spec: object, live: Elements) -> None:
    """Exactly: halves of a replacement stay together, and nothing is held back."""
    subject = subject_of(kind, spec, live)
    assert [*in_order(subject, settled(subject))] == [*settled(subject)]


def test_what_is_held_back_tells_why_it_was_due_and_who_asked_for_it() -> None:
    """As the action that it would have been: the reason, and the place in the spec."""
    spec = Extensions(present=(Extension(name="bool_plperl"),))
    one = desired({"extensions": spec}, engine=Engine.POSTGRESQL, connection=CONNECTION)
    known = facts(Engine.POSTGRESQL, reach=reached({"bool_plperl": package("plperl")}))
    live = observed({"extensions": {}}, engine=Engine.POSTGRESQL, live=known)
    (entry,) = plan_database(one, live).items
    assert isinstance(entry, Blocked)
    assert (entry.code, entry.reason) == ("P253", Reason.MISSING)
    assert entry.origin == one.origin(entry.address)


@pytest.mark.parametrize(
    ("present", "absent", "live", "steps"),
    [
        (["earthdistance"], [], [], ["P253 earthdistance"]),
        (["earthdistance"], [], ["cube"], ["create earthdistance"]),
        (["pgrouting", "postgis"], [], [], ["create postgis", "create pgrouting"]),
        ([], ["cube"], ["cube", "earthdistance"], ["P254 cube"]),
        ([], ["cube", "earthdistance"], ["cube", "earthdistance"],
         ["delete earthdistance", "delete cube"]),
        (["earthdistance"], ["cube"], ["cube"], ["P253 earthdistance", "delete cube"]),
    ],
)  # fmt: skip
def test_manual_steps_work_in_their_order(
    present: list[str], absent: list[str], live: list[str], steps: list[str]
) -> None:
    """Without a connection, too, no person gets a statement that the server refuses."""
    spec = Extensions(
        present=tuple(Extension(name=name) for name in present),
        absent=tuple(removal(name) for name in absent),
    )
    one = desired({"extensions": spec}, engine=Engine.POSTGRESQL)
    states = {"extensions": dict.fromkeys(live, VERSION)}
    plan = plan_database(one, observed(states, engine=Engine.POSTGRESQL))
    found = [
        f"{entry.code if isinstance(entry, Blocked) else verb_of(entry.change).value}"
        f" {entry.address.name}"
        for entry in plan.items
        if isinstance(entry, ManualStep | Blocked)
    ]
    assert found == steps
