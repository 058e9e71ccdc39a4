"""Hypothesis strategies for trials: fleets with their specs, and what goes wrong with them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from enum import Enum
from typing import Any

import attrs
from campaign.trial import Trial
from hypothesis import strategies as st
from live import addon_of
from strategies import Case, cases, few_names

from reconcile.kinds.engine_version import EngineVersion
from reconcile.model.engine import Engine
from reconcile.model.state import Desired

ACTIONS = (
    "list-databases",
    "get-sqlmode",
    "list-extensions",
    "list-retention-policies",
    "create-database",
    "delete-database",
    "set-sqlmode",
    "pg-stat-statements-enable",
    "add-retention-policy",
    "del-retention-policy",
)
STATUSES = (401, 403, 404, 409, 422, 429, 500, 502, 503, 504)
OUTSIDE = ("backups", "sql_mode", "logical_databases", "retention_policies", "maintenance_window")
"""Keys of the fleet file that somebody else may change at any moment."""

engines = st.sampled_from(
    [Engine.MYSQL, Engine.INFLUXDB, Engine.POSTGRESQL, Engine.MONGODB, Engine.REDIS]
)
"""Those that have more kinds than all have."""
upgrades = st.builds(
    EngineVersion,
    version=st.sampled_from(["latest-minor", ">=8.0.36", ">=8.4", ">=16.6", ">=17.2", ">=99"]),
    allow_major=st.none() | st.sampled_from([8, 17]),
)
"""Versions of which the sandbox has something to say."""
NEXT: Mapping[Engine, tuple[str, ...]] = {
    Engine.MYSQL: ("8.0.36-1", "8.4.3-1"),
    Engine.POSTGRESQL: ("16.6.0-1", "17.2.0-1"),
    Engine.MONGODB: ("8.0.4-1",),
}
"""Where an upgrade may lead at first."""


def spec_of(desired: Desired) -> dict[str, Any]:
    """What is wanted, as a person would write it."""
    named = {name: _written(value) for name, value in desired.kinds.items()}
    return {
        "version": 1,
        "database": desired.handle,
        "app": desired.app,
        "addon": desired.addon,
        "engine": desired.engine.value,
        **named,
    }


def _written(value: Any) -> Any:
    """A value of a kind as YAML has it; what is left to its default is not written."""
    match value:
        case Enum():
            return value.value
        case date():
            return value.isoformat()
        case tuple():
            return [_written(one) for one in value]
        case Mapping():
            return {_written(key): _written(one) for key, one in value.items()}
        case _ if attrs.has(type(value)):
            return _written(_shortest(value))
        case _:
            return value


def _shortest(value: Any) -> Any:
    """The spelling of an attrs value: its one field where that stands for all of it."""
    short = getattr(value, "__short_form__", None)
    if short is not None and short.only:
        return getattr(value, short.key)
    fields = attrs.asdict(value, recurse=False)
    return {name: one for name, one in fields.items() if one is not None}


@st.composite
def _upgraded(draw: st.DrawFn, handle: str) -> Case:
    """A database of the usual strategies, whose version is sometimes named."""
    case = draw(cases(handle, unnamed=("engine_version",), of=draw(engines), least=3))
    if not draw(st.booleans()):
        return case
    kinds = {**case.desired.kinds, "engine_version": draw(upgrades)}
    return attrs.evolve(case, desired=attrs.evolve(case.desired, kinds=kinds))


@st.composite
def _addon(draw: st.DrawFn, case: Case) -> dict[str, Any]:
    """The live side of a case, which may have a version to go to."""
    following = draw(st.sampled_from([None, *NEXT.get(case.desired.engine, ())]))
    addon = addon_of(case)
    return addon if following is None else {**addon, "next_version": following}


def _match(case: Case) -> Any:
    """Which requests a fault is for: of one database, so that their order is its own."""
    path = f"/api/databases/{case.desired.addon}"
    changing = st.just({"path": f"{path}*", "changes": True})
    return st.one_of(
        changing,
        changing,
        changing,
        st.just({"path": f"{path}*"}),
        st.sampled_from(["", "/action", "/features", "/upgrade"]).map(
            lambda end: {"path": path + end}
        ),
        st.sampled_from(ACTIONS).map(lambda name: {"path": f"{path}*", "action_name": name}),
        st.just({"path": f"/v1/apps/{case.desired.app}/*"}),
        st.sampled_from(["/v1/tokens/exchange", "/api/operations/*"]).map(
            lambda path: {"path": path}
        ),
    )


@st.composite
def _faults(draw: st.DrawFn, case: Case) -> dict[str, Any]:
    """One thing that goes wrong with some requests of one database."""
    fault: dict[str, Any] = {
        "match": draw(_match(case)),
        "after": draw(st.integers(0, 5)),
        "times": draw(st.sampled_from([1, 1, 1, 2, 5])),
    }
    kind = draw(
        st.sampled_from(
            ["status", "html", "drop-before", "drop-after", "truncate", "outside-write"]
        )
    )
    if kind in {"status", "html"}:
        fault["status"] = draw(st.sampled_from(STATUSES))
    if kind == "outside-write":
        fault |= draw(_outside(case))
    return {"kind": kind, **fault}


@st.composite
def _outside(draw: st.DrawFn, case: Case) -> dict[str, Any]:
    """What somebody else writes: some of what another database of the engine has."""
    other = draw(cases(case.desired.handle, of=case.desired.engine))
    present = addon_of(other)
    names = draw(st.sets(st.sampled_from([n for n in OUTSIDE if n in present]), min_size=1))
    return {
        "database": case.desired.addon,
        "change": {name: present[name] for name in sorted(names)},
        "when": draw(st.sampled_from(["before", "after"])),
    }


@st.composite
def trials(draw: st.DrawFn) -> Trial:
    """One or two databases, and up to four faults."""
    handles = draw(st.sampled_from([("a1",), ("a1", "b2")]))
    found = [draw(_upgraded(handle)) for handle in handles]
    apps = [{"name": case.desired.app, "addons": [draw(_addon(case))]} for case in found]
    faults = st.lists(st.sampled_from(found).flatmap(_faults), min_size=2, max_size=5)
    return Trial(
        fleet={"version": 1, "region": "osc-fr1", "apps": apps},
        specs={case.desired.handle: spec_of(case.desired) for case in found},
        faults=draw(faults),
        withheld=draw(st.lists(few_names, max_size=3, unique=True)),
    )
