"""Laws of the planner, on the pure model."""

from __future__ import annotations

import random
from collections.abc import Iterable

from attrs import evolve
from builders import desired, facts, observed
from hypothesis import given
from hypothesis import strategies as st
from strategies import LIVE, Case, cases, fleets, kinds_of

from reconcile.kinds import KIND_BY_NAME
from reconcile.kinds.retention_policies import OnChange
from reconcile.model.change import Create, Delete, Risk
from reconcile.model.engine import Engine
from reconcile.model.plan import Plan
from reconcile.model.state import ITSELF, Elements, NotOffered
from reconcile.plan.build import build_plan


def plan_of(fleet: Iterable[Case]) -> Plan:
    """Plan a fleet."""
    listed = list(fleet)
    return build_plan(
        [case.desired for case in listed], {case.desired.handle: case.observed for case in listed}
    )


def carried_out(case: Case) -> Case:
    """The case after every one of its actions took effect."""
    states: dict[str, Elements] = {
        name: state
        for name, state in case.observed.states.items()
        if not isinstance(state, NotOffered)
    }
    for action in plan_of([case]).actions:
        kind = KIND_BY_NAME[action.address.kind]
        states[kind.name] = kind.simulate(states[kind.name], action.change)
    return evolve(case, observed=evolve(case.observed, states=states))


@given(fleet=fleets())
def test_a_plan_converges(fleet: tuple[Case, ...]) -> None:
    """Once a plan is applied, no action is left to plan."""
    after = plan_of(carried_out(case) for case in fleet)
    assert after.actions == ()


@given(fleet=fleets())
def test_applying_adds_no_other_difference(fleet: tuple[Case, ...]) -> None:
    """What is left after an apply was there before it: nothing new is blocked or to be done."""
    before = {(type(entry), entry.address) for entry in plan_of(fleet).items()}
    after = {(type(e), e.address) for e in plan_of(carried_out(case) for case in fleet).items()}
    assert after <= before


@given(engine=st.sampled_from(Engine), drawn=st.data())
def test_a_state_planned_against_itself_is_empty(engine: Engine, drawn: st.DataObject) -> None:
    """A spec written from what is there asks for nothing."""
    states = {name: drawn.draw(LIVE[name]) for name in kinds_of(engine)}
    wanted = {name: KIND_BY_NAME[name].to_spec(state) for name, state in states.items()}
    plan = build_plan([desired(wanted, engine=engine)], {"shop": observed(states, engine=engine)})
    assert list(plan.items()) == []
    assert all(database.unmanaged == () for database in plan.databases)


@given(fleet=fleets(), seed=st.integers())
def test_shuffled_input_gives_the_same_plan(fleet: tuple[Case, ...], seed: int) -> None:
    """The order of specs, answers and mappings decides nothing."""
    chance = random.Random(seed)  # noqa: S311 - a shuffle

    def shuffled(case: Case) -> Case:
        states = {
            name: state
            if isinstance(state, NotOffered)
            else dict(chance.sample(list(state.items()), len(state)))
            for name, state in chance.sample(
                list(case.observed.states.items()), len(case.observed.states)
            )
        }
        wanted = chance.sample(list(case.desired.kinds.items()), len(case.desired.kinds))
        return Case(
            desired=evolve(case.desired, kinds=dict(wanted)),
            observed=evolve(case.observed, states=states),
        )

    mixed = [shuffled(case) for case in chance.sample(fleet, len(fleet))]
    assert plan_of(mixed) == plan_of(fleet)


@given(fleet=fleets())
def test_nothing_is_deleted_without_absent(fleet: tuple[Case, ...]) -> None:
    """Only a name under `absent` is deleted, or one whose replacement the spec allows."""
    wanted = {case.desired.handle: case.desired.kinds for case in fleet}
    for entry in plan_of(fleet).items():
        change = getattr(entry, "change", None)
        if not isinstance(change, Delete):
            continue
        spec: object = wanted[entry.address.database][entry.address.kind]
        if change.replacement:
            replaceable = {e.name for e in spec.present if e.on_change is OnChange.REPLACE}  # type: ignore[attr-defined]
            assert entry.address.name in replaceable
        else:
            assert entry.address.name in {e.name for e in spec.absent}  # type: ignore[attr-defined]


@given(case=cases())
def test_what_loses_data_is_called_lossy(case: Case) -> None:
    """A deletion, and the second half of a replacement, never pass as less than lossy."""
    for action in plan_of([case]).actions:
        change = action.change
        if isinstance(change, Delete) or (isinstance(change, Create) and change.replacement):
            assert action.risk is Risk.LOSSY


@given(case=cases())
def test_no_action_comes_before_what_it_needs(case: Case) -> None:
    """Nothing goes before what shall take its place is there."""
    actions = plan_of([case]).actions
    for index, action in enumerate(actions):
        change = action.change
        if isinstance(change, Delete) and not change.replacement:
            later = [a.change for a in actions[index:]]
            assert not [c for c in later if isinstance(c, Create) and not c.replacement]
        if isinstance(change, Create) and change.replacement:
            gone = actions[index - 1]
            assert gone.address == action.address
            assert isinstance(gone.change, Delete)


@given(case=cases())
def test_a_kind_that_is_not_named_is_not_touched(case: Case) -> None:
    """A key that a spec does not name yields nothing."""
    for entry in plan_of([case]).items():
        assert entry.address.kind in case.desired.kinds


@given(case=cases())
def test_every_action_has_requests_that_change(case: Case) -> None:
    """An action that sends nothing would be a manual step."""
    for action in plan_of([case]).actions:
        calls = KIND_BY_NAME[action.address.kind].requests(action.change)
        assert calls
        assert all(call.effect.value == "change" for call in calls)


@given(engine=st.sampled_from(Engine), drawn=st.data())
def test_normalizing_twice_is_normalizing_once(engine: Engine, drawn: st.DataObject) -> None:
    """The spelling that a comparison uses is a fixed point."""
    live = facts(engine)
    for name in kinds_of(engine):
        kind = KIND_BY_NAME[name]
        state = drawn.draw(LIVE[name])
        spec = kind.to_spec(state)
        once = kind.normalize(spec, state, live)
        if name == "backups" and not state[ITSELF]["enabled"]:
            continue  # what is said of hours while backups are off is dropped, once and for all
        assert kind.normalize(spec, once.live or state, live).live == once.live
