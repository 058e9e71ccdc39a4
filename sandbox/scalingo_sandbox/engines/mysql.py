"""MySQL's sql_mode: names, composites and order, by version.

The tables follow the server: `sql_mode` is a bit set, shown in the order of its bits, and setting
a composite mode sets its parts as well. 5.7 knows modes that 8.0 removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import evolve

from scalingo_sandbox.engines.effect import Effect, is_text
from scalingo_sandbox.errors import EngineRefusal
from scalingo_sandbox.fleet import Database

# fmt: off
EVERY = (
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
    "MYSQL323": ("HIGH_NOT_PRECEDENCE",),
    "MYSQL40": ("HIGH_NOT_PRECEDENCE",),
})
_DEFAULT = (
    "ONLY_FULL_GROUP_BY", "STRICT_TRANS_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE",
    "ERROR_FOR_DIVISION_BY_ZERO", "NO_AUTO_CREATE_USER", "NO_ENGINE_SUBSTITUTION",
)
# fmt: on


def offered(version: str | None) -> tuple[str, ...]:
    """Give the modes that a version of MySQL knows, in the order in which it shows them."""
    major = int((version or "8").split(".")[0])
    absent = _NEW_IN_8 if major < _MODERN_MAJOR else _GONE_IN_8
    return tuple(mode for mode in EVERY if mode not in absent)


def default_mode(database: Database) -> str:
    """Give the mode of a newly installed server of this version."""
    known = offered(database.version)
    return ",".join(mode for mode in _DEFAULT if mode in known)


def words(text: str) -> tuple[str, ...]:
    """Split a mode string as the server does: no empty words, no spaces at the very end."""
    return tuple(filter(None, text.rstrip(" ").split(",")))


def mode_of(word: str) -> str:
    """Give the mode that a word may mean: the case of ASCII letters does not matter."""
    return word.upper() if word.isascii() else word


def parts_of(text: str, version: str | None) -> tuple[str, ...]:
    """Give what the composites in a mode string bring with them in a version."""
    known = offered(version)
    brought = (part for word in words(text) for part in _PARTS.get(mode_of(word), ()))
    return tuple(dict.fromkeys(part for part in brought if part in known))


def normalise(text: str, version: str | None) -> str:
    """Show a mode string as the server would after it was set.

    Case and order do not matter, empty parts are skipped, composites bring their parts. An unknown
    mode refuses the whole, and so does a space, which the server takes for a part of the name.
    """
    known = offered(version)
    for word in words(text):
        if mode_of(word) not in known:
            raise unknown_mode(word)
    wanted = {*map(mode_of, words(text)), *parts_of(text, version)}
    return ",".join(mode for mode in known if mode in wanted)


def unknown_mode(word: str) -> EngineRefusal:
    """Make the refusal of a mode string for one of its words."""
    return EngineRefusal(f"Error 1231: Variable 'sql_mode' can't be set to the value of '{word}'")


def known_part(text: str, version: str | None) -> str:
    """Give a mode string without the modes that a version does not know."""
    known = offered(version)
    return ",".join(word for word in words(text) if mode_of(word) in known)


def get_mode(database: Database, _: object) -> Effect:
    """Answer `get-sqlmode`: one string, modes joined by commas."""
    return Effect(database=database, result=normalise(database.sql_mode or "", database.version))


def asked_mode(params: object) -> str:
    """Read the parameters of `set-sqlmode`, which are the string itself, or refuse."""
    if not isinstance(params, str) or not is_text(params):
        raise EngineRefusal("set-sqlmode takes its modes as one string")
    return params


def set_mode(database: Database, params: object) -> Effect:
    """Perform `set-sqlmode`."""
    mode = normalise(asked_mode(params), database.version)
    return Effect(database=evolve(database, sql_mode=mode))
