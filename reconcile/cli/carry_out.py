"""From a proposal to a run: ask, carry out, read again. The same for a fleet and for one change."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

from attrs import evolve, field, frozen

from reconcile import __version__
from reconcile.api.reads import ReadClient, Reads
from reconcile.apply.allowance import Allowance
from reconcile.apply.estimate import estimate
from reconcile.apply.executors import DryRunExecutor
from reconcile.apply.journal import Journal
from reconcile.apply.live import Connection, Following, LiveExecutor, connect_writing
from reconcile.apply.loop import Loop, count_results
from reconcile.apply.settle import settle
from reconcile.cli.again import Again
from reconcile.cli.exits import EFFECTS, run_status
from reconcile.cli.fleet import Fleet
from reconcile.cli.options import Output, Waiting
from reconcile.cli.pipeline import (
    About,
    foretell,
    propose,
    reading,
    refuse_too_long,
    surroundings,
    tell_cost,
)
from reconcile.cli.present import present
from reconcile.cli.progress import Progress, progress
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, ReconcileError
from reconcile.model.cost import Estimate
from reconcile.model.operation import Operation
from reconcile.model.plan import Proposal
from reconcile.model.run import Outcome, Run
from reconcile.observe.estimate import reads_of
from reconcile.observe.lookups import Lookups
from reconcile.report.page import Look
from reconcile.report.run_text import run_text
from reconcile.report.to_json import run_json
from reconcile.report.words import about_so_long, count, duration


@frozen(kw_only=True)
class Task:
    """What is to be applied, and how.

    `wanted` says what is wanted, once there is a connection; `consent` says what may run, None for no; it is asked once the plan is known, and not at all in
    a dry run, where `allowance` holds. `fleetwide` where the cost is worth telling beforehand.
    """

    about: About
    wanted: Callable[[Reads], Fleet]
    output: Output
    consent: Callable[[Proposal], Allowance | None]
    allowance: Allowance
    state_dir: Path | None = None
    waiting: Waiting = field(factory=Waiting)
    fleetwide: bool = True


def dry_run(task: Task, world: World) -> Run:
    """The same loop, with an executor that sends nothing, over a connection that cannot write."""
    with reading(task.about, task.output, world) as reads:
        fleet = task.wanted(reads)
        if task.fleetwide:
            foretell(fleet, reads, task.about, world)
        proposal = propose(fleet, reads, world, stop=world.interruption.stop)
        loop = Loop(
            proposal=proposal,
            allowance=task.allowance,
            executor=DryRunExecutor(),
            stop=world.interruption.stop,
        )
        return Run(
            id=run_id(world),
            before=proposal,
            dry=True,
            outcomes=loop.run(),
            spent=reads.spent(),
        )


def live_run(task: Task, world: World) -> Run:
    """Read, ask, carry out, and read what was touched again."""
    world.state_dir(task.state_dir)  # a place for the journal is a condition for asking anything
    began = world.now()
    with connect_writing(surroundings(task.about, task.output, world)) as connection:
        fleet = task.wanted(connection.reads)
        if task.fleetwide:
            foretell(fleet, connection.reads, task.about, world)
        proposal = propose(fleet, connection.reads, world, stop=world.interruption.stop)
        allowance = task.consent(proposal)
        started = Run(id=run_id(world), before=proposal)
        if allowance is None or not proposal.plan.actions:
            return evolve(started, spent=connection.spent())
        again = Again(
            fleet=fleet,
            reads=connection.reads,
            world=world,
            lookups=Lookups(connection.reads.client.call),
        )
        if task.fleetwide:
            foreseen = _foretold(started, allowance, again, connection, task)
            passed = (world.now() - began).total_seconds()
            refuse_too_long("applying", foreseen, task.about.max_wait, passed=passed)
        outcomes = _carry_out(started, allowance, again, connection, task)
        connection.lift_deadline()  # what was done is to be known, whatever the time
        after = again.proposal(proposal, outcomes)
        return evolve(
            started,
            outcomes=settle(outcomes, after.plan) if after else outcomes,
            after=after,
            spent=connection.spent(),
        )


def _foretold(
    started: Run, allowance: Allowance, again: Again, connection: Connection, task: Task
) -> Estimate:
    """Say what carrying out a plan will cost."""
    reads = {one.handle: reads_of(one) for one in again.fleet.desired}
    foreseen = estimate(
        started.before,
        allowance,
        reads_of=reads.__getitem__,
        look_at=lambda plan: reads_of(again.touched(plan)),
        budget=task.about.config.request_budget,
        spent=connection.spent().requests,
    )
    if foreseen.total:
        requests = count(foreseen.total, "request")
        again.world.tell(f"applying: {requests}, {about_so_long(foreseen.seconds)}")
    return foreseen


def _carry_out(
    started: Run, allowance: Allowance, again: Again, connection: Connection, task: Task
) -> tuple[Outcome, ...]:
    plan, world = started.before.plan, again.world
    with (
        Journal(world.state_dir(task.state_dir), started.id, world.now) as journal,
        progress(world, "applied", len(plan.actions)) as shown,
    ):
        journal.begin(__version__, {one.handle: one.target for one in plan.databases if one.target})
        following = followed(connection.reads.client, task.waiting, shown, world)
        loop = Loop(
            proposal=started.before,
            allowance=allowance,
            executor=LiveExecutor(connection.writes, journal, following),
            stop=world.interruption.stop,
            recheck=again.database,
            progress=lambda outcome: shown.advance(str(outcome.action.address)),
        )
        outcomes = loop.run()
        end_journal(journal, count_results(outcomes), world)
        return outcomes


def end_journal(journal: Journal, results: Mapping[str, int], world: World) -> None:
    """Write the end of a run. What was done is done, and its summary still due."""
    try:
        journal.end(results)
    except ReconcileError as error:
        world.tell(f"reconcile: {error}")


def followed(client: ReadClient, waiting: Waiting, shown: Progress, world: World) -> Following:
    """How the operations of a run are waited for."""

    def tell(seen: Operation, seconds: float) -> None:
        if not seen.ended:
            what = seen.type or "operation"
            shown.note(f"{what} {seen.id} is {seen.status}, for {duration(seconds)} now")

    return Following(
        client=client,
        wait=waiting.wait,
        patience=waiting.patience,
        tell=tell,
        stop=world.interruption.stop,
    )


def show_run(
    run: Run,
    output: Output,
    world: World,
    *,
    text: Callable[[Run, Look], str] = run_text,
    status_of: Callable[[Run], ExitStatus] = run_status,
) -> ExitStatus:
    """Present what a run did, and what is left."""
    done = evolve(run, interrupted=world.interruption.status)
    status = status_of(done)
    renderers = {
        "text": lambda look: text(done, look),
        "json": lambda _look: run_json(done, status=status),
    }
    effect = bool(done.results(*EFFECTS))
    status = present(renderers, output, world, status=status, effect=effect)
    tell_cost(done.spent, world)
    return status


def run_id(world: World) -> str:
    """Sorts by time, and does not repeat."""
    return f"{world.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
