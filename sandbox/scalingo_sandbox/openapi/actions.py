"""The actions of `POST /api/databases/:id/action`: what each asks for and what it gives."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from attrs import field, frozen

from scalingo_sandbox.actions import ACTIONS
from scalingo_sandbox.contents import Query, RetentionPolicy, Statement
from scalingo_sandbox.openapi.shapes import (
    ANYTHING,
    FLAG,
    NULL,
    TEXT,
    Shape,
    listing,
    named,
    record,
    shown,
)


@frozen(kw_only=True)
class Described:
    """What the document says of an action; one without `params` ignores what it is sent."""

    summary: str
    result: Shape = field(factory=lambda: NULL)
    params: Shape | None = None
    example: Any = None


_NAME = TEXT | {"minLength": 1}
_BY_NAME = record(database_name=_NAME)
_BY_PID = record(pid={"type": "integer"})

RESULTS: Mapping[str, Shape] = MappingProxyType(
    {
        "LogicalDatabase": record(name=TEXT, protected=FLAG),
        "Extension": record(
            name=TEXT, version={"type": "string", "pattern": "^v", "examples": ["v2.5.0"]}
        ),
        "Query": shown(Query, "database"),
        "Statement": shown(Statement),
        "RetentionPolicy": shown(RetentionPolicy),
    }
)

DESCRIBED: Mapping[str, Described] = MappingProxyType(
    {
        "list-databases": Described(
            summary="List the logical databases.", result=listing(named("LogicalDatabase"))
        ),
        "create-database": Described(
            summary="Create a logical database.",
            params=_BY_NAME,
            example={"database_name": "custom-db"},
            result=named("LogicalDatabase"),
        ),
        "delete-database": Described(
            summary="Delete a logical database with all that is in it; a protected one stays.",
            params=_BY_NAME,
            example={"database_name": "legacy"},
        ),
        "reset-database": Described(
            summary="Delete all that is in a logical database; the database itself stays.",
            params=_BY_NAME,
            example={"database_name": "legacy"},
        ),
        "get-sqlmode": Described(
            summary="Tell the SQL modes that are set, joined by commas.", result=TEXT
        ),
        "set-sqlmode": Described(
            summary="Set the SQL modes; the parameters are the string itself.",
            params=TEXT,
            example="STRICT_TRANS_TABLES,NO_ENGINE_SUBSTITUTION",
        ),
        "list-extensions": Described(
            summary="List the enabled extensions.", result=listing(named("Extension"))
        ),
        "pg-list-queries": Described(
            summary="List running and idle queries; durations are in nanoseconds.",
            result=listing(named("Query")),
        ),
        "pg-cancel-query": Described(
            summary="Cancel a query; an unknown process is no error.",
            params=_BY_PID,
            example={"pid": 2000},
        ),
        "pg-terminate-query": Described(
            summary="End the session of a query; an unknown process is no error.",
            params=_BY_PID,
            example={"pid": 2000},
        ),
        "pg-stat-statements-enable": Described(
            summary="Begin to count statements, with the extension pg_stat_statements."
        ),
        "pg-stat-statements-reset": Described(summary="Forget what was counted."),
        "pg-stat-statements-list": Described(
            summary="List what was counted; times are in milliseconds.",
            result=listing(named("Statement")),
        ),
        "list-retention-policies": Described(
            summary="List the retention policies.", result=listing(named("RetentionPolicy"))
        ),
        "add-retention-policy": Described(
            summary="Create a retention policy; the same again is no error.",
            params=record(optional=["default"], name=_NAME, duration=_NAME, default=FLAG),
            example={"name": "30-days", "duration": "30d", "default": True},
        ),
        "del-retention-policy": Described(
            summary="Delete a retention policy and all its points; a missing one is no error.",
            params=record(name=_NAME),
            example={"name": "30-days"},
        ),
    }
)


def action_schemas() -> dict[str, Shape]:
    """Give the named schemas of all requests, of all results, and of the two kinds of answer."""
    requests = {_request_name(name): _request(name) for name in ACTIONS}
    variants = {f"{_camel(name)}Result": _success(name) for name in ACTIONS}
    union = {
        "oneOf": [named(name) for name in requests],
        "discriminator": {
            "propertyName": "action_name",
            "mapping": {name: named(_request_name(name))["$ref"] for name in ACTIONS},
        },
    }
    answers = [named(name) for name in variants]
    return {
        **RESULTS,
        **requests,
        **variants,
        "Action": union,
        "ActionRefused": record(ok={"const": 0}, error=TEXT),
        "ActionAnswer": {"anyOf": [*answers, named("ActionRefused")]},
    }


def action_examples() -> dict[str, Shape]:
    """Give one request for every action."""
    return {
        name: {"summary": described.summary, "value": _example(name, described)}
        for name, described in DESCRIBED.items()
    }


def _example(name: str, described: Described) -> Shape:
    params = {} if described.params is None else {"params": described.example}
    return {"action_name": name} | params


def _camel(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def _request_name(name: str) -> str:
    return f"{_camel(name)}Request"


def _request(name: str) -> Shape:
    described = DESCRIBED[name]
    engines = ", ".join(sorted(ACTIONS[name].engines))
    shape = record(
        optional=["params"] if described.params is None else [],
        action_name={"const": name},
        params=ANYTHING if described.params is None else described.params,
    )
    return {"description": f"{described.summary} Offered by {engines}.", **shape}


def _success(name: str) -> Shape:
    return record(ok={"const": 1}, result=DESCRIBED[name].result)
