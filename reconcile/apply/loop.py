"""The one loop that carries out a plan, whoever executes it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor

from attrs import define, evolve, field, frozen

from reconcile.apply.allowance import Allowance, withheld
from reconcile.apply.backup_first import Secure, as_it_is
from reconcile.apply.execute import Executor
from reconcile.errors import DOUBT
from reconcile.model.address import Address
from reconcile.model.change import HIGH_RISKS, ActionKey, Change, Create, Risk, is_first_half
from reconcile.model.item import Action
from reconcile.model.operation import look_again
from reconcile.model.plan import DatabasePlan, Proposal
from reconcile.model.run import REACHED, Outcome, Result
from reconcile.model.state import Observed
from reconcile.model.target import Target
from reconcile.plan.precondition import Standing, foreign_changes, mismatch, standing

_STOPS = frozenset({Result.STARTED, Result.FAILED, Result.UNKNOWN, Result.STALE, Result.BLOCKED})

_WHY_SKIPPED = {
    Result.STARTED: "{} is still under way",
    Result.UNKNOWN: "while it was unclear whether {} was done",
    Result.FAILED: "{} was not done",
    Result.STALE: "{} was not done",
    Result.BLOCKED: "{} was not done",
}

_MET = REACHED | {Result.NOT_SENT}
"""The results after which an action may run that requires another: a dry run sends nothing."""


def _ignore(_outcome: Outcome) -> None:
    """Nobody is watching."""


def _as_planned(plan: DatabasePlan) -> DatabasePlan:
    """Nothing is read again: for executors that change nothing."""
    return plan


def _untold(_resource: object, _plan: DatabasePlan, _target: Target) -> Observed | None:
    """Answers tell nothing: for executors that change nothing."""
    return None


LOOK_LASTS = 60.0
"""Seconds for which a look serves the safe actions after it: a wait may be longer."""


@frozen(kw_only=True)
class Loop:
    """How a plan is applied.

    `stop` is set from outside to let the request under way finish and start no other; `recheck`
    plans a database anew, before its first action and each that disrupts or loses; `told_by` says
    what the resource tells that a change answered with; `ticks` is a monotonic clock; `secure`
    makes sure, once for each database, before the first of these, that its data can be brought
    back; `progress` is told every outcome of an action that was tried. All are called from any
    thread. `sleep` waits before a further look for the effect of an answer that was lost, by default
    until `stop` is set. `held` says of databases, by handle, why they are not touched. Of a plan from a file,
    `dropped` are the addresses whose change the specs no longer ask for, and `known` holds the
    outcomes of actions that were found to be done or out of date before any permission was asked.
    """

    proposal: Proposal
    allowance: Allowance
    executor: Executor
    held: Mapping[str, str] = field(factory=dict)
    dropped: Collection[Address] = frozenset()
    known: Mapping[ActionKey, Outcome] = field(factory=dict)
    workers: int = 8
    stop: threading.Event = field(factory=threading.Event)
    sleep: Callable[[float], object] | None = None
    recheck: Callable[[DatabasePlan], DatabasePlan] = _as_planned
    told_by: Callable[[object, DatabasePlan, Target], Observed | None] = _untold
    ticks: Callable[[], float] = time.monotonic
    secure: Secure = as_it_is
    progress: Callable[[Outcome], None] = _ignore

    def run(self) -> tuple[Outcome, ...]:
        """Apply the plan: databases beside each other, the actions of each in order."""
        databases = [plan for plan in self.proposal.plan.databases if plan.actions]
        with ThreadPoolExecutor(max_workers=self.workers) as pool:
            return tuple(
                outcome for part in pool.map(self._database, databases) for outcome in part
            )

    def _database(self, plan: DatabasePlan) -> tuple[Outcome, ...]:
        return tuple(_Walk(loop=self, plan=plan).outcomes())


@define(kw_only=True)
class _Walk:
    """How far the actions of one database have come; of one thread.

    `now` is what it was planned as when it was looked at last, at `looked_at`, None where the next
    action has to look; `done` what was changed since the
    plan, by this run or an earlier one; `results` what came of each action; `stopped_by` the outcome after which nothing else is
    tried; `halfway` where something is deleted that is to be created again; `secured` once its data
    can be brought back.
    """

    loop: Loop
    plan: DatabasePlan
    now: DatabasePlan | None = None
    looked_at: float = 0.0
    done: list[Change] = field(factory=list)
    results: dict[ActionKey, Result] = field(factory=dict)
    stopped_by: Outcome | None = None
    halfway: bool = False
    secured: bool = False

    def outcomes(self) -> Iterator[Outcome]:
        """Stop at the first failure: what follows may rest on it."""
        for action in self.plan.actions:
            outcome = (
                self.loop.known.get(action.key)
                or self._held(action)
                or withheld(self.loop.proposal, self.loop.allowance, action)
                or self._skipped(action)
                or self._requiring(action, action.requires)
            )
            if outcome is None:
                outcome = self._tried(action)
                self.loop.progress(outcome)
            self._note(outcome)
            yield outcome

    def _note(self, outcome: Outcome) -> None:
        self.results[outcome.action.key] = outcome.result
        if outcome.result in _STOPS:
            self.stopped_by = outcome
        if outcome.result in REACHED:
            self.done.append(outcome.action.change)
        self.halfway = outcome.result is Result.DONE and is_first_half(outcome.action.change)

    def _held(self, action: Action) -> Outcome | None:
        """Why the whole database is not touched."""
        reason = self.loop.held.get(self.plan.handle)
        if reason is None:
            return None
        return Outcome(action=action, result=Result.BLOCKED, message=reason)

    def _skipped(self, action: Action) -> Outcome | None:
        """Why an action is not tried; what is half replaced is finished even by a stopped run."""
        if self.stopped_by is not None:
            before = f"{self.stopped_by.action.address}, before it,"
            message = _WHY_SKIPPED[self.stopped_by.result].format(before)
        elif self.loop.stop.is_set() and not self.halfway:
            message = "the run was interrupted"
        else:
            return None
        return Outcome(action=action, result=Result.SKIPPED, message=message)

    def _requiring(self, action: Action, required: Iterable[ActionKey]) -> Outcome | None:
        """Why an action is not tried that requires others; None where all of them are done."""
        for key in required:
            result = self.results.get(key)
            if result not in _MET:
                became = result.value if result else "not in this plan"
                message = f"it requires '{key}' ({became})"
                return Outcome(action=action, result=Result.SKIPPED, message=message)
        return None

    def _requiring_now(self, action: Action, required: Collection[ActionKey]) -> Outcome | None:
        """The same by the last look: what needs an action that was not due before is out of date."""
        outcome = self._requiring(action, required)
        if outcome is None or self.results.keys() >= set(required):
            return outcome
        return evolve(outcome, result=Result.STALE)

    def _tried(self, action: Action) -> Outcome:
        """Look, unless a replacement is half made; then apply what still stands."""
        if self.halfway:
            return self._executed(action)
        outcome = self._unready(action)
        if outcome is not None or self.secured or action.risk not in HIGH_RISKS:
            return outcome or self._executed(action)
        return self._secured_first(action)

    def _unready(self, action: Action) -> Outcome | None:
        """Why an action is not applied; looking takes a while, in which one may interrupt."""
        return self._looked(action) or self._skipped(action)

    def _secured_first(self, action: Action) -> Outcome:
        """Make sure that the data can be brought back; look again where that took a while."""
        before = self.loop.secure(self.plan, self._found, action)
        if isinstance(before, Outcome):
            return before
        self.secured = True
        outcome = self._unready(action) if before.backup is not None else None
        outcome = outcome or self._executed(action)
        return evolve(outcome, backup=before.backup, calls=(*before.calls, *outcome.calls))

    def _looked(self, action: Action) -> Outcome | None:
        """Why an action is not applied, seen from a look just before it; None if it is.

        Somebody may have been quicker while a person thought. A look serves the safe actions after
        it as well, for a minute; what disrupts or loses gets one of its own.
        """
        is_old = self.loop.ticks() - self.looked_at > LOOK_LASTS
        if self.now is None or is_old or action.risk in HIGH_RISKS:
            self.now = self.loop.recheck(self.plan)
            self.looked_at = self.loop.ticks()
        now = self.now
        if now.error is not None or now.target is None:
            message = f"could not be read again, nothing was sent: {now.error}"
            return Outcome(action=action, result=Result.FAILED, message=message)
        other = mismatch(self._target, now.target, loses=action.risk is Risk.LOSSY)
        if other is not None:
            return Outcome(action=action, result=Result.BLOCKED, message=other)
        dropped = action.address in self.loop.dropped
        found = standing(action, now, self.done, dropped=dropped)
        result = _RESULTS[found.standing]
        if result is None:
            return self._requiring_now(action, _required_now(action, now))
        return Outcome(
            action=action,
            result=result,
            message=found.message,
            code=found.code,
            conflict=found.conflict,
        )

    @property
    def _target(self) -> Target:
        if self.plan.target is None:
            raise AssertionError(f"{self.plan.handle} has actions without having been read")
        return self.plan.target

    @property
    def _found(self) -> Target:
        """The target of the last look."""
        return (self.now and self.now.target) or self._target

    def _executed(self, action: Action) -> Outcome:
        """Apply on the target that was found: what a plan says of hosts is only compared."""
        outcome = self.loop.executor.execute(self._found, action, finish=self.halfway)
        if is_first_half(action.change) and self._is_gone(outcome):
            message = f"read again: it was done; {outcome.message.removesuffix(DOUBT)}"
            return evolve(outcome, result=Result.DONE, message=message)
        if self.halfway and outcome.result in _STOPS:
            message = (
                f"it is deleted and may not be there again, run apply again: {outcome.message}"
            )
            return evolve(outcome, message=message)
        return self._compared(outcome)

    def _compared(self, outcome: Outcome) -> Outcome:
        """The outcome with what its answer shows of somebody else's changes.

        Where there are any, the next action looks again.
        """
        if outcome.resource is None:
            return outcome
        seen = self.loop.told_by(outcome.resource, self.plan, self._found)
        action = outcome.action
        foreign = [*foreign_changes(self.plan, action, self.done, seen)] if seen else []
        if not foreign:
            return outcome
        self.now = None
        return evolve(outcome, message="; ".join(filter(None, (outcome.message, *foreign))))

    def _is_gone(self, outcome: Outcome) -> bool:
        """Whether a delete whose answer was lost is seen to be done, so that its create is due."""
        if outcome.result is not Result.UNKNOWN or outcome.under_way:
            return False

        def look() -> bool:
            now = self.loop.recheck(self.plan)
            about = [one for one in now.actions if one.address == outcome.action.address]
            return now.error is None and [type(one.change) for one in about] == [Create]

        return look_again(look, lambda gone: gone, self._pause)

    def _pause(self, seconds: float) -> bool:
        """Wait; return whether to go on."""
        stop = self.loop.stop
        (self.loop.sleep or stop.wait)(seconds)
        return not stop.is_set()


def _required_now(action: Action, now: DatabasePlan) -> tuple[ActionKey, ...]:
    """What an action requires by the last look; a plan from a file does not tell it all."""
    about = (one for one in now.about(action.address) if isinstance(one, Action))
    return next((one.requires for one in about if one.key == action.key), ())


_RESULTS: Mapping[Standing, Result | None] = {
    Standing.READY: None,
    Standing.ALREADY_DONE: Result.ALREADY_DONE,
    Standing.STALE: Result.STALE,
    Standing.BLOCKED: Result.BLOCKED,
}


def count_results(outcomes: Iterable[Outcome]) -> dict[str, int]:
    """How many actions came to which result."""
    counts = {result.value: 0 for result in Result}
    for outcome in outcomes:
        counts[outcome.result.value] += 1
    return {name: count for name, count in counts.items() if count}
