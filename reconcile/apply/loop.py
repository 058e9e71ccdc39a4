"""The one loop that carries out a plan, whoever executes it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from attrs import evolve, field, frozen

from reconcile.apply.allowance import Allowance, withheld
from reconcile.apply.executors import Executor
from reconcile.model.change import Delete, Risk
from reconcile.model.item import Action
from reconcile.model.plan import DatabasePlan, Proposal
from reconcile.model.run import Outcome, Result

_STOPS = frozenset({Result.FAILED, Result.UNKNOWN, Result.STALE})


def _ignore(_outcome: Outcome) -> None:
    """Nobody is watching."""


def _as_planned(plan: DatabasePlan) -> DatabasePlan:
    """Nothing is read again: for executors that change nothing."""
    return plan


@frozen(kw_only=True)
class Loop:
    """How a plan is carried out.

    `stop` is set from outside to let the request under way finish and start no other;
    `recheck` plans a database anew, just before each of its lossy actions; `progress` is told every
    outcome of an action that was tried. Both are called from any thread.
    """

    proposal: Proposal
    allowance: Allowance
    executor: Executor
    workers: int = 8
    stop: threading.Event = field(factory=threading.Event)
    recheck: Callable[[DatabasePlan], DatabasePlan] = _as_planned
    progress: Callable[[Outcome], None] = _ignore

    def run(self) -> tuple[Outcome, ...]:
        """Carry out the plan: databases beside each other, the actions of each in order."""
        databases = [plan for plan in self.proposal.plan.databases if plan.actions]
        with ThreadPoolExecutor(max_workers=self.workers) as pool:
            return tuple(
                outcome for part in pool.map(self._database, databases) for outcome in part
            )

    def _database(self, plan: DatabasePlan) -> tuple[Outcome, ...]:
        return tuple(self._outcomes(plan))

    def _outcomes(self, plan: DatabasePlan) -> Iterator[Outcome]:
        """Stop at the first failure: what follows may rest on it."""
        stopped_by: Outcome | None = None
        halfway = False
        for action in plan.actions:
            outcome = withheld(self.proposal, self.allowance, action) or self._skipped(
                action, stopped_by, halfway=halfway
            )
            if outcome is None:
                outcome = self._tried(plan, action, halfway=halfway)
                self.progress(outcome)
            if outcome.result in _STOPS:
                stopped_by = outcome
            halfway = outcome.result is Result.DONE and _is_first_half(action)
            yield outcome

    def _skipped(
        self, action: Action, stopped_by: Outcome | None, *, halfway: bool
    ) -> Outcome | None:
        """Why an action is not tried; what is half replaced is finished even by a stopped run."""
        if stopped_by is not None:
            before = f"{stopped_by.action.address}, before it,"
            unclear = stopped_by.result is Result.UNKNOWN
            message = (
                f"it is unclear whether {before} was done" if unclear else f"{before} was not done"
            )
        elif self.stop.is_set() and not halfway:
            message = "the run was interrupted"
        else:
            return None
        return Outcome(action=action, result=Result.SKIPPED, message=message)

    def _tried(self, plan: DatabasePlan, action: Action, *, halfway: bool) -> Outcome:
        if plan.target is None:
            raise AssertionError(f"{plan.handle} has actions without having been read")
        if action.risk is Risk.LOSSY and not halfway:
            stale = self._stale(plan, action)
            if stale is not None:
                return stale
        outcome = self.executor.execute(plan.target, action)
        if halfway and outcome.result in _STOPS:
            message = (
                f"it is deleted and may not be there again, run apply again: {outcome.message}"
            )
            return evolve(outcome, message=message)
        return outcome

    def _stale(self, plan: DatabasePlan, action: Action) -> Outcome | None:
        """Look again before data goes: somebody may have been quicker while a person thought."""
        now = self.recheck(plan)
        if any(entry.change == action.change for entry in now.actions):
            return None
        reason = now.error or "live is no longer as the plan saw it"
        return Outcome(
            action=action, result=Result.STALE, message=f"{reason}; nothing was sent, plan again"
        )


def _is_first_half(action: Action) -> bool:
    return isinstance(action.change, Delete) and action.change.replacement


def count_results(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many actions came to which result."""
    counts = {result.value: 0 for result in Result}
    for outcome in outcomes:
        counts[outcome.result.value] += 1
    return {name: count for name, count in counts.items() if count}
