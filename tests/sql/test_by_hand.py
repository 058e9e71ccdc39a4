"""Manual steps, run on a real PostgreSQL as a plan shows them."""

from __future__ import annotations

from builders import desired, observed, removal
from engines_here import needs
from sql.fleet import Place

from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.query_stats import QueryStats
from reconcile.model.engine import Engine
from reconcile.model.item import ManualStep
from reconcile.model.plan import Plan, Proposal, as_run
from reconcile.model.state import ITSELF
from reconcile.plan.build import plan_database
from scalingo_sandbox.servers.server import Program

pytestmark = needs(Program.POSTGRESQL)

LIVE = """
    CREATE EXTENSION cube; CREATE EXTENSION earthdistance; CREATE EXTENSION pg_stat_statements;
    CREATE EXTENSION pg_trgm VERSION '1.5'; CREATE EXTENSION unaccent;
    CREATE SCHEMA odd; CREATE EXTENSION hstore SCHEMA odd
"""


def test_the_steps_can_be_run_as_they_are_shown(place: Place) -> None:
    """In their order; what may depend on each other is dropped by one statement."""
    place.admin(LIVE)
    spec = {
        "extensions": Extensions(
            present=(
                Extension(name="cube"),
                Extension(name="citext"),
                Extension(name="earthdistance"),
                Extension(name="pg_trgm", version="1.6"),
            ),
        ),
        "query_stats": QueryStats(enabled=False),
    }
    gone = Extensions(
        present=(Extension(name="citext"), Extension(name="pg_trgm", version="1.6")),
        absent=tuple(removal(name) for name in ("cube", "Earthdistance", "hstore", "unaccent")),
    )
    steps = _steps(place, {**spec, "extensions": gone})
    assert [(step.address.name or step.address.kind, *step.statements) for step in steps] == [
        ("citext", "CREATE EXTENSION citext;"),
        ("pg_trgm", "ALTER EXTENSION pg_trgm UPDATE TO '1.6';"),
        (
            "earthdistance",
            "DROP EXTENSION earthdistance, cube, hstore, unaccent, pg_stat_statements;",
        ),
        ("cube",),
        ("hstore",),
        ("unaccent",),
        ("query_stats",),
    ]
    _run(place, steps)
    assert place.extensions() == {"plpgsql": "1.0", "citext": "1.6", "pg_trgm": "1.6"}
    assert _steps(place, {**spec, "extensions": gone}) == []
    _run(place, _steps(place, spec))
    assert {"cube", "earthdistance"} <= place.extensions().keys()


def _steps(place: Place, spec: dict[str, object]) -> list[ManualStep]:
    """The manual steps of a plan without a connection."""
    live = place.extensions()
    states = {
        "extensions": {name: {"version": f"v{version}"} for name, version in live.items()},
        "query_stats": {ITSELF: {"enabled": "pg_stat_statements" in live}},
    }
    engine = Engine.POSTGRESQL
    database = plan_database(desired(spec, engine=engine), observed(states, engine=engine))
    proposal = Proposal(plan=Plan(databases=(database,)))
    return [entry for entry in as_run(database, proposal) if isinstance(entry, ManualStep)]


def _run(place: Place, steps: list[ManualStep]) -> None:
    for step in steps:
        for statement in step.statements:
            place.admin(statement.encode())
