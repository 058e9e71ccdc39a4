"""One change of one database at a person's word."""

from __future__ import annotations

from collections.abc import Mapping
from typing import assert_never

from attrs import evolve, frozen

from reconcile.api.reads import Reads
from reconcile.apply.allowance import Allow, Allowance
from reconcile.cli.apply import show_run
from reconcile.cli.options import ChangeOptions, OneOffOptions, OperationOptions
from reconcile.cli.present import change_status, operation_status, order_status, present
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus, NotFoundError, ReconcileError, UsageError
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.change import Delete, Risk, verb_of
from reconcile.model.engine import Engine
from reconcile.model.item import Blocked, Item, Reason
from reconcile.model.location import Location
from reconcile.model.plan import Plan, Proposal
from reconcile.model.project import SpecIndex
from reconcile.model.run import Run
from reconcile.model.state import Desired, Observation, Observed
from reconcile.model.target import Pins, Target
from reconcile.plan.contradictions import contradictions
from reconcile.report.items_text import change_lines, contradiction_text
from reconcile.report.live_json import operation_json, order_json
from reconcile.report.page import Look, render
from reconcile.report.run_text import change_text, operation_text, order_text
from reconcile.report.words import CONSEQUENCES
from reconcile.spec.document import ORIGIN, read_inline
from reconcile.spec.git import commit_of
from reconcile.workflow.apply import Apply, followed
from reconcile.workflow.commands import (
    CancelQuery,
    ResetDatabase,
    ResetStatistics,
    Restore,
    TerminateQuery,
    Upgrade,
)
from reconcile.workflow.fleet import Fleet
from reconcile.workflow.named import Known, check_specs, look_up, subject_of
from reconcile.workflow.one_off import OneOff
from reconcile.workflow.process import agreed, refuse_unanswerable
from reconcile.workflow.propose import bound, reading
from reconcile.workflow.reread import Reread
from reconcile.workflow.resume import earlier_runs, plan_of

_EVERYTHING = Allowance(allows=tuple(Allow(risk=risk) for risk in Risk), attended=True)


def run_change(options: ChangeOptions, terminal: Terminal) -> ExitStatus:
    """Make the change, after asking where something is affected."""
    if options.gone is not None:
        refuse_unanswerable(options.consent, terminal, name=options.gone)
    known = look_up(options.database, terminal)
    one = _OneChange(options=options, known=known, terminal=terminal)
    task = Apply(
        process=terminal,
        about=known.about,
        wanted=one.wanted,
        consent=one.consent,
        allowance=_EVERYTHING,
        asks=not options.consent.yes and options.consent.confirm is None,
        overrides=options.override,
        state_dir=options.state_dir,
        fleetwide=False,
        notice=one.warn,
        command="change",
        commit=lambda: commit_of(known.selection.paths[0], terminal.environment),
    )
    done = task.dry_run() if options.consent.dry_run else task.live_run()
    one.refuse_missing(done.before)
    return show_run(
        _without_unmanaged(done),
        options.output,
        terminal,
        text=change_text,
        status_of=change_status,
    )


@frozen(kw_only=True)
class _OneChange:
    """A change of one kind of one database, in the form of a fleet that wants nothing else."""

    options: ChangeOptions
    known: Known
    terminal: Terminal

    def wanted(self, reads: Reads) -> Fleet:
        """What the command line wants. Raises UsageError where it cannot be meant."""
        reference, spec = self.known.reference, self.known.spec
        if self.options.gone is not None:
            check_specs(self.known, self.terminal)
        engine = reference.engine or self._live_engine(reads)
        if engine is None:
            raise UsageError(f"{reference.name!r} has an engine that is not known here")
        kind = KIND_BY_NAME[self.options.kind]
        desired = Desired(
            handle=spec.handle if spec else reference.addon or reference.app,
            app=reference.app,
            addon=reference.addon,
            engine=engine,
            location=Location(file=ORIGIN, line=0, column=0),
            protect=spec is not None and spec.protect,
            pins=spec.pins if spec else Pins(),
            kinds={kind.name: read_inline(kind, self.options.value, engine)},
        )
        return evolve(self.known.fleet, desired=(desired,), findings=(), whole=0)

    def warn(self, plan: Plan, observed: Mapping[str, Observation]) -> None:
        """Say what the specs of the database want instead: the next apply undoes the change."""
        for database in plan.databases:
            seen = observed[database.handle]
            if not isinstance(seen, Observed):
                continue
            for spec in SpecIndex(self.known.fleet.project.specs).may_mean(seen.target):
                for entry in contradictions(spec, seen, database):
                    self.terminal.tell(contradiction_text(entry))

    def _live_engine(self, reads: Reads) -> Engine | None:
        """The engine, as a token or else the database itself tells it."""
        reference = self.known.reference
        target = reads.targets.find(app=reference.app, addon=reference.addon, engine=None)
        return target.engine or subject_of(self.known, reads).facts.engine

    def consent(self, proposal: Proposal) -> Allowance | None:
        """Whether the planned change may be made."""
        for action in proposal.plan.actions:
            if action.risk is Risk.SAFE or proposal.refusal(action):
                continue
            deletes = isinstance(action.change, Delete)
            changes = render(change_lines(action.change), Look()).splitlines()
            allowed = agreed(
                self.options.consent,
                self.terminal,
                what=f"{verb_of(action.change).value} {action.address}",
                consequences=(
                    *(each.strip() for each in changes),
                    f"this {CONSEQUENCES[action.risk]}",
                ),
                name=action.address.name if deletes else None,
            )
            if not allowed:
                return None
        return _EVERYTHING

    def refuse_missing(self, proposal: Proposal) -> None:
        """Raise ReconcileError where what shall be gone is not there: a name mistyped, perhaps."""
        (database,) = proposal.plan.databases
        gone, kind = self.options.gone, KIND_BY_NAME[self.options.kind]
        if gone is not None and database.error is None and not database.items:
            raise ReconcileError(
                f"{database.handle!r} has no {gone!r} among its {kind.title.lower()}"
            )


def _without_unmanaged(run: Run) -> Run:
    """The same without the others of its kind, of which no word was said, and without a spec."""
    after = _named_only(run.after) if run.after else None
    return evolve(run, before=_named_only(run.before), after=after)


def _named_only(proposal: Proposal) -> Proposal:
    databases = tuple(
        evolve(one, unmanaged=(), items=tuple(map(_without_spec, one.items)))
        for one in proposal.plan.databases
    )
    return evolve(proposal, plan=Plan(databases=databases))


def _without_spec(entry: Item) -> Item:
    """An item with a way out that needs no spec: here a command asks, and no spec does."""
    if isinstance(entry, Blocked) and entry.reason is Reason.NOT_OFFERED:
        return evolve(entry, hint="choose a database whose engine and plan offer it")
    return entry


def run_one_off(options: OneOffOptions, terminal: Terminal) -> ExitStatus:
    """Do it, after asking where something is affected."""
    refuse_unanswerable(options.consent, terminal, name=_affected_name(options))
    known = look_up(options.database, terminal)
    one = OneOff(
        command=options.command,
        known=known,
        process=terminal,
        overrides=options.override,
        consent=options.consent,
        waiting=options.waiting,
        state_dir=options.state_dir,
    )
    done = one.dry() if options.consent.dry_run else one.live()
    status = order_status(done, interrupted=terminal.interruption.status)
    return present(
        options.output,
        terminal,
        text=lambda look: order_text(done, look),
        json=lambda: order_json(done, status=status),
        status=status,
        effect=done.effect,
        spent=done.spent,
    )


def _affected_name(options: OneOffOptions) -> str | None:
    """What has to be named before it is done, as its order will say."""
    match options.command:
        case ResetDatabase(name=name):
            return name
        case Restore():
            return options.database.name
        case CancelQuery() | TerminateQuery() | ResetStatistics() | Upgrade():
            return None
        case _:
            assert_never(options.command)


def run_operation(options: OperationOptions, terminal: Terminal) -> ExitStatus:
    """Follow an operation to its end, or look at it once."""
    known = look_up(options.database, terminal)
    wanted = known.reference
    with reading(known.about, terminal) as reads, terminal.progress("seen", 1) as shown:
        bound(reads, 1, waits=options.waiting.longest)
        target = reads.targets.find(app=wanted.app, addon=wanted.addon, engine=wanted.engine)
        following = followed(reads.client, options.waiting, shown, terminal)
        try:
            seen = following.follow(target, options.ident)
        except NotFoundError as error:
            raise NotFoundError(
                f"{wanted.name!r} has no operation {options.ident!r}: check the id and --database"
            ) from error
        if seen.ended:
            _resolve_earlier(known, target, reads, terminal)
        spent = reads.spent()
    status = operation_status(seen, interrupted=terminal.interruption.status)
    return present(
        options.output,
        terminal,
        text=lambda look: operation_text(wanted.name, seen, look),
        json=lambda: operation_json(wanted.name, seen, status=status, spent=spent),
        status=status,
        spent=spent,
    )


def _resolve_earlier(known: Known, target: Target, reads: Reads, terminal: Terminal) -> None:
    """Write down what this tells of interrupted runs, as a run that does nothing else."""
    try:
        place = terminal.state_dir(None)
        plan = plan_of(known.reference.name, target)
        reread = Reread(fleet=known.fleet, reads=reads, process=terminal)
        with earlier_runs(plan, "operation", reread, place):
            pass
    except ReconcileError as error:
        terminal.tell(f"note: what earlier runs left open was not looked at: {error}")
