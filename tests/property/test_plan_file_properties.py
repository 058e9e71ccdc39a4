"""Laws of the plan file: what is written is read again, whatever the plan."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from attrs import evolve
from builders import desired, observed
from hypothesis import given
from hypothesis import strategies as st
from strategies import Case, fleets

from reconcile.guard.guard import Context
from reconcile.guard.review import review
from reconcile.model.history import Commit
from reconcile.model.location import Location
from reconcile.model.plan import Plan, Proposal
from reconcile.model.state import Unknown
from reconcile.model.target import Pins
from reconcile.plan.build import build_plan, plan_database
from reconcile.plan.document import Scope, plan_id
from reconcile.plan.intent import intended
from reconcile.plan.local_specs import dropped
from reconcile.plan.plan_file import Saved, dump, load, sign

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
scopes = st.builds(
    Scope,
    paths=st.just(("specs",)),
    config=st.none() | st.text(),
    only=st.lists(st.text(), max_size=2).map(tuple),
    exclude=st.just(()),
    fleet=st.integers(0, 2000),
    digests=st.dictionaries(st.text(), st.text(), max_size=2),
    commit=st.none() | st.builds(Commit, id=st.text(), dirty=st.booleans()),
)


def plan_of(fleet: tuple[Case, ...]) -> Plan:
    """The plan of a fleet, and of a database that could not be read."""
    lost = desired(handle="lost")
    states = {case.desired.handle: case.observed for case in fleet}
    wanted = [*(case.desired for case in fleet), lost]
    return build_plan(wanted, {**states, "lost": Unknown(reason="gone\nfor good")})


def proposed(fleet: tuple[Case, ...]) -> Proposal:
    """The proposal of a fleet."""
    plan = plan_of(fleet)
    return review(plan, Context(now=NOW, plan_id=plan_id(plan), fleet=len(fleet)))


@given(fleet=fleets(by_sql=True), scope=scopes, key=st.none() | st.binary(min_size=16))
def test_what_is_dumped_is_loaded(fleet: tuple[Case, ...], scope: Scope, key: bytes | None) -> None:
    """A plan comes back from its file as it was, with all that is said of it."""
    saved = Saved(
        proposal=proposed(fleet),
        made=NOW,
        expires=NOW + timedelta(days=1),
        version="1.0",
        scope=scope,
    )
    kept = sign(saved, key) if key else saved
    assert load(dump(kept).encode()) == kept


@given(fleet=fleets(by_sql=True), seed=st.integers())
def test_the_id_is_that_of_what_the_plan_does(fleet: tuple[Case, ...], seed: int) -> None:
    """Neither the places of the specs, nor their order, nor databases in sync decide it."""
    chance = random.Random(seed)  # noqa: S311 - a shuffle
    elsewhere = Location(file="moved.yaml", line=99, column=7)
    quiet = Case(desired=desired(handle="quiet"), observed=observed(handle="quiet"))
    moved = [evolve(c, desired=evolve(c.desired, location=elsewhere, origins={})) for c in fleet]
    mixed = chance.sample([*moved, quiet], len(moved) + 1)
    assert plan_id(plan_of(tuple(mixed))) == plan_id(plan_of(fleet))


@given(fleet=fleets(by_sql=True))
def test_another_plan_has_another_id(fleet: tuple[Case, ...]) -> None:
    """Whatever is left out of a plan, or protected in it, is told by its id."""
    plan = plan_of(fleet)
    for database in plan.databases:
        others = tuple(one for one in plan.databases if one is not database)
        if not database.items:
            continue
        for changed in (
            evolve(database, items=database.items[1:]),
            evolve(database, protect=not database.protect),
            evolve(database, desired={**database.desired, "other": Pins()}),
        ):
            assert plan_id(Plan(databases=(*others, changed))) != plan_id(plan)


@given(fleet=fleets(by_sql=True))
def test_the_specs_of_a_plan_ask_for_all_of_it(fleet: tuple[Case, ...]) -> None:
    """Each action and step, as far as the file alone tells the state that it was planned on."""
    plan = plan_of(fleet)
    assert dropped(plan, [case.desired for case in fleet]) == frozenset()


@given(fleet=fleets(by_sql=True))
def test_what_a_journal_tells_of_a_plan_asks_for_the_same_changes(fleet: tuple[Case, ...]) -> None:
    """An interrupted run left no inputs: its changes alone say what to look for."""
    states = {case.desired.handle: case.observed for case in fleet}
    for plan in plan_of(fleet).databases:
        told = evolve(plan, desired={}, observed={}, facts=None, items=plan.actions)
        again = plan_database(intended(told), states[plan.handle]) if plan.actions else plan
        assert [one.change for one in again.actions] == [one.change for one in plan.actions]
