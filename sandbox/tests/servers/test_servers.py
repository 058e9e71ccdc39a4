"""Servers that run: who gets in, what others see of them, and what is said of those that fail."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import influxdb
import psycopg
import pymongo
import pymysql
import pytest
import redis
from attrs import evolve
from engines_here import INSTALLED, needs, needs_root
from influxdb.exceptions import InfluxDBClientError
from redis.backoff import NoBackoff
from redis.retry import Retry
from servers.conftest import Held
from servers.traces import LOOPBACK, command_line, keepers, listeners, living, parents, unix_sockets

from scalingo_sandbox.servers.keeper import below
from scalingo_sandbox.servers.ports import is_taken
from scalingo_sandbox.servers.programs import Installed
from scalingo_sandbox.servers.server import HOST, Program, Server, ServerError, Wish
from scalingo_sandbox.servers.servers import Servers

Running = dict[Program, Server]


def ask_postgresql(server: Server) -> str:
    """Log in and ask for the version."""
    with closing(
        psycopg.connect(
            host=HOST, port=server.port, user=server.user, password=server.password,
            dbname="postgres",
        )
    ) as connection:  # fmt: skip
        row = connection.execute("SHOW server_version").fetchone()
    return str(row and row[0])


def ask_mariadb(server: Server) -> str:
    """Log in and ask for the version."""
    with (
        closing(
            pymysql.connect(host=HOST, port=server.port, user=server.user, password=server.password)
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT VERSION()")
        row = cursor.fetchone()
    return str(row and row[0])


def ask_influxdb(server: Server) -> str:
    """Log in, ask for something that wants it, and for the version."""
    with closing(
        influxdb.InfluxDBClient(HOST, server.port, server.user, server.password, retries=1)
    ) as client:
        assert client.get_list_database() == []
        return str(client.ping())


def ask_redis(server: Server) -> str:
    """Log in and ask for the version."""
    once = Retry(NoBackoff(), 0)
    with redis.Redis(
        HOST, server.port, username=server.user, password=server.password, retry=once
    ) as client:
        return str(client.info()["redis_version"])


def ask_mongodb(server: Server) -> str:
    """Ask for something; the emulation knows no accounts, and poses as a version of MongoDB."""
    with pymongo.MongoClient[dict[str, object]](HOST, server.port) as client:
        assert client.admin.command("ping")["ok"] == 1
    return server.version


ASKING = {
    Program.POSTGRESQL: ask_postgresql,
    Program.MARIADB: ask_mariadb,
    Program.INFLUXDB: ask_influxdb,
    Program.REDIS: ask_redis,
    Program.MONGODB: ask_mongodb,
}

REFUSING: dict[Program, type[Exception]] = {
    Program.POSTGRESQL: psycopg.OperationalError,
    Program.MARIADB: pymysql.err.OperationalError,
    Program.INFLUXDB: InfluxDBClientError,
    Program.REDIS: redis.exceptions.AuthenticationError,
}


def each(programs: object) -> list[object]:
    """Some programs as parameters, each left out where it cannot be had."""
    assert isinstance(programs, dict)
    return [pytest.param(program, marks=needs(program), id=program) for program in programs]


# -- who gets in ----------------------------------------------------------------------------------


@pytest.mark.parametrize("program", each(ASKING))
def test_a_server_is_ready_and_has_the_version_that_it_says(
    running: Running, program: Program
) -> None:
    """The first login works, with the driver that everyone uses."""
    server = running[program]
    assert server.version in ASKING[program](server)


@pytest.mark.parametrize("program", each(REFUSING))
def test_a_wrong_password_is_refused(running: Running, program: Program) -> None:
    """Nobody gets in who was not told how."""
    wrong = evolve(running[program], password="wrong")
    with pytest.raises(REFUSING[program]):
        ASKING[program](wrong)


@pytest.mark.parametrize("program", each(REFUSING))
def test_no_password_is_refused(running: Running, program: Program) -> None:
    """An account without a password is none."""
    with pytest.raises(REFUSING[program]):
        ASKING[program](evolve(running[program], password=""))


@needs(Program.MARIADB)
def test_mariadb_has_no_other_account(running: Running) -> None:
    """The accounts that a bootstrap makes for everyone on the machine are gone."""
    server = running[Program.MARIADB]
    with (
        closing(
            pymysql.connect(host=HOST, port=server.port, user=server.user, password=server.password)
        ) as connection,
        connection.cursor() as cursor,
    ):
        cursor.execute("SELECT User, Host FROM mysql.user WHERE User <> 'mariadb.sys'")
        assert cursor.fetchall() == (("root", HOST),)


# -- what others see ------------------------------------------------------------------------------


@needs(*Program)
def test_they_listen_on_the_loopback_only(servers: Servers, running: Running) -> None:
    """One address, and no port beside those that are known but InfluxDB's for its own calls."""
    seen = set(listeners(below(servers.folder)))
    assert {address for address, _ in seen} == {LOOPBACK}
    ports = {server.port for server in running.values()}
    assert ports < {port for _, port in seen}
    assert len(seen) == len(ports) + 1


@needs(*Program)
def test_their_sockets_lie_in_their_directory(servers: Servers, running: Running) -> None:
    """Nobody else finds a socket of theirs in the file system."""
    assert running
    assert unix_sockets(below(servers.folder)) == ["mariadb.sock"]
    assert servers.folder.stat().st_mode & 0o777 == 0o700


def test_no_command_line_shows_a_password(servers: Servers, running: Running) -> None:
    """Nor does the text of a server, which may get into a log."""
    passwords = {server.password for server in running.values()} - {""}
    pids = set(below(servers.folder))
    shown = [*(command_line(pid) for pid in pids | parents(pids))]
    assert all(shown)
    for text in [*shown, repr(running)]:
        assert not [password for password in passwords if password in text]


def test_they_learn_no_token(
    programs: dict[Program, Installed], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server gets an environment of its own."""
    monkeypatch.setenv("SCALINGO_API_TOKEN", "secret-token")
    for installed in programs.values():
        assert "secret-token" not in str(installed.environment)
    with Servers(programs) as servers:
        pids = [*below(servers.folder), *keepers()]
        assert pids
        for pid in pids:
            assert b"secret-token" not in Path(f"/proc/{pid}/environ").read_bytes()


# -- one by one -----------------------------------------------------------------------------------


@needs(Program.REDIS)
def test_a_server_can_be_stopped_alone(programs: dict[Program, Installed]) -> None:
    """The others go on, and its key is free for another."""
    with Servers(programs) as servers:
        wishes = [Wish(key=key, program=Program.REDIS) for key in ("one", "two")]
        started = servers.start(wishes)
        folders = set(servers.folder.glob("[0-9]*"))
        servers.stop(["one", "unknown"])
        assert not is_taken(started["one"].port)
        assert ask_redis(started["two"])
        assert len(set(servers.folder.glob("[0-9]*")) & folders) == 1
        assert ask_redis(servers.start(wishes[:1])["one"])


@needs(Program.REDIS)
def test_a_key_is_given_once(programs: dict[Program, Installed]) -> None:
    """A second server under a key of a running one is a mistake of the program."""
    wish = Wish(key="one", program=Program.REDIS)
    with Servers(programs) as servers:
        with pytest.raises(ValueError, match="'one', 'one'"):
            servers.start([wish, wish])
        servers.start([wish])
        with pytest.raises(ValueError, match="'one', 'one'"):
            servers.start([wish])


def test_nothing_can_be_wished_for() -> None:
    """No wish is no server, and no error."""
    with Servers({}) as servers:
        assert servers.start([]) == {}


@needs(Program.POSTGRESQL)
def test_options_reach_the_command_line(programs: dict[Program, Installed]) -> None:
    """What a wish adds comes last, and so it counts."""
    wish = Wish(key="pg", program=Program.POSTGRESQL, options=("-c", "max_connections=7"))
    with Servers(programs) as servers:
        server = servers.start([wish])["pg"]
        with closing(
            psycopg.connect(
                host=HOST, port=server.port, user=server.user, password=server.password,
                dbname="postgres",
            )
        ) as connection:  # fmt: skip
            assert connection.execute("SHOW max_connections").fetchone() == ("7",)


# -- what fails -----------------------------------------------------------------------------------


@needs(Program.POSTGRESQL, Program.REDIS)
def test_a_server_that_cannot_start_says_why(programs: dict[Program, Installed]) -> None:
    """The error ends with what the log said last; and those started beside it run no more."""
    bad = Wish(key="bad", program=Program.POSTGRESQL, options=("-c", "max_connections=many"))
    good = Wish(key="good", program=Program.REDIS)
    with Servers(programs) as servers:
        with pytest.raises(ServerError) as raised:
            servers.start([good, bad])
        said = str(raised.value)
        assert said.startswith(f"PostgreSQL {programs[Program.POSTGRESQL].version} for 'bad' ended")
        assert "invalid value for parameter" in said
        assert list(below(servers.folder)) == []
        assert ask_redis(servers.start([good])["good"])


@needs(Program.REDIS)
def test_an_error_never_shows_the_password(programs: dict[Program, Installed]) -> None:
    """Redis logs the directive that it does not like."""
    installed = programs[Program.REDIS]
    wish = Wish(key="bad", program=Program.REDIS, options=("--requirepass", "a", "b"))
    with Servers({Program.REDIS: installed}) as servers:
        with pytest.raises(ServerError) as raised:
            servers.start([wish])
        secrets = [path.read_text() for path in servers.folder.rglob("redis.conf")]
        assert secrets == []
        assert "requirepass" in str(raised.value)


def test_a_program_that_is_not_here_is_named() -> None:
    """The sentence says which, for whom, and what to do."""
    with Servers({}) as servers, pytest.raises(ServerError) as raised:
        servers.start([Wish(key="ad-1.0", program=Program.MARIADB, name="ad-1")])
    assert str(raised.value) == (
        "MariaDB for 'ad-1' is not among the programs that can be run here; get it, or leave it in"
        " memory"
    )


@pytest.mark.parametrize("program", [Program.MARIADB, Program.POSTGRESQL])
def test_data_that_cannot_be_made_is_said(tmp_path: Path, program: Program) -> None:
    """A program without the files beside it makes no data folder."""
    lonely = Installed(program=program, version="0", command=(str(tmp_path / "a" / "b" / "c"),))
    with Servers({program: lonely}) as servers, pytest.raises(ServerError, match="cannot be made"):
        servers.start([Wish(key="ad-1", program=program)])


QUICKER = """#!{python}
import os, pathlib, socket, sys
words = pathlib.Path("redis.conf").read_text().split()
if not os.path.exists({mark!r}):
    open({mark!r}, "w").close()
    taken = socket.create_server(("127.0.0.1", int(words[words.index("port") + 1])))
    if os.fork():
        os._exit(1)
    import time
    time.sleep(60)
os.execv({real!r}, [{real!r}, *sys.argv[1:]])
"""


@needs(Program.REDIS)
def test_a_port_taken_meanwhile_is_exchanged(
    programs: dict[Program, Installed], tmp_path: Path
) -> None:
    """Whoever was quicker keeps the port; and a process that nobody knows of goes at the end."""
    installed = programs[Program.REDIS]
    script = tmp_path / "redis-server"
    mark = str(tmp_path / "mark")
    script.write_text(QUICKER.format(python=sys.executable, mark=mark, real=installed.command[0]))
    script.chmod(0o755)
    quicker = evolve(installed, command=(str(script),))
    with Servers({Program.REDIS: quicker}) as servers:
        server = servers.start([Wish(key="one", program=Program.REDIS)])["one"]
        assert ask_redis(server)
        pids = set(below(servers.folder))
        assert len(pids) == 2
    assert living(pids) == set()


# -- as whom --------------------------------------------------------------------------------------

SYSTEM_PYTHON = Path("/usr/bin/python3")


@needs_root("be somebody else")
@needs(Program.POSTGRESQL)
def test_without_user_namespaces_another_user_owns_the_data(
    tmp_path: Path, hold: Callable[..., Held], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there is no `unshare`, root changes the user, and PostgreSQL runs all the same."""
    for name in ("setpriv", "true", "cp", "sh"):
        (tmp_path / name).symlink_to(f"/usr/bin/{name}")
    monkeypatch.setenv("PATH", str(tmp_path))
    held = hold(Program.POSTGRESQL)
    owners = {Path(f"/proc/{pid}").stat().st_uid for pid in held.pids}
    assert 0 not in owners
    assert is_taken(held.ports[Program.POSTGRESQL])


@needs_root("be somebody else")
@needs(*Program)
def test_an_ordinary_user_runs_them_as_well(hold: Callable[..., Held]) -> None:
    """Everything is that user's, and no right of root was wanted."""
    path = os.pathsep.join(entry for entry in sys.path if entry)
    words = (
        "setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
        "env", "-u", "HOME", "PYTHONDONTWRITEBYTECODE=1", f"PYTHONPATH={path}",
        str(SYSTEM_PYTHON),
    )  # fmt: skip
    held = hold(*Program, words=words)
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in held.pids} == {65534}
    assert all(is_taken(port) for port in held.ports.values())
    assert INSTALLED.keys() == held.ports.keys()
