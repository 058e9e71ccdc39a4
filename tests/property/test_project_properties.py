"""The specs of one live database are found at once, and are those that a comparison with all finds."""

from __future__ import annotations

from attrs import evolve
from builders import HOSTS, desired
from hypothesis import given
from hypothesis import strategies as st

from reconcile.model.engine import Engine
from reconcile.model.location import Location
from reconcile.model.project import (
    Match,
    Project,
    SpecIndex,
    UnreadSpec,
    match,
    may_be_one_app,
    shares_application,
)
from reconcile.model.state import Desired
from reconcile.model.target import Pins, Target
from reconcile.plan.claims import Specs, claim

APPS = ("shop", "ad-shop", "63d1f0a2c4b7e80012a4c701", "63d1f0a2c4b7e80012a4c702")
ADDONS = ("ad-1", "ad-2", "shop-1", "shop-2")
ENGINES = (Engine.MYSQL, Engine.REDIS)
REGIONS = ("osc-fr1", "osc-secnum-fr1")

specs = st.builds(
    lambda app, addon, engine, region: evolve(
        desired({}, engine=engine), app=app, addon=addon, pins=Pins(region=region)
    ),
    st.sampled_from(APPS),
    st.sampled_from((None, *ADDONS)),
    st.sampled_from(ENGINES),
    st.sampled_from((None, *REGIONS)),
)
targets = st.builds(
    lambda app, addon, resource_id, engine, region: Target(
        region=region,
        hosts=HOSTS,
        app=app,
        addon=addon,
        resource_id=resource_id,
        engine=engine,
    ),
    st.sampled_from(APPS),
    st.sampled_from(ADDONS[:2]),
    st.sampled_from(("", *ADDONS[2:])),
    st.sampled_from((None, *ENGINES)),
    st.sampled_from(REGIONS),
)
unread = st.sampled_from((None, *APPS)).map(
    lambda app: UnreadSpec(
        location=Location(file="bad.yaml", line=1, column=1), message="", app=app
    )
)


def placed(drawn: list[Desired]) -> tuple[Desired, ...]:
    """The specs, each at its own place."""
    places = (Location(file=f"{number}.yaml", line=1, column=1) for number in range(len(drawn)))
    return tuple(evolve(one, location=place) for one, place in zip(drawn, places, strict=True))


@given(drawn=st.lists(specs, max_size=12), target=targets)
def test_the_specs_that_may_mean_a_database(drawn: list[Desired], target: Target) -> None:
    """The same ones, in the same order."""
    project = placed(drawn)
    expected = tuple(one for one in project if match(one, target) is not Match.NO)
    assert SpecIndex(project).may_mean(target) == expected


@given(
    drawn=st.lists(specs, max_size=12),
    led=st.lists(st.none() | targets, min_size=12, max_size=12),
    bad=st.lists(unread, max_size=4),
    target=targets,
    loses=st.booleans(),
)
def test_the_candidates_of_a_database(
    drawn: list[Desired],
    led: list[Target | None],
    bad: list[UnreadSpec],
    target: Target,
    loses: bool,
) -> None:
    """Before a loss, a spec of the application and engine that names another addon counts, too."""
    project = placed(drawn)
    found = dict(zip((one.location for one in project), led, strict=False))
    unfound = [one for one in project if found[one.location] is None]
    where_led = [one for one in project if _is_same(found[one.location], target)]

    def is_open(one: Desired) -> bool:
        how = match(one, target)
        unproven = how is Match.NO and loses and target.engine is one.engine
        return how is Match.MAYBE or (unproven and shares_application(one, target))

    specs = Specs(Project(specs=project, unread=tuple(bad)), found)
    asked = specs.candidates(target, loses=loses)
    assert asked.certain == (
        *where_led,
        *(one for one in unfound if match(one, target) is Match.YES),
    )
    assert asked.open == tuple(one for one in unfound if is_open(one))

    said = claim(asked, specs, dict.fromkeys(APPS, ()))
    near = [one for one in bad if one.app is None or may_be_one_app(one.app, target.app)]
    told = [one for one in said.unsure if one in bad]
    assert sorted(told, key=str) == sorted(near if loses else [], key=str)


def _is_same(found: Target | None, target: Target) -> bool:
    return found is not None and (found.hosts.database, found.addon) == (
        target.hosts.database,
        target.addon,
    )
