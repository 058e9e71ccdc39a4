"""An order that no spec could hold: prepared by reading, agreed to, sent once, followed up."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from attrs import evolve, field, frozen

from reconcile.api.reads import Reads
from reconcile.api.writes import Connection
from reconcile.apply.journal import Journal
from reconcile.apply.locks import Locks
from reconcile.codec import canonical
from reconcile.kinds import engine_version
from reconcile.kinds.engine_version import EngineVersion
from reconcile.model.address import Address
from reconcile.model.change import Delete, Risk
from reconcile.model.history import Opening, Permission
from reconcile.model.item import Action, Reason
from reconcile.model.location import Location, Origin
from reconcile.model.order import DECLINED, Order, OrderOutcome
from reconcile.model.plan import DatabasePlan, Plan, Proposal
from reconcile.model.project import SpecIndex
from reconcile.model.run import Result, refusal_of
from reconcile.model.state import Desired
from reconcile.model.target import Pins, Target
from reconcile.observe.recovery import Windows
from reconcile.plan.precondition import mismatch
from reconcile.spec.document import ORIGIN
from reconcile.spec.git import commit_of
from reconcile.workflow.apply import followed
from reconcile.workflow.commands import OneOffCommand
from reconcile.workflow.named import Known, Subject, check_specs, subject_of
from reconcile.workflow.prepare import prepare
from reconcile.workflow.prepared import Prepared, send_order
from reconcile.workflow.process import Consent, Override, Process, Waiting, agreed, is_given
from reconcile.workflow.propose import Judging, Planner, bound, reading, writing
from reconcile.workflow.record import addon_of, in_spite_of_the_journal, opening, run_id
from reconcile.workflow.reread import Reread
from reconcile.workflow.resume import (
    Earlier,
    check_again,
    consent_in_doubt,
    earlier_runs,
    plan_of,
    reported_before,
    stopped_in_doubt,
)


@frozen(kw_only=True)
class OneOff:
    """An order with the database that it is about, and the process that it runs in."""

    command: OneOffCommand
    known: Known
    process: Process
    overrides: tuple[Override, ...] = ()
    consent: Consent = field(factory=Consent)
    waiting: Waiting = field(factory=Waiting)
    state_dir: Path | None = None

    def dry(self) -> OrderOutcome:
        """What it would do, over a connection that cannot write."""
        with reading(self.known.about, self.process) as reads:
            subject = subject_of(self.known, reads)
            prepared = self._prepared(subject)
            done = (
                _nothing(prepared)
                or _refused(prepared.order, self._judged(prepared, subject, reads))
                or OrderOutcome(order=prepared.order, result=Result.NOT_SENT)
            )
            return evolve(done, spent=reads.spent())

    def live(self) -> OrderOutcome:
        """Do it, if the guards and a person allow it."""
        process = self.process
        # A place for the journal is a condition for asking anything.
        place = process.state_dir(self.state_dir)
        with writing(self.known.about, process) as connection:
            subject = subject_of(self.known, connection.reads)
            reread = Reread(fleet=self.known.fleet, reads=connection.reads, process=process)
            plan = plan_of(subject.name, subject.target)
            with earlier_runs(plan, "order", reread, place) as earlier:
                before = earlier.order(self.command.call)
                check_again(self.consent, before)
                done = reported_before(before, self.command, subject, earlier)
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
        prepared = prepare(self.command, subject, rule)
        if prepared.order.risk is Risk.LOSSY:
            check_specs(known, process)
        for note in prepared.notes:
            place = _place_of_version(spec)
            process.tell(f"warning: {place}: {note}" if place else f"note: {note}")
        return prepared

    def _judged(self, prepared: Prepared, subject: Subject, reads: Reads) -> Proposal:
        """What the guards say of it; findings that refuse nothing are shown."""
        process = self.process
        fleet = evolve(self.known.fleet, desired=(), findings=(), whole=0)
        proposal = Planner(fleet=fleet, reads=reads, process=process).judge(
            Proposal(plan=_plan(prepared.order, self.known, subject), id=_id(prepared.order)),
            Judging(overrides=self.overrides, windows=_windows_of(prepared)),
        )
        if _refused(prepared.order, proposal) is None:
            for one in proposal.findings:
                process.tell(f"warning {one.code}: {one.message}")
        return proposal

    def _guarded(
        self,
        prepared: Prepared,
        subject: Subject,
        connection: Connection,
        earlier: Earlier,
    ) -> OrderOutcome:
        """Do it if the guards and a person allow it."""
        doubt = earlier.order(self.command.call)
        proposal = self._judged(prepared, subject, connection.reads)
        consent, order = consent_in_doubt(self.consent, prepared.order, doubt)
        asked = evolve(prepared, order=order)
        return (
            _refused(order, proposal)
            or stopped_in_doubt(consent, order, doubt, self.process)
            or self._declined(asked, proposal, connection, consent)
            or self._carried_out(prepared, proposal, connection, earlier)
        )

    def _declined(
        self, prepared: Prepared, proposal: Proposal, connection: Connection, consent: Consent
    ) -> OrderOutcome | None:
        """The end of an order that is declined, or that is stale or refused after the question."""
        order, stop = prepared.order, self.process.interruption.stop
        if order.asks:
            connection.bound(None)  # a person thinks for as long as they like
            allowed = agreed(
                consent,
                self.process,
                what=order.what,
                consequences=order.consequences,
                name=order.confirm,
            )
            bound(connection, 1)
            if not allowed:
                return OrderOutcome(order=order, result=Result.NOT_ALLOWED, message=DECLINED)
            if not is_given(consent, order.confirm) and not stop.is_set():
                late = self._too_late(prepared, proposal, connection.reads)
                if late is not None:
                    return late
        if stop.is_set():
            message = "the run was interrupted, nothing was sent"
            return OrderOutcome(order=order, result=Result.SKIPPED, message=message)
        return None

    def _too_late(
        self, prepared: Prepared, proposal: Proposal, reads: Reads
    ) -> OrderOutcome | None:
        """The end of an order that became stale or refused while the question was open."""
        order = prepared.order
        now = prepare(self.command, subject_of(self.known, reads))
        other = mismatch(order.target, now.order.target, loses=order.risk is Risk.LOSSY)
        if other is not None or now.premise != prepared.premise:
            message = (
                other or "live changed while it was asked; nothing was sent, give the command again"
            )
            return OrderOutcome(order=now.order, result=Result.STALE, message=message)
        judging = Judging(windows=_windows_of(now))
        planner = Planner(fleet=self.known.fleet, reads=reads, process=self.process)
        return _refused(order, planner.judge_again(proposal, judging))

    def _carried_out(
        self,
        prepared: Prepared,
        proposal: Proposal,
        connection: Connection,
        earlier: Earlier,
    ) -> OrderOutcome:
        """Lock the database, record the intent, send the request, wait, record the outcome."""
        order, process = prepared.order, self.process
        place, ident = process.state_dir(self.state_dir), run_id(process)
        connection.writes.prepare(order.target)
        with Locks(place, ident, process.now) as locks:
            held = locks.take(order.target, order.database)
            if held is not None:
                return OrderOutcome(order=order, result=Result.BLOCKED, message=held.message)
            if earlier.is_repeated(order.call):
                message = "another run gave this command meanwhile; nothing was sent, give it again"
                return OrderOutcome(order=order, result=Result.STALE, message=message)
            with (
                Journal(place, ident, process.now) as journal,
                process.progress("sent", 1) as shown,
            ):
                journal.begin(self._opening(order, proposal))
                process.changing.set()
                earlier.write(journal)
                journal.started(order)
                bound(connection, 1, waits=self.waiting.longest)
                following = followed(connection.reads.client, self.waiting, shown, process)
                done = send_order(
                    prepared,
                    connection.writes,
                    following,
                    lambda ident: journal.operation(order, ident),
                )
                with in_spite_of_the_journal(process):
                    journal.finished(done)
                    journal.end(Counter([done.result.value]))
                return done

    def _opening(self, order: Order, proposal: Proposal) -> Opening:
        commit = commit_of(self.known.selection.paths[0], self.process.environment)
        permission = Permission(overrides=proposal.overridden)
        databases = {order.database: addon_of(order.target)}
        return opening("order", databases, commit, permission=permission)


def _nothing(prepared: Prepared) -> OrderOutcome | None:
    """The end of what is so already; None where something is to be done."""
    if not prepared.nothing:
        return None
    return OrderOutcome(order=prepared.order, result=Result.ALREADY_DONE, message=prepared.nothing)


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


def _windows_of(prepared: Prepared) -> Windows:
    """The recovery window that was read for a command, by the handle of its database."""
    return {prepared.order.database: prepared.window} if prepared.window else {}


def _refused(order: Order, proposal: Proposal) -> OrderOutcome | None:
    """The end of a command that a guard refuses, with the ways out; None where none does."""
    (action,) = proposal.plan.actions
    found = proposal.refusal(action)
    if found is None:
        return None
    override = f"for this command only: {found.override}" if found.override else None
    return OrderOutcome(
        order=order,
        result=Result.REFUSED,
        message=refusal_of(found),
        code=found.code,
        hints=tuple(way for way in (found.hint, override) if way),
    )


def _plan(order: Order, known: Known, subject: Subject) -> Plan:
    """The command as an action. Guards go by its risk; no change of a spec says what it does."""
    address = Address(database=order.database)
    place = Origin(location=Location(file=ORIGIN, line=0, column=0))
    action = Action(
        address=address,
        change=Delete(address=address, before={}),
        risk=order.risk,
        reason=Reason.ABSENT,
        origin=place,
    )
    target, engine = _known_target(subject), subject.facts.engine
    database = DatabasePlan(
        handle=order.database,
        engine=engine.value if engine else subject.facts.type_name,
        app=target.app,
        target=target,
        protect=known.spec is not None and known.spec.protect,
        pins=known.spec.pins if known.spec else Pins(),
        items=(action,),
    )
    return Plan(databases=(database,))


def _id(order: Order) -> str:
    """What an override names: of another command, or on another database, it is another."""
    about = {"addon": order.target.addon, "what": order.what}
    return hashlib.sha256(canonical(about)).hexdigest()


def _known_target(subject: Subject) -> Target:
    """The target with what only its resource tells where a ready token led to it."""
    target = subject.target
    resource_id = target.resource_id or str(subject.resource.get("resource_id") or "")
    return evolve(target, resource_id=resource_id, engine=target.engine or subject.facts.engine)
