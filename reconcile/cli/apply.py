"""`reconcile apply`: plan, ask, carry out, read again, say what converged."""

from __future__ import annotations

import secrets
from pathlib import Path

from attrs import evolve

from reconcile import __version__
from reconcile.apply.allowance import Allowance
from reconcile.apply.executors import DryRunExecutor
from reconcile.apply.journal import Journal
from reconcile.apply.live import Connection, LiveExecutor, connect_writing
from reconcile.apply.loop import Loop, count_results
from reconcile.apply.settle import settle
from reconcile.cli.again import Again
from reconcile.cli.exits import run_status
from reconcile.cli.fleet import Fleet, read_fleet
from reconcile.cli.options import ApplyOptions
from reconcile.cli.pipeline import ClashError, propose, reading, surroundings, tell_requests
from reconcile.cli.present import present, present_findings
from reconcile.cli.progress import progress
from reconcile.cli.prompt import ask
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, ReconcileError, UsageError
from reconcile.model.plan import Proposal
from reconcile.model.run import Outcome, Result, Run
from reconcile.report.page import Look
from reconcile.report.plan_text import plan_text
from reconcile.report.run_text import run_text
from reconcile.report.to_json import run_json


def run(options: ApplyOptions, world: World) -> ExitStatus:
    """Apply the plan of the selected databases."""
    if not (options.yes or options.dry_run or world.attended):
        raise UsageError("nobody can be asked here (no terminal): say --yes, or --dry-run")
    fleet = read_fleet(options.selection)
    if not fleet.valid:
        return present_findings(fleet, options.output, world)
    try:
        done = _dry_run(fleet, options, world) if options.dry_run else _apply(fleet, options, world)
    except ClashError as clash:
        return present_findings(evolve(fleet, findings=clash.findings), options.output, world)
    done = evolve(done, interrupted=world.interruption.status)
    status = run_status(done)
    renderers = {
        "text": lambda look: run_text(done, look),
        "json": lambda _look: run_json(done, status=status),
    }
    effect = bool(done.results(Result.DONE, Result.UNKNOWN))
    status = present(renderers, options.output, world, status=status, effect=effect)
    tell_requests(done.requests, world)
    return status


def _dry_run(fleet: Fleet, options: ApplyOptions, world: World) -> Run:
    """The same loop, with an executor that sends nothing, over a connection that cannot write."""
    with reading(fleet.config, options.output, world) as reads:
        proposal = propose(fleet.desired, reads, world, stop=world.interruption.stop)
        loop = Loop(
            proposal=proposal,
            allowance=Allowance(allows=options.allow, attended=world.attended),
            executor=DryRunExecutor(),
            stop=world.interruption.stop,
        )
        return Run(
            id=_run_id(world),
            before=proposal,
            dry=True,
            outcomes=loop.run(),
            requests=reads.counts(),
        )


def _apply(fleet: Fleet, options: ApplyOptions, world: World) -> Run:
    state_dir = world.state_dir(options.state_dir)
    with connect_writing(surroundings(fleet.config, options.output, world)) as connection:
        proposal = propose(fleet.desired, connection.reads, world, stop=world.interruption.stop)
        allowance = _allowance(proposal, options, world)
        started = Run(id=_run_id(world), before=proposal)
        if allowance is None or not proposal.plan.actions:
            return evolve(started, requests=connection.counts())
        again = Again(fleet=fleet, reads=connection.reads, world=world)
        outcomes = _carry_out(started, allowance, again, connection, state_dir)
        after = again.proposal(proposal, outcomes)
        return evolve(
            started,
            outcomes=settle(outcomes, after.plan) if after else outcomes,
            after=after,
            requests=connection.counts(),
        )


def _allowance(proposal: Proposal, options: ApplyOptions, world: World) -> Allowance | None:
    """What may run; None where a person, having seen the plan, did not say yes."""
    allowance = Allowance(allows=options.allow, attended=world.attended)
    for address in allowance.unused(proposal.plan):
        world.tell(f"note: --allow names {address}, of which this plan has no action")
    if options.yes or not proposal.plan.actions:
        return allowance
    look = Look(
        colour=world.wants_colour(world.stderr, options.output), width=world.width(world.stderr)
    )
    world.stderr.write(plan_text(proposal, look) + "\n")
    return ask(proposal, allowance, world)


def _carry_out(
    started: Run,
    allowance: Allowance,
    again: Again,
    connection: Connection,
    state_dir: Path,
) -> tuple[Outcome, ...]:
    plan, world = started.before.plan, again.world
    with (
        Journal(state_dir, started.id, world.now) as journal,
        progress(world, "applied", len(plan.actions)) as shown,
    ):
        journal.begin(__version__, {one.handle: one.target for one in plan.databases if one.target})
        loop = Loop(
            proposal=started.before,
            allowance=allowance,
            executor=LiveExecutor(connection.writes, journal),
            stop=world.interruption.stop,
            recheck=again.database,
            progress=lambda outcome: shown.advance(str(outcome.action.address)),
        )
        outcomes = loop.run()
        try:
            journal.end(count_results(outcomes))
        except ReconcileError as error:
            # What was done is done, and its summary still due.
            world.tell(f"reconcile: {error}")
        return outcomes


def _run_id(world: World) -> str:
    """Sorts by time, and does not repeat."""
    return f"{world.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
