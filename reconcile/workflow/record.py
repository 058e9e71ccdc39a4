"""What a run writes of itself before it begins, and which databases it has to itself."""

from __future__ import annotations

import os
import pwd
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from reconcile import __version__
from reconcile.apply.allowance import Allowance, withheld
from reconcile.apply.journal import JournalError
from reconcile.apply.locks import Locks
from reconcile.model.history import Addon, Commit, Opening, Permission
from reconcile.model.plan import Plan, Proposal
from reconcile.model.target import Target
from reconcile.workflow.process import Process


def addon_of(target: Target) -> Addon:
    """Which live database a target is, as journals tell it."""
    return Addon(app=target.app, addon=target.addon, region=target.region)


def addons(plan: Plan) -> dict[str, Addon]:
    """The live databases of a plan by handle, as far as they were found."""
    return {one.handle: addon_of(one.target) for one in plan.databases if one.target}


def opening(
    command: str,
    databases: Mapping[str, Addon],
    commit: Commit | None,
    *,
    actions: int = 1,
    plan_id: str = "",
    plan_made: str = "",
    permission: Permission | None = None,
) -> Opening:
    """What a run is about; `commit` is that of its specs, where there is one."""
    return Opening(
        version=__version__,
        command=command,
        who=_user(),
        host=os.uname().nodename,
        pid=os.getpid(),
        commit=commit,
        plan_id=plan_id,
        plan_made=plan_made,
        actions=actions,
        databases=databases,
        permission=permission or Permission(),
    )


def _user() -> str:
    """The account's name; its number where it has none, as in a container."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())


def held_by_others(proposal: Proposal, allowance: Allowance, locks: Locks) -> dict[str, str]:
    """Take the locks of all databases in which something may run.

    Those that another run has, by handle, with why nothing is done there. Raises LockError.
    """
    held: dict[str, str] = {}
    for plan in proposal.plan.databases:
        runs = any(withheld(proposal, allowance, action) is None for action in plan.actions)
        holder = locks.take(plan.target, plan.handle) if runs and plan.target else None
        if holder is not None:
            held[plan.handle] = holder.message
    return held


@contextmanager
def in_spite_of_the_journal(process: Process) -> Iterator[None]:
    """Go on where no line can be written any more: what was done is done, its summary still due.

    The run ends as a failure: the next one does not know what became of this one.
    """
    try:
        yield
    except JournalError as error:
        process.unrecorded.set()
        process.tell(f"reconcile: {error}")


def run_id(process: Process) -> str:
    """Sorts by time, and does not repeat."""
    now = process.now()
    return f"{now:%Y%m%dT%H%M%SZ}-{now.microsecond:05x}{secrets.token_hex(4)}"
