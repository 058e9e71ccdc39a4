"""Laws of the planner, on the pure model."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Any

from attrs import evolve
from builders import desired, facts, observed
from hypothesis import given
from hypothesis import strategies as st
from strategies import LIVE, Case, cases, fleets, kinds_of

from reconcile.kinds import KIND_BY_NAME
from reconcile.kinds.retention_policies import OnChange
from reconcile.model.address import Address
from reconcile.model.change import Create, Delete, Risk, sides_of, verb_of
from reconcile.model.engine import Engine, Version
from reconcile.model.item import Action, Blocked, Doable, ManualStep, Pending
from reconcile.model.plan import Plan
from reconcile.model.postgresql import Sql, SqlAccess
from reconcile.model.state import ITSELF, Elements, Fields, NoElements
from reconcile.plan.build import asked, build_plan, plan_database, planned_on
from reconcile.plan.document import as_json, body_of
from reconcile.plan.precondition import Standing, standing
from reconcile.spec.document import as_written, read_inline


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
        if not isinstance(state, NoElements)
    }
    for action in plan_of([case]).actions:
        kind = KIND_BY_NAME[action.address.kind]
        states[kind.name] = kind.simulate(states[kind.name], action.change)
    version = Version.parse(str(states["engine_version"][ITSELF]["version"]))
    facts = evolve(case.observed.facts, version=version)
    return evolve(case, observed=evolve(case.observed, states=states, facts=facts))


ENDS = {"PENDING_TO_ACTIVATE": "ACTIVATED", "PENDING_TO_REMOVE": "FAILED", "PENDING": "ACTIVATED"}


def gone_on(case: Case) -> Case:
    """The case when the provider has done what it was at, and what comes next can be read."""
    states: dict[str, Any] = dict(case.observed.states)
    rows = [
        {"name": name, "status": ENDS.get(fields["status"], fields["status"])}
        for name, fields in states["features"].items()
    ]
    states["features"] = KIND_BY_NAME["features"].parse({"features": rows})
    version = states["engine_version"][ITSELF]["version"]
    states["engine_version"] = {ITSELF: {"version": version, "next_version": after(version)}}
    return evolve(case, observed=evolve(case.observed, states=states))


def after(version: str) -> str | None:
    """A provider that offers 15.0 to 17.2."""
    now = Version.parse(version)
    assert now is not None
    if (now.major, now.minor) >= (17, 2):
        return None
    minor = now.minor + 1
    following = (now.major, minor) if minor <= 2 else (now.major + 1, 0)
    return str(Version(major=following[0], minor=following[1], build=1))


@given(fleet=fleets(by_sql=True))
def test_a_plan_converges(fleet: tuple[Case, ...]) -> None:
    """Once a plan is applied, no action is left to plan."""
    after = plan_of(carried_out(case) for case in fleet)
    assert after.actions == ()


@given(fleet=fleets(by_sql=True))
def test_applying_adds_no_other_difference(fleet: tuple[Case, ...]) -> None:
    """What is left after an apply was there before it; only what was begun may wait, or ask anew."""
    plan = plan_of(fleet)
    before = {(type(entry), entry.address) for entry in plan.items()}
    begun = {(kind, action.address) for action in plan.actions for kind in (Pending, Blocked)}
    left = {(type(e), e.address) for e in plan_of(carried_out(case) for case in fleet).items()}
    assert left <= before | begun
    slow = {address.kind for _type, address in left - before}
    assert slow <= {"features", "engine_version"}


@given(fleet=fleets(by_sql=True))
def test_applied_again_and_again_it_comes_to_rest(fleet: tuple[Case, ...]) -> None:
    """What takes several steps takes several applies, and not one more than there are steps."""
    for _step in range(12):
        fleet = tuple(gone_on(carried_out(case)) for case in fleet)
    plan = plan_of(fleet)
    assert plan.actions == ()
    assert not [entry for entry in plan.items() if isinstance(entry, Pending)]
    assert "P243" not in [entry.code for entry in plan.items() if isinstance(entry, Blocked)]


@given(fleet=fleets(by_sql=True))
def test_a_plan_is_made_again_from_what_it_keeps(fleet: tuple[Case, ...]) -> None:
    """Both sides as far as its items are about them: planned again, they give the very same plan."""
    for database in plan_of(fleet).databases:
        if database.items:
            wanted = evolve(asked(database, database.items), kinds=database.desired)
            again = plan_database(wanted, planned_on(database))
            bodies = [as_json(body_of(Plan(databases=(one,)))) for one in (again, database)]
            assert bodies[0] == bodies[1]
            requirements = [[one.requires for one in each.actions] for each in (again, database)]
            assert requirements[0] == requirements[1]


@given(fleet=fleets(by_sql=True))
def test_what_a_plan_asks_for_is_ready_on_the_state_it_was_made_on(
    fleet: tuple[Case, ...],
) -> None:
    """Planned anew from what it asks for, each action is ready; carried out, it is done."""
    done = {case.desired.handle: carried_out(case) for case in fleet}
    for case, database in zip(sorted(fleet, key=_handle), plan_of(fleet).databases, strict=True):
        wanted = asked(database, database.actions)
        now = plan_database(wanted, case.observed)
        later = plan_database(wanted, done[database.handle].observed)
        for action in database.actions:
            assert standing(action, now).standing is Standing.READY
            in_progress = Standing.BLOCKED if action.address.kind == "features" else None
            assert standing(action, later).standing in {Standing.ALREADY_DONE, in_progress}


@given(case=cases(by_sql=True))
def test_what_is_wanted_can_be_written_and_read_again(case: Case) -> None:
    """A value in a spec's words passes the rules of specs and comes back the same."""
    for name, value in case.desired.kinds.items():
        kind = KIND_BY_NAME[name]
        assert read_inline(kind, as_written(value), case.desired.engine) == value


def _handle(case: Case) -> str:
    return case.desired.handle


def _place(entry: Doable) -> tuple[Address, str]:
    return entry.address, verb_of(entry.change).value


@given(case=cases(by_sql=True))
def test_what_needs_another_feature_requires_its_change(case: Case) -> None:
    """Public needs TLS: of two changes the second one requires the first."""
    both = [
        action
        for action in plan_of([case]).actions
        if action.address.name in {"force-ssl", "publicly-available"}
    ]
    if len(both) == 2:
        first, second = both
        assert (first.requires, second.requires) == ((), (first.key,))


@given(case=cases(by_sql=True))
def test_an_upgrade_comes_last(case: Case) -> None:
    """There is no way back from it, and it takes long."""
    kinds = [action.address.kind for action in plan_of([case]).actions]
    assert "engine_version" not in kinds[:-1]


@given(engine=st.sampled_from(Engine), drawn=st.data())
def test_a_state_planned_against_itself_is_empty(engine: Engine, drawn: st.DataObject) -> None:
    """A spec written from what is there asks for nothing."""
    states = {name: drawn.draw(LIVE[name]) for name in kinds_of(engine)}
    specs = {name: KIND_BY_NAME[name].to_spec(state) for name, state in states.items()}
    wanted = {name: spec for name, spec in specs.items() if spec is not None}
    plan = build_plan([desired(wanted, engine=engine)], {"shop": observed(states, engine=engine)})
    assert list(plan.items()) == []
    assert all(database.unmanaged == () for database in plan.databases)


@given(fleet=fleets(by_sql=True), seed=st.integers())
def test_shuffled_input_gives_the_same_plan(fleet: tuple[Case, ...], seed: int) -> None:
    """The order of specs, answers and mappings decides nothing."""
    chance = random.Random(seed)  # noqa: S311 - a shuffle

    def shuffled(case: Case) -> Case:
        states = {
            name: state
            if isinstance(state, NoElements)
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


@given(fleet=fleets(by_sql=True))
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


LOSING: list[tuple[str, Fields]] = [
    ("redis-cache", {"enabled": True}),
    ("redis-rdb", {"enabled": False}),
    ("redis-aof", {"enabled": False}),
]


@given(case=cases(by_sql=True))
def test_what_loses_data_is_called_lossy(case: Case) -> None:
    """A deletion, and the second half of a replacement, never pass as less than lossy."""
    for action in plan_of([case]).actions:
        change = action.change
        if isinstance(change, Delete) or (isinstance(change, Create) and change.replacement):
            assert action.risk is Risk.LOSSY
        if (action.address.name, sides_of(change)[1]) in LOSING:
            assert action.risk is Risk.LOSSY


@given(case=cases(by_sql=True))
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


connected_cases = cases(
    of=Engine.POSTGRESQL, by_sql=True, unnamed=KIND_BY_NAME.keys() - {"extensions"}, least=1
)


@given(case=connected_cases)
def test_an_extension_comes_after_what_it_needs(case: Case) -> None:
    """Enabled after all that it requires, none of which goes; dropped after all that needs it."""
    reach, live = case.observed.facts.reach, case.observed.states.get("extensions", {})
    if not isinstance(reach, SqlAccess) or isinstance(live, NoElements):
        return
    seen: set[str] = set()
    required: set[str] = set()
    for action in plan_of([case]).actions:
        name, change = action.address.name, action.change
        if action.address.kind != "extensions":
            continue
        if isinstance(change, Delete):
            assert {*reach.needed_by.get(name, ())} <= seen
            assert name not in required
        else:
            version = change.after.get("version") or reach.newest[name]
            package = reach.offers.get(name, {}).get(str(version))
            required.update(package.requires if package else ())
            assert required <= seen | live.keys()
        seen.add(name)


@given(case=connected_cases)
def test_a_connection_decides_who_changes_an_extension(case: Case) -> None:
    """With one nothing is left to a person, without one nothing is run; no role oversteps."""
    reach = case.observed.facts.reach
    for entry in plan_of([case]).items():
        if entry.address.kind != "extensions":
            continue
        assert not isinstance(entry, ManualStep if case.desired.connection else Action)
        if isinstance(entry, Action):
            assert isinstance(reach, SqlAccess)
            owned = entry.address.name in reach.owned
            assert reach.superuser or owned or isinstance(entry.change, Create)


@given(case=cases(by_sql=True))
def test_a_kind_that_is_not_named_is_not_touched(case: Case) -> None:
    """A key that a spec does not name yields nothing."""
    for entry in plan_of([case]).items():
        assert entry.address.kind in case.desired.kinds


@given(case=cases(by_sql=True))
def test_every_action_has_requests_that_change(case: Case) -> None:
    """An action that sends nothing would be a manual step."""
    for action in plan_of([case]).actions:
        calls = KIND_BY_NAME[action.address.kind].requests(action.change)
        assert calls
        assert all(isinstance(call, Sql) or call.effect.value == "change" for call in calls)


@given(engine=st.sampled_from(Engine), drawn=st.data())
def test_normalizing_twice_is_normalizing_once(engine: Engine, drawn: st.DataObject) -> None:
    """The spelling that a comparison uses is a fixed point."""
    live = facts(engine)
    for name in kinds_of(engine):
        kind = KIND_BY_NAME[name]
        state = drawn.draw(LIVE[name])
        spec = kind.to_spec(state)
        if spec is None:
            continue
        once = kind.normalize(spec, state, live)
        if name == "backups" and not state[ITSELF]["enabled"]:
            continue  # what is said of hours while backups are off is dropped, once and for all
        assert kind.normalize(spec, once.live or state, live).live == once.live
