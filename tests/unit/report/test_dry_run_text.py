"""Dry runs, and runs as JSON: the requests, exactly."""

from __future__ import annotations

import json

import pytest
from attrs import evolve
from builders import desired, observed
from unit.report.runs import lines_of, proposed, ran

from reconcile.errors import ExitStatus
from reconcile.kinds.backups import Backups
from reconcile.model.plan import Proposal
from reconcile.model.request import Call, Effect
from reconcile.model.run import Result
from reconcile.model.state import ITSELF, Unknown
from reconcile.plan.build import build_plan
from reconcile.report.page import Look
from reconcile.report.plan_json import run_json
from reconcile.report.run_text import run_text


@pytest.mark.parametrize("width", [None, 40])
def test_a_dry_run_shows_every_request_whole(width: int | None) -> None:
    """Method, URL and body; the body is the one that would be sent, ready to be copied."""
    run = ran(proposed("old"), Result.NOT_SENT, dry=True)
    lines = lines_of(run, Look(width=width))
    if width is None:
        assert lines[0] == "Dry run: 2 requests would be sent, none was."
        assert lines[2] == "  → shop/backups  update  not sent"
        assert lines[6] == "  → shop/logical_databases/old  delete  not sent"
    requests = [index for index, one in enumerate(lines) if "https://" in one]
    assert lines[requests[0] : requests[0] + 2] == [
        "      PATCH https://db.example.test/api/databases/ad-shop",
        '      {"database": {"periodic_backups_enabled": true}}',
    ]
    assert lines[requests[1]] == "      POST https://db.example.test/api/databases/ad-shop/action"
    assert json.loads(lines[requests[1] + 1]) == {
        "action_name": "delete-database",
        "params": {"database_name": "old"},
    }


def test_a_dry_run_of_a_request_without_a_body() -> None:
    """No `null` stands for it."""
    run = ran(proposed(), Result.NOT_SENT, dry=True)
    call = Call(method="DELETE", path="/features/x", effect=Effect.CHANGE)
    lines = lines_of(evolve(run, outcomes=(evolve(run.outcomes[0], calls=(call,)),)))
    assert lines[3:] == ["      DELETE https://db.example.test/api/databases/ad-shop/features/x"]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        ((), "Dry run: 1 request would be sent, none was."),
        (("a", "b"), "Dry run: 3 requests would be sent, none was."),
    ],
)
def test_a_dry_run_counts_its_requests(names: tuple[str, ...], sentence: str) -> None:
    """Requests, not actions."""
    run = ran(proposed(*names), Result.NOT_SENT, dry=True)
    assert lines_of(run)[0] == sentence


def test_a_dry_run_without_a_request_shows_what_isheld_back() -> None:
    """Each action with the reason, and the flags as an apply would show them."""
    run = ran(proposed("old"), Result.NOT_ALLOWED, dry=True)
    held = tuple(evolve(outcome, calls=()) for outcome in run.outcomes)
    lines = lines_of(evolve(run, outcomes=held))
    assert "nothing would be sent" in lines[0]
    assert lines[1:4] == [
        "",
        "  · shop/backups                update  not allowed",
        "  · shop/logical_databases/old  delete  not allowed",
    ]
    assert "  --allow lossy=shop/logical_databases/old" in lines


def test_a_dry_run_shows_what_no_apply_would_settle() -> None:
    """What is blocked, and what is unknown; actions were shown as requests."""
    blocked = desired({"backups": Backups(enabled=True, hours=(3, 15))})
    state = {"backups": {ITSELF: {"enabled": False, "hours": ()}}}
    lost = desired({"backups": Backups(enabled=True)}, handle="lost")
    plan = build_plan(
        [blocked, lost], {"shop": observed(state), "lost": Unknown(reason="HTTP 503")}
    )
    lines = lines_of(ran(Proposal(plan=plan), Result.NOT_SENT, dry=True))
    rest = lines[lines.index("Left for a person, or for later:") :]
    assert any("HTTP 503" in one for one in rest)
    assert any("blocked P202" in one for one in rest)
    assert not any("safe" in one for one in rest)


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
