"""The environment variables that an app gets from its database addons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from urllib.parse import quote

from attrs import frozen

from scalingo_sandbox.backend import Connection
from scalingo_sandbox.defaults import object_id
from scalingo_sandbox.engines.logical import default_name
from scalingo_sandbox.fleet import Database, Engine


@frozen(kw_only=True)
class _Form:
    """The variable of an engine's addon, its alias, and how its connection string is written."""

    name: str
    alias: str
    scheme: str
    path: str = ""


_FORMS: Mapping[Engine, _Form] = MappingProxyType(
    {
        Engine.POSTGRESQL: _Form(
            name="SCALINGO_POSTGRESQL_URL",
            alias="DATABASE_URL",
            scheme="postgresql",
            path="/{name}?sslmode=prefer",
        ),
        Engine.MYSQL: _Form(
            name="SCALINGO_MYSQL_URL",
            alias="DATABASE_URL",
            scheme="mysql",
            path="/{name}?useSSL=true&verifyServerCertificate=false",
        ),
        Engine.MONGODB: _Form(
            name="SCALINGO_MONGO_URL", alias="MONGO_URL", scheme="mongodb", path="/{name}"
        ),
        Engine.INFLUXDB: _Form(
            name="SCALINGO_INFLUX_URL", alias="INFLUX_URL", scheme="http", path="/{name}"
        ),
        Engine.REDIS: _Form(name="SCALINGO_REDIS_URL", alias="REDIS_URL", scheme="redis"),
        Engine.ELASTICSEARCH: _Form(
            name="SCALINGO_ELASTICSEARCH_URL", alias="ELASTICSEARCH_URL", scheme="http"
        ),
        Engine.OPENSEARCH: _Form(
            name="SCALINGO_OPENSEARCH_URL", alias="OPENSEARCH_URL", scheme="http"
        ),
    }
)


def addon_variables(
    databases: Iterable[Database], connections: Iterable[Connection]
) -> dict[str, str]:
    """Give the variables of an app's addons by name; an alias is `$` and the name it stands for.

    Of two addons that would have one name, the later has a number behind its own, and no alias.
    """
    variables: dict[str, str] = {}
    for database, connection in zip(databases, connections, strict=True):
        form = _FORMS[database.engine]
        name = _free(form.name, variables)
        variables[name] = _url(database, form, connection.dsn)
        variables.setdefault(form.alias, f"${name}")
    return variables


def _free(name: str, taken: Mapping[str, str]) -> str:
    number = 1
    while (numbered := name if number == 1 else f"{name}_{number}") in taken:
        number += 1
    return numbered


def _url(database: Database, form: _Form, dsn: str | None) -> str:
    """Write where the database's real server is, or else an address at which nothing answers."""
    if dsn is not None:
        return f"{form.scheme}://{dsn.partition('://')[2]}"
    user = next((one.name for one in database.users or ()), "sandbox")
    password = object_id("password", database.id)
    path = form.path.format(name=quote(default_name(database), safe=""))
    return f"{form.scheme}://{user}:{password}@{database.address}{path}"
