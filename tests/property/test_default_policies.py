"""An InfluxDB database that had a default policy has one after any apply, complete or partial."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from attrs import define, evolve
from hypothesis import given, settings
from hypothesis import strategies as st
from live import MovedClock, live, put
from property.successions import Part, parts, policies
from strategies import Case

from reconcile.apply.loop import Loop
from reconcile.guard.guard import Context
from reconcile.guard.review import review
from reconcile.kinds.retention_policies import (
    KIND,
)
from reconcile.model.change import ActionKey, key_of
from reconcile.model.item import Action
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.policy import Policy
from reconcile.model.run import Outcome, Result
from reconcile.model.state import Elements, Observed
from reconcile.model.target import Target
from reconcile.plan.build import asked, plan_database, planned_on
from scalingo_sandbox import Sandbox

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@define
class Server:
    """The model of a server, whose requests end as they are told to."""

    live: Observed
    answers: list[tuple[Result, bool]]

    def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:
        """Have an effect, or none."""
        del target, finish
        result, effect = self.answers.pop(0) if self.answers else (Result.DONE, True)
        before = has_default(self.live)
        if effect and action.address.kind == KIND.name:
            state = KIND.simulate(policies_of(self.live), action.change)
            self.live = evolve(self.live, states={**self.live.states, KIND.name: state})
        assert has_default(self.live) or not before, f"{action.key} took the default"
        return Outcome(action=action, result=result)

    def look(self, plan: DatabasePlan) -> DatabasePlan:
        """Plan anew on what is there."""
        return plan_database(asked(plan, plan.actions), self.live)


def policies_of(live: Observed) -> Elements:
    """The retention policies of a database."""
    state = live.states[KIND.name]
    assert isinstance(state, Mapping)
    return state


def has_default(live: Observed) -> bool:
    """Whether one of them is the default."""
    return any(fields.get("default") for fields in policies_of(live).values())


def planned(case: Case, live: Observed, *, from_file: bool) -> Plan:
    """The plan, as a plan file gives it back where it comes from one."""
    database = plan_database(case.desired, live)
    if from_file:
        wanted = evolve(asked(database, database.items), kinds=database.desired)
        database = plan_database(wanted, planned_on(database)) if database.items else database
    return Plan(databases=(database,))


@given(case=policies(), drawn=st.lists(parts, min_size=1, max_size=3))
def test_the_default_stays_whatever_is_allowed_and_whatever_fails(
    case: Case, drawn: list[Part]
) -> None:
    """On the model: after each request of each apply."""
    live = case.observed
    for part in drawn:
        plan = planned(case, live, from_file=part.from_file)
        server = Server(live, list(part.answers))
        Loop(
            proposal=review(plan, Context(now=NOW)),
            allowance=part.allowance(plan),
            executor=server,
            recheck=server.look,
        ).run()
        live = server.live


@given(case=policies())
def test_what_an_action_requires_comes_before_it(case: Case) -> None:
    """And is an action of the same plan."""
    seen = set[ActionKey]()
    for action in planned(case, case.observed, from_file=False).actions:
        assert seen.issuperset(action.requires)
        seen.add(key_of(action.change))


faults = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["drop-before", "drop-after", "truncate"]),
        "after": st.integers(0, 6),
    }
)


def default_of(sandbox: Sandbox) -> bool:
    """Whether the one database that is served has a default policy."""
    (app,) = sandbox.fleet()["apps"]
    (addon,) = app["addons"]
    return any(one["default"] for one in addon["retention_policies"])


@settings(max_examples=40, deadline=None)
@given(case=policies(), part=parts, fault=faults)
def test_the_default_stays_through_the_real_client(
    sandbox: Sandbox,
    *,
    clock: MovedClock,
    state: Path,
    case: Case,
    part: Part,
    fault: Mapping[str, Any],
) -> None:
    """With one of the changing requests lost, before or after its effect; and after the next apply."""
    (desired,) = put(sandbox, [case])
    kept = default_of(sandbox)
    path = f"/api/databases/{desired.addon}/action"
    match = {"path": path, "changes": True}
    sandbox.fault(fault["kind"], match=match, after=fault["after"])
    try:
        with live(sandbox, state, clock) as product:
            for _run in range(2):
                plan = product.plan([desired])
                product.apply(
                    plan, secrets.token_hex(8), allowance=part.allowance(plan), policy=Policy()
                )
                assert default_of(sandbox) or not kept
    finally:
        sandbox.clear_faults()
