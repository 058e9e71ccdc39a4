"""Databases with a connection to look at: what is changed over it, and what is not."""

from __future__ import annotations

from attrs import evolve
from builders import facts, package
from golden.fleets import SHOP, Database, database, gone, proposed

from reconcile.kinds.extensions import Extension, Extensions
from reconcile.model.engine import Engine
from reconcile.model.postgresql import NoSqlAccess, Package, Reach, SqlAccess, SqlConnection

CONNECTION = SqlConnection(dsn="${env:BILLING_DSN}", database="billing")

_OFFERED: dict[str, dict[str, Package]] = {
    "bool_plperl": {"1.0": package("plperl", trusted=True)},
    "pg_trgm": {"1.6": package(superuser=True, trusted=True)},
    "pgrouting": {"3.6.1": package("postgis")},
    "plperl": {"1.0": package(superuser=True, trusted=True)},
    "postgis": {"3.4.2": package()},
    "postgis_tiger_geocoder": {"3.4.2": package("postgis", "fuzzystrmatch")},
    "timescaledb": {"2.17.1": package(superuser=True)},
    "uuid-ossp": {"1.0": package(), "1.1": package()},
}
_REACHED = SqlAccess(
    superuser=False,
    may_create=True,
    owned=frozenset({"cube", "earthdistance", "hstore", "postgis"}),
    offers=_OFFERED,
    newest={name: max(versions) for name, versions in _OFFERED.items()},
    updates={"postgis": frozenset({"3.4.2"})},
    needed_by={"cube": ("earthdistance",), "hstore": ("hstore_plperl",)},
)


def _billing(spec: Extensions, reach: Reach) -> Database:
    """A database with four extensions, and what a connection to it leads to."""
    one = database(
        {"extensions": spec},
        {
            "extensions": {
                "cube": {"version": "v1.5"},
                "earthdistance": {"version": "v1.1"},
                "hstore": {"version": "v1.8"},
                "hstore_plperl": {"version": "v1.0"},
                "postgis": {"version": "v3.3.0"},
            }
        },
        handle="billing",
        engine=Engine.POSTGRESQL,
        live=facts(Engine.POSTGRESQL, reach=reach),
    )
    return evolve(one, desired=evolve(one.desired, connection=CONNECTION))


_LISTED = (
    Extension(name="bool_plperl"),
    Extension(name="pg_trgm", version="1.6"),
    Extension(name="pgrouting"),
    Extension(name="plperl"),
    Extension(name="postgis", version="3.4.2"),
    Extension(name="uuid-ossp", version="1.0"),
)

BY_SQL = _billing(
    Extensions(
        present=_LISTED,
        absent=(
            gone("cube", "nobody computes distances"),
            gone("earthdistance", "nobody computes distances"),
        ),
    ),
    _REACHED,
)
REFUSED_BY_SQL = _billing(
    Extensions(
        present=(
            Extension(name="pgaudit"),
            Extension(name="pgroutin"),
            Extension(name="postgis", version="3.5.0"),
            Extension(name="postgis_tiger_geocoder"),
            Extension(name="timescaledb"),
            Extension(name="uuid-ossp", version="2.0"),
        ),
        absent=(
            gone("hstore", "jsonb took its place"),
            gone("cube", "nobody computes distances"),
        ),
    ),
    evolve(_REACHED, owned=frozenset({"hstore", "postgis"})),
)
UNREACHED = _billing(
    Extensions(present=_LISTED[:1]),
    NoSqlAccess(
        code="P121",
        message="the variable 'BILLING_DSN' is not open to specs",
        hint="list it in RECONCILE_ENV_ALLOW",
    ),
)

CHANGED_BY_SQL = proposed(BY_SQL)
CHANGED_BOTH_WAYS = proposed(BY_SQL, SHOP)
HELD_BACK = proposed(REFUSED_BY_SQL)
NOT_REACHED = proposed(UNREACHED)
