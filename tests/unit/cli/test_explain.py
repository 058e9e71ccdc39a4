"""Every code can be explained, with what the configuration says of it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from builders import HERE, TODAY

from reconcile.cli.explain import MEANINGS, code_explained
from reconcile.model.finding import Rule, rule_of
from reconcile.model.policy import Limit, Policy, WaivedSeverity, Waiver

LATER = date(2027, 1, 31)


@pytest.mark.parametrize("code", sorted(MEANINGS))
def test_every_code_can_be_explained(code: str) -> None:
    """What it means, why it is there, and what a person does about it, in whole sentences."""
    found = code_explained(code, Policy(), today=TODAY)
    assert found.meaning == MEANINGS[code]
    for text in (found.rule.why, found.rule.advice):
        assert text[0].isupper()
        assert text.endswith(".")
        assert "  " not in text


def test_a_limit_is_that_of_the_configuration() -> None:
    """With the place where it is set."""
    policy = Policy(backup_hours=Limit(value=12, location=HERE))
    assert code_explained("G105", policy, today=TODAY).limits == {
        "backup_hours": Limit(value=12, location=HERE)
    }
    assert code_explained("G104", policy, today=TODAY).limits.keys() == {"share", "databases"}
    assert code_explained("G106", policy, today=TODAY).limits == {}


def test_a_waiver_is_told_of_its_code() -> None:
    """And of no other."""
    waiver = Waiver(severity=WaivedSeverity.OFF, reason="why", until=LATER, location=HERE)
    policy = Policy(waivers={"G106": waiver})
    assert code_explained("G106", policy, today=TODAY).waiver == waiver
    assert code_explained("G107", policy, today=TODAY).waiver is None
    assert not code_explained("G106", policy, today=LATER).ended
    assert code_explained("G106", policy, today=LATER + timedelta(days=1)).ended


@pytest.mark.parametrize(("code", "waivable"), [("G101", False), ("G104", True), ("S103", False)])
def test_what_can_be_lifted(code: str, waivable: bool) -> None:
    """Some guards by a waiver or for one plan; a fault of a spec is mended."""
    assert code_explained(code, Policy(), today=TODAY).waivable is waivable


def test_the_nearest_family_explains_a_code() -> None:
    """A code's own rule, or that of the longest beginning that it shares."""
    near, far = Rule(why="near", advice=""), Rule(why="far", advice="")
    rules = {"P": far, "P24": near}
    assert (rule_of("P243", rules), rule_of("P101", rules)) == (near, far)
    with pytest.raises(KeyError, match="S101"):
        rule_of("S101", rules)
