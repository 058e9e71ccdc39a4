"""What a guard is: a check of a plan under a stable code, with its explanation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime

from attrs import field, frozen

from reconcile.model.finding import Finding
from reconcile.model.plan import Plan
from reconcile.model.policy import Policy
from reconcile.model.project import Claim
from reconcile.model.recovery import RecoveryPoints


@frozen(kw_only=True)
class Context:
    """What holds for one review of a plan.

    `now` is the time in UTC. `plan_id` is that of the plan, `fleet` the number of databases that
    it was chosen from. `recovery_points` by handle, for databases that may lose something; None: not
    read, and guards that rest on it say nothing. `overrides` are the codes that a person
    overrides for this plan; `backup_first` whether a backup is made before anything is lost. `claims`
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


@frozen(kw_only=True)
class Guard:
    """One safety rule.

    code        a code keeps its meaning for ever
    meaning     what a finding with this code says, in one sentence
    why         why there is this guard, in a few sentences
    advice      what a person does about a finding
    limits      the keys under `limits` in reconcile.yaml that it compares with
    waivable    whether it can be waived or overridden; otherwise only a change of the specs settles it
    of_run      whether it judges what of the plan would run, and not the plan as it is listed
    check       plan, context → findings: one with the address of an action refuses that action, one
                with the address of a database all of its actions, one without an address the whole
                run. It does not raise, print or change the plan. The default finds nothing: only
                `plan_file.review_file` looks for it
    """

    code: str
    meaning: str
    why: str
    advice: str
    limits: tuple[str, ...] = ()
    waivable: bool = False
    of_run: bool = False
    check: Callable[[Plan, Context], Iterable[Finding]] = lambda _plan, _context: ()
