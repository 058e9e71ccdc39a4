"""argv → Options: one managed kind of one database, and emptying a logical database."""

from __future__ import annotations

from typing import Any

import click

from reconcile.cli.options import ChangeOptions, ListOptions, OneOffOptions
from reconcile.cli.parameters import (
    InOrder,
    about_one,
    absent,
    agrees,
    change,
    changes,
    confirms,
    listing,
    one_off,
    overrides,
    repeats,
    whole_number,
)
from reconcile.workflow.commands import ResetDatabase

_NAME = click.argument("name")


@click.group(cls=InOrder)
def databases() -> None:
    """List, create, delete or empty logical databases."""


@about_one(databases, "list")
def _list_databases(**given: Any) -> ListOptions:
    """List the logical databases.

    \b
    Example:
      reconcile databases list shop
    """
    return listing(given, "logical_databases")


@about_one(databases, "create", _NAME, changes)
def _create_database(name: str, **given: Any) -> ChangeOptions:
    """Create a logical database.

    \b
    Example:
      reconcile databases create shop audit
    """
    return change(given, "logical_databases", {"present": [name]})


@about_one(databases, "delete", _NAME, changes, overrides, confirms)
def _delete_database(name: str, **given: Any) -> ChangeOptions:
    """Delete a logical database with all its data. Asks for its name.

    \b
    Example:
      reconcile databases delete shop legacy
    """
    return change(given, "logical_databases", absent(name, "databases delete"), gone=name)


@about_one(databases, "reset", _NAME, changes, overrides, confirms, repeats)
def _reset_database(name: str, **given: Any) -> OneOffOptions:
    """Delete all data of a logical database, which stays. Asks for its name.

    \b
    Example:
      reconcile databases reset shop staging
    """
    return one_off(given, ResetDatabase(name=name))


@click.group("sql-mode", cls=InOrder)
def sql_mode() -> None:
    """Show or set the SQL mode of MySQL."""


@about_one(sql_mode, "get")
def _get_sql_mode(**given: Any) -> ListOptions:
    """Show the SQL mode.

    \b
    Example:
      reconcile sql-mode get shop
    """
    return listing(given, "sql_mode")


@about_one(sql_mode, "set", click.argument("mode"), changes, agrees)
def _set_sql_mode(mode: str, **given: Any) -> ChangeOptions:
    """Set the SQL mode: modes joined by commas, or '' for none. Asks before a laxer one.

    \b
    Example:
      reconcile sql-mode set shop STRICT_TRANS_TABLES,NO_ZERO_DATE
    """
    value: object = mode if mode.strip() else []
    return change(given, "sql_mode", value)


@click.group(cls=InOrder)
def extensions() -> None:
    """List the extensions of PostgreSQL."""


@about_one(extensions, "list")
def _list_extensions(**given: Any) -> ListOptions:
    """List the enabled extensions with their versions.

    \b
    Example:
      reconcile extensions list billing
    """
    return listing(given, "extensions")


@click.group(cls=InOrder)
def retention() -> None:
    """List, add or delete retention policies of InfluxDB."""


@about_one(retention, "list")
def _list_policies(**given: Any) -> ListOptions:
    """List the retention policies.

    \b
    Example:
      reconcile retention list telemetry
    """
    return listing(given, "retention_policies")


@about_one(
    retention,
    "add",
    _NAME,
    click.argument("duration"),
    click.option("--default", "is_default", is_flag=True, help="Writes without a policy go there."),
    changes,
    agrees,
)
def _add_policy(name: str, duration: str, *, is_default: bool, **given: Any) -> ChangeOptions:
    """Add a retention policy; DURATION as in 30d, or INF for ever.

    \b
    Example:
      reconcile retention add telemetry 30-days 30d --default
    """
    policy: dict[str, object] = {"name": name, "duration": duration}
    if is_default:
        policy["default"] = True
    return change(given, "retention_policies", {"present": [policy]})


@about_one(retention, "delete", _NAME, changes, overrides, confirms)
def _delete_policy(name: str, **given: Any) -> ChangeOptions:
    """Delete a retention policy with all data under it. Asks for its name.

    \b
    Example:
      reconcile retention delete telemetry 7-days
    """
    return change(given, "retention_policies", absent(name, "retention delete"), gone=name)


@click.group(cls=InOrder)
def backups() -> None:
    """Set the periodic backups."""


@about_one(
    backups,
    "set",
    click.option("--on/--off", "enabled", default=None, help="Whether periodic backups run."),
    click.option("--hour", type=whole_number(0, 23), help="The hour of the day (UTC)."),
    changes,
    overrides,
    agrees,
)
def _set_backups(*, enabled: bool | None, hour: int | None, **given: Any) -> ChangeOptions:
    """Turn periodic backups on or off, or set their hour. Asks before turning them off.

    \b
    Examples:
      reconcile backups set shop --hour 3
      reconcile backups set shop --on --hour 3
    """
    if enabled is None and hour is None:
        raise click.UsageError("nothing to set: say --on, --off or --hour")
    if enabled is False and hour is not None:
        raise click.UsageError(
            "--off and --hour exclude each other: no hour holds while backups are off"
        )
    value: dict[str, object] = {}
    if enabled is not None:
        value["enabled"] = enabled
    if hour is not None:
        value["hours"] = [hour]
    return change(given, "backups", value)
