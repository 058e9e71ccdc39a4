"""Logical databases: protection, and the four actions."""

from __future__ import annotations

from attrs import evolve

from scalingo_sandbox.contents import Extension, LogicalDatabase
from scalingo_sandbox.engines.effect import Effect, named_text
from scalingo_sandbox.engines.extensions import OF_A_NEW_DATABASE
from scalingo_sandbox.engines.naming import NAMING, coded_refusal, refuse_bad_name
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Database


def offered(database: Database) -> tuple[LogicalDatabase, ...]:
    """Give the logical databases, or refuse where the API offers no action on them."""
    if database.logical_databases is None:
        raise EngineRefusal(f"logical databases are not offered by this {database.engine}")
    return database.logical_databases


def _find(database: Database, name: str) -> LogicalDatabase | None:
    key = NAMING[database.engine].key
    present = offered(database)
    return next((logical for logical in present if key(logical.name) == key(name)), None)


def _existing(database: Database, name: str, *, intent: str) -> LogicalDatabase:
    refuse_bad_name(name, database.engine)
    found = _find(database, name)
    # Only a name spelled the same can be dropped, even where another case would clash with it.
    if found is None or found.name != name:
        sentence = f"cannot {intent} the database {name!r}: it does not exist"
        raise coded_refusal(database.engine, 1008, sentence)
    return found


def own_name(database: Database) -> str:
    """Give the name of the logical database that is there if the fleet file names none."""
    return str(database.resource_id).replace("-", "_")


def default_name(database: Database) -> str:
    """Give the name of the logical database that a session is in if it names none.

    It is the protected one, else the first; PostgreSQL's extensions are those of this one.
    """
    present = database.logical_databases or (LogicalDatabase(name=own_name(database)),)
    return next((logical.name for logical in present if logical.protected), present[0].name)


def shown(logical: LogicalDatabase) -> dict[str, object]:
    """Show a logical database as the actions do."""
    return {"name": logical.name, "protected": logical.protected}


def list_databases(database: Database, _: object) -> Effect:
    """Answer `list-databases`: `[{"name","protected"}]`."""
    return Effect(database=database, result=[shown(one) for one in offered(database)])


def create_database(database: Database, params: object) -> Effect:
    """Perform `create-database`; refuses a bad or taken name."""
    present = offered(database)
    name = named_text(params, "database_name")
    refuse_bad_name(name, database.engine)
    if _find(database, name) is not None:
        sentence = f"cannot create the database {name!r}: it exists"
        raise coded_refusal(database.engine, 1007, sentence)
    created = LogicalDatabase(name=name)
    after = evolve(database, logical_databases=(*present, created))
    return Effect(database=after, result=shown(created))


def delete_database(database: Database, params: object) -> Effect:
    """Perform `delete-database`; refuses a protected or missing one."""
    present = offered(database)
    doomed = _existing(database, named_text(params, "database_name"), intent="drop")
    refuse_protected(database, doomed.name)
    _refuse_in_use(database, doomed.name)
    kept = tuple(logical for logical in present if logical is not doomed)
    extensions = _extensions_without(database, doomed.name)
    return Effect(database=evolve(database, logical_databases=kept, extensions=extensions))


def refuse_protected(database: Database, name: str) -> None:
    """Refuse to delete a protected logical database; who protects it is the API, not the server."""
    if any(one.protected and one.name == name for one in offered(database)):
        raise EngineRefusal(f"the database {name!r} is protected and cannot be deleted")


def reset_database(database: Database, params: object) -> Effect:
    """Perform `reset-database`: the database stays, all that is in it goes; protected or not."""
    present = offered(database)
    target = _existing(database, named_text(params, "database_name"), intent="reset")
    _refuse_in_use(database, target.name)
    emptied = evolve(target, tables=0)
    after = tuple(emptied if logical is target else logical for logical in present)
    extensions = _extensions_without(database, target.name)
    return Effect(database=evolve(database, logical_databases=after, extensions=extensions))


def _extensions_without(database: Database, name: str) -> tuple[Extension, ...] | None:
    """Give the extensions that are left when a logical database is dropped."""
    if database.extensions is not None and name == default_name(database):
        return OF_A_NEW_DATABASE
    return database.extensions


def _refuse_in_use(database: Database, name: str) -> None:
    """Refuse to drop a database with a session in it, as PostgreSQL does (55006)."""
    places = {query.database or default_name(database) for query in database.queries or ()}
    if name in places:
        sentence = f'database "{name}" is being accessed by other users'
        raise EngineRefusal(sentence, sqlstate="55006")
