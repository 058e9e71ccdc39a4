"""Which losses of a plan from a file the specs here ask for as well, in the same words. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from reconcile.kinds import KIND_BY_NAME
from reconcile.model.address import Address
from reconcile.model.change import Risk
from reconcile.model.item import Action, Doable
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.sql import by_sql
from reconcile.model.state import Desired
from reconcile.model.target import Pins
from reconcile.plan.build import plan_database
from reconcile.plan.intent import recalled


def vouched(plan: Plan, specs: Sequence[Desired]) -> frozenset[Address]:
    """The addresses whose loss a spec asks for: the same change, approved until the same day.

    The specs are planned on the state that the plan was made on, as far as the plan tells of it.
    """
    return frozenset(
        address
        for database in plan.databases
        if any(entry.risk is Risk.LOSSY for entry in database.doable)
        for spec in about(database, specs)
        for address in _alike(database, spec)
    )


def _alike(database: DatabasePlan, spec: Desired) -> Iterator[Address]:
    """What of a plan a spec would plan just so; both halves of a replacement, or none."""
    state = recalled(database)
    kinds = {name: value for name, value in spec.kinds.items() if name in state.states}
    named_alike = evolve(spec, handle=database.handle, kinds=kinds)
    wanted = plan_database(named_alike, state).doable
    for address in dict.fromkeys(entry.address for entry in database.doable):
        if _at(address, database.doable) == _at(address, wanted):
            yield address


def _at(address: Address, entries: Iterable[Doable]) -> list[object]:
    """What is done at an address, whatever asks for it."""
    return [
        (type(entry), entry.change, entry.risk, entry.approval)
        for entry in entries
        if entry.address == address
    ]


def unnamed(plan: Plan, specs: Sequence[Desired]) -> tuple[str, ...]:
    """The databases, by handle, with statements over a connection that no spec here names."""
    return tuple(
        database.handle
        for database in plan.databases
        if database.target is not None
        and any(_by_sql(action) for action in database.actions)
        and database.target.connection not in [one.connection for one in about(database, specs)]
    )


def _by_sql(action: Action) -> bool:
    return by_sql(KIND_BY_NAME[action.address.kind].requests(action.change))


def strengthened(plan: Plan, specs: Sequence[Desired]) -> Plan:
    """The same where each database is protected and pinned as the specs here say, too."""
    return Plan(databases=tuple(_strengthened(one, specs) for one in plan.databases))


def _strengthened(database: DatabasePlan, specs: Sequence[Desired]) -> DatabasePlan:
    for spec in about(database, specs):
        pins = Pins(
            resource_id=spec.pins.resource_id or database.pins.resource_id,
            region=spec.pins.region or database.pins.region,
        )
        database = evolve(database, protect=database.protect or spec.protect, pins=pins)
    return database


def about(database: DatabasePlan, specs: Sequence[Desired]) -> list[Desired]:
    """The specs of this live database, whatever its handle and its application are called there.

    One that names no addon is about the only one of its engine that its application has: whether
    that is this one, only the provider knows.
    """
    target = database.target
    if target is None:
        return []
    named = {target.addon, target.resource_id}
    return [one for one in specs if (one.addon in named if one.addon else _is_one(one, database))]


def _is_one(spec: Desired, database: DatabasePlan) -> bool:
    """Whether the live database is one of those that a spec without an addon may be about."""
    return spec.app == database.app and spec.engine.value == database.engine
