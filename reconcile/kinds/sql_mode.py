"""The SQL mode of a MySQL database: a set, whatever its spelling.

Sources: the API text, actions `get-sqlmode` and `set-sqlmode`, whose params are the string itself;
the MySQL 5.7 and 8.0 reference manuals, "Server SQL Modes"; MariaDB 10.11, "SQL_MODE", its
composites as a real server expands them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, cast

from attrs import frozen

from reconcile.errors import AnswerError
from reconcile.kinds.kind import (
    Asked,
    Feasible,
    Judgement,
    Kind,
    Refused,
    Sides,
    Wanted,
    after_of,
)
from reconcile.model.change import Change, Risk, Update
from reconcile.model.constraint import OneOf, ShortForm, described
from reconcile.model.engine import Engine
from reconcile.model.finding import Rule
from reconcile.model.request import Call, Effect, action
from reconcile.model.state import ITSELF, Elements, Facts, Parsed

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


Mode = Annotated[str, OneOf(choices=KNOWN, meaning="SQL mode that a server knows")]


@frozen(kw_only=True)
class SqlMode:
    """The SQL mode, as a list of modes or one string with commas; an empty list clears it."""

    __short_form__ = ShortForm(key="modes", only=True, separator=",")

    modes: tuple[Mode, ...] = described(
        "The modes; composite ones such as TRADITIONAL are allowed, order and case do not matter.",
        examples=(["STRICT_TRANS_TABLES", "NO_ZERO_DATE"],),
    )


class _SqlModeKind(Kind[SqlMode]):
    """SQL mode."""

    name = "sql_mode"
    title = "SQL mode"
    spec_type = SqlMode
    offers = MappingProxyType({Engine.MYSQL: True})
    read = action("get-sqlmode", effect=Effect.READ)
    parts = ("modes",)

    def to_spec(self, live: Elements) -> SqlMode:
        return SqlMode(modes=_modes(live[ITSELF]["modes"]))

    def parse(self, result: Any) -> Parsed:
        if not isinstance(result, str):
            raise AnswerError(f"get-sqlmode answered {result!r} where a text is due")
        return {
            ITSELF: {"modes": tuple(mode.strip() for mode in result.split(",") if mode.strip())}
        }

    def normalize(self, spec: SqlMode, live: Elements, facts: Facts) -> Sides:
        dialect = dialect_of(facts)

        def canonical(modes: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(sorted(dialect.expand(mode.upper() for mode in modes)))

        words = _words(spec)
        return Sides(
            wanted=Wanted(
                present={ITSELF: {"modes": canonical(words)}}, sent={ITSELF: {"modes": words}}
            ),
            live={ITSELF: {"modes": canonical(_modes(live[ITSELF]["modes"]))}},
        )

    def judge(self, change: Change, _live: Elements, facts: Facts) -> Judgement:
        update = cast("Update", change)
        dialect = dialect_of(facts)
        words = _modes(update.after["modes"])
        foreign = [word for word in words if not dialect.knows(word)]
        if foreign:
            return Refused(
                code="P211",
                message=f"{dialect.name} does not know {', '.join(foreign)} and would refuse the set",
                hint="take it out of the spec",
            )
        laxer = is_laxer(_modes(update.before["modes"]), dialect.expand(words))
        return Feasible(risk=Risk.WEAKENS if laxer else Risk.SAFE)

    def requests(self, change: Change) -> tuple[Call, ...]:
        words = _modes(cast("Update", change).after["modes"])
        return (action("set-sqlmode", ",".join(words), effect=Effect.CHANGE),)

    def meant(self, asked: Sequence[Asked]) -> SqlMode:
        return SqlMode(modes=_modes(after_of(asked)["modes"]))

    meanings = MappingProxyType(
        {
            "P211": "the live server does not know one of the SQL modes, and would refuse the whole set",
        }
    )
    rules = MappingProxyType(
        {
            "P211": Rule(
                why="The server takes a set of modes as a whole or not at all, and each version knows"
                " other modes. A request that is sure to be refused is not sent.",
                advice="Take the mode out of the spec.",
            ),
        }
    )


KIND = _SqlModeKind()


def _words(spec: SqlMode) -> tuple[str, ...]:
    """The spec's own words, each once: what is sent."""
    return tuple(dict.fromkeys(mode.strip().upper() for mode in spec.modes))


def _modes(value: object) -> tuple[str, ...]:
    return cast("tuple[str, ...]", value)
