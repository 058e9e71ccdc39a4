"""The SQL modes of MySQL and MariaDB: names, composites, and which server knows which.

Sources: the MySQL 5.7 and 8.0 reference manuals, "Server SQL Modes"; MariaDB 10.11, "SQL_MODE",
its composites as a real server expands them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen

from reconcile.model.state import Facts

_SHARED = frozenset({
    "ALLOW_INVALID_DATES", "ANSI_QUOTES", "ERROR_FOR_DIVISION_BY_ZERO", "HIGH_NOT_PRECEDENCE",
    "IGNORE_SPACE", "NO_AUTO_VALUE_ON_ZERO", "NO_BACKSLASH_ESCAPES", "NO_DIR_IN_CREATE",
    "NO_ENGINE_SUBSTITUTION", "NO_UNSIGNED_SUBTRACTION", "NO_ZERO_DATE", "NO_ZERO_IN_DATE",
    "ONLY_FULL_GROUP_BY", "PAD_CHAR_TO_FULL_LENGTH", "PIPES_AS_CONCAT", "REAL_AS_FLOAT",
    "STRICT_ALL_TABLES", "STRICT_TRANS_TABLES",
})  # fmt: skip
_BEFORE_8 = _SHARED | {
    "NO_AUTO_CREATE_USER", "NO_FIELD_OPTIONS", "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS",
}  # fmt: skip

_TRADITIONAL_8 = frozenset({
    "STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE",
    "ERROR_FOR_DIVISION_BY_ZERO", "NO_ENGINE_SUBSTITUTION",
})  # fmt: skip
_TRADITIONAL_BEFORE_8 = _TRADITIONAL_8 | {"NO_AUTO_CREATE_USER"}
_ANSI_MARIADB = frozenset({"REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE"})
_ANSI = _ANSI_MARIADB | {"ONLY_FULL_GROUP_BY"}
_FOREIGN = frozenset({
    "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE",
    "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS", "NO_FIELD_OPTIONS",
})  # fmt: skip
_FOREIGN_COMPOSITES = {
    "DB2": _FOREIGN,
    "MAXDB": _FOREIGN | {"NO_AUTO_CREATE_USER"},
    "MSSQL": _FOREIGN,
    "MYSQL323": frozenset({"HIGH_NOT_PRECEDENCE"}),
    "MYSQL40": frozenset({"HIGH_NOT_PRECEDENCE"}),
    "ORACLE": _FOREIGN | {"NO_AUTO_CREATE_USER"},
    "POSTGRESQL": _FOREIGN,
}


@frozen(kw_only=True)
class Dialect:
    """What one line of servers knows: single modes, and composites with what they stand for."""

    name: str
    modes: frozenset[str]
    composites: Mapping[str, frozenset[str]]

    def knows(self, mode: str) -> bool:
        """Whether the server takes this word; another one is its error 1231."""
        return mode in self.modes or mode in self.composites

    def expand(self, modes: Iterable[str]) -> frozenset[str]:
        """The single modes that these words amount to; composite names are dropped."""
        single: set[str] = set()
        for mode in modes:
            single |= self.composites.get(mode, {mode})
        return frozenset(single)


MYSQL_8 = Dialect(
    name="MySQL 8",
    modes=_SHARED | {"TIME_TRUNCATE_FRACTIONAL"},
    composites={"ANSI": _ANSI, "TRADITIONAL": _TRADITIONAL_8},
)
MYSQL_5 = Dialect(
    name="MySQL 5.7",
    modes=_BEFORE_8,
    composites={"ANSI": _ANSI, "TRADITIONAL": _TRADITIONAL_BEFORE_8, **_FOREIGN_COMPOSITES},
)
MARIADB = Dialect(
    name="MariaDB",
    modes=_BEFORE_8 | {"EMPTY_STRING_IS_NULL", "SIMULTANEOUS_ASSIGNMENT", "TIME_ROUND_FRACTIONAL"},
    composites={
        "ANSI": _ANSI_MARIADB,
        "TRADITIONAL": _TRADITIONAL_BEFORE_8,
        **_FOREIGN_COMPOSITES,
        "ORACLE": _FOREIGN_COMPOSITES["ORACLE"] | {"SIMULTANEOUS_ASSIGNMENT"},
    },
)

_DIALECTS = (MYSQL_8, MYSQL_5, MARIADB)
KNOWN = frozenset().union(*(d.modes | d.composites.keys() for d in _DIALECTS))
"""Every word that some server knows: what a spec may say before the server is known."""

_FIRST_MARIADB_MAJOR = 10
"""MySQL never had a version 10: a MySQL addon that says so runs MariaDB."""
_FIRST_MYSQL_8_MAJOR = 8


def dialect_of(facts: Facts) -> Dialect:
    """The dialect by live type and version; MySQL 8 where the version is not known."""
    major = facts.version.major if facts.version else _FIRST_MYSQL_8_MAJOR
    if "mariadb" in facts.type_name.casefold() or major >= _FIRST_MARIADB_MAJOR:
        return MARIADB
    return MYSQL_8 if major >= _FIRST_MYSQL_8_MAJOR else MYSQL_5


_STRICTNESS = frozenset({
    "ERROR_FOR_DIVISION_BY_ZERO", "NO_AUTO_CREATE_USER", "NO_ENGINE_SUBSTITUTION", "NO_ZERO_DATE",
    "NO_ZERO_IN_DATE", "ONLY_FULL_GROUP_BY", "STRICT_ALL_TABLES", "STRICT_TRANS_TABLES",
})  # fmt: skip
"""Modes under which the server refuses what it would otherwise let through."""


def is_laxer(before: Iterable[str], after: Iterable[str]) -> bool:
    """Whether the server would let more through than it did.

    STRICT_ALL_TABLES includes what STRICT_TRANS_TABLES demands; ALLOW_INVALID_DATES is the one
    mode that takes a check away by being set.
    """
    was, will = frozenset(before), frozenset(after)
    dropped = (was - will) & _STRICTNESS
    if "STRICT_ALL_TABLES" in will:
        dropped -= {"STRICT_TRANS_TABLES"}
    return bool(dropped) or "ALLOW_INVALID_DATES" in will - was
