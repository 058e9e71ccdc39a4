"""What the guards say of a one-off command that no spec could hold: what they say of an action."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from attrs import evolve

from reconcile.api.reads import Reads
from reconcile.model.address import Address
from reconcile.model.change import Delete
from reconcile.model.item import Action, Reason
from reconcile.model.location import Location, Origin
from reconcile.model.order import Deed, Done
from reconcile.model.plan import DatabasePlan, Plan, Proposal
from reconcile.model.run import Result, refusal_of
from reconcile.model.target import Pins, Target
from reconcile.observe.recovery import Windows
from reconcile.operate.prepared import Prepared
from reconcile.operate.subject import Subject
from reconcile.plan.digest import canonical
from reconcile.spec.document import ORIGIN
from reconcile.workflow.inputs import Override
from reconcile.workflow.named import Known
from reconcile.workflow.process import Process
from reconcile.workflow.propose import judge


def judged(
    prepared: Prepared,
    known: Known,
    subject: Subject,
    reads: Reads,
    process: Process,
    *,
    overrides: Sequence[Override],
) -> Proposal:
    """A plan of just this command, as the guards judge it.

    Raises InvalidSpecsError where several specs of the project mean the database.
    """
    plan = _plan(prepared.deed, known, subject)
    return judge(
        Proposal(plan=plan, id=_id(prepared.deed)),
        evolve(known.fleet, desired=(), findings=(), whole=0),
        reads,
        process,
        stop=process.interruption.stop,
        overrides=overrides,
        windows=windows_of(prepared),
    )


def windows_of(prepared: Prepared) -> Windows:
    """The recovery window that was read for a command, by the handle of its database."""
    return {prepared.deed.database: prepared.window} if prepared.window else {}


def refused(deed: Deed, proposal: Proposal) -> Done | None:
    """The end of a command that a guard refuses, with the ways out; None where none does."""
    (action,) = proposal.plan.actions
    found = proposal.refusal(action)
    if found is None:
        return None
    override = f"for this command only: {found.override}" if found.override else None
    return Done(
        deed=deed,
        result=Result.REFUSED,
        message=refusal_of(found),
        hints=tuple(way for way in (found.hint, override) if way),
    )


def _plan(deed: Deed, known: Known, subject: Subject) -> Plan:
    """The command as an action. Guards go by its risk; no change of a spec says what it does."""
    address = Address(database=deed.database)
    place = Origin(location=Location(file=ORIGIN, line=0, column=0))
    action = Action(
        address=address,
        change=Delete(address=address, before={}),
        risk=deed.risk,
        reason=Reason.ABSENT,
        origin=place,
    )
    target, engine = _known_target(subject), subject.facts.engine
    database = DatabasePlan(
        handle=deed.database,
        engine=engine.value if engine else subject.facts.type_name,
        app=target.app,
        target=target,
        protect=known.spec is not None and known.spec.protect,
        pins=known.spec.pins if known.spec else Pins(),
        items=(action,),
    )
    return Plan(databases=(database,))


def _id(deed: Deed) -> str:
    """What an override names: of another command, or on another database, it is another."""
    about = {"addon": deed.target.addon, "what": deed.what}
    return hashlib.sha256(canonical(about)).hexdigest()


def _known_target(subject: Subject) -> Target:
    """The target with what only its resource tells where a ready token led to it."""
    target = subject.target
    resource_id = target.resource_id or str(subject.resource.get("resource_id") or "")
    return evolve(target, resource_id=resource_id, engine=target.engine or subject.facts.engine)
