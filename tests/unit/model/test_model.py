"""The nouns: addresses, versions, engines, constraints, safe text."""

from __future__ import annotations

import re
import unicodedata

import pytest
from builders import ORIGIN
from hypothesis import given
from hypothesis import strategies as st

from reconcile.kinds.listing import Name
from reconcile.model.address import Address
from reconcile.model.constraint import Between, InvalidValueError, Matching, OneOf
from reconcile.model.engine import Engine, Step, Version
from reconcile.model.location import Location
from reconcile.model.request import RESOURCE, Call, Effect, action
from reconcile.model.text import safe_text


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("shop", Address(database="shop")),
        ("shop/backups", Address(database="shop", kind="backups")),
        ("shop/logical_databases/a/b", Address(database="shop", kind="logical_databases", name="a/b")),
    ],
)  # fmt: skip
def test_addresses_read_back(text: str, address: Address) -> None:
    """What is written is what is read; a name may hold a slash."""
    assert Address.parse(text) == address
    assert str(address) == text


@pytest.mark.parametrize("text", ["", "/", "shop/", "/backups", "shop//x"])
def test_an_address_has_no_empty_part(text: str) -> None:
    """It is refused with the form to write."""
    with pytest.raises(ValueError, match="database/kind"):
        Address.parse(text)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("12.6.0-1", Version(major=12, minor=6, build=1)),
        ("8.0.35", Version(major=8, patch=35)),
        ("17", Version(major=17)),
        (" 1.8 ", Version(major=1, minor=8)),
    ],
)
def test_versions(text: str, version: Version) -> None:
    """Missing parts are 0."""
    assert Version.parse(text) == version


@pytest.mark.parametrize("text", ["", "x", "1.2.3.4", "1.", "v1.2", "1-2-3", "\uff11", "9" * 10])
def test_what_is_no_version(text: str) -> None:
    """None, not a guess."""
    assert Version.parse(text) is None


def test_versions_are_shown_as_the_provider_writes_them() -> None:
    """And ordered part by part."""
    assert str(Version(major=8, patch=35, build=1)) == "8.0.35-1"
    assert Version(major=8, minor=10) > Version(major=8, minor=9)


@pytest.mark.parametrize(
    ("planned", "live", "is_at", "is_past"),
    [
        ("16.6.0-1", "16.6.0-1", True, False),
        ("16.6.0-1", "16.6.0-2", False, True),
        ("16.6.0-0", "16.6.0-2", True, False),
        ("16.6.0-1", "16.4.0-1", False, False),
        ("16.6.0-1", "17.2.0-1", False, True),
        ("16.6.0-1", None, False, False),
        ("16.6.0-1", "odd", False, True),
        (None, "17.2.0-1", True, False),
        (None, "16.4.0-1", False, False),
        (None, None, False, False),
    ],
)
def test_a_step_leads_to_the_planned_version(
    planned: str | None, live: str | None, is_at: bool, is_past: bool
) -> None:
    """Where none is planned, to any other version; a build that is not known counts for any."""
    step = Step(before="16.4.0-1", planned=planned)
    assert (step.is_at(live), step.is_past(live)) == (is_at, is_past)


@pytest.mark.parametrize(
    ("name", "engine"),
    [
        ("postgresql", Engine.POSTGRESQL),
        ("scalingo-redis", Engine.REDIS),
        ("PostgreSQL-ng", Engine.POSTGRESQL),
        ("scalingo-postgresql-ng", Engine.POSTGRESQL),
        ("oracle", None),
    ],
)
def test_engines_by_the_providers_names(name: str, engine: Engine | None) -> None:
    """With a prefix or a suffix that does not count."""
    assert Engine.parse(name) is engine


def test_calls_name_themselves() -> None:
    """For messages."""
    assert str(RESOURCE) == "GET database"
    assert str(action("get-sqlmode", effect=Effect.READ)) == "POST get-sqlmode"
    assert str(Call(method="POST", path="/upgrade", effect=Effect.CHANGE)) == "POST /upgrade"
    assert RESOURCE.action_name is None


def test_params_that_are_empty_are_sent() -> None:
    """An empty SQL mode is a mode; only None is left out."""
    assert action("set-sqlmode", "", effect=Effect.CHANGE).body == {
        "action_name": "set-sqlmode",
        "params": "",
    }


@given(text=st.text())
def test_safe_text_cannot_steer_a_terminal(text: str) -> None:
    """No control, format, surrogate or separator character is left."""
    shown = safe_text(text)
    assert not {unicodedata.category(char) for char in shown} & {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("naïve 数", "naïve 数"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("abc\u202edef", "abc\\u202edef"),
        ("a\u2028b\u200bc", "a\\u2028b\\u200bc"),
        ("\udc80", "\\udc80"),
        ("\U000e0041", "\\U000e0041"),
        # Where nothing is escaped, a backslash is one: a statement can be copied.
        ("a\\nb", "a\\nb"),
        ("é\\n", "é\\n"),
        ("a\\nb\nc", "a\\\\nb\\nc"),
        ("\\\x1b", "\\\\\\x1b"),
    ],
)
def test_safe_text_shows_escapes(text: str, shown: str) -> None:
    """What cannot be seen is shown, and is not what was written with a backslash."""
    assert safe_text(text) == shown


@given(first=st.text("\\n\n\x1bx1b[", max_size=6), second=st.text("\\n\n\x1bx1b[", max_size=6))
def test_two_texts_with_escapes_never_look_alike(first: str, second: str) -> None:
    """Of two that cannot be shown as they are, each has a look of its own."""
    if first != second and not (first.isprintable() or second.isprintable()):
        assert safe_text(first) != safe_text(second)


@given(text=st.text())
def test_safe_text_is_safe_already(text: str) -> None:
    """Made safe twice it is what it was: what was not escaped is never escaped later."""
    assert safe_text(safe_text(text)) == safe_text(text)


def test_between() -> None:
    """Both bounds are included."""
    hour = Between(0, 23, "hour of the day")
    hour.check(0)
    hour.check(23)
    for wrong in (-1, 24):
        with pytest.raises(InvalidValueError, match="no hour of the day"):
            hour.check(wrong)
    assert hour.schema() == {"minimum": 0, "maximum": 23}


def test_matching() -> None:
    """The whole text has to fit, and not be too long."""
    word = Matching(pattern="[a-z]+", meaning="word", hint="letters", longest=3)
    word.check("abc")
    for wrong in ("", "abcd", "ab\n", "a1"):
        with pytest.raises(InvalidValueError) as caught:
            word.check(wrong)
        assert caught.value.hint == "letters"
    assert re.search(str(word.schema()["pattern"]), "abc")


def test_one_of() -> None:
    """Case does not matter; the nearest word is named, or all of them."""
    mode = OneOf(choices=frozenset({"ANSI", "ORACLE"}), meaning="mode")
    mode.check("ansi")
    with pytest.raises(InvalidValueError) as near:
        mode.check("ANSY")
    assert near.value.hint == "did you mean 'ANSI'?"
    with pytest.raises(InvalidValueError) as far:
        mode.check("x")
    assert far.value.hint == "known: ANSI, ORACLE"
    assert mode.schema() == {"examples": ["ANSI", "ORACLE"]}


def test_names_hold_no_control_characters() -> None:
    """They are shown, sent, and part of an address."""
    (constraint,) = Name.__metadata__  # type: ignore[attr-defined]
    constraint.check("with space/and'quote")
    for wrong in ("", "a\nb", "a\x1b", "a\u202eb", "x" * 129):
        with pytest.raises(InvalidValueError):
            constraint.check(wrong)


def test_locations_show_as_editors_read_them() -> None:
    """file:line:column; of a place that is the file itself the file alone."""
    assert str(Location(file="specs/a.yaml", line=3, column=7)) == "specs/a.yaml:3:7"
    assert str(Location(file="specs/a.yaml", line=0, column=0)) == "specs/a.yaml"
    assert ORIGIN.default is None
