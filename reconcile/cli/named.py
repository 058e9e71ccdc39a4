"""Databases by the names that people give them: a handle of the specs, or APP/ADDON."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from attrs import frozen

from reconcile.api.reads import Reads
from reconcile.cli.fleet import Fleet, fleet_without_specs, valid_fleet
from reconcile.cli.options import Named, Selection
from reconcile.cli.pipeline import About
from reconcile.cli.world import World
from reconcile.errors import UsageError
from reconcile.model.state import Desired
from reconcile.model.target import ADDON_ID, Reference
from reconcile.observe.found import find
from reconcile.operate.subject import Subject
from reconcile.spec.config import Config


@frozen(kw_only=True)
class Known:
    """What is known of a named database offline; `spec` is None where no spec is about it."""

    reference: Reference
    config: Config
    spec: Desired | None = None

    @property
    def about(self) -> About:
        """What a connection for this database is for."""
        return About(config=self.config, databases=1)


def look_up(named: Named, *, today: date) -> Known:
    """Find out which database is meant. Raises UsageError for neither, InvalidSpecsError."""
    fleet, (reference,) = references(named.selection, [named.name], today=today)
    spec = next((one for one in fleet.desired if one.handle == named.name), None)
    return Known(reference=reference, config=fleet.config, spec=spec)


def protection(known: Known, named: Named, subject: Subject, world: World) -> Desired | None:
    """The spec that protects a live database, by whichever name it was given.

    Where there are no specs to look at, that is told. Raises InvalidSpecsError.
    """
    if known.spec is not None:
        specs: Sequence[Desired] = (known.spec,)
    elif any(path.exists() for path in named.selection.paths):
        specs = valid_fleet(named.selection, today=world.today()).desired
    else:
        looked = ", ".join(repr(str(path)) for path in named.selection.paths)
        world.tell(f"note: there are no specs at {looked}: whether one protects it is not known")
        return None
    return next((one for one in specs if one.protect and _may_be_about(one, subject)), None)


def _may_be_about(spec: Desired, subject: Subject) -> bool:
    """Whether a spec is about a database that was read; in doubt it is: what is lost is lost.

    An application has a name and an id, an addon an id and a resource id: each side may be given
    in the one spelling while the other is not known.
    """
    target, resource = subject.target, subject.resource
    known = (target.addon, target.resource_id, resource.get("resource_id"), resource.get("id"))
    names = {str(one) for one in known if one}
    if spec.addon in names:
        return True
    by_id = {name.startswith(ADDON_ID) for name in names}
    both_spellings_known = len(by_id) == 2  # noqa: PLR2004 - addon id and resource id
    if spec.engine is not subject.facts.engine or (spec.addon and both_spellings_known):
        return False
    return spec.app in {target.app, resource.get("app_name")} or bool(_APP_ID.fullmatch(spec.app))


_APP_ID = re.compile(r"[0-9a-f]{24}")
"""An application's id instead of its name; its name is then not known."""


def references(
    selection: Selection, names: Sequence[str], *, today: date
) -> tuple[Fleet, list[Reference]]:
    """The databases that are meant; the specs are read only where a name is a handle."""
    needed = any("/" not in name for name in names)
    fleet = (valid_fleet if needed else fleet_without_specs)(selection, today=today)
    return fleet, [_reference(name, fleet) for name in dict.fromkeys(names)]


def _reference(name: str, fleet: Fleet) -> Reference:
    """A handle of the specs, or APP/ADDON. Raises UsageError for neither."""
    app, slash, addon = name.partition("/")
    if slash and app and addon and "/" not in addon:
        return Reference(name=name, app=app, addon=addon)
    for one in fleet.desired:
        if one.handle == name:
            return Reference(name=name, app=one.app, addon=one.addon, engine=one.engine)
    known = ", ".join(one.handle for one in fleet.desired)
    raise UsageError(f"{name!r} is neither a handle of the specs ({known}) nor APP/ADDON")


def subject_of(known: Known, reads: Reads) -> Subject:
    """Find the live database and read its resource. Raises ReconcileError where it cannot be."""
    wanted = known.reference
    found = find(reads, app=wanted.app, addon=wanted.addon, engine=wanted.engine)
    if wanted.engine is not None and found.facts.engine is not wanted.engine:
        raise UsageError(
            f"{wanted.name!r} is {found.facts.type_name} live, its spec says {wanted.engine.value}"
        )
    return Subject(
        name=wanted.name,
        target=found.target,
        resource=found.resource,
        facts=found.facts,
        client=reads.client,
    )
