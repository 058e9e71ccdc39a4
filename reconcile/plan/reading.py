"""What a plan file says → Plan. Its shape was read before; here, whether it can be meant."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, assert_never

from attrs import evolve

from reconcile.kinds import KIND_BY_NAME
from reconcile.model.address import Address
from reconcile.model.change import Change, Create, Delete, FieldChange, Update
from reconcile.model.engine import Version
from reconcile.model.finding import Finding
from reconcile.model.item import Action, Blocked, Item, ManualStep, Pending
from reconcile.model.location import Location, Origin
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.policy import Ignored
from reconcile.model.state import Approval, Value
from reconcile.model.target import Pins
from reconcile.plan.precedence import with_requirements
from reconcile.plan.reading_target import target_of
from reconcile.plan.strict import Place
from reconcile.plan.written import (
    Envelope,
    PlanFileDocument,
    WrittenAction,
    WrittenApproval,
    WrittenBlock,
    WrittenChange,
    WrittenCreate,
    WrittenDatabase,
    WrittenDelete,
    WrittenFinding,
    WrittenHead,
    WrittenItem,
    WrittenLocation,
    WrittenOrigin,
    WrittenStep,
    WrittenTarget,
    WrittenUpdate,
    WrittenWait,
)

Origins = Mapping[Address, Origin]

_DATABASES = Place("body.databases")
_ENVELOPE = Place("envelope")


def plan_of(document: PlanFileDocument) -> Plan:
    """The plan of a document. Raises PlanFileError where it cannot be meant."""
    body, envelope = document.body, document.envelope
    origins = _origins(envelope.origins)
    read = [
        *(_database(one, origins, _DATABASES.index(n)) for n, one in enumerate(body.databases)),
        *_others(envelope),
    ]
    _check_handles(read)
    _check_origins(origins, read)
    handles = {one.handle for one in read}
    unmanaged, ignored = _unmanaged(envelope, handles), _ignored(envelope, handles)
    return Plan(
        databases=tuple(
            evolve(
                one,
                unmanaged=tuple(each for each in unmanaged if each.database == one.handle),
                ignored=tuple(each for each in ignored if each.address.database == one.handle),
            )
            for one in sorted(read, key=lambda one: one.handle)
        )
    )


def findings_of(envelope: Envelope) -> tuple[Finding, ...]:
    """What the guards said when the plan was made."""
    place = _ENVELOPE.key("findings")
    return tuple(_finding(one, place.index(n)) for n, one in enumerate(envelope.findings))


def _check_handles(read: Sequence[DatabasePlan]) -> None:
    """A database stands once, and those with items in the order that the id was made of."""
    handles = [one.handle for one in read]
    if len(set(handles)) != len(handles):
        twice = next(one for one in handles if handles.count(one) > 1)
        raise _DATABASES.fault(f"the database {twice!r} stands twice")
    live = [(one.target.hosts.database, one.target.addon) for one in read if one.target]
    for one in live:
        if live.count(one) > 1:
            raise _DATABASES.fault(f"the addon {one[1]!r} stands twice")
    with_items = [one.handle for one in read if one.items]
    if with_items != sorted(with_items):
        raise _DATABASES.fault("the databases are not in the order of their handles")


def _check_origins(origins: Origins, read: Sequence[DatabasePlan]) -> None:
    unused = origins.keys() - {entry.address for one in read for entry in one.items}
    if unused:
        raise _ENVELOPE.key("origins").fault(f"the plan has no item {str(min(unused))!r}")


def _unmanaged(envelope: Envelope, handles: Collection[str]) -> list[Address]:
    place = _ENVELOPE.key("unmanaged")
    return [_known(text, handles, place.index(n)) for n, text in enumerate(envelope.unmanaged)]


def _ignored(envelope: Envelope, handles: Collection[str]) -> list[Ignored]:
    place = _ENVELOPE.key("ignored")
    return [
        Ignored(
            address=_known(one.address, handles, place.index(number).key("address")),
            reason=one.reason,
            until=one.until,
            location=_location(one.location),
        )
        for number, one in enumerate(envelope.ignored)
    ]


def _known(text: str, handles: Collection[str], place: Place) -> Address:
    """An address in one of the plan's databases."""
    address = _address(text, place)
    if address.database not in handles:
        raise place.fault(f"the plan has no database {address.database!r}")
    return address


def _others(envelope: Envelope) -> list[DatabasePlan]:
    place = _ENVELOPE.key("others")
    return [
        evolve(
            _head(one, one.target, place.index(number)),
            error=one.error,
            unauthenticated=one.unauthenticated,
        )
        for number, one in enumerate(envelope.others)
    ]


def _database(written: WrittenDatabase, origins: Origins, place: Place) -> DatabasePlan:
    head = _head(written, written.target, place)
    if not written.items:
        raise place.key("items").fault("the list is empty: what has no item stands in the envelope")
    items = tuple(
        _item(one, written, origins, place.key("items").index(number))
        for number, one in enumerate(written.items)
    )
    return evolve(head, items=with_requirements(items))


def _head(written: WrittenHead, target: WrittenTarget | None, place: Place) -> DatabasePlan:
    if not written.handle or "/" in written.handle:
        raise place.key("handle").fault(f"{written.handle!r} is no handle")
    if written.version is not None and str(Version.parse(written.version)) != written.version:
        raise place.key("version").fault(f"{written.version!r} is no version")
    if target is not None and target.app != written.app:
        raise place.key("target").key("app").fault(f"{target.app!r} is not {written.app!r}")
    return DatabasePlan(
        handle=written.handle,
        engine=written.engine.value,
        app=written.app,
        target=target_of(target, place.key("target")) if target else None,
        version=written.version,
        protect=written.protect,
        pins=Pins(resource_id=written.pins.resource_id, region=written.pins.region),
    )


def _address(text: str, place: Place) -> Address:
    try:
        return Address.parse(text)
    except ValueError as error:
        raise place.fault(str(error)) from None


def _address_in(written: WrittenItem, database: WrittenDatabase, place: Place) -> Address:
    """The address of an item, which is about this database, and a kind that its engine has."""
    address = _address(written.address, place)
    if address.database != database.handle:
        raise place.fault(f"{written.address!r} is not in {database.handle!r}")
    kind, engine = KIND_BY_NAME.get(address.kind), database.engine
    whole = isinstance(written, WrittenBlock | WrittenWait) and not address.kind
    if not whole and (kind is None or engine not in kind.offers):
        raise place.fault(f"{engine.value} has nothing to manage at {written.address!r}")
    return address


def _item(written: WrittenItem, database: WrittenDatabase, origins: Origins, place: Place) -> Item:
    address = _address_in(written, database, place.key("address"))
    if address not in origins:
        raise _ENVELOPE.key("origins").fault(f"the key {written.address!r} is missing")
    given: dict[str, Any] = {
        "address": address,
        "reason": written.reason,
        "origin": origins[address],
    }
    if not isinstance(written, WrittenWait):
        change = written.change
        given["change"] = _change(change, address, place.key("change")) if change else None
    match written:
        case WrittenAction():
            return Action(**given, risk=written.risk, approval=_approval(written.approval))
        case WrittenStep():
            return ManualStep(
                **given,
                risk=written.risk,
                approval=_approval(written.approval),
                statements=written.statements,
                where=written.where,
            )
        case WrittenBlock(code=code, message=message, hint=hint):
            return Blocked(**given, code=code, message=message, hint=hint)
        case WrittenWait(message=message, at_it=at_it):
            return Pending(**given, message=message, at_it=at_it)
        case _:
            assert_never(written)


def _change(written: WrittenChange, address: Address, place: Place) -> Change:
    match written:
        case WrittenCreate():
            return Create(address=address, after=written.after, replacement=written.replacement)
        case WrittenUpdate():
            _check_sets(written.before, place.key("before"))
            parts = tuple(
                FieldChange(field=part.field, before=part.before, after=part.after)
                for part in written.fields
            )
            return Update(address=address, before=written.before, after=written.after, fields=parts)
        case WrittenDelete():
            _check_sets(written.before, place.key("before"))
            return Delete(address=address, before=written.before, replacement=written.replacement)
        case _:
            assert_never(written)


def _check_sets(fields: Mapping[str, Value], place: Place) -> None:
    """What was read live is normalised: a list is a set, sorted and without repetition."""
    for name, value in fields.items():
        if isinstance(value, tuple) and list(value) != sorted(set(value)):  # type: ignore[type-var]
            raise place.key(name).fault("the list is not sorted, or names something twice")


def _approval(written: WrittenApproval | None) -> Approval | None:
    return None if written is None else Approval(reason=written.reason, until=written.until)


def _origins(written: Mapping[str, WrittenOrigin]) -> dict[Address, Origin]:
    place = _ENVELOPE.key("origins")
    return {
        _address(text, place.key(text)): Origin(
            location=_location(one.location), default=one.default
        )
        for text, one in written.items()
    }


def _location(written: WrittenLocation) -> Location:
    return Location(file=written.file, line=written.line, column=written.column)


def _finding(written: WrittenFinding, place: Place) -> Finding:
    address = written.address
    return Finding(
        code=written.code,
        severity=written.severity,
        message=written.message,
        location=_location(written.location) if written.location else None,
        hint=written.hint,
        address=_address(address, place.key("address")) if address else None,
        override=written.override,
    )
