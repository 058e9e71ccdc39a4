"""The laws again where the databases are real servers, and both kinds of sandbox beside each other."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from builders import VERSIONS
from conformance.conduct import Conductor
from conformance.fleet import AT_FIRST, INFLUXDB, MONGODB, MYSQL, POSTGRESQL
from conformance.page import PROGRAMS
from conformance.rule import Kind
from conformance.trial import conducted
from engines_here import needs
from hypothesis import given, settings
from hypothesis import strategies as st
from live import ALLOW_ALL, addon_of, live
from property import successions
from strategies import Case, cases

from reconcile.kinds import KINDS
from reconcile.kinds.retention_policies import KIND
from reconcile.kinds.sql_mode import SqlMode
from reconcile.model.engine import Engine
from reconcile.model.plan import Plan
from reconcile.model.policy import Policy
from reconcile.model.run import Result
from reconcile.model.state import ITSELF, Observed
from reconcile.observe.observer import observe
from scalingo_sandbox import Sandbox, running

pytestmark = needs(*PROGRAMS.values())

INSIDE = frozenset(
    {"sql_mode", "logical_databases", "extensions", "query_stats", "retention_policies"}
)
"""The kinds that are about what is inside a database: the others need no server."""
OUTSIDE = frozenset(kind.name for kind in KINDS) - INSIDE
NEWEST = {"pg_trgm": "v1.6", "hstore": "v1.8", "citext": "v1.6", "plpgsql": "v1.0"}
"""Extensions that the server has, of those that the strategies draw."""


def _to_be_had(case: Case) -> Case:
    """The case without what no server here has."""
    states: dict[str, Any] = dict(case.observed.states)
    wanted: dict[str, Any] = dict(case.desired.kinds)
    if "extensions" in states:
        names = [name for name in states["extensions"] if name in NEWEST]
        states["extensions"] = {name: {"version": NEWEST[name]} for name in names}
    if "sql_mode" in states:
        modes = _known(states["sql_mode"][ITSELF]["modes"])
        states["sql_mode"] = {ITSELF: {"modes": modes}}
    if "sql_mode" in wanted:
        wanted["sql_mode"] = SqlMode(modes=_known(wanted["sql_mode"].modes))
    if case.desired.engine is Engine.MONGODB:
        held, spec = states["logical_databases"], wanted["logical_databases"]
        states["logical_databases"] = {name: held[name] for name in held if _is_plain(name)}
        wanted["logical_databases"] = evolve(
            spec,
            present=tuple(one for one in spec.present if _is_plain(one.name)),
            absent=tuple(one for one in spec.absent if _is_plain(one.name)),
        )
    return Case(
        desired=evolve(case.desired, kinds=wanted), observed=evolve(case.observed, states=states)
    )


def _known(modes: tuple[str, ...]) -> tuple[str, ...]:
    """Without the mode of MySQL 8 that MariaDB lacks."""
    return tuple(mode for mode in modes if mode != "TIME_TRUNCATE_FRACTIONAL")


def _is_plain(name: str) -> bool:
    """Whether the emulation of MongoDB takes a name; it takes few letters."""
    return re.fullmatch(r"[0-9A-Za-z_-]+", name) is not None


fleets = st.tuples(
    *(cases(name, of=Engine(name), unnamed=OUTSIDE, least=1).map(_to_be_had) for name in PROGRAMS)
)
"""A database of each engine."""


@pytest.fixture(scope="module")
def real_sandbox() -> Iterator[Sandbox]:
    """A sandbox with a real server for each engine."""
    apps = [
        {
            "name": f"{name}-web",
            "addons": [
                {
                    "id": f"ad-{name}",
                    "engine": name,
                    "resource_id": f"{name}-3412",
                    "version": VERSIONS[Engine(name)],
                }
            ],
        }
        for name in PROGRAMS
    ]
    with running({"version": 1, "apps": apps}, engines="real") as sandbox:
        yield sandbox


def _put(sandbox: Sandbox, case: Case) -> None:
    """Lead the server to the live side of a case."""
    addon = addon_of(case)
    inside = {name: rows for name, rows in addon.items() if name in INSIDE}
    sandbox.change(str(case.desired.addon), **inside)


def _differences(plan: Plan) -> set[tuple[str, str]]:
    return {(str(entry.address), type(entry).__name__) for entry in plan.items()}


@settings(max_examples=12, deadline=None)
@given(fleet=fleets)
def test_a_plan_converges_on_real_servers(
    real_sandbox: Sandbox, state: Path, fleet: tuple[Case, ...]
) -> None:
    """Every action is done by a real server, and read again nothing is left to do."""
    for case in fleet:
        _put(real_sandbox, case)
    desired = [case.desired for case in fleet]
    with live(real_sandbox, state) as product:
        plan = product.plan(desired)
        assert not plan.unknown
        outcomes = product.apply(plan, secrets.token_hex(8))
        assert {outcome.result for outcome in outcomes} <= {Result.DONE}
        after = product.plan(desired)
    assert after.actions == ()
    assert _differences(after) <= _differences(plan)


@settings(max_examples=12, deadline=None)
@given(case=successions.policies("influxdb"), part=successions.parts)
def test_a_real_server_keeps_a_default_policy(
    real_sandbox: Sandbox, state: Path, case: Case, part: successions.Part
) -> None:
    """Whatever is allowed, after an apply and after the next one, which may do everything."""
    _put(real_sandbox, case)
    desired = case.desired
    only = evolve(desired, kinds={KIND.name: desired.kinds[KIND.name]})
    with live(real_sandbox, state) as product:
        for allowance in (part.allowance, lambda _plan: ALLOW_ALL):
            plan = product.plan([only])
            product.apply(plan, secrets.token_hex(8), allowance=allowance(plan), policy=Policy())
            found = observe([only], product.connection.reads)["influxdb"]
            assert isinstance(found, Observed)
            listed = found.states[KIND.name]
            assert isinstance(listed, Mapping)
            assert any(fields["default"] for fields in listed.values())


names = st.sampled_from(
    [
        "kept",
        "other",
        "Other",
        "a'b",
        'a"b',
        "a`b",
        "é",
        "e\u0301",
        "日本",
        "x y",
        " x",
        "x ",
        "",
        "a/b",
    ]
) | st.text(min_size=1, max_size=70)
modes = st.lists(
    st.sampled_from(
        ["ANSI", "TRADITIONAL", "ansi_quotes", "NO_ZERO_DATE", "ORACLE", "NOPE", "", " "]
    ),
    max_size=4,
).map(",".join)
durations = st.sampled_from(["INF", "0s", "1h", "60m", "30d", "720h", "59m", "1y", "0", "", "1h "])
policies = st.sampled_from(["autogen", "p", "P", "é", "e\u0301", "a/b", "", " "])


plain_names = st.sampled_from(["kept", "other", "Other", "a-b_c", "a.b", "x y", "", "x" * 64])
"""Those for MongoDB."""


def _logical(drawn: st.SearchStrategy[str]) -> st.SearchStrategy[tuple[str, object]]:
    actions = st.sampled_from(["create-database", "delete-database", "reset-database"])
    return st.tuples(actions, drawn.map(lambda name: {"database_name": name}))


ACTIONS: Mapping[str, st.SearchStrategy[tuple[str, object]]] = {
    MYSQL: _logical(names) | st.tuples(st.just("set-sqlmode"), modes),
    POSTGRESQL: _logical(names) | st.tuples(st.just("pg-stat-statements-enable"), st.none()),
    MONGODB: _logical(plain_names),
    INFLUXDB: st.one_of(
        st.tuples(
            st.just("add-retention-policy"),
            st.fixed_dictionaries(
                {"name": policies, "duration": durations}, optional={"default": st.booleans()}
            ),
        ),
        st.tuples(st.just("del-retention-policy"), policies.map(lambda name: {"name": name})),
    ),
}
READS: Mapping[str, tuple[str, ...]] = {
    MYSQL: ("list-databases", "get-sqlmode"),
    POSTGRESQL: ("list-databases", "list-extensions"),
    MONGODB: ("list-databases",),
    INFLUXDB: ("list-retention-policies",),
}


@pytest.fixture(scope="module")
def both(request: pytest.FixtureRequest) -> Iterator[tuple[Conductor, Conductor]]:
    """Both kinds of sandbox, with the same fleet of one engine."""
    with ExitStack() as stack:
        memory, real = (stack.enter_context(conducted(kind, request.param)) for kind in Kind)
        yield memory, real


@pytest.mark.parametrize(
    ("both", "addon"),
    [
        pytest.param("mysql", MYSQL, id="mysql"),
        pytest.param("postgresql", POSTGRESQL, id="postgresql"),
        pytest.param("influxdb", INFLUXDB, id="influxdb"),
        pytest.param("mongodb", MONGODB, id="mongodb"),
    ],
    indirect=["both"],
)
@settings(max_examples=10, deadline=None)
@given(drawn=st.data())
def test_both_kinds_go_the_same_way(
    both: tuple[Conductor, Conductor], addon: str, drawn: st.DataObject
) -> None:
    """Whatever is asked, in whatever order: the same is refused, and the same is there after it."""
    for conductor in both:
        conductor.sandbox.change(addon, **AT_FIRST[addon])
    for action, params in drawn.draw(st.lists(ACTIONS[addon], min_size=3, max_size=8)):
        memory, real = (_verdict(one.act(addon, action, params)) for one in both)
        assert memory == real, (action, params)
    for action in READS[addon]:
        memory, real = (_listed(one.act(addon, action, None)["result"]) for one in both)
        assert memory == real


def _verdict(document: Mapping[str, Any]) -> object:
    """What was given; or that it was refused, with MySQL's number where there is one."""
    if document["ok"] == 1:
        return document["result"]
    number = re.match(r"Error \d+", document["error"])
    return (False, number.group() if number else None)


def _listed(result: Any) -> object:
    """A list without its order, which no engine promises of its databases."""
    if isinstance(result, list):
        return sorted(result, key=lambda row: str(row["name"]))
    return result
