"""What a second read leaves of what the guards said of the first."""

from __future__ import annotations

import pytest
from attrs import evolve
from builders import desired, observed

from reconcile.kinds.backups import Backups
from reconcile.model.address import Address
from reconcile.model.finding import Finding, Severity
from reconcile.model.plan import Plan, Proposal
from reconcile.model.state import ITSELF
from reconcile.plan.build import build_plan
from reconcile.workflow.reread import still_true

BACKUPS = Address(database="shop", kind="backups")


def planned(hour: int | None) -> Plan:
    """A plan for backups at 3 where they are made at another hour, or not at all."""
    live = {"enabled": hour is not None, "hours": () if hour is None else (hour,)}
    spec = desired({"backups": Backups(enabled=True, hours=(3,))})
    return build_plan([spec], {"shop": observed({"backups": {ITSELF: live}})})


@pytest.mark.parametrize(
    ("address", "hour", "kept"),
    [
        (None, 3, False),
        (Address(database="shop"), 3, True),
        (BACKUPS, 14, True),
        (BACKUPS, 15, False),
        (BACKUPS, 3, False),
        (Address(database="shop", kind="sql_mode"), 14, False),
    ],
)
def test_a_finding_goes_with_the_change_that_it_is_about(
    address: Address | None, hour: int, kept: bool
) -> None:
    """Where live is another by now, the change is another one, and no guard judged it."""
    finding = Finding(code="G105", message="too old", severity=Severity.WARNING, address=address)
    before = Proposal(plan=planned(14), findings=(finding,))
    assert list(still_true(before, planned(hour))) == ([finding] if kept else [])


@pytest.mark.parametrize("address", [None, BACKUPS])
def test_no_override_outlives_its_plan(address: Address | None) -> None:
    """It does not count for what is left, and a flag for the old plan would not either."""
    refused = Finding(code="G105", message="too old", address=address, override="--override G105=1")
    overridden = evolve(refused, severity=Severity.WARNING, override=None, overridden=True)
    for finding, kept in ((refused, [evolve(refused, override=None)]), (overridden, [])):
        before = Proposal(plan=planned(14), findings=(finding,))
        assert list(still_true(before, planned(14))) == kept
