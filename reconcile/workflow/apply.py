"""From a proposal to a run: ask, apply, read again. The same for a fleet and for one change."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import timedelta
from math import ceil
from pathlib import Path
from typing import Any

from attrs import evolve, field, frozen

from reconcile.api.operations import Following
from reconcile.api.reads import ReadClient, Reads
from reconcile.api.writes import Connection
from reconcile.apply.allowance import Allowance
from reconcile.apply.backup_first import BackupFirst, Maker, Secure, as_it_is
from reconcile.apply.estimate import estimate, waits_of
from reconcile.apply.execute import DryMaker, DryRunExecutor, LiveExecutor, LiveMaker
from reconcile.apply.journal import Journal
from reconcile.apply.locks import Locks
from reconcile.apply.loop import Loop, count_results
from reconcile.apply.open_ends import OpenEnd
from reconcile.guard.review import Permits
from reconcile.model.change import ActionKey
from reconcile.model.history import Commit, Opening, Permission
from reconcile.model.operation import Watched
from reconcile.model.plan import Proposal
from reconcile.model.request import BACK_UP
from reconcile.model.run import Outcome, Run
from reconcile.model.text import duration
from reconcile.observe.estimate import access_to, looks_of, reads_of
from reconcile.plan.build import asked
from reconcile.sql.writes import SqlWrites
from reconcile.workflow.apply_plan_file import LoadedPlan, Looked, look_and_judge
from reconcile.workflow.fleet import Fleet
from reconcile.workflow.process import Override, Process, Progress, Safeguard, Waiting
from reconcile.workflow.propose import (
    CHANGED,
    About,
    Judging,
    Notice,
    announce,
    announce_reading,
    bound,
    most_seconds,
    reading,
    refuse_too_long,
    writing,
)
from reconcile.workflow.record import (
    addons,
    held_by_others,
    in_spite_of_the_journal,
    opening,
    run_id,
)
from reconcile.workflow.reread import Reread
from reconcile.workflow.resume import Earlier, earlier_runs


@frozen(kw_only=True)
class Apply:
    """What is to be applied, and how.

    `wanted` says what is wanted, once there is a connection; `consent` says what may run, None for
    no; it is asked once the plan is known, and not at all in a dry run, where `allowance` holds.
    `asks` is whether a person sees the plan and answers: then the guards judge again what may run.
    `fleetwide` where the cost is worth telling beforehand. `command` and `commit`, that of the
    specs, are what the journal tells of it. `saved` is the plan where it was made before this run:
    then the fleet wants just what that asks for. `notice` as in `propose`.
    """

    process: Process
    about: About
    wanted: Callable[[Reads], Fleet]
    consent: Callable[[Proposal], Allowance | None]
    allowance: Allowance
    asks: bool = True
    overrides: tuple[Override, ...] = ()
    state_dir: Path | None = None
    waiting: Waiting = field(factory=Waiting)
    safeguard: Safeguard = field(factory=Safeguard)
    fleetwide: bool = True
    command: str = "apply"
    commit: Callable[[], Commit | None] = lambda: None
    saved: LoadedPlan | None = None
    notice: Notice | None = None

    def dry_run(self) -> Run:
        """The same loop, with an executor that sends nothing, over a connection that cannot write."""
        with reading(self.about, self.process) as reads:
            reread = self._reread(reads)
            looked = self._proposed(reread, self.allowance.permits)
            loop = Loop(
                proposal=self._whole(looked.proposal),
                allowance=self.allowance,
                executor=DryRunExecutor(),
                known=looked.known,
                workers=reads.workers,
                recheck=lambda plan: looked.looks.get(plan.handle, plan),
                secure=self._secure(reread, DryMaker()),
                stop=self.process.interruption.stop,
            )
            return evolve(
                self._run(looked.proposal), dry=True, outcomes=loop.run(), spent=reads.spent()
            )

    def live_run(self) -> Run:
        """Read, ask, apply, and read what was touched again."""
        process = self.process
        # A place for the journal is a condition for asking anything.
        place, began = process.state_dir(self.state_dir), process.ticks()
        with writing(self.about, process) as connection:
            reread = self._reread(connection.reads)
            permits = None if self.asks else self.allowance.permits
            looked = self._proposed(reread, permits, shown=self.asks)
            proposal, whole = looked.proposal, self._whole(looked.proposal)
            bound(connection, len(whole.plan.databases))
            look = not proposal.refused  # of a refused run nothing is sent
            with earlier_runs(whole.plan, self.command, reread, place, look=look) as earlier:
                connection.bound(None)  # a person thinks for as long as they like
                allowance = self.consent(proposal)
                bound(connection, len(reread.fleet.desired))
                if self.asks and allowance is not None and not proposal.refused:
                    safe = self.safeguard.backup_first  # a person may have thought for hours
                    judging = Judging(permits=allowance.permits, backup_first=safe)
                    proposal = reread.judge_again(proposal, judging)
                started = self._run(proposal)
                if allowance is None or not whole.plan.actions:
                    return evolve(started, spent=connection.spent())
                passed = process.ticks() - began
                self._announce(proposal, allowance, reread, connection, passed=passed)
                done = self._apply_plan(
                    started, allowance, reread, connection, known=looked.known, earlier=earlier
                )
                return evolve(done, spent=connection.spent())

    def _reread(self, reads: Reads) -> Reread:
        return Reread(
            fleet=self.wanted(reads),
            reads=reads,
            process=self.process,
            narrow=self.saved.narrow if self.saved else frozenset(),
        )

    def _proposed(self, reread: Reread, permits: Permits | None, *, shown: bool = True) -> Looked:
        """The plan and what the guards say of it; a plan from a file is looked at first."""
        judging = Judging(
            overrides=self.overrides, backup_first=self.safeguard.backup_first, permits=permits
        )
        if self.saved is not None:
            return look_and_judge(self.saved, reread, self.about, judging, shown=shown)
        if self.fleetwide:
            announce_reading(reread.fleet.desired, reread.reads, self.about, self.process)
        return Looked(proposal=reread.propose(judging, notice=self.notice))

    def _announce(
        self,
        proposal: Proposal,
        allowance: Allowance,
        reread: Reread,
        connection: Connection,
        *,
        passed: float,
    ) -> None:
        """Say what applying a plan will cost, and bound how long it may take.

        `passed` are the seconds for which the run has gone on. Raises CannotFitError where it takes
        too long.
        """
        wanted = {one.handle: one for one in reread.fleet.desired}
        max_wait, safe = self.about.max_wait, self.safeguard.backup_first

        def access(handles: Collection[str]) -> Mapping[str, int]:
            if self.saved is None:
                return {}  # they were all read a moment ago
            concerned = [wanted[handle] for handle in handles]
            in_hand = connection.reads.in_hand((one.app, one.addon) for one in concerned)
            return access_to(concerned, in_hand=in_hand)

        foreseen = estimate(
            proposal,
            allowance,
            reads_of=lambda handle: reads_of(wanted[handle]),
            look_at=lambda plan: looks_of(asked(plan, plan.actions)),
            access_to=access,
            budget=reread.fleet.config.request_budget,
            recent=connection.recent(),
            backup_first=safe,
        )
        waits = waits_of(proposal, allowance, backup_first=safe)
        # Each wait for what goes on at the provider may take as long as --timeout says.
        rounds = ceil(len(waits) / connection.workers) * max(waits, default=0)
        most = most_seconds(foreseen) + rounds * self.waiting.longest
        if foreseen.total and self.fleetwide:
            announce("applying", foreseen, most, max_wait, self.process)
        refuse_too_long("applying", foreseen, max_wait, passed=passed)
        connection.bound(most, CHANGED if self.fleetwide else "")

    def _run(self, proposal: Proposal) -> Run:
        return Run(id=run_id(self.process), before=proposal, kept=self.saved is not None)

    def _whole(self, judged: Proposal) -> Proposal:
        """All of a plan, also what is done or out of date by now, with what the guards say of it."""
        return evolve(self.saved.proposal, findings=judged.findings) if self.saved else judged

    def _apply_plan(
        self,
        started: Run,
        allowance: Allowance,
        reread: Reread,
        connection: Connection,
        *,
        known: Mapping[ActionKey, Outcome],
        earlier: Earlier,
    ) -> Run:
        """Do what is allowed, and read it again, with the databases and a journal to ourselves."""
        process = self.process
        place = process.state_dir(self.state_dir)
        with Locks(place, started.id, process.now) as locks:
            late = self.saved.late() if self.saved else ()  # a person may have thought for long
            before = evolve(
                started.before, findings=tuple(dict.fromkeys((*late, *started.before.findings)))
            )
            whole = self._whole(before)
            held = held_by_others(whole, allowance, locks)
            process.changing.set()
            with Journal(place, started.id, process.now) as journal:
                journal.begin(self._opening(whole, allowance))
                earlier.write(journal)
                with process.progress("applied", len(whole.plan.actions)) as shown:
                    tried = self._loop(
                        reread,
                        connection,
                        journal,
                        shown,
                        earlier,
                        proposal=whole,
                        allowance=allowance,
                        held=held,
                        known=known,
                    ).run()
                connection.lift_deadline()  # what was done is to be known, whatever the time
                after, outcomes = reread.settled(before, tried)
                with in_spite_of_the_journal(process):
                    journal.complete(outcomes)
                    journal.end(count_results(outcomes))
                return evolve(started, before=before, outcomes=outcomes, after=after)

    def _opening(self, before: Proposal, allowance: Allowance) -> Opening:
        """What the journal tells of a run first; one change is a one-off command, and asks no leave."""
        return opening(
            self.command,
            addons(before.plan),
            self.commit(),
            actions=len(before.plan.actions),
            plan_id=before.id,
            plan_made=self.saved.made.isoformat() if self.saved else "",
            permission=Permission(
                overrides=before.overridden,
                allows=tuple(map(str, allowance.allows)) if self.fleetwide else (),
                backup_first=self.safeguard.backup_first,
                roll_backups=self.safeguard.roll_backups,
            ),
        )

    def _loop(
        self,
        reread: Reread,
        connection: Connection,
        journal: Journal,
        shown: Progress,
        earlier: Earlier,
        **given: Any,
    ) -> Loop:
        process = self.process
        following = followed(connection.reads.client, self.waiting, shown, process)
        maker = LiveMaker(connection.writes, journal, following)
        return Loop(
            **given,
            executor=LiveExecutor(connection.writes, SqlWrites(process.sql), journal, following),
            dropped=self.saved.dropped if self.saved else frozenset(),
            workers=connection.workers,
            stop=process.interruption.stop,
            recheck=reread.database,
            told_by=reread.told_by,
            ticks=process.ticks,
            secure=self._secure(reread, maker, earlier=earlier.open),
            progress=lambda outcome: shown.advance(str(outcome.action.address)),
        )

    def _secure(self, reread: Reread, maker: Maker, earlier: Sequence[OpenEnd] = ()) -> Secure:
        """Make backups where that is wanted; a recovery window does where it does for the guards.

        A backup that an `earlier` run began, and that is not done, is waited for instead.
        """
        if not self.safeguard.backup_first:
            return as_it_is
        age = timedelta(hours=reread.fleet.config.policy.backup_hours.value)
        return BackupFirst(
            read=reread.reads.client.call,
            maker=maker,
            since=lambda: self.process.now() - age,
            tell=self.process.tell,
            roll=self.safeguard.roll_backups,
            earlier=tuple(end for end in earlier if end.action.request == str(BACK_UP)),
        ).secure


def followed(client: ReadClient, waiting: Waiting, shown: Progress, process: Process) -> Following:
    """How the operations of a run are waited for."""

    def tell(seen: Watched, seconds: float) -> None:
        if not seen.ended:
            what = seen.type or "operation"
            shown.note(f"{what} {seen.id} is {seen.status}, for {duration(seconds)} now")

    return Following(
        client=client,
        wait=waiting.wait,
        patience=waiting.patience,
        tell=tell,
        stop=process.interruption.stop,
    )
