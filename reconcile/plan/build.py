"""Desired and observed → Plan, which keeps both sides as far as its items are about them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, assert_never

from attrs import evolve

from reconcile.kinds import KIND_BY_NAME, KINDS
from reconcile.kinds.kind import Kind, Others, Phase
from reconcile.model.address import Address
from reconcile.model.change import Change
from reconcile.model.engine import Engine
from reconcile.model.item import Blocked, Item, Pending, Reason
from reconcile.model.location import Location
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.postgresql import Reach, Sql, SqlAccess
from reconcile.model.state import (
    Desired,
    Elements,
    Facts,
    Fields,
    KindState,
    NoElements,
    Observation,
    Observed,
    Unknown,
    Value,
)
from reconcile.plan.diff import diff_database
from reconcile.plan.items import Decided, KindInDatabase, decide_kind, without_elements
from reconcile.plan.order import in_order

NOWHERE = Location(file="the plan", line=0, column=0)
"""The place of what no item asks for."""


def asked(plan: DatabasePlan, entries: Iterable[Item] | None = None) -> Desired:
    """What some entries of a plan ask for, as a spec would; without a choice all that are doable.

    Only their kinds and names are named, so that nothing else is read.
    """
    chosen = list(plan.doable if entries is None else entries)
    kinds: dict[str, object] = {}
    if plan.facts is not None:
        kinds, _states = _about(plan.desired, plan.observed, plan.facts, chosen)
    return Desired(
        handle=plan.handle,
        app=plan.app,
        addon=plan.target.addon if plan.target else None,
        engine=Engine(plan.engine),
        location=NOWHERE,
        protect=plan.protect,
        pins=plan.pins,
        connection=plan.target.connection if plan.target else None,
        kinds=kinds,
        origins={entry.address: entry.origin for entry in chosen},
    )


def planned_on(plan: DatabasePlan) -> Observed:
    """The state that a plan was made on, as far as its items are about it."""
    if plan.target is None or plan.facts is None:
        raise AssertionError(f"{plan.handle} has items and no inputs")
    return Observed(target=plan.target, facts=plan.facts, states=plan.observed)


def _about(
    kinds: Mapping[str, object], states: Mapping[str, KindState], facts: Facts, items: list[Item]
) -> tuple[dict[str, object], dict[str, KindState]]:
    """The spec values and states of kinds, as far as items are about them."""
    by_kind: dict[str, list[Item]] = {}
    for entry in items:
        by_kind.setdefault(entry.address.kind, []).append(entry)
    wanted: dict[str, object] = {}
    seen: dict[str, KindState] = {}
    for kind in KINDS:
        if kind.name not in by_kind:
            continue
        spec, state, entries = kinds[kind.name], states[kind.name], by_kind[kind.name]
        if isinstance(state, NoElements):
            wanted[kind.name], seen[kind.name] = spec, state
            continue
        names = _names(kind, state, facts, entries)
        wanted[kind.name] = _part(kind, spec, names, entries)
        seen[kind.name] = {name: _normal(state[name]) for name in sorted(names) if name in state}
    return wanted, seen


def _names(kind: Kind[Any], state: Elements, facts: Facts, entries: list[Item]) -> set[str]:
    """The names that items are about, and those that decide what can be done about them."""
    names = {entry.address.name for entry in entries}
    names |= set(kind.related(names, state))
    for change in _changes(entries):
        names |= kind.needs(change, facts)
    return names


def _part(kind: Kind[Any], spec: Any, names: set[str], entries: list[Item]) -> object:
    """A spec value that asks for nothing but these names."""
    listed = {name for name, _place in kind.places(spec)}
    part: Any = kind.without(spec, listed - names) if listed - names else spec
    reported = {entry.address.name for entry in entries} - listed
    is_listing = getattr(part, "others", Others.KEEP) is Others.REPORT
    return evolve(part, others=Others.KEEP) if is_listing and not reported else part


def _normal(fields: Fields) -> Fields:
    """Fields in the one spelling of a set: a server may list it in any order."""
    return {name: _sorted(value) for name, value in sorted(fields.items())}


def _sorted(value: Value) -> Value:
    return tuple(sorted(set(value))) if isinstance(value, tuple) else value  # type: ignore[type-var,return-value]


def _reach(facts: Facts, items: list[Item]) -> Reach | None:
    """What was found over a connection of the extensions that items would change by SQL."""
    names = {
        name
        for entry in items
        if entry.address.kind and KIND_BY_NAME[entry.address.kind].sql
        for change in _changes([entry])
        for call in KIND_BY_NAME[entry.address.kind].requests(change)
        if isinstance(call, Sql)
        for name in call.names.values()
    }
    if not names or not isinstance(facts.reach, SqlAccess):
        return facts.reach if names else None
    return facts.reach.about(names)


def _changes(entries: Iterable[Item]) -> Iterator[Change]:
    for entry in entries:
        change = None if isinstance(entry, Pending) else entry.change
        if change is not None:
            yield change


def build_plan(desired: Iterable[Desired], observed: Mapping[str, Observation]) -> Plan:
    """Plan every database; `observed` holds one observation per handle."""
    ordered = sorted(desired, key=lambda database: database.handle)
    return Plan(databases=tuple(plan_database(one, observed[one.handle]) for one in ordered))


def plan_database(desired: Desired, observation: Observation) -> DatabasePlan:
    """Plan one database."""
    plan = DatabasePlan(
        handle=desired.handle,
        engine=desired.engine.value,
        app=desired.app,
        protect=desired.protect,
        pins=desired.pins,
        ignored=desired.ignored,
    )
    match observation:
        case Unknown(reason=reason, unauthenticated=unauthenticated, about=about):
            origin = desired.origin_of_key(about) if about else None
            return evolve(plan, error=reason, error_origin=origin, unauthenticated=unauthenticated)
        case Observed(facts=facts, target=target):
            known = facts.version is not None and facts.engine is desired.engine
            version = str(facts.version) if known else None
            reached_by = desired.connection
            plan = evolve(plan, target=evolve(target, connection=reached_by), version=version)
            observation = evolve(observation, facts=evolve(facts, connection=reached_by))
            whole = _whole_database(desired, facts)
            if whole is not None:
                return _with_inputs(evolve(plan, items=(whole,)), desired, observation)
            subjects = _subjects(desired, observation)
            plan = evolve(
                plan,
                items=_items(desired, observation, subjects),
                unmanaged=tuple(_unmanaged(subjects)),
            )
            return _with_inputs(plan, desired, observation)
        case _:
            assert_never(observation)


def _with_inputs(plan: DatabasePlan, desired: Desired, observed: Observed) -> DatabasePlan:
    """A plan that keeps both sides as far as its items are about them, in one spelling."""
    if not plan.items:
        return plan
    listed = list(plan.items)
    states = {kind: state for kind, state in observed.states.items() if kind in desired.kinds}
    wanted, seen = _about(desired.kinds, states, observed.facts, listed)
    facts = evolve(observed.facts, connection=None, reach=_reach(observed.facts, listed))
    return evolve(plan, desired=wanted, observed=seen, facts=facts)


def _items(
    desired: Desired, observed: Observed, subjects: Mapping[str, KindInDatabase]
) -> tuple[Item, ...]:
    """All items in the order in which they are to be done.

    Within a phase they keep the order of the kinds and, within a kind, of the names.
    """
    decided = sorted(_decided(desired, observed, subjects), key=lambda placed: placed[0].value)
    return tuple(entry for _phase, entry in decided)


def _whole_database(desired: Desired, facts: Facts) -> Item | None:
    """What stands in the way of planning anything here."""
    address = Address(database=desired.handle)
    if facts.engine is not desired.engine:
        return Blocked(
            address=address,
            code="P101",
            message=f"the live database is {facts.type_name!r}, the spec says {desired.engine.value!r}",
            hint="check app and addon in the spec; an engine is never changed",
            reason=Reason.MISMATCH,
            origin=desired.origin_of_key("engine"),
        )
    if facts.is_idle:
        return None
    origin = desired.origin(address)
    status = f"its status is {facts.status!r}"
    if facts.held_by_addon:
        status = f"its addon is {facts.addon_status!r}"
    if facts.needs_person:
        return Blocked(
            address=address,
            code="P104",
            message=f"{status}, and stays so until a person acts",
            hint="open the database in the provider's dashboard and get it running, or remove its spec",
            reason=Reason.BUSY,
            origin=origin,
        )
    busy = f"operation {facts.operation} is under way" if facts.operation else None
    return Pending(address=address, message=busy or status, reason=Reason.BUSY, origin=origin)


def _decided(
    desired: Desired, observed: Observed, subjects: Mapping[str, KindInDatabase]
) -> Decided:
    found = diff_database(desired.handle, {name: one.sides for name, one in subjects.items()})
    for kind, state in _named(desired, observed):
        if isinstance(state, NoElements):
            yield Phase.PROTECT, without_elements(kind, desired, state)
        else:
            subject = subjects[kind.name]
            yield from in_order(subject, decide_kind(subject, found.get(kind.name, ())))


def _unmanaged(subjects: Mapping[str, KindInDatabase]) -> Iterator[Address]:
    for subject in subjects.values():
        for name in sorted(subject.sides.unmanaged):
            yield evolve(subject.address, name=name)


def _subjects(desired: Desired, observed: Observed) -> dict[str, KindInDatabase]:
    """The kinds that the spec names and whose elements are known, by name."""
    return {
        kind.name: KindInDatabase(kind=kind, desired=desired, facts=observed.facts, state=state)
        for kind, state in _named(desired, observed)
        if not isinstance(state, NoElements)
    }


def _named(desired: Desired, observed: Observed) -> Iterator[tuple[Kind[Any], KindState]]:
    """The kinds that the spec names. One that was not read is a defect, and not in sync."""
    for kind in KINDS:
        if kind.name in desired.kinds:
            yield kind, observed.states[kind.name]
