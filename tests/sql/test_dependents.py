"""What keeps an extension from being dropped, compared with what the server itself refuses."""

from __future__ import annotations

import psycopg
import pytest
from attrs import frozen
from engines_here import needs
from psycopg.errors import DependentObjectsStillExist
from sql.fleet import Place, Room

from reconcile.model.postgresql import SqlAccess, Uses
from scalingo_sandbox.servers.server import Program

pytestmark = needs(Program.POSTGRESQL)

BODY = "RETURNS real LANGUAGE sql BEGIN ATOMIC SELECT similarity('a', 'b'); END"
TABLE = "CREATE TABLE t (word text, number int);"
MEMBER = "CREATE TABLE base (n int PRIMARY KEY); ALTER EXTENSION pg_trgm ADD TABLE base;"


@frozen
class Case:
    """An enabled extension, what else is done, and the objects that then use the extension."""

    extension: str
    setup: str
    used_by: tuple[str, ...] = ()
    needed_by: tuple[str, ...] = ()


CASES = {
    "nothing": Case("citext", ""),
    "a column": Case("citext", "CREATE TABLE t (c citext)", ("column c of table public.t",)),
    "an array": Case("citext", "CREATE TABLE t (c citext[])", ("column c of table public.t",)),
    "a domain": Case("citext", "CREATE DOMAIN d AS citext", ("type public.d",)),
    "a composite type": Case("citext", "CREATE TYPE c AS (c citext)", ("type public.c",)),
    "a range type": Case("citext", "CREATE TYPE r AS RANGE (subtype = citext)", ("type public.r",)),
    "an index by its operators": Case(
        "pg_trgm", TABLE + "CREATE INDEX i ON t USING gin (word gin_trgm_ops)", ("index public.i",)
    ),
    "an index by its function": Case(
        "pg_trgm", TABLE + "CREATE INDEX i ON t (similarity(word, 'b'))", ("index public.i",)
    ),
    "a constraint by its operators": Case(
        "btree_gist",
        TABLE + "ALTER TABLE t ADD CONSTRAINT c EXCLUDE USING gist (number WITH =)",
        ("constraint c on table public.t",),
    ),
    "a view": Case("pg_trgm", "CREATE VIEW v AS SELECT similarity('a', 'b')", ("view public.v",)),
    "a view of its view": Case(
        "pg_buffercache", "CREATE VIEW v AS SELECT 1 FROM pg_buffercache", ("view public.v",)
    ),
    "a body of statements": Case(
        "pg_trgm", f"CREATE FUNCTION f() {BODY}", ("function public.f()",)
    ),
    "a body of text": Case(
        "pg_trgm",
        "CREATE FUNCTION f() RETURNS real LANGUAGE sql AS $$ SELECT similarity('a', 'b') $$",
    ),
    "an argument": Case(
        "hstore",
        "CREATE FUNCTION f(hstore) RETURNS int LANGUAGE sql AS 'SELECT 1'",
        ("function public.f(public.hstore)",),
    ),
    "a default": Case(
        "pg_trgm",
        "CREATE TABLE t (r real DEFAULT similarity('a', 'b'))",
        ("default value for column r of table public.t",),
    ),
    "a generated column": Case(
        "pg_trgm",
        TABLE + "ALTER TABLE t ADD r real GENERATED ALWAYS AS (similarity(word, 'b')) STORED",
        ("column r of table public.t",),
    ),
    "a check": Case(
        "pg_trgm",
        TABLE + "ALTER TABLE t ADD CONSTRAINT c CHECK (similarity(word, 'b') > 0)",
        ("constraint c on table public.t",),
    ),
    "a policy": Case(
        "pg_trgm",
        TABLE + "CREATE POLICY p ON t USING (similarity(word, 'b') > 0)",
        ("policy p on table public.t",),
    ),
    "a rule": Case(
        "pg_trgm",
        TABLE + "CREATE RULE r AS ON INSERT TO t WHERE similarity('a', 'b') > 0 DO NOTHING",
        ("rule r on table public.t",),
    ),
    "a partition key": Case(
        "pg_trgm",
        "CREATE TABLE p (word text) PARTITION BY RANGE (similarity(word, 'b'))",
        ("table public.p",),
    ),
    "a trigger": Case(
        "moddatetime",
        "CREATE TABLE t (at timestamp);"
        "CREATE TRIGGER g BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION moddatetime(at)",
        ("trigger g on table public.t",),
    ),
    "a server": Case(
        "postgres_fdw", "CREATE SERVER s FOREIGN DATA WRAPPER postgres_fdw", ("server s",)
    ),
    "a dictionary": Case(
        "unaccent",
        "CREATE TEXT SEARCH DICTIONARY d (TEMPLATE = unaccent, RULES = 'unaccent')",
        ("text search dictionary public.d",),
    ),
    "a child of its table": Case(
        "pg_trgm", MEMBER + "CREATE TABLE c () INHERITS (base)", ("table public.c",)
    ),
    "a key to its table": Case(
        "pg_trgm",
        MEMBER + "CREATE TABLE c (n int CONSTRAINT k REFERENCES base)",
        ("constraint k on table public.c",),
    ),
    "an index on its table": Case("pg_trgm", MEMBER + "CREATE INDEX ON base (n)"),
    "a table in its schema": Case(
        "pg_trgm",
        "CREATE SCHEMA s; ALTER EXTENSION pg_trgm ADD SCHEMA s; CREATE TABLE s.t ()",
        ("table s.t",),
    ),
    "an extension in its schema": Case(
        "pg_trgm",
        "CREATE SCHEMA s; ALTER EXTENSION pg_trgm ADD SCHEMA s; CREATE EXTENSION hstore SCHEMA s",
        needed_by=("hstore",),
    ),
    "an extension": Case("cube", "CREATE EXTENSION earthdistance", needed_by=("earthdistance",)),
    "a column of what needs it": Case(
        "cube", "CREATE EXTENSION earthdistance; CREATE TABLE t (e earth)", (), ("earthdistance",)
    ),
    "what goes along with it": Case(
        "pg_trgm", f"CREATE FUNCTION f() {BODY}; ALTER FUNCTION f DEPENDS ON EXTENSION pg_trgm"
    ),
    "what uses what goes along with it": Case(
        "pg_trgm",
        f"CREATE FUNCTION f() {BODY}; ALTER FUNCTION f DEPENDS ON EXTENSION pg_trgm;"
        "CREATE VIEW v AS SELECT f()",
        ("view public.v",),
    ),
    "a right and a comment": Case(
        "pg_trgm",
        "GRANT EXECUTE ON FUNCTION similarity(text, text) TO PUBLIC; COMMENT ON EXTENSION pg_trgm IS ''",
    ),
}


def found(room: Room, place: Place, extension: str) -> tuple[Uses | None, tuple[str, ...]]:
    """What a look says: the objects and the extensions that use an extension."""
    reach = room.inspect(place, place.owner)
    assert isinstance(reach, SqlAccess), reach
    return reach.used_by.get(extension), reach.needed_by.get(extension, ())


def refused(place: Place, extension: str) -> bool:
    """Whether the server refuses to drop an extension; nothing lasts of it."""
    with psycopg.connect(place.dsn(place.server.user)) as session:
        try:
            session.execute(f'DROP EXTENSION "{extension}"'.encode())
        except DependentObjectsStillExist:
            return True
        finally:
            session.rollback()
    return False


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_what_the_server_refuses_to_drop_is_known_before(
    place: Place, room: Room, case: Case
) -> None:
    """The same as `DROP EXTENSION` itself, and by the same names."""
    place.admin(f'CREATE EXTENSION "{case.extension}"; {case.setup}')
    uses, needed_by = found(room, place, case.extension)
    assert (uses.names if uses else ()) == case.used_by
    assert needed_by == case.needed_by
    assert refused(place, case.extension) is bool(case.used_by or case.needed_by)


def test_of_many_objects_a_few_are_named(place: Place, room: Room) -> None:
    """The others are counted."""
    place.admin("CREATE EXTENSION citext")
    for number in range(5):
        place.admin(f"CREATE TABLE t{number} (c citext, d citext)")
    uses, _needed_by = found(room, place, "citext")
    assert uses is not None
    assert len(uses.names) == 3
    assert uses.more == 7


def test_every_extension_that_is_offered_can_go_alone(place: Place, room: Room) -> None:
    """Its own members are no reason to keep it."""
    offers = room.inspect(place, place.owner)
    assert isinstance(offers, SqlAccess), offers
    for name, newest in sorted(offers.newest.items()):
        if set(offers.offers[name][newest].requires) <= offers.offers.keys():
            place.admin(f'CREATE EXTENSION IF NOT EXISTS "{name}" CASCADE')
    reach = room.inspect(place, place.owner)
    assert isinstance(reach, SqlAccess), reach
    assert reach.used_by == {}
    for name in set(place.extensions()) - {"plpgsql"}:
        assert refused(place, name) is (name in reach.needed_by), name
