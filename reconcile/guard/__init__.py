"""Guards: what holds a plan back, each under a stable code."""

from __future__ import annotations

from reconcile.guard.approvals import EXPIRED_APPROVAL
from reconcile.guard.default_policy import DEFAULT_POLICY
from reconcile.guard.guard import Guard
from reconcile.guard.identity import OTHER_DATABASE
from reconcile.guard.last_protection import LAST_PROTECTION
from reconcile.guard.plan_file import APPLIED_PLAN, OLD_PLAN, UNANSWERED_LOSS
from reconcile.guard.protect import PROTECTED, UNREADABLE_SPEC
from reconcile.guard.recovery import UNRECOVERABLE
from reconcile.guard.share import SHARE

GUARDS: tuple[Guard, ...] = (
    PROTECTED,
    UNREADABLE_SPEC,
    EXPIRED_APPROVAL,
    OTHER_DATABASE,
    UNANSWERED_LOSS,
    SHARE,
    UNRECOVERABLE,
    DEFAULT_POLICY,
    LAST_PROTECTION,
    OLD_PLAN,
    APPLIED_PLAN,
)
"""Every guard, in the order in which findings are listed."""

GUARD_BY_CODE = {guard.code: guard for guard in sorted(GUARDS, key=lambda one: one.code)}

WAIVABLE = tuple(code for code, guard in GUARD_BY_CODE.items() if guard.waivable)
"""The guards that can be waived or overridden; what others refuse, only a change of the specs settles."""
