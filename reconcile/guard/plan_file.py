"""G108, G109, G110: a plan from a file is fresh, not applied yet, and a spec or signature allows it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from attrs import frozen

from reconcile.guard.guard import Context, Guard
from reconcile.model.address import Address
from reconcile.model.change import Risk
from reconcile.model.finding import Finding
from reconcile.model.history import PastRun
from reconcile.model.item import Doable
from reconcile.model.plan import Plan, Record, Seal
from reconcile.model.text import moment


@frozen(kw_only=True)
class FromFile:
    """What is known of a plan that came from a file.

    `completed` is the run that did all of it already; `in_doubt` are the journals, by their paths,
    that may tell of such a run and cannot be read; `has_specs` whether the project has any;
    `without_spec` are the databases, by handle, that none of these means, `unnamed` those with a
    connection that none of these names.
    """

    record: Record
    completed: PastRun | None = None
    in_doubt: tuple[str, ...] = ()
    has_specs: bool = False
    without_spec: tuple[str, ...] = ()
    unnamed: tuple[str, ...] = ()


def review_file(plan: Plan, known: FromFile) -> tuple[Finding, ...]:
    """Why the plan of a file is refused, or a loss in it; nothing overrides these."""
    found = (*_untimely(known.record), *_completed(known), *_in_doubt(plan, known))
    if known.record.seal is Seal.VERIFIED:
        return found
    return (*found, *_strange(known), *_astray(known), *_unanswered(plan, known))


_SKEW = timedelta(minutes=5)
"""How far the clocks of two machines may be apart."""


def _untimely(record: Record) -> Iterator[Finding]:
    if record.made > record.now + _SKEW:
        yield Finding(
            code="G108",
            message=f"the plan says that it was made at {moment(record.made)}, which is to come",
            hint="plan again, and look at the clocks",
        )
    if record.expired:
        yield Finding(
            code="G108",
            message=(
                f"the plan was made at {moment(record.made)}"
                f" and could be applied until {moment(record.expires)}"
            ),
            hint="plan again; --expires-in gives a plan another time to live",
        )


def _strange(known: FromFile) -> Iterator[Finding]:
    """Databases that the specs here do not know: one of theirs might protect or pin it."""
    for handle in known.without_spec if known.has_specs else ():
        yield Finding(
            code="G110",
            message=(
                f"no spec here is about the live database of {handle!r}, and the plan's signature"
                " was not checked"
            ),
            hint="say with --specs where its spec is, or plan again",
        )


def _astray(known: FromFile) -> Iterator[Finding]:
    """Statements over a connection that only the file names: it could lead anywhere."""
    for handle in known.unnamed:
        yield Finding(
            code="G110",
            message=(
                f"the plan would run SQL in {handle!r} over a connection that no spec here names,"
                " and its signature was not checked"
            ),
            hint="say with --specs where its spec is, or plan again",
        )


def _completed(known: FromFile) -> Iterator[Finding]:
    run = known.completed
    if run is not None:
        when = f", at {moment(run.ended)}" if run.ended else ""
        yield Finding(
            code="G109",
            message=f"run {run.id} did all of this plan{when}",
            hint="plan again: what is left to do is in a new plan",
        )


def _in_doubt(plan: Plan, known: FromFile) -> Iterator[Finding]:
    """Losses that may have been made before: a name that was made again is lost once more."""
    if not known.in_doubt:
        return
    first, *others = known.in_doubt
    more = f" and {len(others)} more" if others else ""
    for address in _losses(plan):
        yield Finding(
            code="G109",
            message=(
                "it is not known whether this plan was applied before: the journal"
                f" {first!r}{more} cannot be read"
            ),
            hint="plan again: what is left to do is in a new plan",
            address=address,
        )


def _losses(plan: Plan) -> Iterator[Address]:
    losses = (entry.address for one in plan.databases for entry in one.doable if _loses(entry))
    yield from dict.fromkeys(losses)


def _loses(entry: Doable) -> bool:
    return entry.risk is Risk.LOSSY


def _without_spec(plan: Plan, context: Context) -> Iterator[Finding]:
    """Refuse the losses of an unsigned file where no spec turns out to mean the live database."""
    for database in plan.databases if context.needs_spec else ():
        claim = context.claim_to(database.handle)
        if not claim.specs and not claim.unsure:  # G111 is about what cannot be resolved
            for address in _losses(Plan(databases=(database,))):
                yield Finding(
                    code="G110",
                    message="this would lose data, and no spec here is about this live database",
                    hint="name the addon in its spec, or say with --specs where that is",
                    address=address,
                )


def _unanswered(plan: Plan, known: FromFile) -> Iterator[Finding]:
    """Losses that only the file asks for. By hand they are lost as well.

    What a local spec no longer asks for is stale, action by action.
    """
    losses = [str(one) for one in _losses(plan) if one.database in known.without_spec]
    if losses:
        first, *others = losses
        more = f" and {len(others)} more" if others else ""
        yield Finding(
            code="G110",
            message=(
                f"the plan would lose data at {first}{more}, its signature was not checked, and no"
                " spec here asks for that"
            ),
            hint="say with --specs where its specs are, or set RECONCILE_PLAN_KEY for plan and for apply",
        )


OLD_PLAN = Guard(
    code="G108",
    meaning="the plan of a file is older than it may be",
    why="A plan describes differences that were there when it was made. The older it is, the less"
    " they are what a person agreed to.",
    advice="Make the plan anew; `plan --expires-in` lets it last longer.",
)


APPLIED_PLAN = Guard(
    code="G109",
    meaning="a run did all of the plan of a file already",
    why="A plan is agreed to once. What it did may have been changed again on purpose since, and"
    " doing it a second time would undo that.",
    advice="Make the plan anew.",
)


UNANSWERED_LOSS = Guard(
    code="G110",
    meaning="the plan of a file would lose data or run SQL, and neither a signature nor a spec answers for it",
    why="A file can be edited by whoever has it. That data may go has to be said by somebody whose"
    " word can be told from that: by a signature, or by a spec.",
    advice="Set RECONCILE_PLAN_KEY where plans are made and applied, or apply where the specs are.",
    check=_without_spec,
)
