"""What the API's requests carry: bodies and queries."""

from __future__ import annotations

from typing import Any

from attrs import field, frozen

from scalingo_sandbox.features_api import OFFERED
from scalingo_sandbox.fleet import LONGEST_VALUE, VARIABLE_NAME
from scalingo_sandbox.openapi.actions import action_examples
from scalingo_sandbox.openapi.shapes import (
    ANYTHING,
    FLAG,
    INSTANT,
    TEXT,
    Shape,
    between,
    listing,
    matching,
    named,
    nullable,
    record,
    rooted,
)
from scalingo_sandbox.plans import DEDICATED
from scalingo_sandbox.plans import OFFERED as OFFERED_PLANS
from scalingo_sandbox.platform_api import APP_NAME
from scalingo_sandbox.records import LONGEST_PASSWORD, NEW_USER_NAME, SHORTEST_PASSWORD

_HOUR = between(0, 23)
_PASSWORD = TEXT | {
    "minLength": SHORTEST_PASSWORD,
    "maxLength": LONGEST_PASSWORD,
    "format": "password",
}
_FEATURE_NAME = TEXT | {"enum": list(OFFERED)}


@frozen(kw_only=True)
class RequestBody:
    """A JSON body; a request may come without one that is not `needed`."""

    shape: Shape
    examples: dict[str, Any] = field(factory=dict)
    needed: bool = True


def _example(summary: str, value: Any) -> dict[str, Any]:
    return {"summary": summary, "value": value}


IGNORED = RequestBody(
    shape=ANYTHING | {"description": "Any JSON; what it says is ignored."},
    examples={"empty": _example("What clients send.", {})},
    needed=False,
)

SETTINGS = RequestBody(
    shape=rooted(
        "database",
        record(
            optional=[
                "periodic_backups_enabled",
                "periodic_backups_scheduled_at",
                "maintenance_window",
            ],
            periodic_backups_enabled=FLAG,
            periodic_backups_scheduled_at={
                "description": "One hour, UTC; some clients write an array of hours.",
                "oneOf": [_HOUR, listing(_HOUR) | {"minItems": 1}],
            },
            maintenance_window=record(
                optional=["weekday_utc", "starting_hour_utc"],
                weekday_utc=between(0, 6) | {"description": "0 is Sunday."},
                starting_hour_utc=_HOUR,
            ),
        ),
    ),
    examples={
        "backups": _example(
            "Back up every day at three, UTC.",
            {"database": {"periodic_backups_enabled": True, "periodic_backups_scheduled_at": 3}},
        ),
        "window": _example(
            "Work on it on Tuesdays from 21:00, UTC.",
            {"database": {"maintenance_window": {"weekday_utc": 2, "starting_hour_utc": 21}}},
        ),
    },
)

RESTORE = RequestBody(
    shape=rooted("restore_time", INSTANT),
    examples={"instant": _example("A point in time.", {"restore_time": "2026-01-02T09:00:00Z"})},
)

ENABLE_FEATURE = RequestBody(
    shape=rooted("feature", rooted("name", _FEATURE_NAME)),
    examples={"ssl": _example("Refuse plain connections.", {"feature": {"name": "force-ssl"}})},
)

_LABEL: Shape = {"label": TEXT}
_RULES = (
    record(optional=_LABEL, type={"const": "custom_range"}, cidr=TEXT, **_LABEL),
    record(optional=_LABEL, type={"const": "managed_range"}, range_id=TEXT, **_LABEL),
)
_OFFICE = {"type": "custom_range", "cidr": "203.0.113.0/24", "label": "office"}

CREATE_FIREWALL_RULE = RequestBody(
    shape={"anyOf": [*_RULES, rooted("firewall_rule", {"anyOf": list(_RULES)})]},
    examples={
        "alone": _example("What the official command line sends.", _OFFICE),
        "rooted": _example("What JavaScript clients send.", {"firewall_rule": _OFFICE}),
    },
)

CHANGE_FIREWALL_RULE = RequestBody(
    shape=rooted("firewall_rule", rooted("label", TEXT)),
    examples={"label": _example("Another label.", {"firewall_rule": {"label": "home"}})},
)

_MYSQL_PLANS = OFFERED_PLANS["mysql"]
_PLAN_ID = TEXT | {"description": "The id of a plan of the addon provider.", "minLength": 1}

CREATE_ADDON = RequestBody(
    shape=rooted(
        "addon",
        record(
            optional=["options"],
            addon_provider_id=TEXT | {"enum": [one for one in OFFERED_PLANS if one != DEDICATED]},
            plan_id=_PLAN_ID,
            options=ANYTHING | {"description": "Ignored."},
        ),
    ),
    examples={
        "mysql": _example(
            "The smallest MySQL.",
            {"addon": {"addon_provider_id": "mysql", "plan_id": _MYSQL_PLANS[0].id}},
        )
    },
)

CHANGE_PLAN = RequestBody(
    shape=rooted("addon", rooted("plan_id", _PLAN_ID)),
    examples={
        engine: _example(f"A larger plan of {engine}.", {"addon": {"plan_id": plans[1].id}})
        for engine, plans in OFFERED_PLANS.items()
        if engine in {"mysql", "postgresql", "influxdb"}
    },
)

_DEDICATED_PLAN = OFFERED_PLANS[DEDICATED][0]
_DEDICATED: Shape = {"const": DEDICATED}
_DEDICATED_PLAN_ID = TEXT | {"description": "The name or the id of a plan.", "minLength": 1}
_NAME = matching(APP_NAME, "my-postgres-db")

CREATE_DEDICATED = RequestBody(
    shape={
        "anyOf": [
            rooted("database", record(technology=_DEDICATED, plan=_DEDICATED_PLAN_ID, name=_NAME)),
            record(addon_provider_id=_DEDICATED, plan_id=_DEDICATED_PLAN_ID, name=_NAME),
            rooted(
                "database",
                record(
                    addon_provider_id=_DEDICATED, plan_id=_DEDICATED_PLAN_ID, database_name=_NAME
                ),
            ),
        ]
    },
    examples={
        "documented": _example(
            "By names, under a root.",
            {
                "database": {
                    "name": "my-postgres-db",
                    "technology": DEDICATED,
                    "plan": _DEDICATED_PLAN.name,
                }
            },
        ),
        "official": _example(
            "What the official command line sends.",
            {
                "name": "my-other-db",
                "addon_provider_id": DEDICATED,
                "plan_id": _DEDICATED_PLAN.id,
            },
        ),
    },
)

CREATE_APP = RequestBody(
    shape=rooted("app", rooted("name", _NAME)),
    examples={"app": _example("An app.", {"app": {"name": "my-new-app"}})},
)

RENAME_APP = RequestBody(
    shape=record(current_name=TEXT, new_name=_NAME),
    examples={
        "renamed": _example("Another name.", {"current_name": "web", "new_name": "my-other-app"})
    },
)

_A_VARIABLE = record(
    name=matching(VARIABLE_NAME, "RAILS_ENV"), value=TEXT | {"maxLength": LONGEST_VALUE}
)
_RAILS = {"name": "RAILS_ENV", "value": "production"}

SET_VARIABLE = RequestBody(
    shape=rooted("variable", _A_VARIABLE),
    examples={"one": _example("One variable.", {"variable": _RAILS})},
)

SET_VARIABLES = RequestBody(
    shape=rooted("variables", listing(_A_VARIABLE)),
    examples={"several": _example("Several variables.", {"variables": [_RAILS]})},
)

CHANGE_VARIABLE = RequestBody(
    shape=rooted("variable", rooted("value", TEXT | {"maxLength": LONGEST_VALUE})),
    examples={"value": _example("Another value.", {"variable": {"value": "staging"}})},
)

DELETE_VARIABLES = RequestBody(
    shape=rooted("variable_ids", listing(TEXT)),
    examples={"none": _example("The ids of variables.", {"variable_ids": []})},
)

_PASSWORDS = record(password=_PASSWORD, password_confirmation=_PASSWORD)
_GIVEN = "correct-horse-battery-staple"
_TWICE = {"password": _GIVEN, "password_confirmation": _GIVEN}

CREATE_USER = RequestBody(
    shape=rooted(
        "database_user",
        record(
            optional=["read_only", "password", "password_confirmation"],
            name=matching(NEW_USER_NAME, "reporting"),
            read_only=FLAG,
            **{name: nullable(shape) for name, shape in _PASSWORDS["properties"].items()},
        )
        | {
            "dependentRequired": {
                "password": ["password_confirmation"],
                "password_confirmation": ["password"],
            }
        },
    ),
    examples={
        "generated": _example(
            "With a password of the service.",
            {"database_user": {"name": "analytics", "read_only": True}},
        ),
        "null": _example(
            "The same, as the documents ask for it.",
            {"database_user": {"name": "auditor", "password": None, "password_confirmation": None}},
        ),
        "given": _example(
            "With a password of one's own.", {"database_user": {"name": "importer", **_TWICE}}
        ),
    },
)

PASSWORD = RequestBody(
    shape=rooted("database_user", _PASSWORDS),
    examples={"given": _example("The same password twice.", {"database_user": _TWICE})},
)


def an_action() -> RequestBody:
    """Give the body that asks for an action, with an example for each."""
    return RequestBody(shape=named("Action"), examples=action_examples())


def feature_query() -> Shape:
    """Give the query that names a feature."""
    return {"name": "feature", "in": "query", "required": True, "schema": _FEATURE_NAME}


def query(name: str, description: str, shape: Shape, *, required: bool = False) -> Shape:
    """Give a query."""
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": description,
        "schema": shape,
    }


def page_queries() -> tuple[Shape, ...]:
    """Give the queries that choose a page."""
    largest = 999_999_999
    return tuple(
        {
            "name": name,
            "in": "query",
            "description": description,
            "schema": between(1, largest) | {"default": default},
        }
        for name, description, default in (
            ("page", "Which page; one beyond the last is empty.", 1),
            ("per_page", "Entries on a page; more than 50 give 50.", 20),
        )
    )
