"""MySQL's sql_mode: what each word sets, alone and with every other, and what is no word.

The tables are those of the reference manuals of MySQL 5.7 and 8.0, "Server SQL Modes", and of what
the servers show: modes in the order of their bits.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations

from conformance.fleet import MYSQL, OLD_MYSQL
from conformance.rule import Ask, Gives, Mark, Rule, Step, refused

_BEFORE = "NO_ENGINE_SUBSTITUTION"
_FOREIGN = (
    "PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,NO_KEY_OPTIONS,NO_TABLE_OPTIONS,NO_FIELD_OPTIONS"
)
_ORDER_OF_5_7 = (
    "REAL_AS_FLOAT", "PIPES_AS_CONCAT", "ANSI_QUOTES", "IGNORE_SPACE", "ONLY_FULL_GROUP_BY",
    "NO_UNSIGNED_SUBTRACTION", "NO_DIR_IN_CREATE", "POSTGRESQL", "ORACLE", "MSSQL", "DB2",
    "MAXDB", "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS", "NO_FIELD_OPTIONS", "MYSQL323", "MYSQL40",
    "ANSI", "NO_AUTO_VALUE_ON_ZERO", "NO_BACKSLASH_ESCAPES", "STRICT_TRANS_TABLES",
    "STRICT_ALL_TABLES", "NO_ZERO_IN_DATE", "NO_ZERO_DATE", "ALLOW_INVALID_DATES",
    "ERROR_FOR_DIVISION_BY_ZERO", "TRADITIONAL", "NO_AUTO_CREATE_USER", "HIGH_NOT_PRECEDENCE",
    "NO_ENGINE_SUBSTITUTION", "PAD_CHAR_TO_FULL_LENGTH",
)  # fmt: skip
_GONE_IN_8 = (
    "POSTGRESQL", "ORACLE", "MSSQL", "DB2", "MAXDB", "NO_KEY_OPTIONS", "NO_TABLE_OPTIONS",
    "NO_FIELD_OPTIONS", "MYSQL323", "MYSQL40", "NO_AUTO_CREATE_USER",
)  # fmt: skip
_ORDER_OF_8 = tuple(word for word in _ORDER_OF_5_7 if word not in _GONE_IN_8)
_ONLY_IN_8 = "TIME_TRUNCATE_FRACTIONAL"
_MARIADB_ONLY = (
    "IGNORE_BAD_TABLE_OPTIONS",
    "EMPTY_STRING_IS_NULL",
    "SIMULTANEOUS_ASSIGNMENT",
    "TIME_ROUND_FRACTIONAL",
)
_COMPOSITES_OF_8: Mapping[str, str] = {
    "ANSI": "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ONLY_FULL_GROUP_BY",
    "TRADITIONAL": (
        "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
        "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
    ),
}
_COMPOSITES_OF_5_7: Mapping[str, str] = {
    "ANSI": _COMPOSITES_OF_8["ANSI"],
    "TRADITIONAL": f"{_COMPOSITES_OF_8['TRADITIONAL']},NO_AUTO_CREATE_USER",
    "ORACLE": f"{_FOREIGN},NO_AUTO_CREATE_USER",
    "MAXDB": f"{_FOREIGN},NO_AUTO_CREATE_USER",
    "MSSQL": _FOREIGN,
    "DB2": _FOREIGN,
    "POSTGRESQL": _FOREIGN,
    "MYSQL323": "HIGH_NOT_PRECEDENCE",
    "MYSQL40": "HIGH_NOT_PRECEDENCE",
}


def _set(written: str, shown: str) -> tuple[Step, ...]:
    return (Ask("set-sqlmode", written, Gives()), Ask("get-sqlmode", None, Gives(shown)))


def _unset(written: object, *parts: str) -> tuple[Step, ...]:
    return (
        Ask("set-sqlmode", written, refused(*parts)),
        Ask("get-sqlmode", None, Gives(_BEFORE)),
    )


def _is_no_word(*words: str) -> tuple[Step, ...]:
    return tuple(step for word in words for step in _unset(word, "1231", word))


def _words(
    words: Iterable[Iterable[str]], order: tuple[str, ...], composites: Mapping[str, str]
) -> Iterator[Step]:
    """Set each group of words, and expect what they stand for in the order of the bits."""
    for group in words:
        meant = {word.upper() for word in group}
        meant |= {part for word in group for part in composites.get(word.upper(), word).split(",")}
        yield from _set(",".join(group), ",".join(mode for mode in order if mode in meant))


def _tables(
    database: str, version: str, order: tuple[str, ...], composites: Mapping[str, str]
) -> Iterator[Rule]:
    """The words of a version: each alone, all composites together, and all pairs."""

    def rule(name: str, says: str, groups: Iterable[Iterable[str]]) -> Rule:
        return Rule(
            name=f"mysql-{version}-{name}",
            says=f"{says} (MySQL {version})",
            database=database,
            steps=tuple(_words(groups, order, composites)),
            mark=Mark.POSING,
        )

    alone = [(word,) for word in order]
    yield rule("mode-words", "a mode is kept and shown, a composite with its parts", alone)
    pairs = [(later, earlier) for earlier, later in combinations(order, 2)]
    yield rule("mode-pairs", "two words set what both stand for, shown in one order", pairs)
    whole = (order, order[::-1], tuple(word.lower() for word in order))
    yield rule("mode-everything", "all words at once are all modes", whole)


def _rule(name: str, says: str, *steps: Step) -> Rule:
    return Rule(name=f"mysql-{name}", says=says, database=MYSQL, steps=steps)


def _posing(name: str, says: str, database: str, *steps: Step) -> Rule:
    return Rule(name=f"mysql-{name}", says=says, database=database, steps=steps, mark=Mark.POSING)


RULES = (
    *_tables(MYSQL, "8.0", _ORDER_OF_8, _COMPOSITES_OF_8),
    *_tables(OLD_MYSQL, "5.7", _ORDER_OF_5_7, _COMPOSITES_OF_5_7),
    Rule(
        name="mysql-8.0-mode-new",
        says="TIME_TRUNCATE_FRACTIONAL is a mode of MySQL 8.0",
        database=MYSQL,
        steps=_set(_ONLY_IN_8, _ONLY_IN_8),
        not_to_be_had="MariaDB has no such mode",
    ),
    _posing(
        "8.0-mode-gone",
        "modes that MySQL 8.0 removed are no words of it",
        MYSQL,
        *_is_no_word(*_GONE_IN_8),
    ),
    _posing(
        "8.0-mode-foreign",
        "modes of MariaDB are no words of MySQL 8.0",
        MYSQL,
        *_is_no_word(*_MARIADB_ONLY),
    ),
    _posing(
        "5.7-mode-foreign",
        "modes of MySQL 8.0 and of MariaDB are no words of MySQL 5.7",
        OLD_MYSQL,
        *_is_no_word(_ONLY_IN_8, *_MARIADB_ONLY),
    ),
    _rule(
        "mode-unknown",
        "what is no word refuses the whole, and the refusal names it",
        *_is_no_word(
            *("NOPE", "STRICT", "DEFAULT", "NULL", "NOT_USED", "?", "ANSI_QUOTES|ANSI", "'ANSI'"),
            *("ANSI_QUOTES;ANSI", "ANSI_QUOTESS", "ANSI_QUOTE", "日本", "ANSI\n", "\tANSI"),
        ),
        *_unset("ANSI_QUOTES,NOPE", "1231", "'NOPE'"),
        *_unset("NOPE,ANSI_QUOTES", "1231", "'NOPE'"),
        *_unset("ANSI_QUOTES,NOPE,WORSE", "1231", "'NOPE'"),
        *_unset("X" * 300, "1231", "X" * 60),
    ),
    _rule(
        "mode-case",
        "the case of ASCII letters does not matter; no other letter stands for one of them",
        *_set("ansi_quotes", "ANSI_QUOTES"),
        *_set("Ansi_Quotes,no_zero_date", "ANSI_QUOTES,NO_ZERO_DATE"),
        *_set(_BEFORE.lower(), _BEFORE),
        *_is_no_word(
            "\u017fTRICT_ALL_TABLES",
            "STRICT_ALL_TABLE\u017f",
            "\uff21NSI",
            "AN\u017fI",
            "P\u0131PES_AS_CONCAT",
        ),
    ),
    _rule(
        "mode-repeated",
        "a word that is there twice counts once, and an empty one not at all",
        *_set("ANSI_QUOTES,ansi_quotes,ANSI_QUOTES", "ANSI_QUOTES"),
        *_set(",ANSI_QUOTES,,NO_ZERO_DATE,", "ANSI_QUOTES,NO_ZERO_DATE"),
        *_set("", ""),
        *_set(",", ""),
        *_set(",,,", ""),
    ),
    _rule(
        "mode-spaces",
        "spaces at the very end are dropped; any other is part of a word",
        *_set("ANSI_QUOTES   ", "ANSI_QUOTES"),
        *_set("   ", ""),
        *_set(_BEFORE, _BEFORE),
        *_unset("ANSI_QUOTES, NO_ZERO_DATE", "1231", "' NO_ZERO_DATE'"),
        *_unset("ANSI_QUOTES ,NO_ZERO_DATE", "1231", "'ANSI_QUOTES '"),
        *_unset(" ANSI_QUOTES", "1231", "' ANSI_QUOTES'"),
        *_unset(" ,", "1231", "' '"),
        *_unset("ANSI_QUOTES\u00a0", "1231"),
    ),
    _rule(
        "mode-numbers",
        "a number in a string is no word",
        *_is_no_word("0", "1", "2097152", "0x1"),
    ),
)
