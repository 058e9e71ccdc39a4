"""The one loop that carries out a plan, whoever executes it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from attrs import field, frozen

from reconcile.apply.allowance import Allowance, withheld
from reconcile.apply.executors import Executor
from reconcile.model.item import Action
from reconcile.model.plan import DatabasePlan, Proposal
from reconcile.model.run import Outcome, Result

_STOPS = frozenset({Result.FAILED, Result.UNKNOWN})


def _ignore(_outcome: Outcome) -> None:
    """Nobody is watching."""


@frozen(kw_only=True)
class Loop:
    """How a plan is carried out.

    `stop` is set from outside to let the request under way finish and start no other;
    `progress` is told every outcome, from any thread.
    """

    proposal: Proposal
    allowance: Allowance
    executor: Executor
    workers: int = 8
    stop: threading.Event = field(factory=threading.Event)
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
        failed: Outcome | None = None
        for action in plan.actions:
            outcome = (
                withheld(self.proposal, self.allowance, action)
                or self._skipped(action, failed)
                or self._execute(plan, action)
            )
            failed = outcome if outcome.result in _STOPS else failed
            self.progress(outcome)
            yield outcome

    def _skipped(self, action: Action, failed: Outcome | None) -> Outcome | None:
        if failed is not None:
            before = f"{failed.action.address}, before it,"
            unclear = failed.result is Result.UNKNOWN
            message = (
                f"it is unclear whether {before} was done" if unclear else f"{before} was not done"
            )
        elif self.stop.is_set():
            message = "the run was interrupted"
        else:
            return None
        return Outcome(action=action, result=Result.SKIPPED, message=message)

    def _execute(self, plan: DatabasePlan, action: Action) -> Outcome:
        if plan.target is None:
            raise AssertionError(f"{plan.handle} has actions without having been read")
        return self.executor.execute(plan.target, action)


def count_results(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many actions came to which result."""
    counts = {result.value: 0 for result in Result}
    for outcome in outcomes:
        counts[outcome.result.value] += 1
    return {name: count for name, count in counts.items() if count}
