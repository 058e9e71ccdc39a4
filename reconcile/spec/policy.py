"""What `reconcile.yaml` says of the guards → Policy, each number and waiver with its place."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from reconcile.model.finding import Finding
from reconcile.model.policy import Limit, Policy, Verdict, Waiver
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


def _limit(document: Document, name: str, value: int | None, default: Limit) -> Limit:
    if value is None:
        return default
    return Limit(value=value, location=document.locations.find(("limits", name)).location)


def _waiver(document: Document, code: str, written: WrittenWaiver) -> Waiver:
    return Waiver(
        verdict=Verdict(written.severity),
        reason=written.reason,
        until=written.until,
        location=document.locations.find_key(("guards", code)).location,
    )
