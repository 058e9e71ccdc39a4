"""Which specs of the project mean a live database, and which requests it takes to know."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from types import FrameType
from typing import Any

import pytest
from attrs import evolve
from builders import desired, observed, removal, target

from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.model.engine import Engine
from reconcile.model.location import Location
from reconcile.model.project import (
    DUPLICATE_HINT,
    Claim,
    ListedAddon,
    Match,
    Project,
    SpecIndex,
    UnreadSpec,
    match,
)
from reconcile.model.state import Desired
from reconcile.model.target import Pins, Target
from reconcile.plan.build import build_plan
from reconcile.plan.claims import Specs, claim, claims_of, duplicates

SHOP = target()
BY_TOKEN = evolve(SHOP, resource_id="", engine=None)
APP_ID, OTHER_ID = "63d1f0a2c4b7e80012a4c701", "63d1f0a2c4b7e80012a4c702"
LISTED = ListedAddon(id="ad-shop", resource_id="shop-web-3412", engine=Engine.MYSQL)
SECOND = ListedAddon(id="ad-two", resource_id="shop-web-3413", engine=Engine.MYSQL)


def spec(handle: str = "second", **changes: Any) -> Desired:
    """A spec of the application of the live database."""
    return evolve(desired({}, handle=handle), **{"app": "shop-web", "addon": None, **changes})


@pytest.mark.parametrize(
    ("changes", "by_account", "by_token"),
    [
        ({"addon": "ad-shop"}, Match.YES, Match.YES),
        ({"addon": "ad-shop", "app": "other"}, Match.YES, Match.YES),
        ({"addon": "ad-shop", "engine": Engine.REDIS}, Match.YES, Match.YES),
        ({"addon": "ad-shop", "pins": Pins(region="osc-secnum-fr1")}, Match.YES, Match.YES),
        ({"addon": "shop-web-3412"}, Match.YES, Match.MAYBE),
        ({"addon": "ad-other"}, Match.NO, Match.NO),
        ({"addon": "shop-web-9"}, Match.NO, Match.MAYBE),
        ({}, Match.MAYBE, Match.MAYBE),
        ({"pins": Pins(region="osc-fr1", resource_id="x")}, Match.MAYBE, Match.MAYBE),
        ({"pins": Pins(region="osc-secnum-fr1")}, Match.NO, Match.NO),
        ({"app": APP_ID}, Match.MAYBE, Match.MAYBE),
        ({"app": "other"}, Match.NO, Match.NO),
        ({"engine": Engine.REDIS}, Match.NO, Match.MAYBE),
    ],
)
def test_a_spec_is_compared_by_every_name(
    changes: Mapping[str, Any], by_account: Match, by_token: Match
) -> None:
    """A ready token tells neither the engine nor the other of an addon's two ids."""
    one = spec(**changes)
    assert match(one, SHOP) is by_account
    assert match(one, BY_TOKEN) is by_token
    assert SpecIndex([one]).may_mean(SHOP) == (() if by_account is Match.NO else (one,))


def test_two_ids_of_applications_are_two_applications() -> None:
    """Only a name and an id cannot be compared."""
    by_id = evolve(SHOP, app=OTHER_ID)
    assert match(spec(app=APP_ID), by_id) is Match.NO
    assert match(spec(), by_id) is Match.MAYBE


OWN = spec("shop", addon="ad-shop")
ONLY = spec()
TYPO = spec(addon="ad-shp")
BY_ID = spec(app=APP_ID)
PINNED = evolve(ONLY, pins=Pins(resource_id="shop-web-9"))


@pytest.mark.parametrize(
    ("specs", "loses", "apps"),
    [
        ([OWN], True, set()),
        ([ONLY], False, set()),
        ([ONLY], True, {"shop-web"}),
        ([PINNED], False, {"shop-web"}),
        ([OWN, ONLY], False, {"shop-web"}),
        ([OWN, BY_ID], False, {APP_ID}),
        ([OWN, TYPO], False, set()),
        ([OWN, TYPO], True, {"shop-web"}),
        ([OWN, evolve(TYPO, engine=Engine.REDIS)], True, set()),
        ([OWN, evolve(TYPO, app="other")], True, set()),
    ],
)
def test_an_application_is_listed_only_where_it_decides(
    specs: list[Desired], loses: bool, apps: set[str]
) -> None:
    """For a loss, a pin that does not fit, or a second spec."""
    assert Specs(Project(specs=tuple(specs)), {}).candidates(SHOP, loses=loses).apps == apps


LISTINGS: Mapping[str, Any] = {"one": (LISTED,), "two": (LISTED, SECOND), "fault": "HTTP 500"}


@pytest.mark.parametrize(
    ("one", "listing", "means", "why"),
    [
        (ONLY, "one", True, None),
        (ONLY, "two", False, "application 'shop-web' has several mysql addons, or none"),
        (ONLY, "fault", False, "HTTP 500"),
        (TYPO, "fault", False, None),
        (TYPO, "two", False, "application 'shop-web' has no addon 'ad-shp'"),
        (evolve(TYPO, addon="ad-two"), "two", False, None),
        (evolve(TYPO, addon="shop-web-3413"), "two", False, None),
        (BY_ID, "one", True, None),
        (BY_ID, "two", False, f"application {APP_ID!r} has several mysql addons, or none"),
    ],
)
def test_a_listing_tells_which_database_a_spec_means(
    one: Desired, listing: str, means: bool, why: str | None
) -> None:
    """Before a loss, a spec that leads nowhere is in doubt."""
    specs = Specs(Project(specs=(OWN, one)), {})
    found = claim(specs.candidates(SHOP, loses=True), specs, {one.app: LISTINGS[listing]})
    assert found.specs == ((OWN, one) if means else (OWN,))
    doubts = [UnreadSpec(location=one.location, message=why, app=one.app)] if why else []
    assert list(found.unsure) == doubts


def test_what_cannot_be_listed_hides_nothing_else() -> None:
    """Neither a spec that cannot be read, nor a spec whose application is listed."""
    unread = UnreadSpec(location=TYPO.location, message="not YAML")
    specs = Specs(Project(specs=(OWN, ONLY, BY_ID), unread=(unread,)), {})
    asked = specs.candidates(SHOP, loses=True)
    found = claim(asked, specs, {"shop-web": "HTTP 500", APP_ID: (LISTED,)})
    assert found.specs == (OWN, BY_ID)
    assert [one.message for one in found.unsure] == ["not YAML", "HTTP 500"]


def test_another_application_is_not_in_doubt() -> None:
    """Its listing, by its id, does not hold the live addon."""
    specs = Specs(Project(specs=(OWN, BY_ID)), {})
    asked = specs.candidates(SHOP, loses=True)
    assert claim(asked, specs, {APP_ID: (SECOND, evolve(SECOND, id="ad-3"))}) == Claim(specs=(OWN,))


def test_without_a_loss_nothing_is_in_doubt() -> None:
    """Neither specs that lead nowhere, nor those that cannot be read."""
    broken = UnreadSpec(location=OWN.location, message="unknown key", app="shop-web")
    specs = Specs(Project(specs=(OWN, ONLY), unread=(broken,)), {})
    asked = specs.candidates(SHOP, loses=False)
    assert claim(asked, specs, {"shop-web": LISTINGS["two"]}) == Claim(specs=(OWN,))
    alone = Specs(Project(specs=(ONLY,), unread=(broken,)), {})
    assert claim(alone.candidates(SHOP, loses=False), alone, {}) == Claim(specs=(ONLY,))


@pytest.mark.parametrize(("app", "counts"), [("shop-web", True), (None, True), ("other", False)])
def test_a_spec_that_cannot_be_read_is_in_doubt(app: str | None, counts: bool) -> None:
    """Where it is, or may be, about the application."""
    broken = UnreadSpec(location=OWN.location, message="unknown key", app=app)
    for chosen in ((OWN,), (OWN, TYPO)):
        specs = Specs(Project(specs=chosen, unread=(broken,)), {})
        found = claim(
            specs.candidates(SHOP, loses=True), specs, {"shop-web": (evolve(LISTED, id="ad-shp"),)}
        )
        assert found.unsure == ((broken,) if counts else ())


def test_what_was_found_is_compared_by_where_it_led() -> None:
    """A selected spec was read: nothing is asked, whatever it says."""
    other = target(handle="other")
    found = {OWN.location: SHOP, ONLY.location: evolve(SHOP, app=APP_ID)}
    away = evolve(TYPO, location=Location(file="c.yaml", line=1, column=1))
    specs = Specs(Project(specs=(OWN, ONLY, away)), {**found, away.location: other})
    asked = specs.candidates(SHOP, loses=True)
    assert (asked.certain, asked.open) == ((OWN, ONLY), ())


def test_every_spec_but_the_first_is_a_duplicate() -> None:
    """In the order of their handles, each once, however many databases lead there."""
    again = spec("again", addon="shop-web-3412")
    third = evolve(OWN, handle="third", location=Location(file="c.yaml", line=1, column=1))
    plan = build_plan([OWN, again], {"shop": observed({}), "again": observed({})})
    claims = {name: Claim(specs=(OWN, again, third)) for name in ("shop", "again")}
    first, second = duplicates(plan, claims)
    assert (first.code, first.location, second.location) == ("S302", OWN.location, third.location)
    assert first.hint == DUPLICATE_HINT
    assert first.message == (
        "'shop' and 'again' at specs/again.yaml:1:1 mean one live database, 'ad-shop' of"
        " application 'shop-web'"
    )
    assert duplicates(plan, {"shop": Claim(specs=(OWN,))}) == ()


def test_a_duplicate_is_reported_once_whatever_the_application_is_called() -> None:
    """By its name in one spec, by its id in the other."""
    again = spec("again", addon="ad-shop", app=APP_ID)
    live = observed({})
    by_id = evolve(live, target=evolve(live.target, app=APP_ID))
    plan = build_plan([OWN, again], {"shop": live, "again": by_id})
    claims = {name: Claim(specs=(OWN, again)) for name in ("shop", "again")}
    (found,) = duplicates(plan, claims)
    assert found.location == OWN.location
    assert f"'ad-shop' of application {APP_ID!r}" in found.message


def at(number: int, **changes: Any) -> Desired:
    """A spec at its own place, which names its application by its id."""
    place = Location(file=f"{number}.yaml", line=1, column=1)
    return spec(f"db-{number}", **{"app": f"{number:024x}", "location": place, **changes})


def claims(
    specs: Iterable[Desired], live: Sequence[Target], *, loses: bool = True
) -> tuple[Mapping[str, Claim], list[str], int]:
    """What is said of live databases that were read by their addons, what was listed, comparisons."""
    own = [
        desired({} if not loses else GOING, handle=f"db-{number}") for number in range(len(live))
    ]
    seen = {
        one.handle: evolve(observed(THERE if loses else {}), target=led)
        for one, led in zip(own, live, strict=True)
    }
    asked: list[str] = []
    compared = Counter[str]()

    def listed(app: str) -> tuple[ListedAddon, ...]:
        asked.append(app)
        return (ListedAddon(id=f"ad-{int(app, 16)}", resource_id="x", engine=Engine.MYSQL),)

    def count(frame: FrameType, event: str, _argument: object) -> None:
        compared.update([frame.f_code.co_name] if event == "call" else [])

    sys.setprofile(count)
    try:
        found = claims_of(build_plan(own, seen), own, Project(specs=(*own, *specs)), listed)
    finally:
        sys.setprofile(None)
    return found, asked, compared["match"]


GOING = {"logical_databases": LogicalDatabases(absent=(removal("old"),))}
THERE: Mapping[str, Any] = {"logical_databases": {"old": {}}}


@pytest.mark.parametrize("loses", [True, False])
def test_a_project_that_mixes_names_and_ids_is_compared_in_linear_time(*, loses: bool) -> None:
    """Each spec is resolved once, and found to mean its database; none is compared with all."""
    counts = []
    for many in (20, 40):
        specs = tuple(map(at, range(many)))
        live = [evolve(SHOP, addon=f"ad-{number}") for number in range(many)]
        found, asked, compared = claims(specs, live, loses=loses)
        assert asked == [one.app for one in specs]
        assert [found[one.handle].specs[1:] for one in specs] == [(one,) for one in specs]
        counts.append(compared)
    assert counts[1] <= 2 * counts[0]


@pytest.mark.parametrize(
    ("changes", "loses", "is_asked"),
    [
        ({}, False, True),
        ({"pins": Pins(region="osc-fr1")}, False, True),
        ({"pins": Pins(region="osc-secnum-fr1")}, True, False),
        ({"engine": Engine.REDIS}, True, False),
        ({"addon": "ad-2"}, False, False),
        ({"addon": "ad-2"}, True, True),
    ],
)
def test_what_is_spelled_otherwise(changes: Mapping[str, Any], loses: bool, is_asked: bool) -> None:
    """Of the engine and region, and without an addon unless data may be lost."""
    specs = [at(1, **changes), at(2, **changes)]
    _found, asked, _compared = claims(specs, [evolve(SHOP, addon="ad-9")], loses=loses)
    assert asked == ([one.app for one in specs] if is_asked else [])


def test_a_spec_that_was_found_is_not_asked_about() -> None:
    """Where it led is known, however it spells its application."""
    own = [at(number, kinds=GOING) for number in (1, 2)]
    seen = {
        one.handle: evolve(observed(THERE), target=evolve(SHOP, addon=f"ad-{one.handle}"))
        for one in own
    }
    found = claims_of(build_plan(own, seen), own, Project(specs=tuple(own)), pytest.fail)
    assert [found[one.handle].specs for one in own] == [(one,) for one in own]


def test_an_engine_that_a_token_does_not_tell_is_that_of_the_plan() -> None:
    """Specs of another engine mean another database."""
    specs = [at(number, engine=Engine.REDIS) for number in (1, 2)]
    _found, asked, _compared = claims(specs, [evolve(BY_TOKEN, addon="ad-9")])
    assert asked == []


def test_an_application_that_cannot_be_listed_leaves_its_specs_in_doubt() -> None:
    """Before a loss, each one says why."""
    own = desired(GOING)
    seen = {own.handle: evolve(observed(THERE), target=SHOP)}
    specs = [at(1), at(2)]
    found = claims_of(
        build_plan([own], seen), [own], Project(specs=(own, *specs)), lambda _app: "HTTP 500"
    )
    assert [one.message for one in found[own.handle].unsure] == ["HTTP 500", "HTTP 500"]


@pytest.mark.parametrize(("kinds", "asked"), [(GOING, ["shop-web"]), ({}, [])])
def test_a_loss_of_a_database_without_a_spec_asks_about_the_only_one(
    kinds: Mapping[str, object], asked: list[str]
) -> None:
    """A one-off command names a database that no spec has to mean."""
    one = desired(kinds)
    seen = {one.handle: evolve(observed(THERE if kinds else {}), target=SHOP)}
    listed: list[str] = []

    def listing(app: str) -> tuple[ListedAddon, ...]:
        listed.append(app)
        return (LISTED,)

    claims_of(build_plan([one], seen), [], Project(specs=(spec(),)), listing)
    assert listed == asked
