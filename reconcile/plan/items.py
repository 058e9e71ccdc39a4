"""One kind of one database: the differences, and what can be done about each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any, assert_never

from attrs import evolve, frozen

from reconcile.kinds.kind import (
    ByHand,
    Feasible,
    Judgement,
    Kind,
    Phase,
    Refused,
    Sides,
    Waiting,
)
from reconcile.model.address import Address
from reconcile.model.change import (
    Change,
    Create,
    Delete,
    Update,
    is_half,
    update_of,
    update_without,
)
from reconcile.model.item import Action, Blocked, Item, ManualStep, Pending, Reason
from reconcile.model.location import Origin
from reconcile.model.state import Desired, Elements, Facts, NoElements, NotOffered, Unreadable
from reconcile.plan.diff import Found

Decided = Iterator[tuple[Phase, Item]]

_PHASES = {Create: Phase.CREATE, Update: Phase.CHANGE, Delete: Phase.DELETE}
_REASONS = {Create: Reason.MISSING, Update: Reason.DIFFERS, Delete: Reason.ABSENT}


@frozen(kw_only=True)
class KindInDatabase:
    """A kind that the spec of a database names, with what was read of it."""

    kind: Kind[Any]
    desired: Desired
    facts: Facts
    state: Elements

    @property
    def address(self) -> Address:
        """The kind's own address."""
        return Address(database=self.desired.handle, kind=self.kind.name)

    @cached_property
    def sides(self) -> Sides:
        """Both sides in one spelling. What is ignored is wanted by no `Desired`, and not live."""
        sides = self.kind.normalize(self.desired.kinds[self.kind.name], self.state, self.facts)
        mine = [one.address for one in self.desired.ignored if one.address.kind == self.kind.name]
        ignored = {address.name for address in mine}
        live = {name: fields for name, fields in sides.live.items() if name not in ignored}
        return evolve(sides, live=live)

    def judge(self, change: Change) -> Judgement:
        """What can be done about a change."""
        return self.kind.judge(change, self.state, self.facts)


def decide_kind(subject: KindInDatabase, found: Iterable[Found]) -> Decided:
    """Yield the items of a kind with their phase; `found` is what differs there, by name."""
    reported = []
    for one in found:
        if isinstance(one, Address):
            reported.append(one)
        else:
            yield from _decide(subject, one)
    for address in reported:
        yield Phase.DELETE, _reported(subject, address)


def _decide(subject: KindInDatabase, change: Change) -> Decided:
    sides = subject.sides
    judgement = subject.judge(change)
    if isinstance(change, Update) and isinstance(judgement, Refused):
        context = sides.context.get(change.address.name, {})
        rest = update_without(change, judgement.fields, context)
        if rest is not None:
            yield from _decide(subject, rest)
            change = update_of(change, judgement.fields)
    if (
        isinstance(change, Update)
        and isinstance(judgement, Refused)
        and judgement.replaceable
        and change.address.name in sides.wanted.replace
    ):
        before = sides.live[change.address.name]
        gone = Delete(address=change.address, before=before, replacement=True)
        back = Create(address=change.address, after=change.after, replacement=True)
        for half in (gone, back):
            yield Phase.CHANGE, _entry(subject, half, subject.judge(half))
        return
    phase = judgement.phase if isinstance(judgement, Feasible | ByHand) else None
    yield phase or _PHASES[type(change)], _entry(subject, change, judgement)


def _entry(subject: KindInDatabase, change: Change, judgement: Judgement) -> Item:
    address = change.address
    origin = subject.desired.origin(address)
    reason = _reason(change)
    approval = subject.sides.wanted.absent.get(address.name)
    match judgement:
        case Feasible(risk=risk):
            return Action(
                address=address,
                change=change,
                risk=risk,
                reason=reason,
                origin=origin,
                approval=approval,
            )
        case ByHand(statements=statements, where=where, risk=risk):
            return ManualStep(
                address=address,
                change=change,
                risk=risk,
                reason=reason,
                origin=origin,
                approval=approval,
                statements=statements,
                where=where,
            )
        case Refused() | Waiting():
            return held_back(judgement, change, reason, origin)
        case _:
            assert_never(judgement)


def held_back(
    judgement: Refused | Waiting, change: Change, reason: Reason, origin: Origin
) -> Blocked | Pending:
    """What is not done, or not now."""
    if isinstance(judgement, Waiting):
        return Pending(
            address=change.address,
            message=judgement.message,
            reason=Reason.BUSY,
            origin=origin,
            in_progress=judgement.in_progress,
        )
    return Blocked(
        address=change.address,
        change=change,
        reason=reason,
        origin=origin,
        code=judgement.code,
        message=judgement.message,
        hint=judgement.hint,
    )


def _reason(change: Change) -> Reason:
    """Why a change is due; of both halves of a replacement, that live differs."""
    return Reason.DIFFERS if is_half(change) else _REASONS[type(change)]


def _reported(subject: KindInDatabase, address: Address) -> Blocked:
    return Blocked(
        address=address,
        code="P103",
        message="it is live, and the spec does not name it",
        hint="list it under present or, with a reason and a date, under absent",
        reason=Reason.UNMANAGED,
        origin=subject.desired.origin(subject.address),
    )


def without_elements(kind: Kind[Any], desired: Desired, state: NoElements) -> Blocked:
    """The item for a kind that this engine or plan does not have, or that could not be read."""
    match state:
        case NotOffered(message=message):
            code, reason = "P102", Reason.NOT_OFFERED
            message = f"not offered by this engine or plan: {message}"
            hint = f"take {kind.name} out of this spec"
        case Unreadable(message=message):
            code, reason = "P105", Reason.UNREADABLE
            hint = "run it again; if it stays so, a newer version of this tool may know the answer"
        case _:
            assert_never(state)
    address = Address(database=desired.handle, kind=kind.name)
    return Blocked(
        address=address,
        code=code,
        message=message,
        hint=hint,
        reason=reason,
        origin=desired.origin(address),
    )
