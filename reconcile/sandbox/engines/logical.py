"""Logical databases: names, protection, and the four actions, by engine."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import evolve, frozen

from reconcile.sandbox.contents import LogicalDatabase
from reconcile.sandbox.engines.effect import Effect, named_text
from reconcile.sandbox.errors import EngineRefusal
from reconcile.sandbox.fleet import Database, Engine


@frozen(kw_only=True)
class Naming:
    """An engine's rule for names: the longest length, in characters or bytes, and what is out."""

    longest: int
    in_bytes: bool
    forbidden: str
    reserved: frozenset[str]
    case_sensitive: bool = True

    def key(self, name: str) -> str:
        """Give the form in which two names are the same."""
        return name if self.case_sensitive else name.lower()


# PostgreSQL would cut a long name with a notice; the sandbox refuses it, so that a client that
# relies on the cut shows up.
NAMING: Mapping[Engine, Naming] = MappingProxyType(
    {
        Engine.MYSQL: Naming(
            longest=64,
            in_bytes=False,
            forbidden="\0",
            reserved=frozenset({"mysql", "information_schema", "performance_schema", "sys"}),
        ),
        Engine.MONGODB: Naming(
            longest=63,
            in_bytes=True,
            forbidden='/\\. "$\0',
            reserved=frozenset({"admin", "config", "local"}),
            case_sensitive=False,
        ),
        Engine.POSTGRESQL: Naming(
            longest=63,
            in_bytes=True,
            forbidden="\0",
            reserved=frozenset({"postgres", "template0", "template1"}),
        ),
        Engine.INFLUXDB: Naming(
            longest=255, in_bytes=True, forbidden="/\\\0", reserved=frozenset({"_internal"})
        ),
    }
)
_LAST_OF_PLANE = 0xFFFF


def refuse_bad_name(name: str, engine: Engine) -> None:
    """Raise EngineRefusal for a name that the engine cannot give to a database."""
    rule = NAMING[engine]
    size = len(name.encode("utf-8", "surrogatepass")) if rule.in_bytes else len(name)
    bad = not name or any(character in rule.forbidden for character in name)
    if engine is Engine.MYSQL:
        # MySQL's identifiers end in no space and stay in the Basic Multilingual Plane.
        bad = (
            bad or name.endswith(" ") or any(ord(character) > _LAST_OF_PLANE for character in name)
        )
    if bad:
        raise EngineRefusal(_coded(engine, 1102, f"incorrect database name {name!r}"))
    if size > rule.longest:
        unit = "bytes" if rule.in_bytes else "characters"
        raise EngineRefusal(
            _coded(engine, 1059, f"the name is too long: {size} {unit}, at most {rule.longest}")
        )
    if name.lower() in rule.reserved:
        raise EngineRefusal(_coded(engine, 1044, f"the database {name!r} belongs to the server"))


def _coded(engine: Engine, number: int, sentence: str) -> str:
    return f"Error {number}: {sentence}" if engine is Engine.MYSQL else sentence


def _present(database: Database) -> tuple[LogicalDatabase, ...]:
    if database.logical_databases is None:
        raise EngineRefusal(f"logical databases are not offered by this {database.engine}")
    return database.logical_databases


def _find(database: Database, name: str) -> LogicalDatabase | None:
    key = NAMING[database.engine].key
    present = _present(database)
    return next((logical for logical in present if key(logical.name) == key(name)), None)


def _existing(database: Database, name: str, *, intent: str) -> LogicalDatabase:
    found = _find(database, name)
    # Only a name spelled the same can be dropped, even where another case would clash with it.
    if found is None or found.name != name:
        sentence = f"cannot {intent} the database {name!r}: it does not exist"
        raise EngineRefusal(_coded(database.engine, 1008, sentence))
    return found


def _shown(logical: LogicalDatabase) -> dict[str, object]:
    return {"name": logical.name, "protected": logical.protected}


def list_databases(database: Database, _: object) -> Effect:
    """Answer `list-databases`: `[{"name","protected"}]`."""
    shown = [_shown(logical) for logical in _present(database)]
    return Effect(database=database, result=shown)


def create_database(database: Database, params: object) -> Effect:
    """Perform `create-database`; refuses a bad or taken name."""
    present = _present(database)
    name = named_text(params, "database_name")
    refuse_bad_name(name, database.engine)
    if _find(database, name) is not None:
        sentence = f"cannot create the database {name!r}: it exists"
        raise EngineRefusal(_coded(database.engine, 1007, sentence))
    created = LogicalDatabase(name=name)
    after = evolve(database, logical_databases=(*present, created))
    return Effect(database=after, result=_shown(created))


def delete_database(database: Database, params: object) -> Effect:
    """Perform `delete-database`; refuses a protected or missing one."""
    present = _present(database)
    doomed = _existing(database, named_text(params, "database_name"), intent="drop")
    if doomed.protected:
        raise EngineRefusal(f"the database {doomed.name!r} is protected and cannot be deleted")
    kept = tuple(logical for logical in present if logical is not doomed)
    return Effect(database=evolve(database, logical_databases=kept))


def reset_database(database: Database, params: object) -> Effect:
    """Perform `reset-database`: the database stays, its tables go; a protected one as well."""
    present = _present(database)
    target = _existing(database, named_text(params, "database_name"), intent="reset")
    emptied = evolve(target, tables=0)
    after = tuple(emptied if logical is target else logical for logical in present)
    return Effect(database=evolve(database, logical_databases=after))
