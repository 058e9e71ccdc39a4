"""Make a project for the sandbox that serves demo/fleet.yaml: `python demo/project.py FOLDER`.

The folder gets a copy of specs/. Approvals to delete end in the copy 60 days from today, so that they hold
whenever somebody tries them.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

SPECS = Path(__file__).resolve().parent.parent / "specs"
_UNTIL = re.compile(r"\buntil:? \d{4}-\d\d-\d\d")


def renewed(text: str, today: date) -> str:
    """The text with every `until DATE` and `until: DATE` 60 days after `today`."""
    end = str(today + timedelta(days=60))
    return _UNTIL.sub(lambda match: match[0][: -len(end)] + end, text)


def make_project(folder: Path, today: date) -> None:
    """Copy the specs into `folder`/specs. Raises FileExistsError if that exists."""
    (folder / "specs").mkdir(parents=True)
    for path in SPECS.glob("*.yaml"):
        text = renewed(path.read_text(encoding="utf-8"), today)
        (folder / "specs" / path.name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    make_project(Path(sys.argv[1]), datetime.now(UTC).date())
