"""Which changes of a kind wait for others of it, and which wait for what never comes."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import define, field

from reconcile.kinds.kind import Phase
from reconcile.model.change import Delete
from reconcile.model.item import Action
from reconcile.plan.settle import KindInDatabase, Settled, held_back

_Placed = tuple[Phase, Action]


@define
class _Order:
    """The actions of a kind that can be done, in an order in which each finds what it needs.

    `gone` and `there` are the names that those so far have taken away and brought.
    """

    subject: KindInDatabase
    ready: list[_Placed] = field(factory=list)
    gone: set[str] = field(factory=set)
    there: set[str] = field(factory=set)

    def take(self, actions: Iterable[_Placed]) -> None:
        """Take all of these that can be done, each as soon as it can."""
        left = list(actions)
        while (placed := next((one for one in left if not self.lacks(one[1])), None)) is not None:
            left.remove(placed)
            self.ready.append(placed)
            names = self.gone if isinstance(placed[1].change, Delete) else self.there
            names.add(placed[1].address.name)

    def placed(self, *, deletes: bool) -> list[_Placed]:
        """The deletions among them, or the others."""
        return [one for one in self.ready if isinstance(one[1].change, Delete) is deletes]

    def lacks(self, action: Action) -> frozenset[str]:
        """What has to be there, or of a deletion gone, and is not."""
        needed = self.subject.kind.needs(action.change, self.subject.facts)
        live = self.subject.state.keys()
        if isinstance(action.change, Delete):
            return (needed & live) - self.gone
        return needed - ((live | self.there) - self.gone)


def in_order(subject: KindInDatabase, settled: Settled) -> Settled:
    """The items of a kind, its actions in an order in which each finds what it needs.

    Those that wait for one another, or for something that nothing is done about, are blocked; so is
    what needs something that goes. What waits for nothing keeps its place.
    """
    entries = list(settled)
    order = _Order(subject)
    # Deletions wait for deletions only; what is left of them is what the others may need.
    for deletes in (True, False):
        order.take(
            (phase, entry)
            for phase, entry in entries
            if isinstance(entry, Action) and isinstance(entry.change, Delete) is deletes
        )
    following = {deletes: iter(order.placed(deletes=deletes)) for deletes in (True, False)}
    for phase, entry in entries:
        if not isinstance(entry, Action):
            yield phase, entry
        elif (phase, entry) in order.ready:
            yield next(following[isinstance(entry.change, Delete)])
        else:
            refused = subject.kind.alone(entry.change, order.lacks(entry))
            yield phase, held_back(refused, entry.change, entry.reason, entry.origin)
