"""Which actions of a kind require others of it, and the order that follows from that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any

from attrs import define, evolve, field

from reconcile.kinds.kind import Kind, Phase, Refused
from reconcile.model.change import ActionKey, Change, Delete, Verb, is_second_half
from reconcile.model.item import Doable, ManualStep
from reconcile.plan.items import Decided, KindInDatabase, held_back

_Placed = tuple[Phase, Doable, frozenset[ActionKey]]
_Requirements = Mapping[ActionKey, Collection[ActionKey]]


@define
class _Order:
    """The changes of a kind that can be made, in an order in which each finds what it needs.

    `keys` are those of all of them, by whether it deletes and by name. `gone` and `there` are
    the names that the changes so far have taken away and brought.
    """

    subject: KindInDatabase
    keys: Mapping[tuple[bool, str], ActionKey]
    ready: dict[ActionKey, Doable] = field(factory=dict)
    gone: set[str] = field(factory=set)
    there: set[str] = field(factory=set)

    def take(self, actions: Iterable[Doable]) -> None:
        """Take all of these that can be done, each as soon as it can."""
        left = list(actions)
        while (action := next((one for one in left if not self.lacks(one)), None)) is not None:
            left.remove(action)
            self.ready[action.key] = action
            names = self.gone if isinstance(action.change, Delete) else self.there
            names.add(action.address.name)

    def lacks(self, action: Doable) -> frozenset[str]:
        """What has to be there, or of a deletion gone, and is not."""
        needed, live = self._needed(action), self._live
        if isinstance(action.change, Delete):
            return (needed & live) - self.gone
        missing = needed - live - self.there
        return missing | (needed & self.gone)

    def needs(self, action: Doable) -> frozenset[ActionKey]:
        """The actions that bring what this one needs, or of a deletion take it away."""
        needed, live = self._needed(action), self._live
        deletes = isinstance(action.change, Delete)
        names = needed & live if deletes else needed - live
        found = (self.keys.get((deletes, name)) for name in names)
        return frozenset(key for key in found if key is not None)

    def refused(self, action: Doable, circular: Collection[ActionKey]) -> Refused:
        """Why an action is not done that cannot be."""
        if action.key in circular:
            return _circular(self.needs(action))
        return self.subject.kind.alone(action.change, self.lacks(action))

    @cached_property
    def _live(self) -> frozenset[str]:
        return frozenset(self.subject.kind.there(self.subject.state))

    def _needed(self, action: Doable) -> frozenset[str]:
        return self.subject.kind.needs(action.change, self.subject.facts)


def in_order(subject: KindInDatabase, decided: Decided) -> Decided:
    """The items of a kind, its changes in an order in which each finds what it requires.

    Actions that require each other are blocked. So is a change that needs something that the plan
    does not bring, or that goes: a person would run its statement in vain. What requires nothing
    keeps its place. The changes of a kind are all actions, or they need nothing of each other.
    """
    entries = list(decided)
    actions = [entry for _phase, entry in entries if isinstance(entry, Doable)]
    keys = {(isinstance(one.change, Delete), one.address.name): one.key for one in actions}
    order = _Order(subject, keys)
    # Deletions need deletions only; what is left of them is what the others may need.
    for deletes in (True, False):
        order.take(one for one in actions if isinstance(one.change, Delete) is deletes)
    circular = _in_circles(
        {one.key: order.needs(one) for one in actions if one.key not in order.ready}
    )
    changes = [one.change for one in order.ready.values()]
    able = [
        (phase, entry, _required(entry, subject.kind, changes, order.needs(entry)))
        for phase, entry in entries
        if isinstance(entry, Doable) and entry.key in order.ready
    ]
    following = iter(tuple(_sorted(able)))
    for phase, entry in entries:
        if not isinstance(entry, Doable):
            yield phase, entry
        elif entry.key in order.ready:
            yield next(following)
        else:
            refused = order.refused(entry, circular)
            yield phase, held_back(refused, entry.change, entry.reason, entry.origin)


def _required(
    entry: Doable, kind: Kind[Any], changes: Sequence[Change], needs: Iterable[ActionKey] = ()
) -> frozenset[ActionKey]:
    """All that has to be done before a change."""
    required = {*needs, *kind.requires(entry.change, changes)}
    if is_second_half(entry.change):
        required.add(ActionKey(Verb.DELETE, entry.address))
    return frozenset(required)


def _requiring(entry: Doable, required: Iterable[ActionKey]) -> Doable:
    """An action with all that it requires; a person follows the order of the manual steps."""
    if isinstance(entry, ManualStep):
        return entry
    return evolve(entry, requires=tuple(sorted(required, key=str)))


def _sorted(placed: Iterable[_Placed]) -> Decided:
    """Each change as soon as all that it requires came before it; the rest, in a circle, blocked."""
    left, done = list(placed), set[ActionKey]()
    while (one := next((one for one in left if done.issuperset(one[2])), None)) is not None:
        left.remove(one)
        phase, entry, required = one
        done.add(entry.key)
        yield phase, _requiring(entry, required)
    for phase, entry, required in left:
        refused = _circular(required - done)
        yield phase, held_back(refused, entry.change, entry.reason, entry.origin)


def _in_circles(required: _Requirements) -> set[ActionKey]:
    """The actions that require themselves, through others or not."""

    def reached(key: ActionKey) -> set[ActionKey]:
        found, front = set[ActionKey](), {key}
        while front:
            front = {each for one in front for each in required.get(one, ())} - found
            found |= front
        return found

    return {key for key in required if key in reached(key)}


def _circular(required: Iterable[ActionKey]) -> Refused:
    listed = ", ".join(sorted(str(key) for key in required))
    return Refused(
        code="P271",
        message=f"it requires {listed}, and these actions require each other",
        hint="take one of them out of the spec",
    )
