"""Every rule, by the engine that it is about."""

from __future__ import annotations

from collections.abc import Mapping

from conformance.fleet import DATABASES, FLEETS
from conformance.rule import Rule
from conformance.rules import (
    influxdb_durations,
    influxdb_policies,
    mongodb_names,
    mysql_names,
    parameters,
    postgresql_extensions,
    postgresql_names,
    postgresql_sessions,
    sql_modes,
)

_ALL: tuple[Rule, ...] = (
    *mysql_names.RULES,
    *sql_modes.RULES,
    *postgresql_names.RULES,
    *postgresql_sessions.RULES,
    *postgresql_extensions.RULES,
    *influxdb_policies.RULES,
    *influxdb_durations.RULES,
    *mongodb_names.RULES,
    *parameters.RULES,
)
RULES: Mapping[str, tuple[Rule, ...]] = {
    engine: tuple(rule for rule in _ALL if DATABASES[rule.database] == engine) for engine in FLEETS
}
"""The rules of each engine, in the order of the page."""
