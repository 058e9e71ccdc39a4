"""What earlier runs left open: read, told and settled before a run begins.

A one-off command that is given once more is not done twice unseen. What was done is reported
instead, once. Where it cannot be known, `--confirm` and `--yes` do not count: a person answers the
question, or names the run with `--again`.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from attrs import define, evolve

from reconcile.api.operations import Following
from reconcile.apply.backup_first import begun_backup, listed
from reconcile.apply.history import open_history, resolved_action
from reconcile.apply.journal import Journal
from reconcile.apply.open_ends import OpenEnd, open_ends, unanswered
from reconcile.apply.replay import HistoryError
from reconcile.apply.resolve import action_of, resolution
from reconcile.errors import NotFoundError, NotOfferedError, ReconcileError, UsageError
from reconcile.model.change import Risk
from reconcile.model.engine import Version
from reconcile.model.history import History, Resolution, RunState
from reconcile.model.order import Order, OrderOutcome
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.request import BACK_UP, RESOURCE, UPGRADE, Call, restore
from reconcile.model.run import Result, follow_command
from reconcile.model.target import Target
from reconcile.model.text import moment
from reconcile.plan.intent import NotOursError, intended
from reconcile.workflow.commands import OneOffCommand
from reconcile.workflow.named import Subject
from reconcile.workflow.process import Consent, Process
from reconcile.workflow.record import addons, opening, run_id
from reconcile.workflow.reread import Reread


@define(kw_only=True)
class Earlier:
    """What earlier runs left open on the databases of a plan, and what is known of it by now.

    `found` is what was found out and is in no journal yet, `open` what still goes on. `orders` are
    the one-off commands that their runs left open and that no run answered.
    """

    plan: Plan
    directory: Path
    process: Process
    found: tuple[Resolution, ...] = ()
    open: tuple[OpenEnd, ...] = ()
    orders: tuple[OpenEnd, ...] = ()

    def resolve(self, reread: Reread) -> None:
        """Find out what became of what is open.

        Only what it was about is read again. What goes on, or cannot be read now, stays open; what
        cannot be known is said once.
        """
        tell = self.process.tell
        try:
            history = open_history(self.directory, self.process.now())
        except HistoryError as error:
            tell(f"warning: what earlier runs left open is not known: {error}")
            return
        self._warn(history)
        ends = open_ends(history.runs, addons(self.plan))
        for end in ends:
            tell(f"note: {_left_open(end)}; what it came to is read now")
        for plan in sorted(self.plan.databases, key=lambda one: one.handle):
            about = [end for end in ends if end.handle == plan.handle]
            self.found += tuple(_resolved(plan, about, reread))
        known = {one.name: one for one in self.found}
        for end in ends:
            tell(f"note: run {end.run.id}: {_said(end)}: {_became(end, known.get(end.name))}")
        self.open = tuple(end for end in ends if end.name not in known)
        self.orders = self._unanswered(history)

    def order(self, call: Call) -> OpenEnd | None:
        """The last command that sent the same request, where its own run left it open.

        It was done, or it is not known; None also where it was not done.
        """
        return _order(self.orders, call)

    def is_repeated(self, call: Call) -> bool:
        """Whether another run sent the same request since the journals were read.

        Asked with the database to ourselves: before, a run at the same time may do it.
        """
        try:
            history = open_history(self.directory, self.process.now())
        except HistoryError:
            return False  # it was said before
        before, now = self.order(call), _order(self._unanswered(history), call)
        return (now and now.run.id) != (before and before.run.id)

    def answer(self, end: OpenEnd) -> None:
        """Take in that a command was done, and that this run reports it to who gave it again."""
        answered = evolve(end.resolved(done=True), answered=True)
        others = (one for one in self.found if (one.run, one.verb) != (answered.run, answered.verb))
        self.found = (*others, answered)

    def write(self, journal: Journal) -> None:
        """Put what was found out into the journal of a run. Raises JournalError."""
        for one in self.found:
            journal.settled(one)
        self.found = ()

    def record(self, command: str) -> None:
        """Put what is in no journal yet into that of a run that does nothing."""
        if not self.found:
            return
        process = self.process
        try:
            with Journal(self.directory, run_id(process), process.now) as journal:
                journal.begin(opening(command, addons(self.plan), None, actions=0))
                self.write(journal)
                journal.end({})
        except ReconcileError as error:
            process.tell(
                f"note: what was found out about earlier runs is not written down: {error}"
            )

    def _unanswered(self, history: History) -> tuple[OpenEnd, ...]:
        """The commands that no run answered, with what was found out about them."""
        known = {one.name: one for one in self.found}
        return tuple(
            evolve(end, action=resolved_action(end.action, known[end.name]))
            if end.name in known
            else end
            for end in unanswered(history.runs, addons(self.plan))
        )

    def _warn(self, history: History) -> None:
        """Name the journals that may hold what nobody can read."""
        for one in history.in_doubt:
            path = self.directory / "runs" / f"{one.id}.jsonl"
            self.process.tell(
                f"warning: {str(path)!r}: {one.reason}; what its run left open may not be known:"
                " check its databases, then move the file away"
            )


@contextmanager
def earlier_runs(
    plan: Plan, command: str, reread: Reread, directory: Path, *, look: bool = True
) -> Iterator[Earlier]:
    """What earlier runs left open, found out before a run; written down even if it does nothing."""
    earlier = Earlier(plan=plan, directory=directory, process=reread.process)
    if look:
        earlier.resolve(reread)
    try:
        yield earlier
    finally:
        earlier.record(command)


def _order(orders: Iterable[OpenEnd], call: Call) -> OpenEnd | None:
    same = (end for end in orders if end.is_order(call))
    return next((end for end in same if end.action.result is not Result.FAILED), None)


def plan_of(handle: str, target: Target) -> Plan:
    """A plan of one database in which there is nothing to do."""
    engine = target.engine.value if target.engine else ""
    database = DatabasePlan(handle=handle, engine=engine, app=target.app, target=target)
    return Plan(databases=(database,))


def _resolved(plan: DatabasePlan, ends: Sequence[OpenEnd], reread: Reread) -> Iterator[Resolution]:
    yield from _resolved_changes(plan, [end for end in ends if end.action.change], reread)
    for end in ends:
        known = None if end.action.change else _resolved_order(plan, end, reread)
        if known is not None:
            yield known


def _resolved_changes(
    plan: DatabasePlan, ends: Sequence[OpenEnd], reread: Reread
) -> Iterator[Resolution]:
    if not ends:
        return
    actions = tuple(action_of(end, reread.process.today()) for end in ends)
    try:
        now = reread.planned(intended(evolve(plan, items=actions)))
    except NotOursError:  # a version of the tool that knew other changes wrote it
        return
    for end, action in zip(ends, actions, strict=True):
        known = resolution(end, action, now)
        if known is not None:
            yield known


def _resolved_order(plan: DatabasePlan, end: OpenEnd, reread: Reread) -> Resolution | None:
    """What became of a one-off command or a backup; None where it goes on or cannot be read now."""
    request = end.action.request
    if plan.target is None:
        return end.resolved(done=None) if end.action.damaged and not request else None
    look: Callable[[OpenEnd, Target, Following], Resolution | None] = _not_known
    if end.action.operation is not None:
        look = _by_operation
    elif request == str(BACK_UP):
        look = _by_list
    elif request in {str(UPGRADE), str(restore(""))}:
        look = _by_resource
    try:
        return look(end, plan.target, Following(client=reread.reads.client, wait=False))
    except (NotFoundError, NotOfferedError):
        return end.resolved(done=None)
    except ReconcileError:
        return None


def _not_known(end: OpenEnd, _target: Target, _following: Following) -> Resolution:
    """Of a reset, a cancelled query or reset statistics: no read shows what they came to."""
    return end.resolved(done=None)


def _by_operation(end: OpenEnd, target: Target, following: Following) -> Resolution | None:
    seen = following.follow(target, end.action.operation or "")
    if not seen.ended:
        return None
    return end.resolved(done=seen.done if seen.done or seen.failed else None)


def _by_list(end: OpenEnd, target: Target, following: Following) -> Resolution | None:
    backup = begun_backup(end, listed(following.client.call, target))
    if backup is None:
        return end.resolved(done=None if end.action.backup else False)
    if not backup.ended:
        return None
    return end.resolved(done=None if backup.unclear else backup.done)


def _by_resource(end: OpenEnd, target: Target, following: Following) -> Resolution | None:
    """By the version, once the database is at rest; a restore leaves nothing but its operation."""
    resource = following.client.call(target, RESOURCE)
    document = resource if isinstance(resource, dict) else {}
    if document.get("current_operation_id"):
        return None
    step, now = end.action.step, Version.parse(str(document.get("readable_version")))
    if step is None or step.before is None or now is None:
        return end.resolved(done=None)
    return end.resolved(done=step.is_at(str(now)))


def _said(end: OpenEnd) -> str:
    action = end.action
    return action.what or (
        str(action.address) if action.damaged else f"{action.verb} {action.address}"
    )


def _became(end: OpenEnd, found: Resolution | None) -> str:
    """What is known of it now, and how to learn more where it is in progress at the provider."""
    if found is None:
        follow = end.action.operation and follow_command(end.action.operation, end.handle)
        return f"still open; follow it with: {follow}" if follow else "still open"
    if found.done is None:
        return "what became of it cannot be known: check it yourself"
    return "it was done" if found.done else "it was not done"


def _left_open(end: OpenEnd) -> str:
    if end.run.state is RunState.INTERRUPTED:
        return f"run {end.run.id} was interrupted while it did {_said(end)}"
    return f"run {end.run.id} did not learn what became of {_said(end)}"


def check_again(consent: Consent, before: OpenEnd | None) -> None:
    """Raise UsageError for an `--again` where no earlier run is in doubt."""
    if consent.again is not None and before is None:
        raise UsageError(
            f"--again {consent.again}: no run is in doubt about this: leave --again out"
        )


def reported_before(
    before: OpenEnd | None, command: OneOffCommand, subject: Subject, earlier: Earlier
) -> OrderOutcome | None:
    """The end of a command that was done by the run which it repeats; None for any other."""
    if before is None or before.action.result is not Result.DONE:
        return None
    earlier.answer(before)
    order = Order(
        database=subject.name,
        target=subject.target,
        what=before.action.what,
        call=command.call,
        risk=before.action.risk or Risk.LOSSY,
    )
    message = f"{_named(before)} did it; to do it again, give the command again"
    return OrderOutcome(order=order, result=Result.ALREADY_DONE, message=message)


def consent_in_doubt(
    consent: Consent, order: Order, doubt: OpenEnd | None
) -> tuple[Consent, Order]:
    """What was agreed to and what is asked, where an earlier run may have done the same."""
    if doubt is None or consent.again == doubt.run.id:
        return consent, order
    return evolve(consent, yes=False, confirm=None), evolve(
        order, consequences=(f"{_may_have(doubt)}: look first", *order.consequences)
    )


def stopped_in_doubt(
    consent: Consent, order: Order, doubt: OpenEnd | None, process: Process
) -> OrderOutcome | None:
    """The end of a command that an earlier run may have done, where no person can be asked."""
    if doubt is None or consent.again == doubt.run.id or process.attended:
        return None
    flag = shlex.join(["--again", doubt.run.id])
    return OrderOutcome(
        order=order,
        result=Result.UNKNOWN,
        message=f"{_may_have(doubt)}; nothing was sent",
        hints=(f"look at {order.database}; to do it once more, add: {flag}",),
        sent=False,
    )


def _named(end: OpenEnd) -> str:
    return f"run {end.run.id}"


def _may_have(end: OpenEnd) -> str:
    began = moment(end.run.began)
    return f"{_named(end)} may have done it at {began}, and what became of it is not known"
