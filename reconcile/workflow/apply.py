"""From a proposal to a run: ask, carry out, read again. The same for a fleet and for one change."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from attrs import evolve

from reconcile.api.reads import Reads
from reconcile.apply.allowance import Allowance
from reconcile.apply.execute import (
    Connection,
    DryMaker,
    DryRunExecutor,
    LiveExecutor,
    LiveMaker,
    SqlWrites,
    connect_writing,
)
from reconcile.apply.journal import Journal
from reconcile.apply.locks import Locks
from reconcile.apply.loop import Loop, count_results
from reconcile.guard.review import Permits
from reconcile.model.change import ActionKey
from reconcile.model.history import Opening, Permission
from reconcile.model.plan import Proposal
from reconcile.model.run import Outcome, Run
from reconcile.observe.found import Lookups
from reconcile.workflow.cost import announce_applying, announce_reading
from reconcile.workflow.fleet import Fleet
from reconcile.workflow.following import followed
from reconcile.workflow.process import Process
from reconcile.workflow.propose import judge_again, propose, reading, surroundings
from reconcile.workflow.record import (
    addons,
    held_by_others,
    in_spite_of_the_journal,
    opening,
    run_id,
)
from reconcile.workflow.reread import Again
from reconcile.workflow.resume import Earlier, earlier_runs
from reconcile.workflow.saved_look import Looked, look_and_judge
from reconcile.workflow.securing import securing
from reconcile.workflow.task import Task


def dry_run(task: Task, process: Process) -> Run:
    """The same loop, with an executor that sends nothing, over a connection that cannot write."""
    with reading(task.about, process) as reads:
        fleet = task.wanted(reads)
        looked = _proposed(task, _again(task, fleet, reads, process), task.allowance.permits)
        loop = Loop(
            proposal=_whole(task, looked.proposal),
            allowance=task.allowance,
            executor=DryRunExecutor(),
            known=looked.known,
            workers=reads.workers,
            recheck=lambda plan: looked.looks.get(plan.handle, plan),
            secure=securing(task.safeguard, fleet.config.policy, reads, DryMaker(), process),
            stop=process.interruption.stop,
        )
        return Run(
            id=run_id(process),
            before=looked.proposal,
            dry=True,
            kept=task.saved is not None,
            outcomes=loop.run(),
            spent=reads.spent(),
        )


def _proposed(task: Task, again: Again, permits: Permits | None, *, shown: bool = True) -> Looked:
    """The plan and what the guards say of it; a plan from a file is looked at first."""
    saved, overrides = task.saved, task.overrides
    safe = task.safeguard.backup_first
    if saved is not None:
        return look_and_judge(
            saved,
            again,
            permits,
            task.about,
            shown=shown,
            overrides=overrides,
            backup_first=safe,
        )
    fleet, reads, process = again.fleet, again.reads, again.process
    if task.fleetwide:
        announce_reading(fleet.desired, reads, task.about, process)
    stop = process.interruption.stop
    made = propose(
        fleet,
        reads,
        process,
        stop=stop,
        overrides=overrides,
        backup_first=safe,
        permits=permits,
        notice=task.notice,
    )
    return Looked(proposal=made)


def _whole(task: Task, judged: Proposal) -> Proposal:
    """All of a plan, also what is done or out of date by now, with what the guards say of it."""
    return evolve(task.saved.proposal, findings=judged.findings) if task.saved else judged


def _again(task: Task, fleet: Fleet, reads: Reads, process: Process) -> Again:
    return Again(
        fleet=fleet,
        reads=reads,
        process=process,
        lookups=Lookups(reads.client.call),
        narrow=task.saved.narrow if task.saved else frozenset(),
    )


def live_run(task: Task, process: Process) -> Run:
    """Read, ask, carry out, and read what was touched again."""
    place = process.state_dir(
        task.state_dir
    )  # a place for the journal is a condition for asking anything
    began = process.ticks()
    with connect_writing(surroundings(task.about, process)) as connection:
        fleet = task.wanted(connection.reads)
        again = _again(task, fleet, connection.reads, process)
        permits = None if task.asks else task.allowance.permits
        looked = _proposed(task, again, permits, shown=task.asks)
        connection.bound(None)  # a person thinks, and operations go on, for as long as they like
        proposal, whole = looked.proposal, _whole(task, looked.proposal)
        look = not proposal.refused  # of a refused run nothing is sent
        with earlier_runs(whole.plan, task.command, again, place, look=look) as earlier:
            allowance = task.consent(proposal)
            if task.asks and allowance is not None:
                proposal = _after_consent(proposal, allowance, again, task)
            started = Run(id=run_id(process), before=proposal, kept=task.saved is not None)
            if allowance is None or not whole.plan.actions:
                return evolve(started, spent=connection.spent())
            if task.fleetwide:
                passed = process.ticks() - began
                announce_applying(proposal, allowance, again, connection, task, passed=passed)
            done = _carry_out(
                started, allowance, again, connection, task, known=looked.known, earlier=earlier
            )
            return evolve(done, spent=connection.spent())


def _after_consent(proposal: Proposal, allowance: Allowance, again: Again, task: Task) -> Proposal:
    """The proposal, judged again: a person may have thought for hours."""
    if proposal.refused:
        return proposal
    return judge_again(
        proposal,
        again.fleet,
        again.reads,
        again.process,
        permits=allowance.permits,
        stop=again.process.interruption.stop,
        backup_first=task.safeguard.backup_first,
    )


def _carry_out(
    started: Run,
    allowance: Allowance,
    again: Again,
    connection: Connection,
    task: Task,
    *,
    known: Mapping[ActionKey, Outcome],
    earlier: Earlier,
) -> Run:
    """Do what is allowed, and read it again, with the databases and a journal to ourselves."""
    process = again.process
    place = process.state_dir(task.state_dir)
    with Locks(place, started.id, process.now) as locks:
        before = _still(started.before, task)
        whole = _whole(task, before)
        held = held_by_others(whole, allowance, locks)
        process.changing.set()
        with Journal(place, started.id, process.now) as journal:
            journal.begin(_opening(whole, allowance, task))
            earlier.write(journal)
            carry = partial(_tried, whole, allowance, again, connection, task)
            tried = carry(earlier=earlier, journal=journal, held=held, known=known)
            connection.lift_deadline()  # what was done is to be known, whatever the time
            after, outcomes = again.settled(before, tried)
            with in_spite_of_the_journal(process):
                journal.complete(outcomes)
                journal.end(count_results(outcomes))
            return evolve(started, before=before, outcomes=outcomes, after=after)


def _still(proposal: Proposal, task: Task) -> Proposal:
    """The proposal with why it is refused by now: a person may have thought for long."""
    late = task.saved.late() if task.saved else ()
    return evolve(proposal, findings=tuple(dict.fromkeys((*late, *proposal.findings))))


def _opening(before: Proposal, allowance: Allowance, task: Task) -> Opening:
    """What the journal tells of a run first; one change is ordered by name, and asks no leave."""
    return opening(
        task.command,
        addons(before.plan),
        task.commit(),
        actions=len(before.plan.actions),
        plan_id=before.id,
        plan_made=task.saved.made.isoformat() if task.saved else "",
        permission=Permission(
            overrides=before.overridden,
            allows=tuple(map(str, allowance.allows)) if task.fleetwide else (),
            backup_first=task.safeguard.backup_first,
            roll_backups=task.safeguard.roll_backups,
        ),
    )


def _tried(
    before: Proposal,
    allowance: Allowance,
    again: Again,
    connection: Connection,
    task: Task,
    *,
    earlier: Earlier,
    journal: Journal,
    held: Mapping[str, str],
    known: Mapping[ActionKey, Outcome],
) -> tuple[Outcome, ...]:
    process = again.process
    with process.progress("applied", len(before.plan.actions)) as shown:
        following = followed(connection.reads.client, task.waiting, shown, process)
        maker = LiveMaker(connection.writes, journal, following)
        policy = again.fleet.config.policy
        loop = Loop(
            proposal=before,
            allowance=allowance,
            executor=LiveExecutor(connection.writes, SqlWrites(process.sql), journal, following),
            held=held,
            dropped=task.saved.dropped if task.saved else frozenset(),
            known=known,
            workers=connection.workers,
            stop=process.interruption.stop,
            recheck=again.database,
            told_by=again.told_by,
            ticks=process.ticks,
            secure=securing(
                task.safeguard, policy, connection.reads, maker, process, earlier=earlier.open
            ),
            progress=lambda outcome: shown.advance(str(outcome.action.address)),
        )
        return loop.run()
