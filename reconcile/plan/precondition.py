"""Preconditions: whether what is live still is as a plan expects it, and what somebody else changed. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from enum import Enum

from attrs import evolve, frozen

from reconcile.kinds import KIND_BY_NAME
from reconcile.model.address import Address
from reconcile.model.change import (
    HIGH_RISKS,
    Change,
    Create,
    Delete,
    Risk,
    Update,
    alike,
    is_second_half,
    sides_of,
)
from reconcile.model.engine import Step
from reconcile.model.item import Action, Blocked, Item, Pending
from reconcile.model.plan import DatabasePlan
from reconcile.model.run import Conflict
from reconcile.model.state import Elements, Fields, NoElements, Observed, Value
from reconcile.model.target import Target
from reconcile.plan.build import asked, plan_database


class Standing(Enum):
    """What an action is, just before it: ready to go, or why it does not."""

    READY = "ready"
    ALREADY_DONE = "already done"
    STALE = "stale"
    BLOCKED = "blocked"


@frozen(kw_only=True)
class Precondition:
    """The standing of an action; `message` says why it is not ready, `conflict` what it met.

    `code` is that of what blocks it.
    """

    standing: Standing
    message: str = ""
    code: str | None = None
    conflict: Conflict | None = None


_READY = Precondition(standing=Standing.READY)
_DONE = Precondition(standing=Standing.ALREADY_DONE, message="nothing was sent")


def standing(
    action: Action, now: DatabasePlan, done: Sequence[Change] = (), *, dropped: bool = False
) -> Precondition:
    """Where an action stands, by what its plan would be `now`; `done` is what this run did before.

    `now` has been read, and plans what the plan of the action asks for on what is live. `dropped`
    where the specs no longer ask for the action.
    """
    obstacle = _obstacle(action, now)
    if obstacle is not None:
        return obstacle
    expected = _after(done, action.change)
    about = now.about(action.address)
    is_same = any(_is_same(entry, expected, action.risk) for entry in about)
    if not is_same and not is_left(action.change, now):
        return _DONE
    if is_same and not dropped:
        return _READY
    before, meant = sides_of(action.change)[0], sides_of(expected)[0]
    live, step = _live(about), step_of(action.change)
    if step is not None:
        live = before if now.version == step.before else {"version": now.version}
    return _stale(Conflict(before=before, expected=meant, now=live), dropped=dropped)


def step_of(change: Change) -> Step | None:
    """The engine versions between which a change leads; None where it leads to none."""
    return KIND_BY_NAME[change.address.kind].step(change)


def is_left(change: Change, now: DatabasePlan) -> bool:
    """Whether something is left to do of a change, by what its plan would be `now`.

    An upgrade is done where the planned version is live, whatever its rule asks for next: the rule
    can be met, or have no next step, without it.
    """
    step = step_of(change)
    if step is not None and not step.is_at(now.version):
        return True
    return any(is_due(change, entry) for entry in concerning(change.address, now))


def concerning(address: Address, now: DatabasePlan) -> list[Item]:
    """The items of a plan that are about an address, its kind or its whole database."""
    whole = Address(database=address.database)
    return now.about(address, evolve(whole, kind=address.kind), whole)


def _stale(conflict: Conflict, *, dropped: bool) -> Precondition:
    if dropped:
        why = "the spec no longer asks for this"
    elif conflict.now == conflict.expected:
        why = "it would lead to something else now"
    else:
        why = "live is no longer as the plan saw it"
    return Precondition(
        standing=Standing.STALE, message=f"{why}, nothing was sent: plan again", conflict=conflict
    )


def mismatch(planned: Target, found: Target, *, loses: bool) -> str | None:
    """Why a target is not the one that was planned for; None where it is.

    What one of the two does not tell is not compared: a ready token tells of no engine. But before
    a loss, a creation time that the plan knows has to be known still.
    """
    sides = (
        ("region", planned.region, found.region),
        ("auth host", planned.hosts.auth, found.hosts.auth),
        ("API host", planned.hosts.api, found.hosts.api),
        ("database host", planned.hosts.database, found.hosts.database),
        ("application", planned.app, found.app),
        ("addon", planned.addon, found.addon),
        ("resource id", planned.resource_id, found.resource_id),
        ("engine", planned.engine and planned.engine.value, found.engine and found.engine.value),
        ("creation time", _moment(planned.created_at), _moment(found.created_at)),
    )
    for name, was, is_now in sides:
        if was and is_now and was != is_now:
            return f"it was planned for {name} {was!r}, and this is {is_now!r}: nothing was sent"
    created = _moment(planned.created_at)
    if loses and created and found.created_at is None:
        return (
            f"the plan is for the database that was created at {created}, and the provider does not"
            " say when this one was: nothing was sent"
        )
    return None


def _moment(time: datetime | None) -> str | None:
    return time.isoformat() if time else None


def _obstacle(action: Action, now: DatabasePlan) -> Precondition | None:
    """What keeps the whole database, or what the action is about, from being changed."""
    whole = Address(database=action.address.database)
    for entry in concerning(action.address, now):
        if isinstance(entry, Pending) and entry.address in {whole, action.address}:
            message = f"{entry.message}, nothing was sent"
            return Precondition(standing=Standing.BLOCKED, message=message)
        if isinstance(entry, Blocked) and _blocks(entry, action, whole):
            message = f"{entry.message}, nothing was sent [{entry.code}]"
            return Precondition(standing=Standing.BLOCKED, message=message, code=entry.code)
    return None


def _blocks(entry: Blocked, action: Action, whole: Address) -> bool:
    """Whether an entry says of the database, the kind or this very change that it cannot be."""
    if entry.address == action.address:
        return entry.change is None or entry.change == action.change
    return entry.address in {whole, Address(database=whole.database, kind=action.address.kind)}


def _is_same(entry: Item, expected: Change, risk: Risk) -> bool:
    """Whether an entry is the action, at no greater risk; half of a replacement may be left."""
    if not isinstance(entry, Action) or _LEAST_FIRST.index(entry.risk) > _LEAST_FIRST.index(risk):
        return False
    if is_second_half(expected) and isinstance(entry.change, Create):
        return alike(evolve(entry.change, replacement=True), expected)
    return alike(entry.change, expected)


_LEAST_FIRST = tuple(Risk)


def is_due(change: Change, entry: Item) -> bool:
    """Whether an entry says that something is left to do of a change.

    An update is done where the next one begins with what it was to lead to; a deletion where only
    a creation is left, be it the second half of a replacement.
    """
    other = None if isinstance(entry, Pending) else entry.change
    if isinstance(change, Update) and isinstance(other, Update):
        missing = object()
        return any(other.before.get(part.field, missing) != part.after for part in change.fields)
    return not (isinstance(change, Delete) and isinstance(other, Create))


def _live(about: Sequence[Item]) -> Fields | None:
    """What is there, by what is planned about it; None for nothing."""
    changes = (None if isinstance(entry, Pending) else entry.change for entry in about)
    return next((sides_of(change)[0] for change in changes if change is not None), None)


def _after(done: Sequence[Change], change: Change) -> Change:
    """A deletion as it is planned once other changes of its kind were made."""
    if not isinstance(change, Delete):
        return change
    kind, name = change.address.kind, change.address.name
    live: Elements = {name: change.before}
    for earlier in done:
        if earlier.address.kind == kind:
            live = KIND_BY_NAME[kind].simulate(live, earlier)
    return evolve(change, before=live.get(name, change.before))


def foreign_changes(
    plan: DatabasePlan, sent: Action, done: Sequence[Change], seen: Observed
) -> Iterator[str]:
    """Say what differs from the plan and from `done`, the changes of this run before `sent`.

    `seen` is what the answer to `sent` tells. Actions that disrupt or lose get their own look.
    """
    told = [one for one in plan.actions if one.risk not in HIGH_RISKS and _is_told(one, seen)]
    now = plan_database(asked(plan, told), seen)
    made = {one.address for one in done}
    for action in told:
        if action.address == sent.address:
            continue
        name = f"meanwhile '{action.address}' was changed by another"
        if action.address in made:
            if is_left(action.change, now):
                yield name
            continue
        found = standing(action, now)
        if found.standing is not Standing.READY:
            yield f"{name}{_difference(found.conflict)}"


def _is_told(action: Action, seen: Observed) -> bool:
    state = seen.states.get(action.address.kind)
    return state is not None and not isinstance(state, NoElements)


def _difference(conflict: Conflict | None) -> str:
    """The fields that are not as they were planned; empty where that is not known."""
    if conflict is None or not conflict.now or not conflict.expected:
        return ""
    parts = [
        f"{name} is {_text(value)}, not {_text(conflict.expected.get(name))}"
        for name, value in conflict.now.items()
        if value != conflict.expected.get(name)
    ]
    return f": {'; '.join(parts)}"


def _text(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value) or "(nothing)"
    return str(value).lower() if isinstance(value, bool) else str(value)
