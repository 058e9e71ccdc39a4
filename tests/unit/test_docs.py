"""The documents say what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from reconcile.guard.codes import MEANINGS as OF_GUARDS
from reconcile.plan.codes import MEANINGS as OF_PLANS
from reconcile.spec.codes import MEANINGS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")],
)
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
CODE = re.compile(r"\"([SPG]\d{3})\"")
REGISTERS = {("plan", "codes.py"), ("guard", "codes.py")}
"""They list codes; what gives them is elsewhere."""
LISTED = re.compile(r"^\| ([SPG]\d{3}) \|", re.MULTILINE)


def test_every_code_is_documented_and_no_other() -> None:
    """docs/codes.md lists the codes of the source."""
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "reconcile").rglob("*.py")
        if "sandbox" not in path.parts and path.parts[-2:] not in REGISTERS
    )
    listed = LISTED.findall((ROOT / "docs" / "codes.md").read_text(encoding="utf-8"))
    assert len(listed) == len(set(listed))
    # Guards name their codes with a keyword, specs and kinds with a constant: all are quoted.
    assert set(listed) == set(CODE.findall(source))


def test_the_meanings_of_codes_are_the_documented_ones() -> None:
    """The page says of each what the tables of the program say."""
    page = (ROOT / "docs" / "codes.md").read_text(encoding="utf-8")
    for code, meaning in {**MEANINGS, **OF_PLANS, **OF_GUARDS}.items():
        assert f"| {code} | {meaning} |" in page


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """A page links to files that are there."""
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link
