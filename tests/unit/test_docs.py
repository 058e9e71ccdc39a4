"""The documents say what the program does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from covered import codes_page

from reconcile.cli.explain import MEANINGS

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted(
    [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")],
)
LINK = re.compile(r"\]\((?!https?://|#)([^)#]+)")
CODE = re.compile(r"\"([SPG]\d{3})\"")
REGISTER = ("plan", "codes.py")
"""It lists codes; what gives them is elsewhere."""


def test_every_code_of_the_source_is_explained_and_no_other() -> None:
    """Guards name their codes with a keyword, specs and kinds with a constant: all are quoted."""
    source = "".join(
        path.read_text(encoding="utf-8")
        for path in (ROOT / "reconcile").rglob("*.py")
        if path.parts[-2:] != REGISTER
    )
    assert set(CODE.findall(source)) == set(MEANINGS)


def test_the_page_of_codes_says_what_the_program_knows() -> None:
    """`make docs` writes it."""
    assert codes_page.PAGE.read_text(encoding="utf-8") == codes_page.page()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """A page links to files that are there."""
    for link in LINK.findall(page.read_text(encoding="utf-8")):
        assert (page.parent / link).exists(), link
