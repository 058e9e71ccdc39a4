"""Changes of a database behind the clients' backs, with the keys of the fleet file."""

from __future__ import annotations

from collections.abc import Mapping

from scalingo_sandbox import fleet_file
from scalingo_sandbox.defaults import complete_database
from scalingo_sandbox.errors import FleetError, invalid
from scalingo_sandbox.faults import Fault
from scalingo_sandbox.fleet import Database
from scalingo_sandbox.fleet_rules import check_database
from scalingo_sandbox.live_fleet import Place
from scalingo_sandbox.service import Service


def changed(service: Service, place: Place, named: Mapping[str, object]) -> Database:
    """Give a database with other values for the named keys; null is the default again.

    Raises FleetError for unfit values, the 422 for another identity, and EngineRefusal for what no
    outside write does on the database's server.
    """
    for key in ("id", "engine"):
        if named.get(key, getattr(place.database, key)) != getattr(place.database, key):
            raise invalid({key: ["cannot be changed; replace the fleet instead"]})
    present = service.observe(place.database)
    document = {**fleet_file.dump(present), **named}
    wanted = {key: value for key, value in document.items() if value is not None}
    structured = fleet_file.structure(wanted, Database, "database")
    database = complete_database(structured, place.app.name, service.backend.versions)
    problems = tuple(check_database(database, ""))
    if problems:
        raise FleetError("database", problems)
    service.backend.check(present, database)
    return database


def outside_write(service: Service, fault: Fault) -> Database:
    """Give the database that the fault names as its change would make it."""
    place = service.fleet.place(fault.database or "")
    if place is None:
        raise invalid({"database": ["is no database of the fleet"]})
    if not fault.change:
        raise invalid({"change": ["must name at least one key"]})
    return changed(service, place, fault.change)
