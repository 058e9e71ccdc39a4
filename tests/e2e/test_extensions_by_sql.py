"""Extensions over a connection, from a spec to a real PostgreSQL, by the installed command."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from e2e.command import Command, changing, command_in, journal_entries, live, until
from e2e.plan_file import FILE, edit, saved
from engines_here import needs

from scalingo_sandbox import Sandbox, running
from scalingo_sandbox.servers.server import Program

pytestmark = [pytest.mark.more, needs(Program.POSTGRESQL)]

ADDON, OTHER = "ad-billing", "ad-ledger"
DATABASE = "billing"


def _addon(ident: str, *names: tuple[str, str]) -> dict[str, object]:
    return {
        "id": ident,
        "engine": "postgresql",
        "logical_databases": [{"name": DATABASE, "protected": True}],
        "extensions": [{"name": name, "version": version} for name, version in names],
    }


PRESENT = (
    ("plpgsql", "1.0"),
    ("cube", "1.5"),
    ("earthdistance", "1.2"),
    ("pg_trgm", "1.5"),
    ("unaccent", "1.1"),
)
FLEET = {
    "version": 1,
    "apps": [
        {"name": "billing-api", "addons": [_addon(ADDON, *PRESENT)]},
        {"name": "ledger", "addons": [_addon(OTHER, ("plpgsql", "1.0"), ("hstore", "1.8"))]},
    ],
}
HEAD = f"""
version: 1
database: billing
app: billing-api
addon: {ADDON}
engine: postgresql
"""
BY_SQL = HEAD + 'connection: {dsn: "${env:BILLING_DSN}", database: billing}\n'
WANTED = """
extensions:
  present: [citext, {name: pg_trgm, version: "1.6"}]
  absent: [{name: unaccent, reason: nobody searches any more, until: 2099-12-31}]
"""


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    """A sandbox with two real servers behind it, for a whole module."""
    with running(FLEET, token="tk-canary-5Hd8nRw2ZcL7vTqX", engines="real") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    """The extensions as they were at the start."""
    for ident, named in ((ADDON, PRESENT), (OTHER, (("plpgsql", "1.0"), ("hstore", "1.8")))):
        extensions = [{"name": name, "version": version} for name, version in named]
        served.change(ident, extensions=extensions)
    served.clear()
    return served


@pytest.fixture
def command(sandbox: Sandbox, tmp_path: Path) -> Iterator[Command]:
    """The command, whose environment opens one connection string to specs; it shows up nowhere."""
    dsn = sandbox.dsn(ADDON)
    assert dsn is not None
    made = command_in(tmp_path, sandbox).in_environment(
        BILLING_DSN=dsn, RECONCILE_ENV_ALLOW="BILLING_DSN"
    )
    made.write(BY_SQL + WANTED)
    yield made
    made.tokens.add(_password(dsn))
    made.assert_no_secret()


def _password(dsn: str) -> str:
    return str(psycopg.conninfo.conninfo_to_dict(dsn)["password"])


def enabled(sandbox: Sandbox, addon: str = ADDON) -> dict[str, str]:
    """The extensions there and their versions, but for plpgsql."""
    listed = {one["name"]: one["version"] for one in live(sandbox, addon)["extensions"]}
    del listed["plpgsql"]
    return listed


def items(command: Command, *arguments: str) -> dict[str, str]:
    """What a plan has to say of each extension: the type of its item, or the code that blocks it."""
    report = command("plan", "--format", "json", *arguments).document()
    (database,) = report["databases"]
    return {one["address"].split("/")[-1]: one["code"] or one["type"] for one in database["items"]}


def test_it_is_planned_applied_and_nothing_is_left(command: Command, sandbox: Sandbox) -> None:
    """No request of the API changes anything; what the run costs was said beforehand."""
    lossy = ("--allow", "lossy=billing/extensions/unaccent")
    done = command("apply", "--yes", *lossy, status=0)
    left = {name: version for name, version in PRESENT if name in {"cube", "earthdistance"}}
    assert enabled(sandbox) == {**left, "citext": "1.6", "pg_trgm": "1.6"}
    order = [line.split()[1] for line in done.stdout.splitlines() if line.endswith(" done")]
    assert [each.split("/")[-1] for each in order] == ["citext", "pg_trgm", "unaccent"]
    assert changing(sandbox) == []
    # Tokens, the plan, recovery points for the loss, two looks (one before the loss), what came of it.
    assert len(sandbox.requests()["requests"]) == 3 + 4 + 2 + 2 * 4 + 2
    assert command("drift", status=0).stdout.startswith("Nothing to do")


def test_a_dry_run_shows_the_statements_and_runs_none(command: Command, sandbox: Sandbox) -> None:
    """They are written as a person would type them, and not counted as requests."""
    before = enabled(sandbox)
    lossy = ("--allow", "lossy=billing/extensions/unaccent")
    shown = command("apply", "--dry-run", *lossy, status=2).stdout
    assert "SQL in billing: CREATE EXTENSION citext;\n" in shown
    assert "SQL in billing: ALTER EXTENSION pg_trgm UPDATE TO '1.6';\n" in shown
    assert "Dry run: 3 statements would be sent, none was." in shown
    assert enabled(sandbox) == before


def test_what_needs_nothing_asks_no_server(command: Command, sandbox: Sandbox) -> None:
    """In sync by what the API says, the connection is not even looked for."""
    command.write(BY_SQL + "extensions: [cube]\n")
    blind = command.in_environment(BILLING_DSN="postgresql://nobody@127.0.0.1:1/nowhere")
    assert blind("drift", status=0).stdout.startswith("Nothing to do")
    assert sandbox.requests()["requests"][-1]["action_name"] == "list-extensions"


@pytest.mark.parametrize(
    ("environment", "spec", "code", "said"),
    [
        ({"RECONCILE_ENV_ALLOW": ""}, BY_SQL, "P121", "'BILLING_DSN' is not open to specs"),
        (
            {"BILLING_DSN": "postgresql://u:pw-canary@127.0.0.1:1/billing"},
            BY_SQL,
            "P121",
            "refused",
        ),
        ({}, BY_SQL.replace("database: billing}", "database: other}"), "P122", "'other'"),
    ],
)
def test_what_cannot_be_used_is_blocked(
    command: Command, environment: dict[str, str], spec: str, code: str, said: str
) -> None:
    """Every change of an extension is blocked, and the message names what to do about it."""
    command.write(spec + "extensions: [citext, hstore]\n")
    command.tokens.add("pw-canary")
    other = command.in_environment(**environment)
    assert items(other) == {"citext": code, "hstore": code}
    assert said in " ".join(other("plan").stdout.split())
    other("apply", "--yes", status=2)


def test_a_connection_to_another_addon_is_never_used(command: Command, sandbox: Sandbox) -> None:
    """Same server version, same name of the database: its extensions give it away."""
    other = command.in_environment(BILLING_DSN=sandbox.dsn(OTHER) or "")
    command.tokens.add(_password(sandbox.dsn(OTHER) or ""))
    before = enabled(sandbox, OTHER)
    assert set(items(other).values()) == {"P122"}
    other("apply", "--yes", status=2)
    assert enabled(sandbox, OTHER) == before


def test_what_the_server_would_refuse_is_found_in_the_plan(command: Command) -> None:
    """A missing package, a missing version, a missing right, and what another one needs."""
    command.write(
        BY_SQL
        + """
extensions:
  present: [no_such_thing, {name: hstore, version: "9.9"}, dblink]
  absent: [{name: cube, reason: nobody measures any more, until: 2099-12-31}]
"""
    )
    expected = {"no_such_thing": "P251", "hstore": "P252", "dblink": "P255", "cube": "P254"}
    assert items(command) == expected


def test_without_a_connection_they_are_steps_for_a_person(command: Command) -> None:
    """As ever: the SQL is shown, and nothing is run."""
    command.write(HEAD + "extensions: [citext]\n")
    assert items(command) == {"citext": "manual_step"}


def test_the_setting_of_pg_extwlist_decides(command: Command, sandbox: Sandbox) -> None:
    """What it lists is allowed, whoever owns it; nothing else is. Without it, the server's own rules."""
    command.write(
        BY_SQL
        + """
query_stats: false
extensions:
  present: [citext, dblink]
  absent: [{name: earthdistance, reason: not used, until: 2099-12-31}]
"""
    )
    listed = [*PRESENT, ("pg_stat_statements", "1.11")]
    sandbox.change(ADDON, extensions=[{"name": name, "version": at} for name, at in listed])
    assert items(command) == {
        "citext": "action",
        "dblink": "P255",
        "earthdistance": "P255",
        "query_stats": "P255",
    }
    names = quote('dblink,EarthDistance,"pg_stat_statements"', safe="")
    dsn = command.environment["BILLING_DSN"]
    limited = command.in_environment(
        BILLING_DSN=f"{dsn}?options=-c%20extwlist.extensions%3D{names}"
    )
    assert items(limited) == {
        "citext": "P259",
        "dblink": "action",
        "earthdistance": "action",
        "query_stats": "action",
    }
    shown = limited("apply", "--dry-run", status=2).stdout
    assert "SQL in billing: DROP EXTENSION pg_stat_statements;\n" in shown


def test_what_is_in_use_is_blocked_before_a_backup_is_made(
    command: Command, sandbox: Sandbox
) -> None:
    """The server would refuse the drop at each run, after one more backup."""
    with psycopg.connect(command.environment["BILLING_DSN"]) as session:
        session.execute("CREATE EXTENSION citext; CREATE TABLE people (name citext)")
    command.write(
        BY_SQL + "extensions: {absent: [{name: Citext, reason: not used, until: 2099-12-31}]}\n"
    )
    allowed = ("--yes", "--allow", "lossy=billing/extensions/citext", "--backup-first")
    said = " ".join(command("apply", *allowed, status=2).stdout.split())
    assert "'citext' is in use by column name of table public.people" in said
    assert changing(sandbox) == []
    with psycopg.connect(command.environment["BILLING_DSN"]) as session:
        session.execute("DROP TABLE people")
    command("apply", *allowed, status=0)
    assert "citext" not in enabled(sandbox)


def test_a_plan_file_holds_the_reference_and_wants_a_spec_that_names_it(
    command: Command, sandbox: Sandbox
) -> None:
    """Over another connection than the specs name nothing is run; over theirs it is."""
    command.write(BY_SQL + "extensions: [citext]\n")
    command("plan", "--out", FILE)
    assert saved(command)["body"]["databases"][0]["target"]["connection"] == {
        "dsn": "${env:BILLING_DSN}",
        "database": "billing",
    }
    original = (command.directory / FILE).read_bytes()
    apply = ("apply", "--plan", FILE, "--yes")

    def lead_elsewhere(document: dict[str, object]) -> None:
        target = document["body"]["databases"][0]["target"]  # type: ignore[index]
        target["connection"]["dsn"] = "${env:OTHER_DSN}"

    edit(command, lead_elsewhere)
    other = command.in_environment(
        OTHER_DSN=command.environment["BILLING_DSN"], RECONCILE_ENV_ALLOW="BILLING_DSN,OTHER_DSN"
    )
    assert "[G110]" in other(*apply, status=3).stdout
    assert "citext" not in enabled(sandbox)
    (command.directory / FILE).write_bytes(original)
    command(*apply, status=0)
    assert enabled(sandbox)["citext"] == "1.6"


@contextmanager
def _in_the_way(dsn: str) -> Iterator[None]:
    """Another session is at the same extension, and takes it back at the end of the block."""
    with psycopg.connect(dsn) as session:
        session.execute("CREATE EXTENSION citext")
        yield
        session.rollback()


def test_a_run_that_is_killed_at_a_statement_is_taken_up(
    command: Command, sandbox: Sandbox
) -> None:
    """The intent is on disk, nothing was done, and the next run does it."""
    command.write(BY_SQL + "extensions: [citext]\n")
    with (
        _in_the_way(command.environment["BILLING_DSN"]),
        command.started("apply", "--yes") as process,
    ):
        until(lambda: _waits(command.environment["BILLING_DSN"]), "the statement waits")
        process.kill()
        process.wait()
    (journal,) = command.journals()
    assert journal_entries(journal)[-1]["event"] == "started"
    until(lambda: not _waits(command.environment["BILLING_DSN"]), "the server has noticed")
    assert "citext" not in enabled(sandbox)
    again = command("apply", "--yes", status=0)
    assert "citext" in again.stdout
    assert enabled(sandbox)["citext"] == "1.6"


def _waits(dsn: str) -> bool:
    with psycopg.connect(dsn) as session:
        found = session.execute(
            "SELECT count(*) FROM pg_stat_activity"
            " WHERE query LIKE 'CREATE EXTENSION%%' AND wait_event_type = 'Lock'"
        ).fetchone()
    return found is not None and found[0] > 0


def test_what_another_hand_did_a_moment_before_is_no_failure(
    command: Command, sandbox: Sandbox
) -> None:
    """The server refuses it as done already; read again, it is as it shall be."""
    command.write(BY_SQL + "extensions: [citext]\n")
    dsn = command.environment["BILLING_DSN"]
    with psycopg.connect(dsn) as session, command.started("apply", "--yes") as process:
        session.execute("CREATE EXTENSION citext")
        until(lambda: _waits(dsn), "the statement waits")
        session.commit()
        done = command.ended(process, "apply", "--yes")
    assert enabled(sandbox)["citext"] == "1.6"
    assert "already done: read again: it is so" in done.stdout
    command("drift", status=0)
