"""Which actions of a kind require others of it, and the order that follows from that."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from attrs import define, evolve, field

from reconcile.kinds import KIND_BY_NAME
from reconcile.kinds.kind import Kind, Phase, Refused
from reconcile.model.change import ActionKey, Change, Delete, Verb, is_second_half
from reconcile.model.item import Action, Item
from reconcile.plan.settle import KindInDatabase, Settled, held_back

_Placed = tuple[Phase, Action]
_Requirements = Mapping[ActionKey, Collection[ActionKey]]


@define
class _Order:
    """The actions of a kind that can be done, in an order in which each finds what it needs.

    `keys` are those of all its actions, by whether it deletes and by name. `gone` and `there` are
    the names that the actions so far have taken away and brought.
    """

    subject: KindInDatabase
    keys: Mapping[tuple[bool, str], ActionKey]
    ready: dict[ActionKey, Action] = field(factory=dict)
    gone: set[str] = field(factory=set)
    there: set[str] = field(factory=set)

    def take(self, actions: Iterable[Action]) -> None:
        """Take all of these that can be done, each as soon as it can."""
        left = list(actions)
        while (action := next((one for one in left if not self.lacks(one)), None)) is not None:
            left.remove(action)
            self.ready[action.key] = action
            names = self.gone if isinstance(action.change, Delete) else self.there
            names.add(action.address.name)

    def lacks(self, action: Action) -> frozenset[str]:
        """What has to be there, or of a deletion gone, and is not."""
        needed, live = self._needed(action), self._live
        if isinstance(action.change, Delete):
            return (needed & live) - self.gone
        missing = needed - live - self.there
        return missing | (needed & self.gone)

    def needs(self, action: Action) -> frozenset[ActionKey]:
        """The actions that bring what this one needs, or of a deletion take it away."""
        needed, live = self._needed(action), self._live
        deletes = isinstance(action.change, Delete)
        names = needed & live if deletes else needed - live
        found = (self.keys.get((deletes, name)) for name in names)
        return frozenset(key for key in found if key is not None)

    def refused(self, action: Action, circular: Collection[ActionKey]) -> Refused:
        """Why an action is not done that cannot be."""
        if action.key in circular:
            return _circular(self.needs(action))
        return self.subject.kind.alone(action.change, self.lacks(action))

    @property
    def _live(self) -> frozenset[str]:
        return frozenset(self.subject.kind.there(self.subject.state))

    def _needed(self, action: Action) -> frozenset[str]:
        return self.subject.kind.needs(action.change, self.subject.facts)


def in_order(subject: KindInDatabase, settled: Settled) -> Settled:
    """The items of a kind, its actions in an order in which each finds what it requires.

    Actions that require each other are blocked. So is an action that needs something that the plan
    does not bring, or that goes. What requires nothing keeps its place.
    """
    entries = list(settled)
    actions = [entry for _phase, entry in entries if isinstance(entry, Action)]
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
        (phase, _requiring(entry, subject.kind, changes, order.needs(entry)))
        for phase, entry in entries
        if isinstance(entry, Action) and entry.key in order.ready
    ]
    following = iter(tuple(_sorted(able)))
    for phase, entry in entries:
        if not isinstance(entry, Action):
            yield phase, entry
        elif entry.key in order.ready:
            yield next(following)
        else:
            refused = order.refused(entry, circular)
            yield phase, held_back(refused, entry.change, entry.reason, entry.origin)


def with_requirements(items: Sequence[Item]) -> tuple[Item, ...]:
    """The items of a database, each action with the requirements that their changes alone tell."""
    changes: dict[str, list[Change]] = {}
    for entry in items:
        if isinstance(entry, Action):
            changes.setdefault(entry.address.kind, []).append(entry.change)

    def required(entry: Item) -> Item:
        if not isinstance(entry, Action):
            return entry
        kind = entry.address.kind
        return _requiring(entry, KIND_BY_NAME[kind], changes[kind])

    return tuple(required(entry) for entry in items)


def _requiring(
    action: Action, kind: Kind[Any], changes: Sequence[Change], needs: Iterable[ActionKey] = ()
) -> Action:
    """The action with all that it requires."""
    required = {*needs, *kind.requires(action.change, changes)}
    if is_second_half(action.change):
        required.add(ActionKey(Verb.DELETE, action.address))
    return evolve(action, requires=tuple(sorted(required, key=str)))


def _sorted(placed: Iterable[_Placed]) -> Settled:
    """Each action as soon as all that it requires came before it; the rest, in a circle, blocked."""
    left, done = list(placed), set[ActionKey]()
    while (
        one := next((one for one in left if done.issuperset(one[1].requires)), None)
    ) is not None:
        left.remove(one)
        done.add(one[1].key)
        yield one
    for phase, action in left:
        refused = _circular(set(action.requires) - done)
        yield phase, held_back(refused, action.change, action.reason, action.origin)


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
