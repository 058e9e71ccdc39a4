"""The kind `sql_mode`: sets with expansion by live version, risk and requests."""

from __future__ import annotations

import pytest
from attrs import evolve
from builders import desired, facts, observed, only_calls

from reconcile.kinds.sql_mode import KIND, MARIADB, MYSQL_5, MYSQL_8, SqlMode, dialect_of, is_laxer
from reconcile.model.change import Risk
from reconcile.model.constraint import InvalidValueError, OneOf
from reconcile.model.engine import Engine
from reconcile.model.item import Action, Blocked, Item
from reconcile.plan.build import build_plan

DEFAULT_8 = (
    "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
    "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION"
)


def planned(wanted: str, live: str, version: str = "8.0.35-1") -> tuple[Item, ...]:
    """The items that a wanted and a live mode string come to."""
    spec = SqlMode(modes=tuple(wanted.split(",")) if wanted else ())
    found = observed({"sql_mode": KIND.parse(live)}, live=facts(version=version))
    return build_plan([desired({"sql_mode": spec})], {"shop": found}).databases[0].items


@pytest.mark.parametrize(
    ("wanted", "live", "version"),
    [
        (DEFAULT_8, DEFAULT_8, "8.0.35-1"),
        ("NO_ZERO_DATE,STRICT_ALL_TABLES", "STRICT_ALL_TABLES,NO_ZERO_DATE", "8.0.35-1"),
        ("no_zero_date", "NO_ZERO_DATE", "8.0.35-1"),
        ("", "", "8.0.35-1"),
        (
            "TRADITIONAL",
            (
                "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
                "ERROR_FOR_DIVISION_BY_ZERO,TRADITIONAL,NO_ENGINE_SUBSTITUTION"
            ),
            "8.4.0-1",
        ),
        (
            "TRADITIONAL",
            (
                "STRICT_TRANS_TABLES,STRICT_ALL_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
                "ERROR_FOR_DIVISION_BY_ZERO,TRADITIONAL,NO_AUTO_CREATE_USER,NO_ENGINE_SUBSTITUTION"
            ),
            "5.7.44-1",
        ),
        (
            "ANSI",
            "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ONLY_FULL_GROUP_BY,ANSI",
            "8.0.35-1",
        ),
        ("ANSI", "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ANSI", "10.11.6-1"),
        (
            "REAL_AS_FLOAT,PIPES_AS_CONCAT,ANSI_QUOTES,IGNORE_SPACE,ONLY_FULL_GROUP_BY",
            "ANSI",
            "8.0.35-1",
        ),
    ],
)
def test_equal(wanted: str, live: str, version: str) -> None:
    """Same set after expansion by live version; order, case and composite names do not count."""
    assert planned(wanted, live, version) == ()


@pytest.mark.parametrize(
    ("wanted", "live", "risk"),
    [
        ("STRICT_TRANS_TABLES,NO_ZERO_DATE", "STRICT_TRANS_TABLES", Risk.SAFE),
        ("STRICT_TRANS_TABLES", "STRICT_TRANS_TABLES,NO_ZERO_DATE", Risk.WEAKENS),
        ("", "STRICT_ALL_TABLES", Risk.WEAKENS),
        ("STRICT_ALL_TABLES", "STRICT_TRANS_TABLES", Risk.SAFE),
        ("STRICT_TRANS_TABLES", "STRICT_ALL_TABLES", Risk.WEAKENS),
        ("ALLOW_INVALID_DATES", "", Risk.WEAKENS),
        ("", "ANSI_QUOTES", Risk.SAFE),
        ("TRADITIONAL", "STRICT_TRANS_TABLES,NO_ZERO_DATE", Risk.SAFE),
    ],
)
def test_risk(wanted: str, live: str, risk: Risk) -> None:
    """Letting more through than before weakens; everything else is safe."""
    (entry,) = planned(wanted, live)
    assert isinstance(entry, Action)
    assert entry.risk is risk


@pytest.mark.parametrize(
    ("wanted", "sent"),
    [
        ("traditional, ansi_quotes", "TRADITIONAL,ANSI_QUOTES"),
        ("NO_ZERO_DATE,NO_ZERO_DATE", "NO_ZERO_DATE"),
        ("", ""),
    ],
)
def test_sends_the_specs_own_words_without_spaces(wanted: str, sent: str) -> None:
    """The params of set-sqlmode are the string itself: a space after a comma is an error."""
    (entry,) = planned(wanted, "PAD_CHAR_TO_FULL_LENGTH")
    assert isinstance(entry, Action)
    (call,) = only_calls(KIND.requests(entry.change))
    assert call.body == {"action_name": "set-sqlmode", "params": sent}


@pytest.mark.parametrize(
    ("wanted", "version", "blocked"),
    [
        ("NO_AUTO_CREATE_USER", "8.0.35-1", True),
        ("NO_AUTO_CREATE_USER", "5.7.44-1", False),
        ("TIME_TRUNCATE_FRACTIONAL", "10.11.6-1", True),
        ("ORACLE", "8.4.0-1", True),
        ("ORACLE", "10.11.6-1", False),
    ],
)
def test_a_mode_that_the_live_version_lacks_is_blocked(
    wanted: str,
    version: str,
    blocked: bool,
) -> None:
    """The server would refuse the whole set: error 1231."""
    (entry,) = planned(wanted, "", version)
    assert isinstance(entry, Blocked) is blocked


def test_dialects() -> None:
    """By live type and version; MySQL 8 where none is known."""
    assert dialect_of(facts(version="5.7.44-1")) is MYSQL_5
    assert dialect_of(facts(version="8.0.35-1")) is MYSQL_8
    assert dialect_of(facts(version="9.1.0-1")) is MYSQL_8
    assert dialect_of(facts(version="10.11.6-1")) is MARIADB
    assert dialect_of(facts(version="unknown")) is MYSQL_8
    assert dialect_of(evolve(facts(version="unknown"), type_name="MariaDB")) is MARIADB


def test_strict_all_covers_strict_trans() -> None:
    """Swapping the narrower strict mode for the wider one is not laxer."""
    assert not is_laxer({"STRICT_TRANS_TABLES"}, {"STRICT_ALL_TABLES"})


def test_every_known_mode_expands_to_modes_of_its_dialect() -> None:
    """A composite stands for single modes that its server knows."""
    for dialect in (MYSQL_8, MYSQL_5, MARIADB):
        for composite, modes in dialect.composites.items():
            assert composite not in dialect.modes
            assert modes <= dialect.modes


def test_offered_by_mysql_only() -> None:
    """No other engine has an SQL mode."""
    assert dict(KIND.offers) == {Engine.MYSQL: True}


def test_letters_of_other_alphabets_are_none_of_a_mode() -> None:
    """The capital of a long s is an S, and no server takes one for the other."""
    rule = OneOf(frozenset({"STRICT_TRANS_TABLES"}), "SQL mode")
    rule.check("strict_trans_tables")
    with pytest.raises(InvalidValueError, match="is no SQL mode"):
        rule.check("\u017fTRICT_TRANS_TABLES")
