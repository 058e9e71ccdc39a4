"""Findings: what a check has to say, as data with a sentence."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from attrs import frozen

from reconcile.model.address import Address
from reconcile.model.location import Excerpt, Location


class Severity(Enum):
    """Whether a finding stops the run."""

    ERROR = "error"
    WARNING = "warning"


@frozen(kw_only=True)
class Finding:
    """One sentence about a spec or a plan, with a stable code and, where known, its place.

    `override` says how a person lifts a guard for this plan only; None where nothing does.
    `overridden` where a person did.
    """

    code: str
    message: str
    severity: Severity = Severity.ERROR
    location: Location | None = None
    excerpt: Excerpt | None = None
    hint: str | None = None
    address: Address | None = None
    override: str | None = None
    overridden: bool = False


def only_warnings(findings: Iterable[Finding]) -> bool:
    """Whether none of the findings stops the run."""
    return all(one.severity is Severity.WARNING for one in findings)
