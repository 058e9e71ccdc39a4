"""G106: where writes without a policy go is never taken away without another."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.guard.context import Context
from reconcile.model.change import Change, Create, Delete
from reconcile.model.finding import Finding
from reconcile.model.plan import Plan

_KIND = "retention_policies"


def lost_defaults(plan: Plan, _context: Context) -> Iterator[Finding]:
    """Refuse to delete the default retention policy where no other becomes it in the same plan.

    InfluxDB takes the default away without a word, and then refuses writes that name no policy. The
    delete of the default requires the create of its successor, so that it never runs without it.
    """
    for database in plan.databases:
        steps = [step for step in database.doable if step.address.kind == _KIND]
        if any(_takes_over(step.change) for step in steps):
            continue
        for step in steps:
            if _ends_default(step.change):
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


def _takes_over(change: Change) -> bool:
    return isinstance(change, Create) and change.after.get("default") is True


def _ends_default(change: Change) -> bool:
    return isinstance(change, Delete) and bool(change.before.get("default"))
