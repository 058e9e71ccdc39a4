"""Which specs of the project mean the live databases of a plan, and what follows from it. Pure.

Offline, two specs of one database may differ: one names the addon id, the other the resource id or
nothing. Where that decides something, the addons of the application are listed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from attrs import evolve, frozen

from reconcile.model.change import Risk
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding
from reconcile.model.location import Location
from reconcile.model.plan import DatabasePlan, Plan
from reconcile.model.project import (
    DUPLICATE_HINT,
    ByApplication,
    Claim,
    ListedAddon,
    Match,
    Project,
    SpecIndex,
    UnreadSpec,
    is_app_id,
    match,
    resolved,
    shares_application,
)
from reconcile.model.state import Desired
from reconcile.model.target import Target

Listing = Sequence[ListedAddon] | str
"""The addons of an application, or why they cannot be listed."""

Found = Mapping[Location, Target | None]
"""The targets of the selected specs, by the place of the spec; None for one that was not found."""


def claims_of(
    plan: Plan, desired: Iterable[Desired], project: Project, listed: Callable[[str], Listing]
) -> Mapping[str, Claim]:
    """What the specs of the project say about each live database of a plan, by handle.

    `listed` lists the addons of an application: only where something depends on them, once for each.
    """
    listed = cache(listed)
    targets = {
        one.handle: evolve(one.target, engine=one.target.engine or Engine.parse(one.engine))
        for one in plan.databases
        if one.target is not None
    }
    loses = {one.handle: _loses(one) for one in plan.databases}
    found = {one.location: targets.get(one.handle) for one in desired}
    pairs = [(target, loses[handle]) for handle, target in targets.items()]
    for spec in _spelled_otherwise(project.specs, found, pairs):
        addons = listed(spec.app)
        addon = None if isinstance(addons, str) else resolved(spec, addons)
        if addon is not None:
            found[spec.location] = evolve(pairs[0][0], addon=addon)
    specs = Specs(project, found)
    asked = {
        handle: specs.candidates(target, loses=loses[handle]) for handle, target in targets.items()
    }
    return {
        handle: claim(one, specs, {app: listed(app) for app in sorted(one.apps)})
        for handle, one in asked.items()
    }


def _loses(database: DatabasePlan) -> bool:
    return any(entry.risk is Risk.LOSSY for entry in database.doable)


def _spelled_otherwise(
    specs: Iterable[Desired], found: Found, targets: Iterable[tuple[Target, bool]]
) -> tuple[Desired, ...]:
    """The specs that name an application by its id where live databases name theirs, or the reverse.

    The targets come with whether they may lose data. A listing has to tell where each of these specs
    leads: asked once, for comparing each with every database takes time with the square. Nothing may
    depend on a single one.
    """
    others = {
        (not is_app_id(target.app), target.engine, target.region, loses)
        for target, loses in targets
    }
    otherwise = tuple(
        spec
        for spec in specs
        if found.get(spec.location) is None
        and any(
            is_id == is_app_id(spec.app)
            and engine in {None, spec.engine}
            and spec.pins.region in {None, region}
            and (loses or spec.addon is None)
            for is_id, engine, region, loses in others
        )
    )
    return otherwise if len(otherwise) > 1 else ()


@frozen(kw_only=True)
class Candidates:
    """The specs that mean a live database, and those that may: `open` until a listing tells.

    `decides` is whether anything depends on these. `loses` is whether the database may lose data.
    """

    target: Target
    loses: bool
    certain: tuple[Desired, ...]
    open: tuple[Desired, ...]

    @property
    def decides(self) -> bool:
        """Whether a loss, a pin or a second spec depends on the open ones."""
        several = len(self.certain) + len(self.open) > 1
        pinned = any(not _fits_pins(spec, self.target) for spec in self.open)
        return bool(self.open) and (self.loses or several or pinned)

    @property
    def apps(self) -> frozenset[str]:
        """The applications whose addons have to be listed."""
        return frozenset(spec.app for spec in self.open) if self.decides else frozenset()


class Specs:
    """The specs of a project, so that those of one live database are found at once."""

    def __init__(self, project: Project, found: Found) -> None:
        self._unread = ByApplication((one.app, one) for one in project.unread)
        self._found: dict[object, list[Desired]] = defaultdict(list)
        others = []
        for spec in project.specs:
            target = found.get(spec.location)
            if target is None:
                others.append(spec)
            else:
                self._found[_identity(target)].append(spec)
        self._others = SpecIndex(others)

    def candidates(self, target: Target, *, loses: bool) -> Candidates:
        """Compare a live database with the specs; one that was found, by what it led to."""
        near = (
            self._others.near(target, other_addons=True) if loses else self._others.may_mean(target)
        )
        matched = [(spec, _matched(spec, target, loses=loses)) for spec in near]
        means = (spec for spec, how in matched if how is Match.YES)
        return Candidates(
            target=target,
            loses=loses,
            certain=(*self._found.get(_identity(target), ()), *means),
            open=tuple(spec for spec, how in matched if how is Match.MAYBE),
        )

    def unread(self, target: Target) -> tuple[UnreadSpec, ...]:
        """What cannot be read and may be about the application of a live database."""
        return tuple(self._unread.near(target.app))


def _identity(target: Target) -> object:
    return target.hosts.database, target.addon


def _matched(spec: Desired, target: Target, *, loses: bool) -> Match:
    """As `match`. Before a loss, one of the engine that names another addon has to lead there."""
    how = match(spec, target)
    unproven = how is Match.NO and target.engine is spec.engine and shares_application(spec, target)
    return Match.MAYBE if loses and unproven else how


def _fits_pins(spec: Desired, target: Target) -> bool:
    return spec.pins.resource_id in {None, target.resource_id}


def claim(asked: Candidates, specs: Specs, listings: Mapping[str, Listing]) -> Claim:
    """What the project says about a live database; `listings` holds those of `asked.apps`."""
    unsure = [*specs.unread(asked.target)] if asked.loses else []
    if not asked.decides:
        return Claim(specs=(*asked.certain, *asked.open), unsure=tuple(unsure))
    means = list(asked.certain)
    for spec in asked.open:
        listed = listings[spec.app]
        if isinstance(listed, str):
            known_otherwise = match(spec, asked.target) is Match.NO
            unsure += [] if known_otherwise else [_unresolved(spec, listed)]
            continue
        addon = resolved(spec, listed)
        if addon == asked.target.addon:
            means.append(spec)
        elif addon is None and (spec.app == asked.target.app or _holds(listed, asked.target)):
            unsure.append(_unresolved(spec, _why(spec)))
    return Claim(specs=tuple(means), unsure=tuple(unsure) if asked.loses else ())


def _holds(listed: Sequence[ListedAddon], target: Target) -> bool:
    return any(one.id == target.addon for one in listed)


def _why(spec: Desired) -> str:
    if spec.addon:
        return f"application {spec.app!r} has no addon {spec.addon!r}"
    return f"application {spec.app!r} has several {spec.engine.value} addons, or none"


def _unresolved(spec: Desired, why: str) -> UnreadSpec:
    return UnreadSpec(location=spec.location, message=why, app=spec.app)


def duplicates(plan: Plan, claims: Mapping[str, Claim]) -> tuple[Finding, ...]:
    """A finding for every spec whose live database another spec means already."""
    return tuple(
        dict.fromkeys(
            finding
            for database in plan.databases
            if database.target is not None and database.handle in claims
            for finding in _repeated(claims[database.handle].specs, database.target)
        )
    )


def _repeated(specs: Iterable[Desired], target: Target) -> Iterator[Finding]:
    ordered = sorted(specs, key=_place)
    for spec in ordered[1:]:
        first = ordered[0]
        yield Finding(
            code="S302",
            message=(
                f"{spec.handle!r} and {first.handle!r} at {first.location} mean one live"
                f" database, {target.addon!r} of application {first.app!r}"
            ),
            location=spec.location,
            hint=DUPLICATE_HINT,
        )


def _place(spec: Desired) -> tuple[str, Location]:
    return spec.handle, spec.location
