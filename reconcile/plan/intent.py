"""What a plan asks for, told by the plan alone: so it is judged anew without its specs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from reconcile.kinds import KIND_BY_NAME, KINDS
from reconcile.kinds.kind import Asked, Kind
from reconcile.model.engine import Engine, Version
from reconcile.model.item import Doable
from reconcile.model.location import Location
from reconcile.model.plan import DatabasePlan
from reconcile.model.state import Desired, Facts, Observed
from reconcile.plan.build import plan_database

NOWHERE = Location(file="the plan", line=0, column=0)
"""The place of what no item asks for."""


class NotOursError(ValueError):
    """Changes that no plan of this tool holds: somebody else wrote them."""


def intended(plan: DatabasePlan, entries: Iterable[Doable] | None = None) -> Desired:
    """What some entries of a plan ask for, as a spec would; without a choice all that are doable.

    Only their kinds are named, so that nothing else is read. Raises NotOursError.
    """
    chosen = plan.doable if entries is None else tuple(entries)
    with _sensible(plan):
        return Desired(
            handle=plan.handle,
            app=plan.app,
            addon=plan.target.addon if plan.target else None,
            engine=Engine(plan.engine),
            location=NOWHERE,
            protect=plan.protect,
            pins=plan.pins,
            connection=plan.target.connection if plan.target else None,
            kinds={kind.name: _meant(kind, of_kind) for kind, of_kind in _by_kind(chosen)},
            origins={entry.address: entry.origin for entry in chosen},
        )


def recalled(plan: DatabasePlan) -> Observed:
    """The state that a plan was made on, as far as its items tell. Raises NotOursError."""
    with _sensible(plan):
        if plan.target is None:
            raise NotOursError(f"{plan.handle!r} has items and no target")
        engine = Engine(plan.engine)
        return Observed(
            target=plan.target,
            facts=Facts(
                engine=engine,
                type_name=engine.value,
                version=Version.parse(plan.version or ""),
                status="running",
            ),
            states={
                kind.name: kind.recall([entry.change for entry in entries])
                for kind, entries in _by_kind(plan.doable)
            },
        )


def rebuilt(plan: DatabasePlan) -> DatabasePlan:
    """The plan of what a plan asks for, on the state that it was made on.

    Its actions and manual steps are those of the given one, or the given one is none of ours.
    Raises NotOursError where no sense can be made of a change.
    """
    desired, observed = intended(plan), recalled(plan)
    with _sensible(plan):
        return plan_database(desired, observed)


@contextmanager
def _sensible(plan: DatabasePlan) -> Iterator[None]:
    """Say of changes of a strange shape that they are not ours, whatever stumbles over them."""
    try:
        yield
    except NotOursError:
        raise
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        why = str(error) if isinstance(error, ValueError) else repr(error)
        said = f"{plan.handle!r} has changes that make no sense: {why:.200}"
        raise NotOursError(said) from error


def _by_kind(entries: tuple[Doable, ...]) -> Iterator[tuple[Kind[Any], list[Doable]]]:
    """The kinds that entries are about, in the order of the kinds, with theirs."""
    named = {KIND_BY_NAME[entry.address.kind].name for entry in entries}
    for kind in KINDS:
        if kind.name in named:
            yield kind, [entry for entry in entries if entry.address.kind == kind.name]


def _meant(kind: Kind[Any], entries: list[Doable]) -> object:
    return kind.meant([Asked(change=entry.change, approval=entry.approval) for entry in entries])
