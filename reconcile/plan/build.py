"""Desired and observed → Plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, assert_never

from attrs import evolve

from reconcile.kinds import KINDS
from reconcile.kinds.kind import Kind, Phase
from reconcile.model.address import Address
from reconcile.model.item import Blocked, Item, Pending, Reason
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.state import (
    Desired,
    Facts,
    KindState,
    NoElements,
    Observation,
    Observed,
    Unknown,
)
from reconcile.plan.diff import diff_database
from reconcile.plan.precedence import in_order
from reconcile.plan.settle import KindInDatabase, Settled, settle_kind, without_elements


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
                return evolve(plan, items=(whole,))
            subjects = _subjects(desired, observation)
            return evolve(
                plan,
                items=_items(desired, observation, subjects),
                unmanaged=tuple(_unmanaged(subjects)),
            )
        case _:
            assert_never(observation)


def _items(
    desired: Desired, observed: Observed, subjects: Mapping[str, KindInDatabase]
) -> tuple[Item, ...]:
    """All items in the order in which they are to be done.

    Within a phase they keep the order of the kinds and, within a kind, of the names.
    """
    settled = sorted(_settled(desired, observed, subjects), key=lambda placed: placed[0].value)
    return tuple(entry for _phase, entry in settled)


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
    if facts.settled:
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


def _settled(
    desired: Desired, observed: Observed, subjects: Mapping[str, KindInDatabase]
) -> Settled:
    found = diff_database(desired.handle, {name: one.sides for name, one in subjects.items()})
    for kind, state in _named(desired, observed):
        if isinstance(state, NoElements):
            yield Phase.PROTECT, without_elements(kind, desired, state)
        else:
            subject = subjects[kind.name]
            yield from in_order(subject, settle_kind(subject, found.get(kind.name, ())))


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
