"""PostgreSQL's extensions: which there are, in which versions, and what may be done to them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import evolve, frozen

from scalingo_sandbox.contents import Extension
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Database


@frozen
class Available:
    """The versions a server can install, oldest first, the last by default; what it `requires`."""

    versions: tuple[str, ...]
    requires: tuple[str, ...] = ()


_AVAILABLE: Mapping[str, Available] = MappingProxyType(
    {
        "btree_gin": Available(("1.0", "1.1", "1.2", "1.3")),
        "btree_gist": Available(("1.2", "1.3", "1.4", "1.5", "1.6", "1.7")),
        "citext": Available(("1.4", "1.5", "1.6")),
        "cube": Available(("1.2", "1.3", "1.4", "1.5")),
        "dblink": Available(("1.2",)),
        "earthdistance": Available(("1.1",), requires=("cube",)),
        "fuzzystrmatch": Available(("1.1", "1.2")),
        "hstore": Available(("1.4", "1.5", "1.6", "1.7", "1.8")),
        "intarray": Available(("1.2", "1.3", "1.4", "1.5")),
        "ltree": Available(("1.1", "1.2")),
        "pg_stat_statements": Available(("1.4", "1.5", "1.6", "1.7", "1.8", "1.9", "1.10")),
        "pg_trgm": Available(("1.3", "1.4", "1.5", "1.6")),
        "pgcrypto": Available(("1.3",)),
        "plpgsql": Available(("1.0",)),
        "postgis": Available(("2.5.0", "3.3.2", "3.4.2")),
        "postgis_topology": Available(("2.5.0", "3.3.2", "3.4.2"), requires=("postgis",)),
        "postgres_fdw": Available(("1.0", "1.1")),
        "tablefunc": Available(("1.0",)),
        "unaccent": Available(("1.1",)),
        "uuid-ossp": Available(("1.0", "1.1")),
        "vector": Available(("0.5.1", "0.6.2", "0.7.0")),
    }
)
OF_A_NEW_DATABASE = (Extension(name="plpgsql", version="1.0"),)
# What a later major adds to the table above, which is that of 15 and 16.
_ADDED_SINCE: Mapping[int, Mapping[str, str]] = MappingProxyType(
    {
        17: MappingProxyType(
            {"pg_stat_statements": "1.11", "ltree": "1.3", "earthdistance": "1.2"}
        ),
        18: MappingProxyType({"pg_stat_statements": "1.12"}),
    }
)


def available(database: Database, name: str) -> Available:
    """Give an extension's versions on this server, or refuse as PostgreSQL does (0A000)."""
    if name not in _AVAILABLE:
        raise EngineRefusal(f'extension "{name}" is not available', sqlstate="0A000")
    major = int((database.version or "16").split(".")[0])
    added = tuple(
        names[name] for since, names in _ADDED_SINCE.items() if since <= major and name in names
    )
    return evolve(_AVAILABLE[name], versions=(*_AVAILABLE[name].versions, *added))


def find(database: Database, name: str) -> Extension | None:
    """Find an enabled extension."""
    return next((one for one in database.extensions or () if one.name == name), None)


def _enabled(database: Database, name: str) -> Extension:
    found = find(database, name)
    if found is None:
        raise EngineRefusal(f'extension "{name}" does not exist', sqlstate="42704")
    return found


def create(
    database: Database, name: str, *, version: str | None = None, cascade: bool = False
) -> Database:
    """Enable an extension; with `cascade` those it requires as well."""
    offered = available(database, name)
    if find(database, name) is not None:
        raise EngineRefusal(f'extension "{name}" already exists', sqlstate="42710")
    chosen = version or offered.versions[-1]
    if chosen not in offered.versions:
        raise EngineRefusal(
            f'extension "{name}" has no installation script nor update path for version "{chosen}"',
            sqlstate="22023",
        )
    for required in offered.requires:
        database = _with_required(database, required, cascade=cascade)
    created = Extension(name=name, version=chosen)
    return evolve(database, extensions=(*(database.extensions or ()), created))


def _with_required(database: Database, required: str, *, cascade: bool) -> Database:
    if find(database, required) is not None:
        return database
    if not cascade:
        raise EngineRefusal(f'required extension "{required}" is not installed', sqlstate="42704")
    return create(database, required, cascade=True)


def update(database: Database, name: str, *, version: str | None = None) -> Database:
    """Move an enabled extension to a later version, the newest by default."""
    present = _enabled(database, name)
    versions = available(database, name).versions
    target = version or versions[-1]
    if target == present.version:
        return database
    older = versions.index(present.version) if present.version in versions else -1
    if target not in versions or versions.index(target) < older:
        raise EngineRefusal(
            f'extension "{name}" has no update path from version "{present.version}" '
            f'to version "{target}"',
            sqlstate="22023",
        )
    moved = evolve(present, version=target)
    kept = tuple(moved if one is present else one for one in database.extensions or ())
    return evolve(database, extensions=kept)


def drop(database: Database, *names: str, cascade: bool = False) -> Database:
    """Disable extensions; with `cascade` those that require one of them as well."""
    doomed = {name: _enabled(database, name) for name in names}
    if "plpgsql" in doomed:
        raise EngineRefusal("must be owner of extension plpgsql", sqlstate="42501")
    others = {other for name in names for other in _dependants(database, name)} - doomed.keys()
    if others and cascade:
        return drop(database, *names, *sorted(others), cascade=True)
    if others:
        what = f"extension {names[0]}" if len(names) == 1 else "desired object(s)"
        them = "it" if len(names) == 1 else "them"
        raise EngineRefusal(
            f"cannot drop {what} because other objects depend on {them}", sqlstate="2BP01"
        )
    kept = tuple(one for one in database.extensions or () if one not in doomed.values())
    return evolve(database, extensions=kept)


def _dependants(database: Database, name: str) -> tuple[str, ...]:
    return tuple(
        one.name
        for one in database.extensions or ()
        if one.name in _AVAILABLE and name in _AVAILABLE[one.name].requires
    )
