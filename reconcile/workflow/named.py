"""Databases by the names that people give them: a handle of the specs, or APP/ADDON."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from attrs import evolve, frozen

from reconcile.api.reads import Reads
from reconcile.errors import UsageError
from reconcile.model.state import Desired
from reconcile.model.target import Reference
from reconcile.observe.found import find
from reconcile.operate.subject import Subject
from reconcile.workflow.fleet import Fleet, fleet_without_specs, valid_fleet
from reconcile.workflow.inputs import Named, Selection
from reconcile.workflow.process import Process
from reconcile.workflow.propose import About


@frozen(kw_only=True)
class Known:
    """What is known of a named database offline; `spec` is the one whose handle was given."""

    reference: Reference
    fleet: Fleet
    spec: Desired | None = None

    @property
    def about(self) -> About:
        """What a connection for this database is for."""
        return About(config=self.fleet.config, databases=1)


def look_up(named: Named, *, today: date) -> Known:
    """Find out which database is meant. Raises UsageError for neither, InvalidSpecsError."""
    fleet, (reference,) = references(named.selection, [named.name], today=today)
    spec = next((one for one in fleet.desired if one.handle == named.name), None)
    return Known(reference=reference, fleet=evolve(fleet, is_one_off=True), spec=spec)


def check_specs(known: Known, named: Named, process: Process) -> None:
    """Before a loss, see to it that the specs are valid, and say where there are none.

    Raises InvalidSpecsError.
    """
    if known.spec is not None:
        return
    if any(path.exists() for path in named.selection.paths):
        valid_fleet(named.selection, today=process.today())
    elif not known.fleet.project.specs:
        looked = ", ".join(repr(str(path)) for path in named.selection.paths)
        process.tell(f"note: there are no specs at {looked}: whether one protects it is not known")


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
