"""docs/codes.md: the codes that the program knows, as tables under the page's headings."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from reconcile.guard import GUARD_BY_CODE
from reconcile.plan.codes import MEANINGS as OF_PLANS
from reconcile.spec.codes import MEANINGS as OF_SPECS

PAGE = Path(__file__).resolve().parents[2] / "docs" / "codes.md"

_TABLE = re.compile(r"(?:^\|.*\n)+", re.MULTILINE)


def page() -> str:
    """The page with its tables written anew."""
    tables = iter((_meanings(OF_SPECS), _meanings(OF_PLANS), _guards()))
    return _TABLE.sub(lambda _old: next(tables), PAGE.read_text(encoding="utf-8"))


def _meanings(meanings: Mapping[str, str]) -> str:
    return _table(("code", "meaning"), sorted(meanings.items()))


def _guards() -> str:
    return _table(
        ("code", "meaning", "what to do", "overridden by a waiver or `--override`"),
        (
            (code, guard.meaning, guard.advice, "yes" if guard.waivable else "no")
            for code, guard in GUARD_BY_CODE.items()
        ),
    )


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    head = tuple(head)
    lines = (head, ("---",) * len(head), *rows)
    return "".join(f"|{'|'.join(cells)}|\n" for cells in (map(_cell, line) for line in lines))


def _cell(text: str) -> str:
    return text if text == "---" else f" {text} "
