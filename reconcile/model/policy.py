"""What a project's guards go by: limits, and waivers that end by themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from enum import Enum

from attrs import field, frozen

from reconcile.model.address import Address
from reconcile.model.location import Location

GRACE = timedelta(days=14)
"""How long a waiver, or a difference that is ignored, still holds after its last day."""


class WaivedSeverity(Enum):
    """What a guard's finding counts for; a waiver sets it to less than an error."""

    WARNING = "warning"
    OFF = "off"


@frozen(kw_only=True)
class Limit:
    """A number that a guard compares with, and where it was set; None: the default."""

    value: int
    location: Location | None = None

    @property
    def set_at(self) -> str:
        """Where it was set, in words."""
        return f"set at {self.location}" if self.location else "the default"


@frozen(kw_only=True)
class Waiver:
    """That a guard counts for less, why, and the last day on which it does."""

    severity: WaivedSeverity
    reason: str
    until: date
    location: Location


@frozen(kw_only=True)
class Ignored:
    """A difference that does not count: where, why, and the last day on which it does not.

    The address is a kind, an element of one, or a field of a kind that is one thing.
    """

    address: Address
    reason: str
    until: date
    location: Location


@frozen(kw_only=True)
class Policy:
    """The limits of the guards, and the waivers by code.

    `share` is how much of the fleet, in percent, a plan may weaken, disrupt or rob, each on its
    own; `databases` how many databases it may whatever the share; `backup_hours` how old the
    newest backup, or the end of the recovery window, may be before data goes.
    """

    share: Limit = Limit(value=10)
    databases: Limit = Limit(value=1)
    backup_hours: Limit = Limit(value=26)
    waivers: Mapping[str, Waiver] = field(factory=dict)
