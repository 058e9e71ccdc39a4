"""What the specs of the project say by now of the databases of a saved plan. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from attrs import evolve

from reconcile.kinds import KIND_BY_NAME
from reconcile.model.address import Address
from reconcile.model.item import Action, Doable, Item
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.postgresql import by_sql
from reconcile.model.project import Match, SpecIndex, match
from reconcile.model.state import Approval, Desired
from reconcile.model.target import Pins, Target
from reconcile.plan.build import plan_database, planned_on


def specs_of(database: DatabasePlan, specs: SpecIndex) -> tuple[Desired, ...]:
    """The specs that mean a live database; if none surely does, those that may."""
    target = database.target
    if target is None:
        return ()
    possible = specs.may_mean(target)
    return tuple(one for one in possible if match(one, target) is Match.YES) or possible


def dropped(plan: Plan, specs: Sequence[Desired]) -> frozenset[Address]:
    """The addresses of the changes of a plan that the specs of the database do not ask for.

    The specs are planned on the state that the plan was made on, as far as the plan tells of it. A
    database that no spec means has none.
    """
    index = SpecIndex(specs)
    return frozenset(
        entry.address
        for database in plan.databases
        if (own := [(one, _wanted(one, database)) for one in specs_of(database, index)])
        for entry in database.doable
        if not any(_asks(spec, wanted, entry.address, database) for spec, wanted in own)
    )


def _asks(spec: Desired, wanted: DatabasePlan, address: Address, database: DatabasePlan) -> bool:
    """Whether a spec asks for what a plan does at an address: both halves of a replacement, or none.

    `wanted` is the spec's own plan.
    """
    planned = _at(address, database)
    target = database.target
    if target and spec.connection != target.connection and any(map(_by_sql, planned)):
        return False
    return _done_by(planned) == _done_by(_at(address, wanted))


def _wanted(spec: Desired, database: DatabasePlan) -> DatabasePlan:
    """What a spec asks for on the state that a plan was made on; without items that is not kept."""
    if not database.items:
        return database
    state = planned_on(database)
    kinds = {name: value for name, value in spec.kinds.items() if name in state.states}
    return plan_database(evolve(renamed(spec, database.handle), kinds=kinds), state)


def renamed(spec: Desired, handle: str) -> Desired:
    """A spec under another handle, with all its addresses."""

    def place(address: Address) -> Address:
        return evolve(address, database=handle)

    return evolve(
        spec,
        handle=handle,
        origins={place(address): origin for address, origin in spec.origins.items()},
        ignored=tuple(evolve(one, address=place(one.address)) for one in spec.ignored),
    )


def _at(address: Address, database: DatabasePlan) -> list[Doable]:
    return [entry for entry in database.about(address) if isinstance(entry, Doable)]


def _done_by(entries: Iterable[Doable]) -> list[object]:
    """What is done at an address, whatever asks for it, and until when."""
    return [(type(entry), entry.change, entry.risk) for entry in entries]


def without_connection(plan: Plan, specs: Sequence[Desired]) -> tuple[str, ...]:
    """The databases, by handle, with statements over a connection that none of their specs names."""
    index = SpecIndex(specs)
    return tuple(
        database.handle
        for database in plan.databases
        if database.target is not None
        and any(map(_by_sql, database.actions))
        and database.target.connection not in [one.connection for one in specs_of(database, index)]
    )


def _by_sql(entry: Doable) -> bool:
    change = entry.change
    return isinstance(entry, Action) and by_sql(KIND_BY_NAME[entry.address.kind].requests(change))


def strictest(plan: Plan, specs: Sequence[Desired]) -> Plan:
    """The plan with the stricter protection, pins and end dates: its own, or those of the specs."""
    index = SpecIndex(specs)
    return Plan(databases=tuple(_strictest(one, index) for one in plan.databases))


def _strictest(database: DatabasePlan, index: SpecIndex) -> DatabasePlan:
    target = database.target
    if target is None:
        return database
    for spec in specs_of(database, index):
        wanted = _wanted(spec, database)
        database = evolve(
            database,
            protect=database.protect or spec.protect,
            pins=_both(database.pins, spec.pins, target),
            items=tuple(_limited(entry, wanted) for entry in database.items),
        )
    return database


def _both(own: Pins, pins: Pins, target: Target) -> Pins:
    """The pins of which the target fits the least."""
    return Pins(
        resource_id=_pin(own.resource_id, pins.resource_id, target.resource_id),
        region=_pin(own.region, pins.region, target.region),
    )


def _pin(one: str | None, other: str | None, live: str | None) -> str | None:
    return other if one in {None, live} and other is not None else one


def _limited(entry: Item, wanted: DatabasePlan) -> Item:
    """An entry whose approval ends with that of the specs, if that is earlier."""
    if not isinstance(entry, Doable):
        return entry
    approvals = [one.approval for one in _at(entry.address, wanted) if one.approval is not None]
    if not approvals or entry.approval is None:
        return entry
    until = min(entry.approval.until, *(one.until for one in approvals))
    return evolve(entry, approval=Approval(reason=entry.approval.reason, until=until))


def covered_kinds(database: DatabasePlan) -> frozenset[str] | None:
    """The kinds that the items of a plan are about; None where one is about the whole database."""
    kinds = frozenset(entry.address.kind for entry in database.items)
    return None if "" in kinds else kinds


def to_read(database: DatabasePlan, spec: Desired, kinds: Collection[str] | None) -> Desired:
    """What a spec asks of the database of a plan: of these kinds, None: of all that it names."""
    target = database.target
    return evolve(
        renamed(spec, database.handle),
        app=database.app,
        addon=target.addon if target else spec.addon,
        kinds={name: value for name, value in spec.kinds.items() if kinds is None or name in kinds},
    )
