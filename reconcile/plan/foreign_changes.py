"""What somebody else changed while a change was made: its answer holds the whole resource. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from reconcile.model.change import HIGH_RISKS, Change
from reconcile.model.item import Action
from reconcile.model.plan import DatabasePlan
from reconcile.model.run import Clash
from reconcile.model.state import NoElements, Observed, Value
from reconcile.plan.build import plan_database
from reconcile.plan.intent import intended
from reconcile.plan.standing import Standing, is_left, standing


def foreign_changes(
    plan: DatabasePlan, sent: Action, done: Sequence[Change], seen: Observed
) -> Iterator[str]:
    """Say what differs from the plan and from `done`, the changes of this run before `sent`.

    `seen` is what the answer to `sent` tells. Actions that disrupt or lose get their own look.
    """
    told = [one for one in plan.actions if one.risk not in HIGH_RISKS and _is_told(one, seen)]
    now = plan_database(intended(plan, told), seen)
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
            yield f"{name}{_difference(found.clash)}"


def _is_told(action: Action, seen: Observed) -> bool:
    state = seen.states.get(action.address.kind)
    return state is not None and not isinstance(state, NoElements)


def _difference(clash: Clash | None) -> str:
    """The fields that are not as they were planned; empty where that is not known."""
    if clash is None or not clash.now or not clash.expected:
        return ""
    parts = [
        f"{name} is {_text(value)}, not {_text(clash.expected.get(name))}"
        for name, value in clash.now.items()
        if value != clash.expected.get(name)
    ]
    return f": {'; '.join(parts)}"


def _text(value: Value) -> str:
    if isinstance(value, tuple):
        return ", ".join(str(one) for one in value) or "(nothing)"
    return str(value).lower() if isinstance(value, bool) else str(value)
