"""MySQL's sql_mode: names, composites and order, by version.

The tables follow the server: `sql_mode` is a bit set, shown in the order of its bits, and setting
a composite mode sets its parts as well. 5.7 knows modes that 8.0 removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import evolve

from reconcile.sandbox.engines.effect import Effect
from reconcile.sandbox.errors import EngineRefusal
from reconcile.sandbox.fleet import Database

# fmt: off
_ORDER = (
    "REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE", "ONLY_FULL_GROUP_BY",
    "NO_UNSIGNED_SUBTRACTION", "NO_DIR_IN_CREATE", "POSTGRESQL", "ORACLE", "MSSQL", "DB2", "MAXDB",
    "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS", "NO_FIELD_OPTIONS", "MYSQL323", "MYSQL40", "ANSI",
    "NO_AUTO_VALUE_ON_ZERO", "NO_BACKSLASH_ESCAPES", "STRICT_TRANS_TABLES", "STRICT_ALL_TABLES",
    "NO_ZERO_IN_DATE", "NO_ZERO_DATE", "ALLOW_INVALID_DATES", "ERROR_FOR_DIVISION_BY_ZERO",
    "TRADITIONAL", "NO_AUTO_CREATE_USER", "HIGH_NOT_PRECEDENCE", "NO_ENGINE_SUBSTITUTION",
    "PAD_CHAR_TO_FULL_LENGTH", "TIME_TRUNCATE_FRACTIONAL",
)
_GONE_IN_8 = frozenset({
    "POSTGRESQL", "ORACLE", "MSSQL", "DB2", "MAXDB", "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS",
    "NO_FIELD_OPTIONS", "MYSQL323", "MYSQL40", "NO_AUTO_CREATE_USER",
})
_MODERN_MAJOR = 8
_NEW_IN_8 = frozenset({"TIME_TRUNCATE_FRACTIONAL"})
_FOREIGN = (
    "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE", "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS",
    "NO_FIELD_OPTIONS",
)
_OLD = ("NO_FIELD_OPTIONS", "HIGH_NOT_PRECEDENCE")
_PARTS: Mapping[str, tuple[str, ...]] = MappingProxyType({
    "ANSI": (
        "REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE", "ONLY_FULL_GROUP_BY",
    ),
    "TRADITIONAL": (
        "STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE",
        "ERROR_FOR_DIVISION_BY_ZERO", "NO_AUTO_CREATE_USER", "NO_ENGINE_SUBSTITUTION",
    ),
    "ORACLE": (*_FOREIGN, "NO_AUTO_CREATE_USER"),
    "MAXDB": (*_FOREIGN, "NO_AUTO_CREATE_USER"),
    "MSSQL": _FOREIGN,
    "POSTGRESQL": _FOREIGN,
    "DB2": _FOREIGN,
    "MYSQL323": _OLD,
    "MYSQL40": _OLD,
})
_DEFAULT = (
    "ONLY_FULL_GROUP_BY", "STRICT_TRANS_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE",
    "ERROR_FOR_DIVISION_BY_ZERO", "NO_AUTO_CREATE_USER", "NO_ENGINE_SUBSTITUTION",
)
# fmt: on


def _offered(version: str | None) -> tuple[str, ...]:
    major = int((version or "8").split(".")[0])
    absent = _NEW_IN_8 if major < _MODERN_MAJOR else _GONE_IN_8
    return tuple(mode for mode in _ORDER if mode not in absent)


def default_mode(database: Database) -> str:
    """Give the mode of a newly installed server of this version."""
    offered = _offered(database.version)
    return ",".join(mode for mode in _DEFAULT if mode in offered)


def normalise(text: str, version: str | None) -> str:
    """Show a mode string as the server would after it was set.

    Case and order do not matter, empty parts are skipped, composites bring their parts. An unknown
    mode refuses the whole, and so does a space, which the server takes for a part of the name.
    """
    offered = _offered(version)
    wanted: set[str] = set()
    for word in filter(None, text.split(",")):
        mode = word.upper()
        if mode not in offered:
            raise EngineRefusal(
                f"Error 1231 (42000): Variable 'sql_mode' can't be set to the value of '{word}'"
            )
        wanted |= {mode, *_PARTS.get(mode, ())}
    return ",".join(mode for mode in offered if mode in wanted)


def known_part(text: str, version: str | None) -> str:
    """Give a mode string without the modes that a version does not know."""
    offered = _offered(version)
    return ",".join(mode for mode in text.split(",") if mode.upper() in offered)


def get_mode(database: Database, _: object) -> Effect:
    """Answer `get-sqlmode`: one string, modes joined by commas."""
    return Effect(database=database, result=normalise(database.sql_mode or "", database.version))


def set_mode(database: Database, params: object) -> Effect:
    """Perform `set-sqlmode`; `params` is the string itself."""
    if not isinstance(params, str):
        raise EngineRefusal("set-sqlmode takes its modes as one string")
    return Effect(database=evolve(database, sql_mode=normalise(params, database.version)))
