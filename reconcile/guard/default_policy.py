"""G106: where writes without a policy go is never taken away without another."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.guard.guard import Context, Guard
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.finding import Finding
from reconcile.model.item import Doable
from reconcile.model.plan import Plan


def _lost_defaults(plan: Plan, _context: Context) -> Iterator[Finding]:
    """Refuse to delete the default retention policy where no other becomes it in the same plan.

    InfluxDB takes the default away without a word, and then refuses writes that name no policy. The
    delete of the default requires the create of its successor, so that it never runs without it.
    """
    for database in plan.databases:
        replaced = {step.address.kind for step in database.doable if _default_after(step)}
        for step in database.doable:
            if _default_after(step) is False and step.address.kind not in replaced:
                yield Finding(
                    code="G106",
                    message=(
                        f"{step.address.name!r} is the default retention policy, and none takes"
                        " its place: writes that name no policy would fail"
                    ),
                    location=step.origin.location,
                    hint="first add another policy with `default: true`: in the spec, or with `retention add`",
                    address=step.address,
                )


def _default_after(step: Doable) -> bool | None:
    kind = KIND_BY_NAME.get(step.address.kind)
    return kind.default_after(step.change) if kind else None


DEFAULT_POLICY = Guard(
    code="G106",
    meaning="the default retention policy would go, and none takes its place",
    why="Writes that name no policy go to the default one. Without a default they are refused, and"
    " what was to be stored is lost.",
    advice="Add another policy with `default: true` to the spec, which the plan then creates first, or"
    " let this one stay.",
    waivable=True,
    of_run=True,
    check=_lost_defaults,
)
