"""Findings of checks, and the rules behind their codes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
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

    `override` says how a person overrides a guard for this plan only; None where nothing does.
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


@frozen(kw_only=True)
class Rule:
    """Why a check is made, and what to do about it, in a few sentences each."""

    why: str
    advice: str


def rule_of(code: str, rules: Mapping[str, Rule]) -> Rule:
    """The rule of a code, or of the nearest family of codes that it begins with.

    Raises KeyError where there is none.
    """
    families = (code[:length] for length in range(len(code), 0, -1))
    return rules[next((one for one in families if one in rules), code)]
