"""Rules behind codes: why there is one, and what a person does about it."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen


@frozen(kw_only=True)
class Rule:
    """Why a check is made, and how what it finds is settled, in a few sentences each."""

    why: str
    settle: str


def rule_of(code: str, rules: Mapping[str, Rule]) -> Rule:
    """The rule of a code, or of the nearest family of codes that it begins with.

    Raises KeyError where there is none.
    """
    families = (code[:length] for length in range(len(code), 0, -1))
    return rules[next((one for one in families if one in rules), code)]
