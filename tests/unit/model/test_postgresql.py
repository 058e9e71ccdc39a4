"""References to connection strings, statements as text, versions of extensions."""

from __future__ import annotations

import pytest
from attrs import frozen

from reconcile.model.constraint import InvalidValueError, Secretless, described, secret_fields
from reconcile.model.postgresql import Sql, folded, is_newer, is_reference, plain_version


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("${env:A}", True),
        ("${env:_a9}", True),
        ("${file:a}", True),
        ("${file:/run/secrets/a-b.dsn}", True),
        ("${file:a_b/c.d/-e}", True),
        ("${file:geheim/überall}", False),
        ("${file:../a}", False),
        ("${file:a/../b}", False),
        ("${file:./a}", False),
        ("${file:a//b}", False),
        ("${file://host/a}", False),
        ("${file:a/}", False),
        ("${file:/}", False),
        ("${file:a:b@c}", False),
        ("${env:}", False),
        ("${file:}", False),
        ("${env:9A}", False),
        ("${env:A-B}", False),
        ("${env:Ä}", False),
        ("${file:a b}", False),
        ("${file:a\tb}", False),
        ("${file:a\x00b}", False),
        ("${file:{a}}", False),
        ("${FILE:a}", False),
        ("${vault:a}", False),
        ("$env:A", False),
        ("env:A", False),
        (" ${env:A}", False),
        ("${env:A}\n", False),
        ("${env:A}${env:B}", False),
        ("postgresql://app@db.example.test/app", False),
        ("", False),
    ],
)
def test_a_reference_says_where_a_string_is(text: str, is_one: bool) -> None:
    """A variable or a file, and nothing beside it."""
    assert is_reference(text) is is_one


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("hstore", "hstore"),
        ("_a9", "_a9"),
        ("uuid-ossp", '"uuid-ossp"'),
        ("Hstore", '"Hstore"'),
        ("9a", '"9a"'),
        ("a b", '"a b"'),
        ("a\n", '"a\n"'),
        ("ä", '"ä"'),
        ('a"; DROP TABLE b; --', '"a""; DROP TABLE b; --"'),
        ("{version}", '"{version}"'),
        ("", '""'),
    ],
)
def test_a_name_is_quoted_where_it_has_to_be(name: str, shown: str) -> None:
    """And cannot end before its end."""
    assert str(Sql(template="DROP EXTENSION {name}", names={"name": name})) == (
        f"DROP EXTENSION {shown};"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1.0", "'1.0'"),
        ("it's", "'it''s'"),
        ("'; --", "'''; --'"),
        ("{name}", "'{name}'"),
        ("", "''"),
    ],
)
def test_a_text_is_always_quoted(text: str, shown: str) -> None:
    """Beside a name that is its own."""
    statement = Sql(
        template="ALTER EXTENSION {name} UPDATE TO {version}",
        names={"name": "a"},
        texts={"version": text},
    )
    assert str(statement) == f"ALTER EXTENSION a UPDATE TO {shown};"


@pytest.mark.parametrize("text", ["b", "aaaa", "a\n", ""])
def test_what_may_be_a_secret_is_not_quoted(text: str) -> None:
    """Of another form, or too long."""
    limit = Secretless(pattern="a+", meaning="row", hint="write a", longest=3)
    limit.check("aaa")
    with pytest.raises(InvalidValueError) as caught:
        limit.check(text)
    assert (str(caught.value), caught.value.hint) == ("the text is no row", "write a")
    assert limit.schema() == {"pattern": "^(?:a+)$", "maxLength": 3}


@frozen(kw_only=True)
class _Told:
    loud: str = described("Shown.")
    secret: str = described("Not shown.", secret=True)
    plain: str = ""


@pytest.mark.parametrize(("cls", "names"), [(_Told, {"secret"}), (str, set()), (Sql, set())])
def test_some_fields_are_secret(cls: type, names: set[str]) -> None:
    """Those that say so; what is no class of ours has none."""
    assert secret_fields(cls) == names


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ("1.4", "1.5"),
        ("1.9", "1.10"),
        ("v1.9.0", "1.10"),
        ("1", "1.0.1"),
        ("1.5", "1.5.1"),
        ("2.14.0-dev", "2.15"),
        ("3.4-1", "3.4-2"),
        ("3.4+8", "3.4+12"),
        ("0.6", "1"),
        ("9" * 5000, "1" + "0" * 5000),
    ],
)
def test_versions_are_compared_part_by_part_as_numbers(older: str, newer: str) -> None:
    """What one of the two lacks is 0."""
    assert is_newer(newer, than=older) is True
    assert is_newer(older, than=newer) is False


@pytest.mark.parametrize(
    ("one", "other"), [("1.5", "v1.5.0"), ("1.05", "1.5"), ("1.5-0", "1.5"), ("next", "next")]
)
def test_equal_versions_are_not_newer(one: str, other: str) -> None:
    """In any spelling."""
    assert is_newer(one, than=other) is False
    assert is_newer(other, than=one) is False


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("1.5", "1.5dev"),
        ("1.5", "1.5-dev"),
        ("next", "1.0"),
        ("1.٣", "1.4"),
        ("1.a", "1.b"),
        ("²", "1"),
    ],
)
def test_versions_that_differ_in_words_cannot_be_compared(one: str, other: str) -> None:
    """Nobody but the author of an extension knows their order."""
    assert is_newer(one, than=other) is None
    assert is_newer(other, than=one) is None


def test_spellings_that_do_not_count() -> None:
    """The API's prefix and trailing zeros of a version, the capitals of a name."""
    assert [plain_version(text) for text in ("v1.5.0", "1.0.0", "10", " 2.0 ")] == [
        "1.5",
        "1",
        "10",
        "2",
    ]
    assert folded("PostGIS_Ä") == "postgis_Ä"
