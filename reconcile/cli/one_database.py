"""What the commands about one database have in common: given values → Options."""

from __future__ import annotations

from datetime import date
from typing import Any

from reconcile.cli.options import ChangeOptions, ListOptions, OrderOptions
from reconcile.cli.parameters import consent_of, named_of, output_of, waiting_of
from reconcile.workflow.orders import Order


def listing(given: dict[str, Any], kind: str) -> ListOptions:
    """Read the live state of a managed kind."""
    return ListOptions(database=named_of(given), output=output_of(given), kind=kind)


def change(
    given: dict[str, Any], kind: str, value: object, *, gone: str | None = None
) -> ChangeOptions:
    """Change a managed kind to what a spec would say."""
    return ChangeOptions(
        database=named_of(given),
        output=output_of(given),
        kind=kind,
        value=value,
        gone=gone,
        override=given.pop("override", ()),
        consent=consent_of(given),
        state_dir=given.pop("state_dir"),
    )


def order(given: dict[str, Any], wanted: Order) -> OrderOptions:
    """Order what no spec could hold."""
    return OrderOptions(
        database=named_of(given),
        output=output_of(given),
        order=wanted,
        override=given.pop("override", ()),
        consent=consent_of(given),
        state_dir=given.pop("state_dir"),
        **({"waiting": waiting_of(given)} if "no_wait" in given else {}),
    )


def absent(name: str, command: str) -> dict[str, object]:
    """What a spec would say to have something gone; the approval is the command, and does not end."""
    reason = f"ordered by reconcile {command}"
    return {"absent": [{"name": name, "reason": reason, "until": date.max}]}
