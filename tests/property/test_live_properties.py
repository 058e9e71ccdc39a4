"""The laws of the planner again, through the real client and a sandbox over a socket."""

from __future__ import annotations

import secrets
from pathlib import Path

from hypothesis import given, settings
from live import changing, live, put
from strategies import Case, fleets

from reconcile.apply.allowance import Allowance
from reconcile.apply.executors import DryRunExecutor
from reconcile.apply.loop import Loop
from reconcile.model.plan import Plan, Proposal, Status
from reconcile.model.run import Result
from reconcile.sandbox import Sandbox


def differences(plan: Plan) -> list[tuple[str, str]]:
    """The items of a plan by address and type."""
    return [(str(entry.address), type(entry).__name__) for entry in plan.items()]


@settings(max_examples=60, deadline=None)
@given(fleet=fleets())
def test_a_plan_converges(sandbox: Sandbox, state: Path, fleet: tuple[Case, ...]) -> None:
    """Every action is done, and once all are, none is left."""
    desired = put(sandbox, fleet)
    with live(sandbox, state) as product:
        plan = product.plan(desired)
        assert not plan.unknown
        outcomes = product.apply(desired, plan, secrets.token_hex(8))
        assert {outcome.result for outcome in outcomes} <= {Result.DONE}
        after = product.plan(desired)
    assert after.actions == ()
    assert set(differences(after)) <= set(differences(plan))


@settings(max_examples=30, deadline=None)
@given(fleet=fleets())
def test_the_model_foresees_what_the_engines_do(
    sandbox: Sandbox, state: Path, fleet: tuple[Case, ...]
) -> None:
    """The plan read over the socket is the plan of the model's own states."""
    from reconcile.plan.build import build_plan  # noqa: PLC0415 - used here only

    desired = put(sandbox, fleet)
    with live(sandbox, state) as product:
        read = product.plan(desired)
    modelled = build_plan(desired, {case.desired.handle: case.observed for case in fleet})
    assert differences(read) == differences(modelled)


@settings(max_examples=30, deadline=None)
@given(fleet=fleets())
def test_planning_and_a_dry_run_send_nothing_that_changes(
    sandbox: Sandbox, state: Path, fleet: tuple[Case, ...]
) -> None:
    """Not one request that may change anything."""
    desired = put(sandbox, fleet)
    with live(sandbox, state) as product:
        plan = product.plan(desired)
        Loop(proposal=Proposal(plan=plan), allowance=Allowance(), executor=DryRunExecutor()).run()
    assert changing(sandbox) == []
    assert all(one.status is not Status.UNKNOWN for one in plan.databases)
