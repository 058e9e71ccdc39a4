"""Databases by the names that people give them: a handle of the specs, or APP/ADDON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache, partial
from math import isfinite
from typing import Any

from attrs import evolve, frozen

from reconcile.api.reads import ReadClient, Reads
from reconcile.errors import AnswerError, NotReadyError, ReconcileError, UsageError
from reconcile.model.engine import Engine
from reconcile.model.order import Order
from reconcile.model.project import Project
from reconcile.model.request import Call
from reconcile.model.run import follow_command
from reconcile.model.state import Desired, Facts
from reconcile.model.target import Reference, Target
from reconcile.observe.found import find
from reconcile.workflow.fleet import Fleet, fleet_without_specs, valid_fleet
from reconcile.workflow.process import Named, Process, Selection
from reconcile.workflow.propose import About


@frozen(kw_only=True)
class Known:
    """What is known of a named database offline; `spec` is the one whose handle was given.

    `selection` is where specs are looked up.
    """

    reference: Reference
    fleet: Fleet
    selection: Selection
    spec: Desired | None = None

    @property
    def about(self) -> About:
        """What a connection for this database is for."""
        return About(config=self.fleet.config, databases=1)


def look_up(named: Named, process: Process) -> Known:
    """Find out which database is meant. Raises UsageError for neither, InvalidSpecsError."""
    fleet, (reference,) = references(named.selection, [named.name], today=process.today())
    return Known(
        reference=reference,
        fleet=evolve(
            fleet, is_one_off=True, load_project=cache(partial(_load_project, fleet, process))
        ),
        selection=named.selection,
        spec=next((one for one in fleet.desired if one.handle == named.name), None),
    )


def _load_project(fleet: Fleet, process: Process) -> Project:
    """The specs of the project. Its folder may be large: a person sees what takes the time."""
    message = "looking through the project for specs of this database"
    if process.verbose.is_set():
        process.tell(message)
    with process.progress("looked", 1) as shown:
        shown.note(message)
        return fleet.project


def check_specs(known: Known, process: Process) -> None:
    """Before a loss, see to it that the specs are valid, and say where there are none.

    Raises InvalidSpecsError.
    """
    if known.spec is not None:
        return
    paths = known.selection.paths
    if any(path.exists() for path in paths):
        valid_fleet(known.selection, today=process.today())
    elif not known.fleet.project.specs:
        looked = ", ".join(repr(str(path)) for path in paths)
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


@frozen(kw_only=True)
class Subject:
    """One live database, by the name that a person gave it, and a way to read more of it."""

    name: str
    target: Target
    resource: Mapping[str, Any]
    facts: Facts
    client: ReadClient

    def ask(self, call: Call) -> Any:
        """Make a read. Raises as `ReadClient.call`."""
        return self.client.call(self.target, call)

    def order(self, what: str, call: Call, *consequences: str, **more: Any) -> Order:
        """What is about to be done to it, and what that costs."""
        return Order(
            database=self.name,
            target=self.target,
            what=what,
            call=call,
            consequences=consequences,
            **more,
        )

    def must_be(self, engine: Engine, what: str) -> None:
        """Raise ReconcileError where the engine is another than the only one that has something."""
        if self.facts.engine is not engine:
            raise ReconcileError(
                f"{self.name!r} is {self.facts.type_name}: only {engine.value} has {what}"
            )

    def must_be_idle(self) -> None:
        """Raise NotReadyError where the database does not run, or an operation is under way."""
        operation = self.facts.operation
        status = f"{self.name!r} is {self.facts.status}"
        if self.facts.held_by_addon:
            status = f"the addon of {self.name!r} is {self.facts.addon_status}"
        if operation:
            raise NotReadyError(
                f"{status}, and operation {operation!r} is under way:"
                f" follow it with {follow_command(operation, self.name)}"
            )
        if self.facts.needs_person:
            raise NotReadyError(f"{status}: get it running in the provider's dashboard")
        if not self.facts.is_idle:
            raise NotReadyError(f"{status}: wait until it is running")


def rows_of(answer: object, what: str) -> list[Mapping[str, Any]]:
    """The rows of a listing. Raises AnswerError where it is no list of objects."""
    if not isinstance(answer, list) or not all(isinstance(row, dict) for row in answer):
        raise AnswerError(f"{what}: answered no list of objects")
    return answer


def text(row: Mapping[str, Any], key: str) -> str:
    """A text of a row, as it came; empty where there is none."""
    value = row.get(key)
    return value if isinstance(value, str) else ""


def number(row: Mapping[str, Any], key: str) -> float:
    """A number of a row; 0 where there is none, or none that can be reckoned with."""
    value = row.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    try:
        known = float(value)
    except OverflowError:
        return 0.0
    return known if isfinite(known) else 0.0


def whole(row: Mapping[str, Any], key: str) -> int:
    """A whole number of a row, exact however large; 0 where there is none."""
    value = row.get(key)
    return (
        value if isinstance(value, int) and not isinstance(value, bool) else int(number(row, key))
    )
