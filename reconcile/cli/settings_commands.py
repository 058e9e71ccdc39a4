"""argv → Options: one managed kind of one database, and emptying a logical database."""

from __future__ import annotations

from typing import Any

import click

from reconcile.cli.options import ChangeOptions, ListOptions, OrderOptions
from reconcile.cli.parameters import (
    InOrder,
    absent,
    agrees,
    change,
    changes,
    confirms,
    listing,
    names_one,
    order,
    overrides,
    repeats,
    reports,
    whole_number,
)
from reconcile.workflow.orders import ResetDatabase


@click.group(cls=InOrder)
def databases() -> None:
    """List, create, delete or empty logical databases."""


@databases.command("list")
@names_one
@reports
def _list_databases(**given: Any) -> ListOptions:
    """List the logical databases.

    \b
    Example:
      reconcile databases list shop
    """
    return listing(given, "logical_databases")


@databases.command("create")
@names_one
@click.argument("name")
@changes
@reports
def _create_database(name: str, **given: Any) -> ChangeOptions:
    """Create a logical database.

    \b
    Example:
      reconcile databases create shop audit
    """
    return change(given, "logical_databases", {"present": [name]})


@databases.command("delete")
@names_one
@click.argument("name")
@changes
@overrides
@confirms
@reports
def _delete_database(name: str, **given: Any) -> ChangeOptions:
    """Delete a logical database with all its data. Asks for its name.

    \b
    Example:
      reconcile databases delete shop legacy
    """
    return change(given, "logical_databases", absent(name, "databases delete"), gone=name)


@databases.command("reset")
@names_one
@click.argument("name")
@changes
@overrides
@confirms
@repeats
@reports
def _reset_database(name: str, **given: Any) -> OrderOptions:
    """Delete all data of a logical database, which stays. Asks for its name.

    \b
    Example:
      reconcile databases reset shop staging
    """
    return order(given, ResetDatabase(name=name))


@click.group("sql-mode", cls=InOrder)
def sql_mode() -> None:
    """Show or set the SQL mode of MySQL."""


@sql_mode.command("get")
@names_one
@reports
def _get_sql_mode(**given: Any) -> ListOptions:
    """Show the SQL mode.

    \b
    Example:
      reconcile sql-mode get shop
    """
    return listing(given, "sql_mode")


@sql_mode.command("set")
@names_one
@click.argument("mode")
@changes
@agrees
@reports
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


@extensions.command("list")
@names_one
@reports
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


@retention.command("list")
@names_one
@reports
def _list_policies(**given: Any) -> ListOptions:
    """List the retention policies.

    \b
    Example:
      reconcile retention list telemetry
    """
    return listing(given, "retention_policies")


@retention.command("add")
@names_one
@click.argument("name")
@click.argument("duration")
@click.option("--default", "is_default", is_flag=True, help="Writes without a policy go there.")
@changes
@agrees
@reports
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


@retention.command("delete")
@names_one
@click.argument("name")
@changes
@overrides
@confirms
@reports
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


@backups.command("set")
@names_one
@click.option("--on/--off", "enabled", default=None, help="Whether periodic backups run.")
@click.option("--hour", type=whole_number(0, 23), help="The hour of the day (UTC).")
@changes
@overrides
@agrees
@reports
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
