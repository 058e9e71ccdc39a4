"""Specs that turn out to mean one live database, now that their targets are known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from reconcile.model.finding import Finding
from reconcile.model.plan import Plan
from reconcile.model.state import Desired
from reconcile.model.target import Target


def twins(desired: Iterable[Desired], plan: Plan) -> Iterator[Finding]:
    """Yield a finding for every spec whose live database another spec has already.

    Offline they may differ: one names the addon id, the other the resource id or nothing.
    """
    specs = {one.handle: one for one in desired}
    seen: dict[tuple[str, str], Desired] = {}
    for database in plan.databases:
        if database.target is None:
            continue
        spec = specs[database.handle]
        first = seen.setdefault(_identity(database.target), spec)
        if first is not spec:
            yield Finding(
                code="S302",
                message=(
                    f"{spec.handle!r} and {first.handle!r} at {first.location} mean one live"
                    f" database, {database.target.addon!r} of application {spec.app!r}"
                ),
                location=spec.location,
                hint="put both into one spec, or name the addon that each is about",
            )


def _identity(target: Target) -> tuple[str, str]:
    return target.hosts.database, target.addon
