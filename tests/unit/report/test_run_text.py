"""Runs, where a golden file does not say why they look as they do."""

from __future__ import annotations

import json

import pytest
from attrs import evolve
from builders import desired, observed, removal
from rich.cells import cell_len

from reconcile.apply.executors import calls_of
from reconcile.errors import ExitStatus
from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.model.call import Call, Effect
from reconcile.model.plan import Proposal
from reconcile.model.run import Outcome, Result, Run
from reconcile.model.state import ITSELF
from reconcile.plan.build import build_plan
from reconcile.report.page import Look
from reconcile.report.run_text import run_text
from reconcile.report.to_json import run_json


def proposed(*names: str) -> Proposal:
    """Turn backups on, and delete logical databases."""
    spec = desired(
        {
            "backups": Backups(enabled=True),
            "logical_databases": LogicalDatabases(absent=tuple(map(removal, names))),
        }
    )
    live = {
        "backups": {ITSELF: {"enabled": False, "hours": ()}},
        "logical_databases": {name: {} for name in names},
    }
    return Proposal(plan=build_plan([spec], {"shop": observed(live)}))


def ran(before: Proposal, result: Result = Result.DONE, *, dry: bool = False) -> Run:
    """A run in which every action came to one result."""
    outcomes = tuple(
        Outcome(action=action, result=result, calls=calls_of(action))
        for action in before.plan.actions
    )
    return Run(id="run", before=before, outcomes=outcomes, dry=dry)


def lines_of(run: Run, look: Look | None = None) -> list[str]:
    """The lines of a run."""
    return run_text(run, look or Look()).splitlines()


@pytest.mark.parametrize(
    ("result", "line"),
    [
        (Result.DONE, "  ✓ shop/backups  update  done"),
        (Result.FAILED, "  ✗ shop/backups  update  failed"),
        (Result.UNKNOWN, "  ? shop/backups  update  unknown"),
        (Result.SKIPPED, "  · shop/backups  update  skipped"),
        (Result.NOT_ALLOWED, "  · shop/backups  update  not allowed"),
        (Result.REFUSED, "  ! shop/backups  update  refused"),
        (Result.NOT_SENT, "  → shop/backups  update  not sent"),
    ],
)
def test_every_result_has_a_line_and_is_counted(result: Result, line: str) -> None:
    """A symbol and a word: neither colour nor symbol has to be known."""
    first, second, *_ = lines_of(ran(proposed(), result))
    assert first == f"Applied: 1 {result.value} of 1 action."
    assert second == line


def test_results_stand_in_one_column() -> None:
    """However wide the characters of an address are."""
    lines = lines_of(ran(proposed("データ", "データベース", "old")))[1:5]
    assert len({cell_len(line[: line.index("  delete")]) for line in lines[1:]}) == 1


def test_what_was_planned_and_not_begun_is_not_denied() -> None:
    """Who said no at the prompt, or pressed Ctrl-C there, is not told that nothing was planned."""
    for status in (None, ExitStatus.INTERRUPTED):
        run = Run(id="run", before=proposed("old"), interrupted=status)
        assert "no action was planned" not in run_text(run, Look())


def test_nothing_to_do_is_said_so() -> None:
    """And that it converged."""
    spec = desired({"backups": Backups(enabled=True)})
    live = {"backups": {ITSELF: {"enabled": True, "hours": ()}}}
    before = Proposal(plan=build_plan([spec], {"shop": observed(live)}))
    text = run_text(Run(id="run", before=before), Look())
    assert "no action was planned" in text
    assert "Converged." in text


def test_a_dry_run_shows_every_request_whole() -> None:
    """Method, URL and body; the body is the one that would be sent."""
    lines = lines_of(ran(proposed("old"), Result.NOT_SENT, dry=True))
    assert lines[0] == "Dry run: 2 requests would be sent, none was."
    assert lines[2:4] == [
        "      PATCH https://db.example.test/api/databases/ad-shop",
        '      {"database": {"periodic_backups_enabled": true}}',
    ]
    assert json.loads(lines[6]) == {
        "action_name": "delete-database",
        "params": {"database_name": "old"},
    }


def test_a_dry_run_of_a_request_without_a_body() -> None:
    """No `null` stands for it."""
    run = ran(proposed(), Result.NOT_SENT, dry=True)
    call = Call(method="DELETE", path="/features/x", effect=Effect.CHANGE)
    lines = lines_of(evolve(run, outcomes=(evolve(run.outcomes[0], calls=(call,)),)))
    assert lines[2:4] == [
        "      DELETE https://db.example.test/api/databases/ad-shop/features/x",
        "",
    ]


def test_an_interrupted_dry_run_says_so() -> None:
    """Its list of requests may not be whole."""
    run = evolve(ran(proposed(), Result.NOT_SENT, dry=True), interrupted=ExitStatus.INTERRUPTED)
    assert "nterrupted" in run_text(run, Look())


def test_json_names_the_requests_of_each_outcome() -> None:
    """As a dry run shows them, in order, and how many actions came to which result."""
    run = ran(proposed("old"), Result.NOT_SENT, dry=True)
    document = json.loads(run_json(run, status=ExitStatus.REMAINS))
    assert document["exit_status"] == 2
    assert document["dry_run"] is True
    assert document["results"] == {"not sent": 2}
    assert [one["requests"] for one in document["outcomes"]] == [
        [
            {
                "method": "PATCH",
                "url": "https://db.example.test/api/databases/ad-shop",
                "body": {"database": {"periodic_backups_enabled": True}},
            }
        ],
        [
            {
                "method": "POST",
                "url": "https://db.example.test/api/databases/ad-shop/action",
                "body": {"action_name": "delete-database", "params": {"database_name": "old"}},
            }
        ],
    ]
