"""A deed that no spec could hold: prepared by reading, agreed to, sent once, followed up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import assert_never, cast

from attrs import evolve

from reconcile.api.reads import Reads
from reconcile.apply.journal import Journal
from reconcile.apply.locks import Locks
from reconcile.cli.consent import agreed, is_given, refuse_unanswerable
from reconcile.cli.exits import done_status
from reconcile.cli.following import followed
from reconcile.cli.named import Known, check_specs, look_up, subject_of
from reconcile.cli.options import OrderOptions
from reconcile.cli.order_refusal import why_refused
from reconcile.cli.pipeline import reading, surroundings, tell_cost
from reconcile.cli.present import present
from reconcile.cli.progress import progress
from reconcile.cli.record import addon_of, in_spite_of_the_journal, opening, run_id
from reconcile.cli.resume import again_of, plan_of, settle_earlier
from reconcile.cli.world import World
from reconcile.errors import ExitStatus
from reconcile.kinds import engine_version
from reconcile.kinds.engine_version import EngineVersion
from reconcile.model.address import Address
from reconcile.model.change import Risk
from reconcile.model.deed import Deed, Done
from reconcile.model.history import Opening, Settlement
from reconcile.model.project import SpecIndex
from reconcile.model.run import Result
from reconcile.model.state import Desired
from reconcile.operate.order import (
    CancelQuery,
    ResetDatabase,
    ResetStatistics,
    Restore,
    TerminateQuery,
    Upgrade,
)
from reconcile.operate.prepare import prepare
from reconcile.operate.prepared import Connection, Prepared, carry_out, connect_writing
from reconcile.operate.subject import Subject
from reconcile.plan.standing import mismatch
from reconcile.report.deed_text import DECLINED, done_text
from reconcile.report.live_json import done_json
from reconcile.spec.git import commit_of


def run(options: OrderOptions, world: World) -> ExitStatus:
    """Do it, after asking where something is at stake."""
    refuse_unanswerable(options.consent, world, name=_name_at_stake(options))
    known = look_up(options.database, today=world.today())
    done = _dry(options, known, world) if options.consent.dry_run else _live(options, known, world)
    status = done_status(done, interrupted=world.interruption.status)
    renderers = {
        "text": lambda look: done_text(done, look),
        "json": lambda _look: done_json(done, status=status),
    }
    status = present(renderers, options.output, world, status=status, effect=done.effect)
    tell_cost(done.spent, world)
    return status


def _dry(options: OrderOptions, known: Known, world: World) -> Done:
    with reading(known.about, options.output, world) as reads:
        subject = subject_of(known, reads)
        prepared = _prepared(options, known, subject, world)
        deed = prepared.deed
        done = (
            _nothing(prepared)
            or _refused(deed, known, subject, reads)
            or Done(deed=deed, result=Result.NOT_SENT)
        )
        return evolve(done, spent=reads.spent())


def _live(options: OrderOptions, known: Known, world: World) -> Done:
    world.state_dir(options.state_dir)  # a place for the journal is a condition for asking anything
    with connect_writing(surroundings(known.about, options.output, world)) as connection:
        subject = subject_of(known, connection.reads)
        place = world.state_dir(options.state_dir)
        again = again_of(known.fleet, connection.reads, world)
        earlier = settle_earlier(plan_of(subject.name, subject.target), again, place, world)
        prepared = _prepared(options, known, subject, world)
        done = (
            _nothing(prepared)
            or _refused(prepared.deed, known, subject, connection.reads)
            or _declined(prepared, options, known, connection, world)
            or _carried_out(prepared, options, connection, world, earlier.settled)
        )
        return evolve(done, spent=connection.spent())


def _prepared(options: OrderOptions, known: Known, subject: Subject, world: World) -> Prepared:
    """The order, beside what the spec says of the same, and what is to be known of it."""
    spec = known.spec or _of_a_version(
        SpecIndex(known.fleet.project.specs).may_mean(subject.target)
    )
    rule = cast("EngineVersion | None", spec and spec.kinds.get(engine_version.KIND.name))
    prepared = prepare(options.order, subject, rule)
    if prepared.deed.risk is Risk.LOSSY:
        check_specs(known, options.database, world)
    for note in prepared.notes:
        place = _place_of_version(spec)
        world.tell(f"warning: {place}: {note}" if place else f"note: {note}")
    return prepared


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


def _declined(
    prepared: Prepared, options: OrderOptions, known: Known, connection: Connection, world: World
) -> Done | None:
    """The end of what nobody agreed to, or what is another by the time that somebody did."""
    deed, stop = prepared.deed, world.interruption.stop
    if deed.asks:
        allowed = agreed(
            options.consent, world, what=deed.what, stakes=deed.stakes, name=deed.confirm
        )
        if not allowed:
            return Done(deed=deed, result=Result.NOT_ALLOWED, message=DECLINED)
        if not is_given(options.consent, deed.confirm) and not stop.is_set():
            again = prepare(options.order, subject_of(known, connection.reads))
            other = mismatch(deed.target, again.deed.target)
            if other is not None or again.premise != prepared.premise:
                message = (
                    other or "live changed while it was asked; nothing was sent, order it again"
                )
                return Done(deed=again.deed, result=Result.STALE, message=message)
    if stop.is_set():
        message = "the run was interrupted, nothing was sent"
        return Done(deed=deed, result=Result.SKIPPED, message=message)
    return None


def _name_at_stake(options: OrderOptions) -> str | None:
    """What has to be named before it is done, as its deed will say."""
    match options.order:
        case ResetDatabase(name=name):
            return name
        case Restore():
            return options.database.name
        case CancelQuery() | TerminateQuery() | ResetStatistics() | Upgrade():
            return None
        case _:
            assert_never(options.order)


def _refused(deed: Deed, known: Known, subject: Subject, reads: Reads) -> Done | None:
    """The end of what a spec of the project forbids."""
    why = why_refused(deed, known, subject, reads)
    return Done(deed=deed, result=Result.REFUSED, message=why) if why else None


def _carried_out(
    prepared: Prepared,
    options: OrderOptions,
    connection: Connection,
    world: World,
    earlier: Sequence[Settlement],
) -> Done:
    """The database to ourselves, the intent on disk, the request, the wait, the outcome on disk."""
    deed = prepared.deed
    place, ident = world.state_dir(options.state_dir), run_id(world)
    connection.writes.prepare(deed.target)
    with Locks(place, ident, world.now) as locks:
        held = locks.take(deed.target, deed.database)
        if held is not None:
            return Done(deed=deed, result=Result.BLOCKED, message=held.message)
        with (
            Journal(place, ident, world.now) as journal,
            progress(world, "sent", 1) as shown,
        ):
            journal.begin(_opening(deed, options, world))
            world.changing.set()
            for found in earlier:
                journal.settled(found)
            journal.started(deed)
            following = followed(connection.reads.client, options.waiting, shown, world)
            done = carry_out(
                prepared, connection.writes, following, lambda ident: journal.operation(deed, ident)
            )
            with in_spite_of_the_journal(world):
                journal.finished(done)
                journal.end(Counter([done.result.value]))
            return done


def _opening(deed: Deed, options: OrderOptions, world: World) -> Opening:
    commit = commit_of(options.database.selection.paths[0], world.environment)
    return opening("order", {deed.database: addon_of(deed.target)}, commit)
