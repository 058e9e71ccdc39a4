"""PostgreSQL's extensions, by statements of the database's owner."""

from __future__ import annotations

from conformance.fleet import BARE_POSTGRESQL
from conformance.rule import Ask, Gives, Rule, Sql, Step


def extensions(**versions: str) -> Ask:
    """The list holds plpgsql and these, in this order."""
    rows = [{"name": "plpgsql", "version": "v1.0"}]
    rows += [{"name": name, "version": f"v{version}"} for name, version in versions.items()]
    return Ask("list-extensions", None, Gives(rows))


def _rule(name: str, says: str, *steps: Step, remark: str = "", not_to_be_had: str = "") -> Rule:
    return Rule(
        name=f"postgresql-{name}",
        says=says,
        database=BARE_POSTGRESQL,
        steps=steps,
        remark=remark,
        not_to_be_had=not_to_be_had,
    )


_NEWEST = {
    "btree_gin": "1.3",
    "btree_gist": "1.7",
    "citext": "1.6",
    "cube": "1.5",
    "fuzzystrmatch": "1.2",
    "hstore": "1.8",
    "intarray": "1.5",
    "ltree": "1.3",
    "pg_trgm": "1.6",
    "pgcrypto": "1.3",
    "tablefunc": "1.0",
    "unaccent": "1.1",
}
_OLDEST = {
    "btree_gin": ("0.9", "1.0"),
    "btree_gist": ("1.1", "1.2"),
    "citext": ("1.3", "1.4"),
    "cube": ("1.1", "1.2"),
    "fuzzystrmatch": ("1.0", "1.1"),
    "hstore": ("1.3", "1.4"),
    "intarray": ("1.1", "1.2"),
    "ltree": ("1.0", "1.1"),
    "pg_trgm": ("1.2", "1.3"),
    "pgcrypto": ("1.2", "1.3"),
    "unaccent": ("1.0", "1.1"),
}
"""A version that is gone, and the oldest that is there."""
RULES = (
    _rule(
        "extension",
        "an extension comes in its newest version, once, and goes",
        Sql("CREATE EXTENSION citext", tag="CREATE EXTENSION"),
        extensions(citext="1.6"),
        Sql("CREATE EXTENSION citext", sqlstate="42710"),
        Sql("CREATE EXTENSION IF NOT EXISTS citext", tag="CREATE EXTENSION"),
        Sql("DROP EXTENSION citext", tag="DROP EXTENSION"),
        Sql("DROP EXTENSION citext", sqlstate="42704"),
        Sql("DROP EXTENSION IF EXISTS citext", tag="DROP EXTENSION"),
        Sql("CREATE EXTENSION citext", tag="CREATE EXTENSION"),
        Sql("CREATE EXTENSION hstore", tag="CREATE EXTENSION"),
        Sql("DROP EXTENSION citext, nope", sqlstate="42704"),
        Sql('DROP EXTENSION citext , "hstore"', tag="DROP EXTENSION"),
        Sql("DROP EXTENSION IF EXISTS citext, hstore", tag="DROP EXTENSION"),
        extensions(),
    ),
    _rule(
        "extension-version",
        "an extension comes in the version asked for, and is moved on",
        Sql("CREATE EXTENSION pg_trgm VERSION '1.4'", tag="CREATE EXTENSION"),
        extensions(pg_trgm="1.4"),
        Sql("ALTER EXTENSION pg_trgm UPDATE TO '1.5'", tag="ALTER EXTENSION"),
        extensions(pg_trgm="1.5"),
        Sql("ALTER EXTENSION pg_trgm UPDATE TO '1.4'", sqlstate="22023"),
        Sql("ALTER EXTENSION pg_trgm UPDATE", tag="ALTER EXTENSION"),
        Sql("ALTER EXTENSION pg_trgm UPDATE", tag="ALTER EXTENSION"),
        extensions(pg_trgm="1.6"),
        Sql("ALTER EXTENSION pg_trgm UPDATE TO '9.9'", sqlstate="22023"),
        Sql("ALTER EXTENSION hstore UPDATE", sqlstate="42704"),
        Sql("CREATE EXTENSION hstore VERSION '9.9'", sqlstate="22023"),
        extensions(pg_trgm="1.6"),
    ),
    _rule(
        "extension-newest",
        "without a word on the version it is the newest that the server has",
        *(Sql(f"CREATE EXTENSION {name}", tag="CREATE EXTENSION") for name in _NEWEST),
        extensions(**_NEWEST),
    ),
    _rule(
        "extension-oldest",
        "an extension is to be had in its oldest versions, and in none before them",
        *(
            step
            for name, (gone, oldest) in _OLDEST.items()
            for step in (
                Sql(f"CREATE EXTENSION {name} VERSION '{gone}'", sqlstate="22023"),
                Sql(f"CREATE EXTENSION {name} VERSION '{oldest}'", tag="CREATE EXTENSION"),
            )
        ),
        extensions(**{name: oldest for name, (_, oldest) in _OLDEST.items()}),
    ),
    _rule(
        "extension-untrusted",
        "the owner of a database may create what the provider offers",
        Sql("CREATE EXTENSION dblink", tag="CREATE EXTENSION"),
        Sql("CREATE EXTENSION earthdistance", sqlstate="42704"),
        Sql("CREATE EXTENSION earthdistance CASCADE", tag="CREATE EXTENSION"),
        extensions(dblink="1.2", cube="1.5", earthdistance="1.2"),
        Sql("DROP EXTENSION cube", sqlstate="2BP01"),
        Sql("DROP EXTENSION cube, dblink", sqlstate="2BP01"),
        Sql("DROP EXTENSION cube CASCADE", tag="DROP EXTENSION"),
        Sql("CREATE EXTENSION earthdistance CASCADE", tag="CREATE EXTENSION"),
        Sql("DROP EXTENSION cube, earthdistance", tag="DROP EXTENSION"),
        extensions(dblink="1.2"),
        not_to_be_had="a server lets its owner create what is trusted alone (42501)",
    ),
    _rule(
        "extension-unknown",
        "an extension that the server does not have is refused",
        Sql("CREATE EXTENSION nope", sqlstate="0A000"),
        Sql('CREATE EXTENSION "Citext"', sqlstate="0A000"),
        Sql('CREATE EXTENSION IF NOT EXISTS "x""y"', sqlstate="0A000"),
        Sql("ALTER EXTENSION nope UPDATE", sqlstate="42704"),
        Sql("DROP EXTENSION nope", sqlstate="42704"),
        extensions(),
    ),
    _rule(
        "extension-quoted",
        "a bare name folds to lower case, a quoted one stays",
        Sql('CREATE EXTENSION "citext"', tag="CREATE EXTENSION"),
        Sql("DROP EXTENSION CITEXT", tag="DROP EXTENSION"),
        Sql('DROP EXTENSION "CITEXT"', sqlstate="42704"),
        extensions(),
    ),
    _rule(
        "extension-own",
        "what belongs to the server is not the owner's to drop",
        Sql("DROP EXTENSION plpgsql", sqlstate="42501"),
        extensions(),
    ),
    _rule(
        "statement-unreadable",
        "what is no SQL is refused",
        Sql("CREATE EXTENSION", sqlstate="42601"),
        Sql("CREATE EXTENSION citext VERSION", sqlstate="42601"),
        Sql("DROP EXTENSION 'citext'", sqlstate="42601"),
        extensions(),
    ),
)
