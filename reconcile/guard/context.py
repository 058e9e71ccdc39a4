"""What guards may know beside the plan."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from attrs import field, frozen

from reconcile.model.policy import Policy
from reconcile.model.project import Claim
from reconcile.model.recovery import RecoveryPoints


@frozen(kw_only=True)
class Context:
    """What holds for one review of a plan.

    `now` is the time in UTC. `plan_id` is that of the plan, `fleet` the number of databases that
    it was chosen from. `recovery_points` by handle, for databases that may lose something; None: not
    read, and guards that rest on it say nothing. `overrides` are the codes that a person lifted
    for this very plan; `backup_first` whether a backup is made before anything is lost. `claims`
    is what the specs of the project say about each live database, by handle; `needs_spec`
    whether a loss needs a spec that means the database.
    """

    now: datetime
    plan_id: str = ""
    fleet: int = 0
    policy: Policy = field(factory=Policy)
    recovery_points: Mapping[str, RecoveryPoints] | None = None
    overrides: frozenset[str] = frozenset()
    backup_first: bool = False
    claims: Mapping[str, Claim] = field(factory=dict)
    needs_spec: bool = False

    def claim_to(self, handle: str) -> Claim:
        """What the specs of the project say about a live database."""
        return self.claims.get(handle, Claim())

    @property
    def today(self) -> date:
        """The date in UTC."""
        return self.now.date()
