"""The project: all of its specs, and which of them may mean one live database. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from enum import Enum
from typing import Generic, TypeVar

from attrs import frozen

from reconcile.model.engine import Engine
from reconcile.model.location import Location
from reconcile.model.state import Desired
from reconcile.model.target import ADDON_ID, Target

DUPLICATE_HINT = "put both into one spec, or name the addon that each is about"
"""What to do about two specs of one live database."""


@frozen(kw_only=True)
class UnreadSpec:
    """A spec that cannot be read or resolved; `app` is its application, None if not known."""

    location: Location
    message: str
    app: str | None = None


@frozen(kw_only=True)
class Project:
    """All specs of a project, whatever a command selects, and what cannot be read of it."""

    specs: tuple[Desired, ...] = ()
    unread: tuple[UnreadSpec, ...] = ()


@frozen(kw_only=True)
class Claim:
    """What a project says about one live database: the specs that mean it.

    `unsure` are specs of its application that cannot be read or resolved; it is empty where
    nothing depends on them.
    """

    specs: tuple[Desired, ...] = ()
    unsure: tuple[UnreadSpec, ...] = ()


@frozen(kw_only=True)
class ListedAddon:
    """One live addon of an application, as the provider lists it."""

    id: str
    resource_id: str
    engine: Engine | None


class Match(Enum):
    """Whether a spec means a live database; MAYBE where only its application's addons tell."""

    YES = "yes"
    MAYBE = "maybe"
    NO = "no"


def match(spec: Desired, target: Target) -> Match:
    """Compare a spec with a live database: addon or resource id, application, engine, region pin."""
    names = {target.addon, target.resource_id} - {""}
    if spec.addon in names:
        return Match.YES
    if not shares_application(spec, target) or target.engine not in {None, spec.engine}:
        return Match.NO
    return Match.NO if spec.addon and _is_known_otherwise(spec.addon, names) else Match.MAYBE


T = TypeVar("T")


class ByApplication(Generic[T]):
    """Values by the spelling of their application; None for an unknown one."""

    def __init__(self, values: Iterable[tuple[str | None, T]]) -> None:
        self._by_app: dict[str, list[T]] = defaultdict(list)
        self._by_spelling: dict[bool | None, list[T]] = defaultdict(list)
        for app, value in values:
            if app is not None:
                self._by_app[app].append(value)
            self._by_spelling[None if app is None else is_app_id(app)].append(value)

    def near(self, app: str) -> Iterator[T]:
        """The values whose application may be this one, as `may_be_one_app` says."""
        yield from self._by_app.get(app, ())
        yield from self._by_spelling.get(not is_app_id(app), ())
        yield from self._by_spelling.get(None, ())


class SpecIndex:
    """Specs by addon and application: the few that may mean a live database are found at once."""

    def __init__(self, specs: Iterable[Desired]) -> None:
        numbered = [(number, spec) for number, spec in enumerate(specs)]
        self._by_addon: dict[str, list[tuple[int, Desired]]] = defaultdict(list)
        for number, spec in numbered:
            self._by_addon[spec.addon or ""].append((number, spec))
        unnamed = self._by_addon.pop("", [])
        self._unnamed = ByApplication((one[1].app, one) for one in unnamed)
        self._named = ByApplication((one[1].app, one) for one in numbered if one[1].addon)

    def near(self, target: Target, *, other_addons: bool) -> tuple[Desired, ...]:
        """The specs of its addon or resource id, and those of its application without an addon.

        With `other_addons` also those of its application that name another addon.
        """
        found = dict(self._unnamed.near(target.app))
        for name in (target.addon, target.resource_id):
            found |= dict(self._by_addon.get(name, ()))
        if other_addons:
            found |= dict(self._named.near(target.app))
        return tuple(found[number] for number in sorted(found))

    def may_mean(self, target: Target) -> tuple[Desired, ...]:
        """The specs that mean a live database, or may mean it."""
        has_both_ids = len({target.addon, target.resource_id} - {""}) > 1
        near = self.near(target, other_addons=not has_both_ids)
        return tuple(spec for spec in near if match(spec, target) is not Match.NO)


def shares_application(spec: Desired, target: Target) -> bool:
    """Whether a spec is, or may be, about the application of a live database."""
    return spec.pins.region in {None, target.region} and may_be_one_app(spec.app, target.app)


def may_be_one_app(one: str, other: str) -> bool:
    """Whether two spellings may mean one application: a name and an id cannot be compared."""
    return one == other or is_app_id(one) != is_app_id(other)


def is_app_id(app: str) -> bool:
    """Whether an application is spelled by its id."""
    return bool(_APP_ID.fullmatch(app))


_APP_ID = re.compile(r"[0-9a-f]{24}")


def _is_known_otherwise(addon: str, names: set[str]) -> bool:
    """Whether the live database is known by another addon id, or by another resource id.

    An addon has both; a ready token tells only one of them.
    """
    is_id = addon.startswith(ADDON_ID)
    return len(names) > 1 or any(name.startswith(ADDON_ID) is is_id for name in names)


def resolved(spec: Desired, listed: Sequence[ListedAddon]) -> str | None:
    """The addon id that a spec leads to among the addons of its application; None for none."""
    if spec.addon is None:
        fitting = [one.id for one in listed if one.engine is spec.engine]
        return fitting[0] if len(fitting) == 1 else None
    return next((one.id for one in listed if spec.addon in {one.id, one.resource_id}), None)
