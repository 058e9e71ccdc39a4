"""A long list of findings on a page."""

from __future__ import annotations

from reconcile.model.finding import Finding
from reconcile.report.findings_text import validation_text
from reconcile.report.page import Look


def test_a_page_shows_a_hundred_findings_and_counts_the_rest() -> None:
    """The verdict counts all of them."""
    findings = tuple(Finding(code="S104", message=f"fault {one}") for one in range(102))
    lines = validation_text(findings, files=1, databases=0, look=Look()).splitlines()
    assert [one.split("[")[0].strip() for one in lines[:100]] == [f"fault {n}" for n in range(100)]
    assert lines[100:] == [
        "… and 2 more findings (--format json lists all)",
        "102 errors, 1 file read.",
    ]
