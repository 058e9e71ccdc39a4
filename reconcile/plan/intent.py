"""What changes of a journal ask for, as far as they tell: an earlier run kept no inputs."""

from __future__ import annotations

from attrs import evolve

from reconcile.kinds import KINDS
from reconcile.kinds.kind import Asked
from reconcile.model.plan import DatabasePlan
from reconcile.model.state import Desired
from reconcile.plan.build import asked


class NotOursError(ValueError):
    """Changes that no plan of this tool holds: somebody else wrote them."""


def intended(plan: DatabasePlan) -> Desired:
    """What the actions of a plan without inputs ask for, as a spec would.

    Only their kinds are named, so that nothing else is read. Raises NotOursError.
    """
    try:
        kinds = {
            kind.name: kind.meant(
                [
                    Asked(change=entry.change, approval=entry.approval)
                    for entry in plan.actions
                    if entry.address.kind == kind.name
                ]
            )
            for kind in KINDS
            if any(entry.address.kind == kind.name for entry in plan.actions)
        }
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        said = f"{plan.handle!r} has changes that make no sense: {error!r:.200}"
        raise NotOursError(said) from error
    # What the plan itself asks for of them, if anything, says nothing of the changes.
    return evolve(asked(evolve(plan, facts=None)), kinds=kinds)
