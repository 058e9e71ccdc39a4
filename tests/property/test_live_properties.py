"""The laws of the planner again, through the real client and a sandbox over a socket."""

from __future__ import annotations

import secrets
from pathlib import Path

from hypothesis import given, settings
from live import MovedClock, changing, live, put
from strategies import Case, fleets

from reconcile.apply.allowance import Allowance
from reconcile.apply.execute import DryRunExecutor
from reconcile.apply.loop import Loop
from reconcile.model.item import Pending
from reconcile.model.plan import Plan, Proposal, Status
from reconcile.model.run import Result
from reconcile.model.state import NoElements
from scalingo_sandbox import Sandbox


def differences(plan: Plan) -> list[tuple[str, str]]:
    """The items of a plan by address and type."""
    return [(str(entry.address), type(entry).__name__) for entry in plan.items()]


UNNAMED = ("engine_version",)
"""Kinds whose effect is followed for longer than these properties wait."""


@settings(max_examples=60, deadline=None)
@given(fleet=fleets(unnamed=UNNAMED))
def test_a_plan_converges(
    sandbox: Sandbox, clock: MovedClock, state: Path, fleet: tuple[Case, ...]
) -> None:
    """Every action is done, and once all are, none is left but what waited for one of them."""
    desired = put(sandbox, fleet)
    with live(sandbox, state, clock) as product:
        plan = product.plan(desired)
        assert not plan.unknown
        outcomes = product.apply(plan, secrets.token_hex(8))
        assert {outcome.result for outcome in outcomes} <= {Result.DONE}
        after = product.plan(desired)
    waited = {item.address for item in plan.items() if isinstance(item, Pending)}
    assert {action.address for action in after.actions} <= waited
    due = {(str(one.address), "Action") for one in after.actions}
    assert set(differences(after)) <= set(differences(plan)) | due


@settings(max_examples=30, deadline=None)
@given(fleet=fleets(unnamed=UNNAMED))
def test_what_takes_several_steps_comes_to_rest(
    sandbox: Sandbox, clock: MovedClock, state: Path, fleet: tuple[Case, ...]
) -> None:
    """What waits for something else is done by the next apply, and then nothing waits any more."""
    desired = put(sandbox, fleet)
    with live(sandbox, state, clock) as product:
        for _step in range(2):
            outcomes = product.apply(product.plan(desired), secrets.token_hex(8))
            assert {outcome.result for outcome in outcomes} <= {Result.DONE}
            clock.end_operations()
        after = product.plan(desired)
    assert after.actions == ()
    waiting = {one.address.database for one in after.items() if isinstance(one, Pending)}
    assert waiting <= {case.desired.handle for case in fleet if _never_ends(case)}


def _never_ends(case: Case) -> bool:
    """Whether a feature was coming or going from the beginning: no operation will end that."""
    features = case.observed.states["features"]
    assert not isinstance(features, NoElements)
    return any("enabled" not in fields for fields in features.values())


@settings(max_examples=30, deadline=None)
@given(fleet=fleets(unnamed=UNNAMED))
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
@given(fleet=fleets(unnamed=UNNAMED))
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
