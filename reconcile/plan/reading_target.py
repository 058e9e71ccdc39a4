"""Which database a plan file says that a part of it is about, and how it is reached."""

from __future__ import annotations

from reconcile.model.postgresql import SqlConnection, is_reference
from reconcile.model.target import Hosts, Target
from reconcile.plan.strict import Place
from reconcile.plan.written import WrittenConnection, WrittenTarget


def target_of(written: WrittenTarget, place: Place) -> Target:
    """The target at a place. Raises PlanFileError where it leaves open which database it is."""
    hosts = written.hosts
    told = {
        "region": written.region,
        "hosts": hosts.auth and hosts.api and hosts.database,
        "app": written.app,
        "addon": written.addon,
    }
    for key, text in told.items():
        if not text:
            raise place.key(key).fault("an empty text tells nothing of which database it is")
    return Target(
        region=written.region,
        hosts=Hosts(auth=hosts.auth, api=hosts.api, database=hosts.database),
        app=written.app,
        addon=written.addon,
        resource_id=written.resource_id,
        engine=written.engine,
        plan=written.plan,
        connection=_connection(written.connection, place.key("connection")),
        created_at=written.created_at,
    )


def _connection(written: WrittenConnection | None, place: Place) -> SqlConnection | None:
    """Where a connection string is; the string itself is in no plan file, and in no message."""
    if written is None:
        return None
    if not is_reference(written.dsn):
        raise place.key("dsn").fault("it is no reference such as ${env:NAME}")
    return SqlConnection(dsn=written.dsn, database=written.database)
