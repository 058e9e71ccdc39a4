"""What comes of a server that answers what no PostgreSQL does: a sentence, and never a guess."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from unit.sql.strange_server import (
    CATALOG,
    FINGERPRINT,
    IDENTITY,
    Row,
    Strange,
    done,
    message,
    refusal,
    rows,
    serving,
    tables,
)

from reconcile.errors import (
    OutcomeUnknownError,
    StatementRefusedError,
    UnusableConnectionError,
)
from reconcile.model.postgresql import (
    ApiView,
    NoSqlAccess,
    Package,
    Reach,
    Sql,
    SqlAccess,
    SqlConnection,
    Uses,
)
from reconcile.sql.identity import Fingerprint
from reconcile.sql.reads import Proofs
from reconcile.sql.writes import SqlWrites

CONNECTION = SqlConnection(dsn="${env:SHOP}", database="shop")
CREATED = 'CREATE EXTENSION "citext"'
CREATE = Sql(template="CREATE EXTENSION {name}", names={"name": "citext"})


def looked(server: Strange, addon: str = "ad-1") -> Reach:
    """What is found over the connection."""
    said = ApiView(
        addon=addon,
        version="17.10.0-1",
        extensions={"pg_trgm": "v1.6"},
        databases=frozenset({"shop"}),
        home=frozenset({"shop"}),
        users=frozenset({"shop_owner"}),
    )
    return server.reads.inspect(CONNECTION, said)


def unreached(found: Reach) -> str:
    """Why nothing was found, with its code; the password is not in it."""
    assert isinstance(found, NoSqlAccess), found
    assert "c4n4ry" not in repr(found)
    return f"{found.message} [{found.code}]"


def execute(server: Strange, addon: str = "ad-1") -> None:
    """Run a statement over the connection."""
    SqlWrites(server.reads).execute(addon, CONNECTION, CREATE)


def test_an_honest_answer_is_understood() -> None:
    """So that what follows is the fault of the answers alone."""
    with serving() as server:
        assert looked(server) == SqlAccess(
            superuser=False,
            may_create=True,
            owned=frozenset({"pg_trgm"}),
            offers={
                "citext": {"1.6": Package(superuser=True, trusted=True)},
                "earthdistance": {
                    "1.2": Package(
                        superuser=True, trusted=True, requires=("cube",), names_schema=True
                    )
                },
            },
            newest={"citext": "1.6"},
            updates={"pg_trgm": frozenset({"1.7"})},
            needed_by={"cube": ("earthdistance",)},
            used_by={"pg_trgm": Uses(names=("index i", "view v"), more=1)},
            allowed=frozenset({"citext", "uuid-ossp"}),
        )
        execute(server)
        assert server.texts[-2:] == [CREATED, "COMMIT"]


STRANGE = {
    "nothing": b"",
    "a stream": message(b"G", b"\0\0\0"),
    "a note that is no text": message(b"A", b"\0\0\0\1\xff\0\xff\0"),
    "an error without a state": refusal(S=b"ERROR", M=b"no"),
    "an error with a strange state": refusal(S=b"ERROR", C=b"\x1b[2J" * 99, M=b"no"),
    "what is no message": b"\xff\xff\xff\xff\xff\xff\xff\xff",
    "no end": None,
}
OTHER = {
    "another word": done("SELECT 0"),
    "an empty query": message(b"I", b""),
    "rows of something else": rows([b"1"]),
}


def cases(answers: Mapping[str, bytes | None]) -> pytest.MarkDecorator:
    """A test for each answer, called by its name."""
    return pytest.mark.parametrize("answer", answers.values(), ids=answers)


def strange_rows(honest: Sequence[Sequence[Row]]) -> Iterator[bytes]:
    """Every table once without rows, with twice as many columns, with NULLs, with what is no text."""
    for index, table in enumerate(honest):
        first = table[0]
        for other in ([], [[*first, *first]], [[None] * len(first)], [[b"\xff"] * len(first)]):
            yield tables([*honest[:index], other, *honest[index + 1 :]])


def strange_first_rows(honest: Sequence[Sequence[Row]], *others: Row) -> Iterator[bytes]:
    """The first table, with one more row, or with another one."""
    for table in ([*honest[0], *honest[0]], *([other] for other in others)):
        yield tables([table, *honest[1:]])


@pytest.mark.parametrize("asked", ["BEGIN", "pg_is_in_recovery", "rolsuper"])
@cases(STRANGE | OTHER)
def test_a_look_at_a_strange_server_ends_in_a_sentence(asked: str, answer: bytes | None) -> None:
    """Whatever it was asked just then; nothing is proven."""
    with serving(**{asked: answer}) as server:
        assert "cannot be looked over: the " in unreached(looked(server))
        assert server.reads.proven("ad-1") is None


NO_NUMBERS = [
    (b"seventeen", b"shop", b"16384", b"1"),
    (b"170010", b"shop", b"NaN", b"1"),
    (b"170010", b"shop", b"16384", b"1" * 5000),
]


@pytest.mark.parametrize(
    "answer", [*strange_rows(IDENTITY), *strange_first_rows(IDENTITY, *NO_NUMBERS)]
)
def test_rows_that_say_who_it_is_are_read_strictly(answer: bytes) -> None:
    """An answer that is not understood, or that tells another database: never an exception."""
    with serving(pg_is_in_recovery=answer) as server:
        message = unreached(looked(server))
        assert "cannot be understood" in message or message.endswith("[P122]")


@pytest.mark.parametrize(
    "answer", [*strange_rows(CATALOG), *strange_first_rows(CATALOG, (b"?", b"t"))]
)
def test_rows_that_say_what_can_be_done_are_read_strictly(answer: bytes) -> None:
    """Where a list may be empty, it is."""
    with serving(rolsuper=answer) as server:
        found = looked(server)
        assert isinstance(found, SqlAccess) or "cannot be understood" in unreached(found)


def test_long_texts_of_a_catalog_are_cut() -> None:
    """They stand in messages of a plan, and are the names of nothing that a spec can name."""
    long, cut = b"x" * 100_000, "x" * 100 + "…"
    offers = [(long, long, b"t", b"t", long, b"f")]
    uses = [(long, b"t", long, b"1"), (long, b"f", long, b"1")]
    pair = [(long, long)]
    catalog = [CATALOG[0], [(long,)], offers, pair, pair, [(b"f", b"")], uses, [(long, long)], []]
    with serving(rolsuper=tables(catalog)) as server:
        assert looked(server) == SqlAccess(
            superuser=False,
            may_create=True,
            owned=frozenset({cut}),
            offers={cut: {cut: Package(superuser=True, trusted=True, requires=(cut,))}},
            newest={cut: cut},
            updates={cut: frozenset({cut})},
            needed_by={cut: (cut,)},
            used_by={cut: Uses(names=("x" * 160 + "…",))},
            has_schema=False,
        )


def test_a_long_refusal_is_cut() -> None:
    """And shown without what would move the cursor."""
    with serving(rolsuper=refusal(S=b"ERROR", C=b"42501", M=b"\x1b" + b"x" * 10_000)) as server:
        message = unreached(looked(server))
    assert message.endswith(f"the server refused it: '\\x1b{'x' * 299}…' (42501) [P121]")


FINGERPRINTS = {
    "no row": rows(),
    "NULL": rows([None] * 4),
    "no text": rows([b"\xff"] * 4),
    "too few": rows(FINGERPRINT[:2]),
}


@cases(STRANGE | OTHER | FINGERPRINTS)
def test_a_strange_answer_before_the_statement_did_nothing(answer: bytes | None) -> None:
    """The statement was not even sent."""
    with serving(server_version_num=answer) as server:
        looked(server)
        with pytest.raises(StatementRefusedError, match="was not done: the "):
            execute(server)
        assert "server_version_num" in server.texts[-1]


@cases(STRANGE)
def test_a_strange_answer_to_the_statement_did_nothing(answer: bytes | None) -> None:
    """The end of its transaction was not sent."""
    with serving(EXTENSION=answer) as server:
        looked(server)
        with pytest.raises(StatementRefusedError, match="was not done: the "):
            execute(server)
        assert "COMMIT" not in server.texts


@cases(STRANGE | OTHER)
def test_a_strange_answer_to_the_end_leaves_it_open(answer: bytes | None) -> None:
    """It was sent, and nothing that can be understood says what came of it."""
    with serving(COMMIT=answer) as server:
        looked(server)
        with pytest.raises(OutcomeUnknownError, match="it may or may not have taken effect"):
            execute(server)


def test_a_transaction_that_was_taken_back_did_nothing() -> None:
    """The server's word for it is another than the one it was sent."""
    with serving(COMMIT=done("ROLLBACK")) as server:
        looked(server)
        with pytest.raises(StatementRefusedError, match="took it back at its end"):
            execute(server)


def test_a_database_that_two_addons_have_is_neithers() -> None:
    """The look at the second one says so, and takes the first one's proof away for good."""
    with serving() as server:
        assert isinstance(looked(server, "ad-1"), SqlAccess)
        assert unreached(looked(server, "ad-2")) == (
            "the connection of '${env:SHOP}' leads elsewhere: it is the database of another addon"
            " as well: 'ad-1' [P122]"
        )
        assert "addon as well: 'ad-2' [P122]" in unreached(looked(server, "ad-1"))
        assert "addon as well: 'ad-1' [P122]" in unreached(looked(server, "ad-3"))
        for addon in ("ad-1", "ad-2", "ad-3"):
            with pytest.raises(UnusableConnectionError, match="and of no other addon"):
                execute(server, addon)
        assert CREATED not in server.texts


def test_which_of_two_looks_is_first_does_not_matter() -> None:
    """Once all looks are over, both addons are told of the other; a third one is left alone."""
    with serving() as server:
        first = looked(server, "ad-1")
        assert server.reads.after_all(CONNECTION, "ad-1", first) is first
        second = looked(server, "ad-2")
        assert "as well: 'ad-2' [P122]" in unreached(
            server.reads.after_all(CONNECTION, "ad-1", first)
        )
        assert server.reads.after_all(CONNECTION, "ad-2", second) is second
        assert "as well: 'ad-1' [P122]" in unreached(second)
        assert server.reads.after_all(CONNECTION, "ad-3", first) is first


def test_what_was_contested_once_stays_so() -> None:
    """Also where the database that is found later is another one, which nobody else has."""
    proofs = Proofs()
    first, later = (
        Fingerprint(version=170010, database="shop", oid=16384, started=started)
        for started in (1, 2)
    )
    assert proofs.contested("ad-1", first) is None
    proofs.prove("ad-1", first)
    assert proofs.of("ad-1") == first
    assert proofs.contested("ad-2", first) == "ad-1"
    proofs.prove("ad-2", first)
    assert proofs.contested("ad-1", later) == "ad-2"
    proofs.prove("ad-1", later)
    assert proofs.of("ad-1") is proofs.of("ad-2") is None
    assert proofs.contested("ad-3", later) == "ad-1"


def test_of_addons_that_are_looked_at_at_once_none_keeps_it() -> None:
    """Whichever comes first."""
    addons = [f"ad-{number}" for number in range(8)]
    with serving() as server, ThreadPoolExecutor(len(addons)) as pool:
        found = list(pool.map(partial(looked, server), addons))
        assert sum(isinstance(one, SqlAccess) for one in found) <= 1
        assert [server.reads.proven(addon) for addon in addons] == [None] * len(addons)


def test_the_same_addon_may_be_looked_at_often() -> None:
    """It is no other one."""
    with serving() as server:
        for _ in range(3):
            assert isinstance(looked(server), SqlAccess)
        execute(server)
