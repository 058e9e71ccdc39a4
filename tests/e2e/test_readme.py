"""The README shows what the command prints."""

from __future__ import annotations

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from demo.project import renewed
from scalingo_sandbox import running

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def block(heading: str, language: str = "") -> str:
    """The first code block of a language under a heading."""
    section = README.split(f"## {heading}\n", 1)[1]
    found = re.search(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)
    assert found, heading
    return found[1]


def test_the_plan_in_the_readme_is_the_plan_of_its_spec(tmp_path: Path) -> None:
    """The first spec, planned against the tour's fleet, comes out as the README shows it."""
    today = datetime.now(UTC).date()
    spec = renewed(block("A first spec", "yaml"), today)
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "shop.yaml").write_text(spec, encoding="utf-8")
    with running(ROOT / "demo" / "fleet.yaml") as sandbox:
        result = subprocess.run(
            [str(Path(sys.executable).with_name("reconcile")), "plan"],
            cwd=tmp_path,
            env={"SCALINGO_AUTH_URL": sandbox.url, "SCALINGO_API_TOKEN": sandbox.token},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        )
    assert result.stdout == renewed(block("What a plan looks like"), today)
