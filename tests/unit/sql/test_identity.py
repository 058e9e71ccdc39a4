"""When a connection leads to the database that the API speaks of."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from reconcile.model.postgresql import ApiView, SqlConnection
from reconcile.sql.identity import Fingerprint, Identity, differences
from reconcile.sql.messages import Hider, quoted

CONNECTION = SqlConnection(dsn="${env:SHOP}", database="shop")
HERE = Identity(
    fingerprint=Fingerprint(version=160004, database="shop", oid=16384, started=1_500_000),
    replica=False,
    user="shop_owner",
    databases=frozenset({"shop", "audit", "postgres", "template0", "template1"}),
    extensions={"plpgsql": "1.0", "postgis": "3.4", "pg_trgm": "1.6"},
)
SAID = ApiView(
    addon="ad-1",
    version="16.4.0-1",
    extensions={"plpgsql": "v1.0", "postgis": "v3.4.0", "pg_trgm": "v1.6"},
    databases=frozenset({"shop", "audit"}),
    home=frozenset({"shop"}),
    users=frozenset({"shop_owner", "shop_reader"}),
)


def different(found: Identity = HERE, said: ApiView = SAID) -> list[str]:
    """The differences, in order."""
    return list(differences(found, CONNECTION, said, quoted))


def test_what_agrees_has_no_differences() -> None:
    """The API's `v` and its trailing `.0` do not count."""
    assert different() == []
    assert different(said=evolve(SAID, databases=None, home=None, users=None)) == []


@pytest.mark.parametrize(
    ("number", "said", "same"),
    [
        (160004, "16.4.0-1", True),
        (160004, "16.4", True),
        (160004, "16.4.0-22", True),
        (160004, "16.40.0-1", False),
        (160004, "16.3.0-1", False),
        (160010, "16.1.0-1", False),
        (170004, "16.4.0-1", False),
        (90624, "9.6.24-1", True),
        (90624, "9.6.23-1", False),
        (160004, "", False),
        (160004, "sixteen", False),
    ],
)
def test_versions_agree_by_their_leading_parts(number: int, said: str, *, same: bool) -> None:
    """Two since PostgreSQL 10, three before; what the API adds is its build."""
    found = evolve(HERE, fingerprint=evolve(HERE.fingerprint, version=number))
    assert (different(found, evolve(SAID, version=said)) == []) is same


AUDIT = evolve(HERE, fingerprint=evolve(HERE.fingerprint, database="audit"))
NO_USER = ["its role is 'shop_owner', which is none of the addon's users"]
DIFFERENCES: list[tuple[Identity, dict[str, Any], list[str]]] = [
    (HERE, {"version": "15.8.0-2"}, ["its server is PostgreSQL 16.4, the API says '15.8.0-2'"]),
    (AUDIT, {}, ["it is 'audit', the spec says 'shop'"]),
    (evolve(HERE, replica=True), {}, ["its server is a replica, which takes no changes"]),
    # The API lists the extensions of the default database alone; where it marks none, any may be it.
    (HERE, {"home": {"audit"}}, ["it is 'shop', the default logical database is 'audit'"]),
    (HERE, {"home": {"a", "b"}}, ["it is 'shop', the default logical database is 'a', 'b'"]),
    (HERE, {"home": {"audit", "shop"}}, []),
    (HERE, {"home": set()}, []),
    (HERE, {"home": None}, []),
    # All that the API lists are there; others may be as well.
    (HERE, {"databases": {"audit"}}, ["the API lists no logical database 'shop'"]),
    (HERE, {"databases": {"shop", "web"}}, ["its server lacks 'web', which the API lists"]),
    (
        HERE,
        {"databases": {"shop", "a", "b", "c", "d", "e"}},
        ["its server lacks 'a', 'b', 'c' and 2 more, which the API lists"],
    ),
    (HERE, {"databases": {"shop"}}, []),
    (HERE, {"users": {"web_owner"}}, NO_USER),
    (HERE, {"users": set()}, NO_USER),
    # All extensions count, with their versions; only plpgsql never does.
    (
        HERE,
        {"extensions": {"postgis": "v3.5", "pg_trgm": "1.6"}},
        ["it has 'postgis' at '3.4', the API lists 'postgis' at 'v3.5'"],
    ),
    (
        HERE,
        {"extensions": {"postgis": "3.4"}},
        ["it has 'pg_trgm' at '1.6', the API lists no 'pg_trgm'"],
    ),
    (
        HERE,
        {"extensions": {"postgis": "3.4", "pg_trgm": "1.6", "citext": "1.6"}},
        ["it has no 'citext', the API lists 'citext' at '1.6'"],
    ),
    (HERE, {"extensions": {"postgis": "3.4", "pg_trgm": "1.6"}}, []),
]


@pytest.mark.parametrize(("found", "told", "sentences"), DIFFERENCES)
def test_what_does_not_agree_is_another_database(
    found: Identity, told: dict[str, Any], sentences: list[str]
) -> None:
    """Each difference is shown, in the spelling of each side."""
    assert different(found, evolve(SAID, **told)) == sentences


def test_of_many_other_extensions_a_few_are_shown() -> None:
    """Another database may have hundreds."""
    many = {f"x{number}": "1" for number in range(9)}
    *_, last = shown = different(said=evolve(SAID, extensions={**SAID.extensions, **many}))
    assert len(shown) == 4
    assert last == "6 more extensions differ"


def test_names_from_outside_cannot_add_lines() -> None:
    """A server may call its databases anything."""
    fingerprint = evolve(HERE.fingerprint, database="a\n\x1b[2J\u202e")
    [sentence] = different(evolve(HERE, fingerprint=fingerprint))
    assert sentence == r"it is 'a\n\x1b[2J\u202e', the spec says 'shop'"


def test_names_from_outside_are_cut() -> None:
    """Whatever a server says, a message stays one that can be read."""
    long = "x" * 100_000
    found = evolve(
        HERE,
        fingerprint=evolve(HERE.fingerprint, database=long),
        user=long,
        extensions={long: long, f"{long}y": long, "postgis": long},
    )
    said = evolve(SAID, users=frozenset(), databases=frozenset({long}), home=frozenset({long}))
    sentences = different(found, said)
    assert len(sentences) == 8
    assert max(len(sentence) for sentence in sentences) < 400
    assert f"its role is '{'x' * 100}…', which is none of the addon's users" in sentences


def test_a_name_that_holds_the_password_is_not_repeated() -> None:
    """A server was told it, and may call itself so."""
    hider = Hider("postgresql://u:c4n4'ry@h/shop", {"user": "u", "password": "c4n4'ry"})
    found = evolve(HERE, user="u" * 97 + "c4n4'ry")
    (sentence,) = differences(found, CONNECTION, SAID, lambda text: quoted(hider.hide(text)))
    assert "c4n" not in sentence
