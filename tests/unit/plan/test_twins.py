"""Specs that turn out to mean one live database."""

from __future__ import annotations

from attrs import evolve
from builders import desired, observed, target

from reconcile.model.finding import Finding
from reconcile.model.state import Observation, Unknown
from reconcile.plan.build import build_plan
from reconcile.plan.twins import twins

SPECS = [desired({}, handle=handle) for handle in ("again", "other", "shop")]


def found(observations: list[Observation]) -> list[Finding]:
    """The findings about three specs with these live databases."""
    plan = build_plan(
        SPECS, {spec.handle: one for spec, one in zip(SPECS, observations, strict=True)}
    )
    return list(twins(SPECS, plan))


def test_two_specs_of_one_addon_are_found() -> None:
    """The second is named with its place and the first."""
    same = evolve(observed({}), target=target(handle="shop"))
    assert found([same, observed({}, handle="other"), same]) == [
        Finding(
            code="S302",
            message=(
                "'shop' and 'again' at specs/again.yaml:1:1 mean one live database, 'ad-shop' of"
                " application 'shop-web'"
            ),
            location=SPECS[2].location,
            hint="put both into one spec, or name the addon that each is about",
        )
    ]


def test_databases_of_their_own_are_no_twins() -> None:
    """Nor are those that could not be read."""
    assert found([observed({}, handle=spec.handle) for spec in SPECS]) == []
    assert found([Unknown(reason="gone")] * 3) == []


def test_one_that_could_not_be_read_hides_no_twins() -> None:
    """The others are looked at all the same."""
    same = evolve(observed({}), target=target(handle="shop"))
    (finding,) = found([Unknown(reason="gone"), same, same])
    assert finding.message.startswith("'shop' and 'other' ")
