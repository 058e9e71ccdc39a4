"""Self-verification: a plan is applied to a model of what was observed, and planned again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from attrs import evolve

from reconcile.errors import ReconcileError
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.change import sides_of, verb_of
from reconcile.model.item import Action
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.state import Desired, KindState, NoElements, Observation, Observed
from reconcile.plan.build import plan_database


class PlanDefectError(ReconcileError):
    """A plan that would not converge: a defect of the tool, told with all that a report needs."""

    def __init__(self, defects: tuple[tuple[DatabasePlan, DatabasePlan], ...]) -> None:
        handles = ", ".join(repr(planned.handle) for planned, _left in defects)
        super().__init__(
            "a defect of the tool, please report it with the lines below: once applied, the plan"
            f" of {handles} would not be empty; it is not shown, and nothing was changed"
        )
        self._defects = defects

    @property
    def lines(self) -> tuple[str, ...]:
        """The sentence, and for each database what was planned and what would be left."""
        return (f"reconcile: {self}", *self._report())

    def _report(self) -> Iterator[str]:
        for planned, left in self._defects:
            yield f"{planned.handle}, {planned.engine} {planned.version or 'of unknown version'}"
            for word, plan in (("planned", planned), ("left", left)):
                for action in plan.actions:
                    yield f"  {word}: {_told(action)}"


def verify(desired: Iterable[Desired], observed: Mapping[str, Observation], plan: Plan) -> None:
    """Raise PlanDefectError where actions would be left after all of a plan's took effect."""
    wanted = {one.handle: one for one in desired}
    left = (
        (database, after_all(wanted[database.handle], observed[database.handle], database))
        for database in plan.databases
        if database.actions
    )
    defects = tuple(pair for pair in left if pair[1].actions)
    if defects:
        raise PlanDefectError(defects)


def after_all(desired: Desired, observation: Observation, plan: DatabasePlan) -> DatabasePlan:
    """The plan of a database once all actions of a plan took effect."""
    if not isinstance(observation, Observed):
        return plan
    states: dict[str, KindState] = dict(observation.states)
    for action in plan.actions:
        kind = KIND_BY_NAME[action.address.kind]
        state = states[kind.name]
        if not isinstance(state, NoElements):
            states[kind.name] = kind.simulate(state, action.change)
    return plan_database(desired, evolve(observation, states=states))


def _told(action: Action) -> str:
    before, after = sides_of(action.change)
    return f"{verb_of(action.change).value} {action.address}: {_side(before)} → {_side(after)}"


def _side(fields: Mapping[str, object] | None) -> str:
    return "nothing" if fields is None else str(dict(fields))
