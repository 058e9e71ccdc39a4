"""No part of a connection string is in any error, however it is written."""

from __future__ import annotations

import traceback

import pytest
from engines_here import needs
from sql.fleet import VARIABLE, Place, Room, connection, create

from reconcile.errors import ReconcileError
from reconcile.model.postgresql import NoSqlAccess, Sql
from reconcile.sql.writes import SqlWrites
from scalingo_sandbox.servers.server import Program

pytestmark = needs(Program.POSTGRESQL)

HOSTILE = [
    "mysql://u:c4n4ry@127.0.0.1/db",
    "c4n4ry",
    "postgresql://u:c4n4ry%zz@127.0.0.1/db",
    "postgresql://u:c4n4ry@127.0.0.1:1/db?c4n4ry=1",
    "postgresql://u:c4n4ry@[::1/db",
    "postgresql://u:c4n4ry@127.0.0.1:c4n4ry/db",
    "postgresql://u:c4n4ry@127.0.0.1:99999/db",
    "postgresql://u:c4n4ry@127.0.0.1:1/db?sslmode=c4n4ry",
    "postgresql://u:c4n4ry@127.0.0.1:1/db?connect_timeout=c4n4ry",
    "postgresql://u:c4n4ry@127.0.0.1:1,127.0.0.1:2/c4n4ry",
    "postgresql://u:c4n4ry@127.0.0.1,127.0.0.1:1,2,3/db",
    f"postgresql://u:c4n4ry@{'c4n4ry' * 20}/db",
    "postgresql://u:c4n4ry@/db?host=/c4n4ry",
    "postgresql://u:c4n4ry@127.0.0.1:1/db?service=c4n4ry",
    "host=127.0.0.1 port=1 password=c4n4ry secret words",
    "host=127.0.0.1 port=1 password='c4n4ry with spaces' user=u",
    "host=127.0.0.1 port=1 password='c4n4ry unterminated",
    "host=127.0.0.1 port=1 password='c4n4ry\\' quoted' c4n4ry",
    "host=127.0.0.1 port=1 hostaddr=c4n4ry",
    "password=c4n4ry\nhost=127.0.0.1\tport=1",
]


def told(error: BaseException) -> str:
    """All that can be learnt of an error: its trace, its attributes, what hangs on it."""
    return "".join(traceback.format_exception(error)) + repr(vars(error)) + repr(error.__context__)


@pytest.mark.parametrize("dsn", HOSTILE)
def test_a_hostile_string_shows_nowhere(place: Place, room: Room, dsn: str) -> None:
    """Neither when it is looked over nor when something is to be done over it."""
    room.environment[VARIABLE] = dsn
    found = room.reads.inspect(connection(place), place.said())
    assert isinstance(found, NoSqlAccess)
    assert found.code == "P121"
    with pytest.raises(ReconcileError) as caught:
        SqlWrites(room.reads).execute("ad-1", connection(place), create("citext"))
    assert "c4n4ry" not in repr(found) + told(caught.value)


def test_a_server_that_says_the_password_is_not_repeated(place: Place, room: Room) -> None:
    """What a server says is shown without it, and without what would move the cursor."""
    role = place.owner
    room.inspect(place, role)
    says = Sql(
        template="DO {text}",
        texts={
            "text": "BEGIN RAISE EXCEPTION E'no\\n\\x1b[2J %: %', reverse('yr4n4c')"
            f" || '-{role}', '{role}:' || reverse('yr4n4c') || '-{role}'; END"
        },
    )
    with pytest.raises(ReconcileError) as caught:
        SqlWrites(room.reads).execute("ad-1", connection(place), says)
    assert r"'no\n\x1b[2J [hidden]: [hidden]' (P0001)" in str(caught.value)
    assert "c4n4ry" not in told(caught.value)
