"""What is said of a run, where a golden file does not say why."""

from __future__ import annotations

import json
import shlex

import pytest
from attrs import evolve
from builders import desired, facts, observed
from rich.cells import cell_len
from unit.report.runs import held_back, lines_of, proposed, ran

from reconcile.apply.allowance import Allow
from reconcile.cli.present import run_status
from reconcile.errors import ExitStatus
from reconcile.kinds.backups import Backups
from reconcile.model.change import Risk
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding
from reconcile.model.plan import Plan, Proposal
from reconcile.model.request import Call, Effect
from reconcile.model.run import Conflict, Outcome, Result, Run
from reconcile.model.state import ITSELF, Unknown
from reconcile.plan.build import build_plan
from reconcile.report.page import Look
from reconcile.report.plan_json import run_json
from reconcile.report.run_text import conflict_lines, run_text


@pytest.mark.parametrize(
    ("result", "counted", "symbol"),
    [
        (Result.DONE, "all done", "✓"),
        (Result.FAILED, "1 failed", "✗"),
        (Result.UNKNOWN, "1 unknown", "?"),
        (Result.SKIPPED, "1 skipped", "·"),
        (Result.NOT_ALLOWED, "1 not allowed", "·"),
        (Result.REFUSED, "1 refused", "!"),
        (Result.NOT_SENT, "1 not sent", "→"),
    ],
)
def test_every_result_has_a_line_and_is_counted(result: Result, counted: str, symbol: str) -> None:
    """A symbol and a word: neither colour nor symbol has to be known."""
    first, second, *_ = lines_of(ran(proposed(), result))
    touched = result in {Result.DONE, Result.UNKNOWN}
    assert first == f"{'Applied' if touched else 'Nothing applied'}: 1 action, {counted}."
    assert second == f"  {symbol} shop/backups  update  {result.value}"


@pytest.mark.parametrize("status", [None, ExitStatus.INTERRUPTED, ExitStatus.TERMINATED])
@pytest.mark.parametrize(
    ("results", "counted"),
    [
        ((Result.DONE, Result.DONE, Result.DONE), "3 actions, all done."),
        ((Result.DONE, Result.SKIPPED, Result.SKIPPED), "3 actions, 1 done and 2 skipped."),
        (
            (Result.NOT_ALLOWED, Result.FAILED, Result.DONE),
            "3 actions, 1 done, 1 failed and 1 not allowed.",
        ),
        ((Result.REFUSED, Result.REFUSED, Result.REFUSED), "3 actions, 3 refused."),
    ],
)
def test_the_summary(results: tuple[Result, ...], counted: str, status: ExitStatus | None) -> None:
    """The best first; an interruption is told before the figures."""
    run = ran(proposed("old", "older"))
    outcomes = tuple(
        evolve(outcome, result=result)
        for outcome, result in zip(run.outcomes, results, strict=True)
    )
    touched = Result.DONE in results
    head = ("Applied" if touched else "Nothing applied") if status is None else "Interrupted"
    first, *_ = lines_of(evolve(run, outcomes=outcomes, interrupted=status))
    assert first == f"{head}: {counted}"


@pytest.mark.parametrize(
    ("names", "status", "sentence"),
    [
        (("old",), None, "Nothing was applied, 2 actions planned."),
        ((), None, "Nothing was applied, 1 action planned."),
        (("old",), ExitStatus.TERMINATED, "Interrupted: nothing was applied, 2 actions planned."),
    ],
)
def test_the_summary_of_a_run_that_did_not_begin(
    names: tuple[str, ...], status: ExitStatus | None, sentence: str
) -> None:
    """Somebody said no, or a signal came first."""
    first, *_ = lines_of(Run(id="run", before=proposed(*names), interrupted=status))
    assert first == sentence


def test_the_flags_for_what_was_left_out_stand_once_below() -> None:
    """Ready for a shell, each once: the two halves of a replacement have one."""
    quoted = ran(proposed("it's", "plain", "a b"), Result.NOT_ALLOWED)
    twice = evolve(quoted, outcomes=(*quoted.outcomes[1:], *quoted.outcomes[1:]))
    lines = lines_of(twice, Look(width=40))
    start = lines.index("To allow the ones left out, add:")
    assert lines[start - 1] == ""
    flags = lines[start + 1 : start + 4]
    assert flags == [
        "  --allow 'lossy=shop/logical_databases/a b'",
        """  --allow 'lossy=shop/logical_databases/it'"'"'s'""",
        "  --allow lossy=shop/logical_databases/plain",
    ]
    assert lines[start + 4] == ""
    for flag, outcome in zip(flags, quoted.outcomes[1:], strict=True):
        word, value = shlex.split(flag)
        assert word == "--allow"
        assert Allow.parse(value) == Allow(risk=Risk.LOSSY, address=outcome.action.address)


def test_one_flag_is_told_as_one() -> None:
    """And none is offered where nothing was left out for want of it."""
    run = ran(proposed("old"))
    one = evolve(
        run,
        outcomes=(run.outcomes[0], evolve(run.outcomes[1], result=Result.NOT_ALLOWED)),
    )
    assert "To allow the one left out, add:" in lines_of(one)
    for result in (Result.DONE, Result.REFUSED, Result.SKIPPED, Result.FAILED):
        assert "--allow" not in run_text(ran(proposed("old"), result), Look())


def test_the_flag_is_not_repeated_beside_its_action() -> None:
    """Its message says what stands below."""
    run = ran(proposed("old"))
    message = "allow it with --allow lossy=shop/logical_databases/old"
    outcomes = tuple(
        evolve(outcome, result=Result.NOT_ALLOWED, message=message) for outcome in run.outcomes
    )
    text = run_text(evolve(run, outcomes=outcomes), Look())
    assert text.count("--allow lossy=shop/logical_databases/old\n") == 1


@pytest.mark.parametrize(
    "result", [Result.DONE, Result.FAILED, Result.UNKNOWN, Result.SKIPPED, Result.REFUSED]
)
def test_a_message_stands_beside_its_result(result: Result) -> None:
    """Why something was not done, and also what is odd about something that was."""
    run = ran(proposed())
    said = evolve(run.outcomes[0], result=result, message="so it is")
    (line, *_) = lines_of(evolve(run, outcomes=(said,)))[1:]
    assert line.endswith(f"  {result.value}: so it is")


@pytest.mark.parametrize(
    ("left", "sentence"),
    [
        ("nothing", "Converged. Nothing to do: 1 database in sync."),
        ("blocked", "No action is left. What remains:"),
        ("pending", "1 database pending, not compared. What remains:"),
        ("planned", "Not converged. What is left:"),
        ("unknown", "Not converged. What is left:"),
    ],
)
def test_whether_it_converged(left: str, sentence: str) -> None:
    """What only people can do is no lack of convergence; what could not be read is."""
    spec = desired({"backups": Backups(enabled=True, hours=(3, 15) if left == "blocked" else ())})
    hours = (3,) if left == "blocked" else ()
    state = {"backups": {ITSELF: {"enabled": left != "planned", "hours": hours}}}
    live = facts(Engine.MYSQL, status="upgrading" if left == "pending" else "running")
    found = Unknown(reason="HTTP 503") if left == "unknown" else observed(state, live=live)
    after = Proposal(plan=build_plan([spec], {"shop": found}))
    assert lines_of(evolve(ran(proposed()), after=after))[3] == sentence


@pytest.mark.parametrize("width", [40, 80])
def test_a_long_name_does_not_leave_its_symbol_alone(width: int) -> None:
    """It is folded behind the symbol, not pushed to the next line."""
    lines = lines_of(ran(proposed("x" * 120)), Look(width=width))
    line = next(one for one in lines if "xx" in one)
    assert line.startswith("  ✓ shop/logical_databases/xx")


def test_symbols_are_followed_by_a_plain_blank() -> None:
    """`grep '✓ shop'` and a copied line know no other kind of blank."""
    assert "\u00a0" not in run_text(ran(proposed("old")), Look())


def test_results_stand_in_one_column() -> None:
    """However wide the characters of an address are."""
    lines = lines_of(ran(proposed("データ", "データベース", "old")))[1:5]
    assert len({cell_len(line[: line.index("  delete")]) for line in lines[1:]}) == 1


@pytest.mark.parametrize("kept", [True, False])
def test_a_plan_that_is_out_of_date_did_not_converge(kept: bool) -> None:
    """Also where nothing is left to do; a plan of this run is read again, and was overtaken."""
    before = proposed("old")
    outcomes = tuple(Outcome(action=one, result=Result.STALE) for one in before.plan.actions)
    after = Proposal(plan=Plan(databases=(evolve(before.plan.databases[0], items=()),)))
    run = Run(id="run", before=before, outcomes=outcomes, after=after, kept=kept)
    said = "2 actions of the plan no longer applied: plan again." if kept else "Converged."
    assert lines_of(run)[-1] == f"{said} Nothing to do: 1 database in sync."
    assert run_status(run) is (ExitStatus.REMAINS if kept else ExitStatus.DONE)


def test_a_finding_on_the_fleet_holds_every_action_back() -> None:
    """It stands once, over what it refuses; of a plan from a file only that is told."""
    before = evolve(proposed("old"), findings=(Finding(code="G900", message="no", hint="ask"),))
    run = Run(id="run", before=before, outcomes=held_back(before))
    refused = [
        "",
        "no [G900]",
        "  hint: ask",
        "",
        "  ! shop/backups                update  refused: G900, see above",
        "  ! shop/logical_databases/old  delete  refused: G900, see above",
    ]
    assert lines_of(evolve(run, dry=True))[1:] == refused
    head = "Nothing applied: 2 actions, 2 refused."
    lines = lines_of(run)
    assert lines[0] == head
    assert lines.count("no [G900]") == 1
    assert [one.strip() for one in lines].count("refused G900, see above") == 2
    assert lines_of(evolve(run, kept=True)) == [head, *refused[:3]]
    document = json.loads(run_json(run, status=ExitStatus.REFUSED))
    assert [one["code"] for one in document["outcomes"]] == ["G900", "G900"]


def test_a_stale_action_on_what_has_no_fields_shows_that_it_is_there() -> None:
    """A logical database is there or not: its line is never empty."""
    told = [
        "".join(text for text, _style in one.pieces)
        for one in conflict_lines(Conflict(before={}, expected={}, now=None))
    ]
    assert told == ["before    (it is there)", "expected  (it is there)", "now       (nothing)"]


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


def test_a_dry_run_without_a_request_shows_what_is_held_back() -> None:
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
