"""G104: a plan weakens, disrupts or robs a small part of the fleet at a time."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.guard.guard import Context, Guard
from reconcile.model.change import Risk
from reconcile.model.finding import Finding
from reconcile.model.location import Location
from reconcile.model.plan import Plan
from reconcile.model.policy import Policy

_WORDS = {
    Risk.WEAKENS: "would lose protection",
    Risk.DISRUPTIVE: "would be interrupted",
    Risk.LOSSY: "would lose data",
}


def _too_many(plan: Plan, context: Context) -> Iterator[Finding]:
    """Refuse the run where more databases than allowed have actions of one risk.

    A number and a share of the fleet are allowed, whichever is more; what a person does by hand
    does not count.
    """
    fleet, policy = context.fleet or len(plan.databases), context.policy
    for risk, words in _WORDS.items():
        concerned = {action.address.database for action in plan.actions if action.risk is risk}
        number = len(concerned)
        if number > policy.databases.value and number * 100 > policy.share.value * fleet:
            yield Finding(
                code="G104",
                message=(
                    f"{number} of {fleet} databases ({_percent(number, fleet)} %) {words};"
                    f" at most {policy.databases.value}, or {policy.share.value} %,"
                    f" may in one plan ({_set_at(policy)})"
                ),
                location=_places(policy)[0],
                hint="take fewer databases with --only, or set `limits` in reconcile.yaml",
            )


def _percent(number: int, fleet: int) -> str:
    return f"{100 * number / fleet:.1f}".removesuffix(".0")


def _places(policy: Policy) -> list[Location | None]:
    """Where the limits are set, the share first; None at the end for the defaults."""
    places = (policy.share.location, policy.databases.location)
    return [*(place for place in places if place is not None), None]


def _set_at(policy: Policy) -> str:
    places = [str(place) for place in _places(policy) if place is not None]
    return f"set at {' and '.join(places)}" if places else "the default"


SHARE = Guard(
    code="G104",
    meaning="the plan would weaken, disrupt or rob too large a part of the fleet",
    why="A slip in a default or a label reaches many databases at once. What takes protection,"
    " service or data from a large part of the fleet is done in parts, so that the first part"
    " shows whether it was meant.",
    advice="Take fewer databases with --only, or set `limits` in reconcile.yaml.",
    limits=("share", "databases"),
    waivable=True,
    check=_too_many,
)
