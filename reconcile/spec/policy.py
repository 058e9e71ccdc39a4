"""What `reconcile.yaml` says of the guards → Policy, each number and waiver with its place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from reconcile.model.finding import Finding, Severity
from reconcile.model.policy import Limit, Policy, WaivedSeverity, Waiver
from reconcile.spec import codes
from reconcile.spec.compose import Document
from reconcile.spec.endings import ending
from reconcile.spec.written import WrittenConfig, WrittenWaiver


def policy_of(document: Document, written: WrittenConfig) -> Policy:
    """The policy of a configuration without faults; what is not written keeps its default."""
    default, limits = Policy(), written.limits
    return Policy(
        share=_limit(document, "share", limits.share, default.share),
        databases=_limit(document, "databases", limits.databases, default.databases),
        backup_hours=_limit(document, "backup_hours", limits.backup_hours, default.backup_hours),
        waivers={code: _waiver(document, code, one) for code, one in written.guards.items()},
    )


def endings(document: Document, written: WrittenConfig, today: date) -> Iterator[Finding]:
    """What is to be said of waivers whose last day has passed."""
    for code, waiver in written.guards.items():
        mark = document.locations.find(("guards", code, "until"))
        found = ending(f"the waiver of {code}", waiver.until, today, mark)
        if found is not None:
            yield found


def without_limits(policy: Policy, fleet: int) -> Iterator[Finding]:
    """Yield a warning for each limit under which a guard refuses nothing of a fleet of that size."""
    default = Policy()
    never = (
        (policy.share, _WHOLE, "G104", "share"),
        (policy.databases, max(fleet, default.databases.value + 1), "G104", "databases"),
        (policy.backup_hours, _A_YEAR, "G105", "backup_hours"),
    )
    for limit, least, code, name in never:
        if limit.location is not None and limit.value >= least:
            yield Finding(
                code=codes.NO_LIMIT,
                message=f"with `{name}: {limit.value}`, {code} refuses nothing",
                severity=Severity.WARNING,
                location=limit.location,
                hint=f"write a smaller number, or waive {code} under `guards` with a reason and an end",
            )


_WHOLE = 100
_A_YEAR = 8760


def _limit(document: Document, name: str, value: int | None, default: Limit) -> Limit:
    if value is None:
        return default
    return Limit(value=value, location=document.locations.find(("limits", name)).location)


def _waiver(document: Document, code: str, written: WrittenWaiver) -> Waiver:
    return Waiver(
        severity=WaivedSeverity(written.severity),
        reason=written.reason,
        until=written.until,
        location=document.locations.find_key(("guards", code)).location,
    )
