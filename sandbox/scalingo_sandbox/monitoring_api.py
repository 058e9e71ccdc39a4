"""The database API: metrics, health and logs, as of a database that hardly works."""

from __future__ import annotations

from starlette.responses import Response

from scalingo_sandbox.database_api import place_of, reachable
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import invalid
from scalingo_sandbox.fleet import Database, Engine, Instance
from scalingo_sandbox.plans import plan_named
from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential, JsonReply

_MB = 1024 * 1024
_TABLE_BYTES = 16_384
_EMPTY_BYTES = 32 * _MB
_USED_PART = 4
_MOST_CONNECTIONS = 100
_SQL = frozenset({Engine.POSTGRESQL, Engine.MYSQL})
_SEARCH = frozenset({Engine.ELASTICSEARCH, Engine.OPENSEARCH})


def _tables(database: Database) -> int:
    return sum(one.tables for one in database.logical_databases or ())


def _statistics(database: Database) -> dict[str, int]:
    """Give what an engine counts itself."""
    size = _tables(database) * _TABLE_BYTES
    if database.engine in _SQL:
        connections = len(database.queries or ())
        return {
            "data_size": size,
            "current_connections": connections,
            "max_connections": _MOST_CONNECTIONS,
        }
    if database.engine is Engine.MONGODB:
        unused = ("objects", "avg_obj_size", "num_extents", "indexes", "index_size", "file_size")
        counted = {"collections": _tables(database), "data_size": size, "storage_size": size}
        return counted | dict.fromkeys(unused, 0)
    return {"data_size": size} if database.engine is Engine.INFLUXDB else {}


def _instance_metrics(instance: Instance, limit: int, disk: int) -> dict[str, object]:
    used = limit // _USED_PART
    return {
        "instance_id": instance.id,
        "instance_address": f"{instance.hostname}:{instance.port}",
        "real_disk_size": disk,
        "cpu": {"usage_in_percents": 0},
        "memory": {
            "memory_usage": used,
            "swap_usage": 0,
            "memory_limit": limit,
            "swap_limit": limit,
            "max_memory_usage": used,
            "max_swap_usage": 0,
        },
    }


def show_metrics(service: Service, call: Call) -> Response:
    """Show the metrics of a database and its nodes: sizes in bytes, the CPU in percent."""
    database = reachable(service, call)
    limit = plan_named(str(database.plan)).memory * _MB
    used = limit // _USED_PART
    disk = _EMPTY_BYTES + _tables(database) * _TABLE_BYTES
    instances = database.instances or ()
    document = {
        "cpu_usage": 0,
        "memory": {
            "memory": used,
            "memory_max": used,
            "memory_limit": limit,
            "swap": 0,
            "swap_max": 0,
            "swap_limit": limit,
        },
        "database_stats": _statistics(database),
        "real_disk_size": disk,
        "instances_metrics": {one.id: _instance_metrics(one, limit, disk) for one in instances},
    }
    return JsonReply(document)


def show_health(service: Service, call: Call) -> Response:
    """Show how a search engine's cluster is: `{"epoch","status","cluster",…}`, all text."""
    database = reachable(service, call)
    if database.engine not in _SEARCH:
        raise invalid({"database": ["health is only available for Elasticsearch databases"]})
    document = {
        "epoch": str(int(service.now())),
        "status": "green",
        "cluster": database.resource_id,
        "shards": "1",
        "pending_tasks": "0",
    }
    return JsonReply(document)


def ping_database(service: Service, call: Call) -> Response:
    """Answer an empty object if the server is up, and 409 if it is not."""
    reachable(service, call)
    call.readable()
    return JsonReply({})


def show_log_url(service: Service, call: Call) -> Response:
    """Tell where the log can be read: `{"url"}`."""
    database = place_of(service, call).database
    return JsonReply({"url": service.link(f"/_sandbox/logs/{database.id}")})


def show_log(service: Service, call: Call) -> Response:
    """Answer that nothing was logged: 204, for the token of the log's link."""
    service.tokens.check_link(call.query.get("token", ""), call.path)
    place_of(service, call)
    return Response(status_code=204)


def list_log_archives(service: Service, call: Call) -> Response:
    """List the archives of the log, of which there are none."""
    place_of(service, call)
    return JsonReply({"archives": [], "next_cursor": "", "has_more": False})


ENDPOINTS = endpoints(
    Credential.DATABASE,
    "/api/databases/{database}",
    {
        "GET /metrics": show_metrics,
        "GET /health": show_health,
        "POST /ping": ping_database,
        "GET /logs": show_log_url,
        "GET /logs_archives": list_log_archives,
    },
)
