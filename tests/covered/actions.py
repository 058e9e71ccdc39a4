"""The rows of the actions, in the order and under the headings of the API text."""

from __future__ import annotations

from attrs import frozen
from covered.fleet import BILLING, IOT, REPORTS, SHOP, WIKI
from covered.row import Row, row

from reconcile.model.request import Call, Effect, action


@frozen
class _Heading:
    """Actions that the API text lists together: `module` of the sandbox's engines answers them."""

    name: str
    database: str
    module: str

    def read(self, name: str, command: str, answers: str, *kinds: str) -> Row:
        return self._row(action(name, effect=Effect.READ), command, answers, kinds)

    def change(self, name: str, params: object, command: str, answers: str, *kinds: str) -> Row:
        return self._row(action(name, params, effect=Effect.CHANGE), command, answers, kinds)

    def _row(self, call: Call, command: str, answers: str, kinds: tuple[str, ...]) -> Row:
        return row(
            call,
            name=f"{call.action_name} of {self.name}",
            database=self.database,
            command=command.format(self.database),
            kinds=kinds,
            sandbox=f"engines.{self.module}.{answers}",
            heading=self.name,
        )


def _logical(heading: _Heading) -> tuple[Row, ...]:
    kind = "logical_databases"
    new, old = {"database_name": "audit"}, {"database_name": "legacy"}
    return (
        heading.read("list-databases", "databases list {}", "list_databases", kind),
        heading.change(
            "create-database", new, "databases create {} audit", "create_database", kind
        ),
        heading.change(
            "delete-database",
            old,
            "databases delete {} legacy --confirm legacy",
            "delete_database",
            kind,
        ),
        heading.change(
            "reset-database", old, "databases reset {} legacy --confirm legacy", "reset_database"
        ),
    )


_MYSQL = _Heading("MySQL", SHOP, "mysql")
_POSTGRESQL = _Heading("PostgreSQL", BILLING, "postgresql")
_COUNTING = _Heading("PostgreSQL", REPORTS, "postgresql")
_INFLUXDB = _Heading("InfluxDB", IOT, "influxdb")
_PID = {"pid": 2000}
_POLICY = {"name": "30-days", "duration": "30d", "default": True}

ACTIONS = (
    *_logical(_Heading("MySQL", SHOP, "logical")),
    _MYSQL.read("get-sqlmode", "sql-mode get {}", "get_mode", "sql_mode"),
    _MYSQL.change("set-sqlmode", "ANSI", "sql-mode set {} ANSI --yes", "set_mode", "sql_mode"),
    _POSTGRESQL.read(
        "list-extensions", "extensions list {}", "list_extensions", "extensions", "query_stats"
    ),
    _POSTGRESQL.read("pg-list-queries", "queries list {}", "list_queries"),
    _POSTGRESQL.change("pg-cancel-query", _PID, "queries cancel {} 2000 --yes", "cancel_query"),
    _POSTGRESQL.change(
        "pg-terminate-query", _PID, "queries terminate {} 2000 --yes", "terminate_query"
    ),
    _POSTGRESQL.change(
        "pg-stat-statements-enable", None, "stats enable {}", "enable_statistics", "query_stats"
    ),
    _COUNTING.change("pg-stat-statements-reset", None, "stats reset {} --yes", "reset_statistics"),
    _COUNTING.read("pg-stat-statements-list", "stats list {}", "list_statistics"),
    *_logical(_Heading("MongoDB", WIKI, "logical")),
    _INFLUXDB.read(
        "list-retention-policies", "retention list {}", "list_policies", "retention_policies"
    ),
    _INFLUXDB.change(
        "add-retention-policy",
        _POLICY,
        "retention add {} 30-days 30d --default",
        "add_policy",
        "retention_policies",
    ),
    _INFLUXDB.change(
        "del-retention-policy",
        {"name": "7-days"},
        "retention delete {} 7-days --confirm 7-days",
        "delete_policy",
        "retention_policies",
    ),
)
"""What goes through the one endpoint for actions."""
