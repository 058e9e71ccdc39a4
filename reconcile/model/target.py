"""Which live database is meant."""

from __future__ import annotations

from datetime import datetime

from attrs import field, frozen

from reconcile.model.engine import Engine
from reconcile.model.postgresql import SqlConnection
from reconcile.model.request import Call, filled

ADDON_ID = "ad-"
"""How addon ids begin; a resource id may, too, where an application is called so."""


@frozen(kw_only=True, order=True)
class Hosts:
    """Base URLs without a path prefix and without a trailing slash."""

    auth: str
    api: str
    database: str


@frozen(kw_only=True)
class Target:
    """One addon at the provider. `addon` is its id, which every database-API path carries.

    `connection` is how its spec says to reach it by SQL, if it does. `created_at` is when the
    database was created, in UTC; None where its resource was not read or does not say.
    `addon_status` does not tell one target from another.
    """

    region: str
    hosts: Hosts
    app: str
    addon: str
    resource_id: str
    engine: Engine | None
    plan: str | None = None
    connection: SqlConnection | None = None
    created_at: datetime | None = None
    addon_status: str = field(default="running", eq=False)

    def url(self, call: Call) -> str:
        """Where a call about this database goes."""
        return self.hosts.database + filled(
            call.template, {**call.names, "addon": self.addon}, call.query
        )


@frozen(kw_only=True)
class Pins:
    """What a spec says of the target that is meant; None: anything will do."""

    resource_id: str | None = None
    region: str | None = None


@frozen(kw_only=True)
class Reference:
    """How a person names a live database.

    `name` is for display; `engine` may be None only where `addon` is given.
    """

    name: str
    app: str
    addon: str | None
    engine: Engine | None = None
