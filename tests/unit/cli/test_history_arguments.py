"""`reconcile runs`: argv → options."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconcile.cli.arguments import parse
from reconcile.cli.options import Output, RunsOptions
from reconcile.errors import UsageError


@pytest.mark.parametrize(
    ("line", "options"),
    [
        ("runs", RunsOptions(output=Output())),
        ("runs --limit 3", RunsOptions(output=Output(), limit=3)),
        (
            "runs --state-dir here --format json",
            RunsOptions(output=Output(format="json"), state_dir=Path("here")),
        ),
        ("runs show latest", RunsOptions(output=Output(), ident="latest")),
        (
            "runs show 2026 --state-dir here --no-color",
            RunsOptions(output=Output(no_color=True), ident="2026", state_dir=Path("here")),
        ),
    ],
)
def test_a_command_line_is_read(line: str, options: RunsOptions) -> None:
    """Each option where it belongs."""
    assert parse(line.split()) == options


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("runs --limit 0", "'0': write a whole number from 1 to 1000000"),
        ("runs --limit 3 show latest", "--limit before 'show' is about the list"),
        ("runs --state-dir here show latest", "--state-dir before 'show' is about the list"),
        ("runs show", "missing argument 'ID|latest'"),
        ("runs sohw latest", "'show'?"),
    ],
)
def test_what_cannot_be_meant_is_refused(line: str, message: str) -> None:
    """No word of a command line is passed over."""
    with pytest.raises(UsageError) as caught:
        parse(line.split())
    assert message in str(caught.value)
