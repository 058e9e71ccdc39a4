"""The one loop that carries out a plan, whoever executes it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

from attrs import evolve, field, frozen

from reconcile.apply.allowance import Allowance, withheld
from reconcile.apply.executors import Executor
from reconcile.errors import DOUBT
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.change import Change, Create, Delete, Risk
from reconcile.model.item import Action, Pending
from reconcile.model.plan import DatabasePlan, Proposal
from reconcile.model.run import Outcome, Result
from reconcile.model.state import Elements

_STOPS = frozenset({Result.STARTED, Result.FAILED, Result.UNKNOWN, Result.STALE})

_WHY_SKIPPED = {
    Result.STARTED: "{} is still under way",
    Result.UNKNOWN: "while it was unclear whether {} was done",
    Result.FAILED: "{} was not done",
    Result.STALE: "{} was not done",
}


def _ignore(_outcome: Outcome) -> None:
    """Nobody is watching."""


def _as_planned(plan: DatabasePlan) -> DatabasePlan:
    """Nothing is read again: for executors that change nothing."""
    return plan


@frozen(kw_only=True)
class Loop:
    """How a plan is carried out.

    `stop` is set from outside to let the request under way finish and start no other;
    `recheck` plans a database anew, before its first action and each that disrupts or loses; `progress` is told every
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
        done: list[Change] = []
        untouched = True
        for action in plan.actions:
            outcome = withheld(self.proposal, self.allowance, action) or self._skipped(
                action, stopped_by, halfway=halfway
            )
            if outcome is None:
                looked_at = untouched or _is_looked_at(action)
                stale = self._stale(plan, action, done) if looked_at and not halfway else None
                late = self._skipped(action, None, halfway=halfway)
                outcome = stale or late or self._tried(plan, action, halfway=halfway)
                untouched = False
                self.progress(outcome)
            if outcome.result in _STOPS:
                stopped_by = outcome
            if outcome.result is Result.DONE:
                done.append(action.change)
            halfway = outcome.result is Result.DONE and _is_first_half(action)
            yield outcome

    def _skipped(
        self, action: Action, stopped_by: Outcome | None, *, halfway: bool
    ) -> Outcome | None:
        """Why an action is not tried; what is half replaced is finished even by a stopped run."""
        if stopped_by is not None:
            before = f"{stopped_by.action.address}, before it,"
            message = _WHY_SKIPPED[stopped_by.result].format(before)
        elif self.stop.is_set() and not halfway:
            message = "the run was interrupted"
        else:
            return None
        return Outcome(action=action, result=Result.SKIPPED, message=message)

    def _tried(self, plan: DatabasePlan, action: Action, *, halfway: bool) -> Outcome:
        if plan.target is None:
            raise AssertionError(f"{plan.handle} has actions without having been read")
        outcome = self.executor.execute(plan.target, action, finish=halfway)
        if _is_first_half(action) and self._is_gone(plan, outcome):
            message = f"read again: it was done; {outcome.message.removesuffix(DOUBT)}"
            return evolve(outcome, result=Result.DONE, message=message)
        if halfway and outcome.result in _STOPS:
            message = (
                f"it is deleted and may not be there again, run apply again: {outcome.message}"
            )
            return evolve(outcome, message=message)
        return outcome

    def _stale(self, plan: DatabasePlan, action: Action, done: Sequence[Change]) -> Outcome | None:
        """Look again: somebody may have been quicker while a person thought.

        What this run itself did is no surprise, unless the provider is still at it.
        """
        now = self.recheck(plan)
        if now.error is not None:
            message = f"could not be read again, nothing was sent: {now.error}"
            return Outcome(action=action, result=Result.FAILED, message=message)
        expected = _after(done, action.change)
        if any(entry.change == expected for entry in now.actions):
            return None
        busy = next((one for one in now.items if isinstance(one, Pending)), None)
        why = "live is no longer as the plan saw it" if busy is None else busy.message
        message = f"{why}; nothing was sent, plan again"
        return Outcome(action=action, result=Result.STALE, message=message)

    def _is_gone(self, plan: DatabasePlan, outcome: Outcome) -> bool:
        """Whether a delete whose answer was lost is seen to be done, so that its create is due."""
        if outcome.result is not Result.UNKNOWN or outcome.under_way:
            return False
        now = self.recheck(plan)
        about = [one for one in now.actions if one.address == outcome.action.address]
        return now.error is None and [type(one.change) for one in about] == [Create]


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


def _is_looked_at(action: Action) -> bool:
    """Whether it costs enough to look again before it, also in the middle of a database."""
    return action.risk in {Risk.DISRUPTIVE, Risk.LOSSY}


def _is_first_half(action: Action) -> bool:
    return isinstance(action.change, Delete) and action.change.replacement


def count_results(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many actions came to which result."""
    counts = {result.value: 0 for result in Result}
    for outcome in outcomes:
        counts[outcome.result.value] += 1
    return {name: count for name, count in counts.items() if count}
