"""A deed that no spec could hold: prepared by reading, agreed to, sent once, followed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from attrs import evolve, field, frozen

from reconcile.api.reads import Reads
from reconcile.apply.journal import Journal
from reconcile.apply.locks import Locks
from reconcile.kinds import engine_version
from reconcile.kinds.engine_version import EngineVersion
from reconcile.model.address import Address
from reconcile.model.change import Risk
from reconcile.model.history import Opening, Permission
from reconcile.model.order import DECLINED, Deed, Done
from reconcile.model.plan import Proposal
from reconcile.model.project import SpecIndex
from reconcile.model.run import Result
from reconcile.model.state import Desired
from reconcile.operate.order import Order
from reconcile.operate.prepare import prepare
from reconcile.operate.prepared import Connection, Prepared, carry_out, connect_writing
from reconcile.operate.subject import Subject
from reconcile.plan.standing import mismatch
from reconcile.spec.git import commit_of
from reconcile.workflow.consent import agreed, is_given
from reconcile.workflow.following import followed
from reconcile.workflow.inputs import Consent, Named, Override, Waiting
from reconcile.workflow.named import Known, check_specs, subject_of
from reconcile.workflow.order_refusal import judged, refused, windows_of
from reconcile.workflow.process import Process
from reconcile.workflow.propose import judge_again, reading, surroundings
from reconcile.workflow.record import addon_of, in_spite_of_the_journal, opening, run_id
from reconcile.workflow.repeat import (
    check_again,
    consent_in_doubt,
    done_before,
    stopped_in_doubt,
)
from reconcile.workflow.resume import Earlier, again_of, earlier_runs, plan_of


@frozen(kw_only=True)
class OneOff:
    """An order with the database that it is about, and the process that it runs in."""

    order: Order
    database: Named
    known: Known
    process: Process
    overrides: tuple[Override, ...] = ()
    consent: Consent = field(factory=Consent)
    waiting: Waiting = field(factory=Waiting)
    state_dir: Path | None = None

    def dry(self) -> Done:
        """What it would do, over a connection that cannot write."""
        with reading(self.known.about, self.process) as reads:
            subject = subject_of(self.known, reads)
            prepared = self._prepared(subject)
            done = (
                _nothing(prepared)
                or refused(prepared.deed, self._judged(prepared, subject, reads))
                or Done(deed=prepared.deed, result=Result.NOT_SENT)
            )
            return evolve(done, spent=reads.spent())

    def live(self) -> Done:
        """Do it, if the guards and a person allow it."""
        process = self.process
        # A place for the journal is a condition for asking anything.
        place = process.state_dir(self.state_dir)
        about = surroundings(self.known.about, process)
        with connect_writing(about) as connection:
            subject = subject_of(self.known, connection.reads)
            again = again_of(self.known.fleet, connection.reads, process)
            plan = plan_of(subject.name, subject.target)
            with earlier_runs(plan, "order", again, place) as earlier:
                before = earlier.order(self.order.call)
                check_again(self.consent, before)
                done = done_before(before, self.order, subject, earlier)
                if done is None:
                    prepared = self._prepared(subject)
                    done = _nothing(prepared) or self._guarded(
                        prepared, subject, connection, earlier
                    )
            return evolve(done, spent=connection.spent())

    def _prepared(self, subject: Subject) -> Prepared:
        """The order, compared with what the spec says of the same; its notes are shown."""
        known, process = self.known, self.process
        spec = known.spec or _of_a_version(
            SpecIndex(known.fleet.project.specs).may_mean(subject.target)
        )
        rule = cast("EngineVersion | None", spec and spec.kinds.get(engine_version.KIND.name))
        prepared = prepare(self.order, subject, rule)
        if prepared.deed.risk is Risk.LOSSY:
            check_specs(known, self.database, process)
        for note in prepared.notes:
            place = _place_of_version(spec)
            process.tell(f"warning: {place}: {note}" if place else f"note: {note}")
        return prepared

    def _judged(self, prepared: Prepared, subject: Subject, reads: Reads) -> Proposal:
        """What the guards say of it; findings that refuse nothing are shown."""
        process = self.process
        proposal = judged(prepared, self.known, subject, reads, process, overrides=self.overrides)
        if refused(prepared.deed, proposal) is None:
            for one in proposal.findings:
                process.tell(f"warning {one.code}: {one.message}")
        return proposal

    def _guarded(
        self,
        prepared: Prepared,
        subject: Subject,
        connection: Connection,
        earlier: Earlier,
    ) -> Done:
        """Do it if the guards and a person allow it."""
        doubt = earlier.order(self.order.call)
        proposal = self._judged(prepared, subject, connection.reads)
        consent, deed = consent_in_doubt(self.consent, prepared.deed, doubt)
        asked = evolve(prepared, deed=deed)
        return (
            refused(deed, proposal)
            or stopped_in_doubt(consent, deed, doubt, self.process)
            or self._declined(asked, proposal, connection, consent)
            or self._carried_out(prepared, proposal, connection, earlier)
        )

    def _declined(
        self, prepared: Prepared, proposal: Proposal, connection: Connection, consent: Consent
    ) -> Done | None:
        """The end of an order that is declined, or that is stale or refused after the question."""
        deed, stop = prepared.deed, self.process.interruption.stop
        if deed.asks:
            allowed = agreed(
                consent, self.process, what=deed.what, stakes=deed.stakes, name=deed.confirm
            )
            if not allowed:
                return Done(deed=deed, result=Result.NOT_ALLOWED, message=DECLINED)
            if not is_given(consent, deed.confirm) and not stop.is_set():
                late = self._too_late(prepared, proposal, connection.reads)
                if late is not None:
                    return late
        if stop.is_set():
            message = "the run was interrupted, nothing was sent"
            return Done(deed=deed, result=Result.SKIPPED, message=message)
        return None

    def _too_late(self, prepared: Prepared, proposal: Proposal, reads: Reads) -> Done | None:
        """The end of an order that became stale or refused while the question was open."""
        deed, stop = prepared.deed, self.process.interruption.stop
        again = prepare(self.order, subject_of(self.known, reads))
        other = mismatch(deed.target, again.deed.target, loses=deed.risk is Risk.LOSSY)
        if other is not None or again.premise != prepared.premise:
            message = other or "live changed while it was asked; nothing was sent, order it again"
            return Done(deed=again.deed, result=Result.STALE, message=message)
        fleet = self.known.fleet
        judged_again = judge_again(
            proposal,
            fleet,
            reads,
            self.process,
            permits=lambda _one: True,
            stop=stop,
            windows=windows_of(again),
        )
        return refused(deed, judged_again)

    def _carried_out(
        self,
        prepared: Prepared,
        proposal: Proposal,
        connection: Connection,
        earlier: Earlier,
    ) -> Done:
        """Lock the database, record the intent, send the request, wait, record the outcome."""
        deed, process = prepared.deed, self.process
        place, ident = process.state_dir(self.state_dir), run_id(process)
        connection.writes.prepare(deed.target)
        with Locks(place, ident, process.now) as locks:
            held = locks.take(deed.target, deed.database)
            if held is not None:
                return Done(deed=deed, result=Result.BLOCKED, message=held.message)
            if earlier.is_repeated(deed.call):
                message = "another run gave this command meanwhile; nothing was sent, give it again"
                return Done(deed=deed, result=Result.STALE, message=message)
            with (
                Journal(place, ident, process.now) as journal,
                process.progress("sent", 1) as shown,
            ):
                journal.begin(self._opening(deed, proposal))
                process.changing.set()
                earlier.write(journal)
                journal.started(deed)
                following = followed(connection.reads.client, self.waiting, shown, process)
                done = carry_out(
                    prepared,
                    connection.writes,
                    following,
                    lambda ident: journal.operation(deed, ident),
                )
                with in_spite_of_the_journal(process):
                    journal.finished(done)
                    journal.end(Counter([done.result.value]))
                return done

    def _opening(self, deed: Deed, proposal: Proposal) -> Opening:
        commit = commit_of(self.database.selection.paths[0], self.process.environment)
        permission = Permission(overrides=proposal.overridden)
        databases = {deed.database: addon_of(deed.target)}
        return opening("order", databases, commit, permission=permission)


def _nothing(prepared: Prepared) -> Done | None:
    """The end of what is so already; None where something is to be done."""
    if not prepared.nothing:
        return None
    return Done(deed=prepared.deed, result=Result.ALREADY_DONE, message=prepared.nothing)


def _of_a_version(specs: Iterable[Desired]) -> Desired | None:
    """The spec that manages the version."""
    return next((spec for spec in specs if engine_version.KIND.name in spec.kinds), None)


def _place_of_version(spec: Desired | None) -> str | None:
    """Where a spec says which version it wants."""
    if spec is None:
        return None
    kind = Address(database=spec.handle, kind=engine_version.KIND.name)
    location = spec.origin(kind).location
    return f"{location.file}:{location.line}"
