"""The journal: intent before outcome, in lines, for its owner only."""

from __future__ import annotations

import errno
import json
import os
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import ORIGIN, target
from unit.apply.disk import room_for

from reconcile.apply.history import read_run
from reconcile.apply.journal import CHECKSUM, Journal, JournalError, checksum
from reconcile.model.address import Address
from reconcile.model.change import Create, FieldChange, Risk, Update
from reconcile.model.history import Addon, Commit, Opening, Resolution
from reconcile.model.item import Action, Reason
from reconcile.model.order import Order, OrderOutcome
from reconcile.model.request import Effect, action
from reconcile.model.run import Conflict, Outcome, Result

ADDRESS = Address(database="shop", kind="backups")
ACTION = Action(
    address=ADDRESS,
    change=Update(
        address=ADDRESS,
        before={"hours": (5,)},
        after={"hours": (3,)},
        fields=(FieldChange(field="hours", before=(5,), after=(3,)),),
    ),
    risk=Risk.SAFE,
    reason=Reason.DIFFERS,
    origin=ORIGIN,
)
HOURS = {"field": "hours", "before": [5], "after": [3]}
OTHER_ADDRESS = Address(database="shop", kind="logical_databases", name="audit")
OTHER = Action(
    address=OTHER_ADDRESS,
    change=Create(address=OTHER_ADDRESS, after={}),
    risk=Risk.SAFE,
    reason=Reason.MISSING,
    origin=ORIGIN,
)

OPENING = Opening(
    version="1.0",
    command="apply",
    who="anna",
    host="build-7",
    pid=4711,
    commit=Commit(id="1" * 40, dirty=True),
    plan_id="2" * 64,
    actions=1,
    databases={"shop": Addon(app="shop-web", addon="ad-shop", region="osc-fr1")},
)


def now() -> datetime:
    """A fixed time."""
    return datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def lines(path: Path) -> list[dict[str, Any]]:
    """The entries of a journal, each without its checksum, which is right."""
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [one.pop(CHECKSUM) for one in entries] == [checksum(one) for one in entries]
    return entries


def test_intent_is_on_disk_before_the_outcome(tmp_path: Path) -> None:
    """`started` can be read by another process before `finished` is written."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        journal.started(ACTION)
        assert [entry["event"] for entry in lines(journal.path)] == ["run", "started"]
        journal.finished(Outcome(action=ACTION, result=Result.DONE))
        journal.end({"done": 1})
    begin, started, finished, ended = lines(tmp_path / "runs" / "run-1.jsonl")
    assert {name: begin[name] for name in begin if name not in {"at", "event"}} == {
        "format_version": "1.1",
        "version": "1.0",
        "command": "apply",
        "who": "anna",
        "host": "build-7",
        "pid": 4711,
        "commit": {"id": "1" * 40, "dirty": True},
        "plan_id": "2" * 64,
        "plan_made": "",
        "actions": 1,
        "databases": {"shop": {"addon": "ad-shop", "app": "shop-web", "region": "osc-fr1"}},
        "permission": {
            "overrides": [],
            "allows": [],
            "backup_first": False,
            "roll_backups": False,
        },
    }
    assert started["address"] == "shop/backups"
    assert (started["before"], started["after"]) == ({"hours": [5]}, {"hours": [3]})
    assert (started["risk"], started["fields"]) == ("safe", [HOURS])
    assert (finished["result"], finished["verb"]) == ("done", "update")
    assert ended["results"] == {"done": 1}
    assert {entry["at"] for entry in (begin, started, finished, ended)} == {now().isoformat()}


def test_an_intent_is_on_disk_when_it_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As is every outcome; what was left out or settled is with the last line."""
    flushed: list[list[str]] = []
    flush = os.fsync

    def noted(descriptor: int) -> None:
        flush(descriptor)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            flushed.append([entry["event"] for entry in lines(tmp_path / "runs" / "run-1.jsonl")])

    monkeypatch.setattr("os.fsync", noted)
    with Journal(tmp_path, "run-1", now) as journal:
        journal.started(ACTION)
        journal.finished(Outcome(action=ACTION, result=Result.UNKNOWN))
        journal.complete(
            [
                Outcome(action=ACTION, result=Result.DONE),
                Outcome(action=OTHER, result=Result.SKIPPED),
            ]
        )
        journal.end({"done": 1})
    events = ["started", "finished", "settled", "left", "ended"]
    assert flushed == [events[:1], events[:2], events]


def test_the_keys_of_a_line_are_sorted(tmp_path: Path) -> None:
    """Two journals can be compared line by line."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.started(ACTION)
    (line,) = (tmp_path / "runs" / "run-1.jsonl").read_text(encoding="utf-8").splitlines()
    assert line == json.dumps(json.loads(line), sort_keys=True)


def test_what_cannot_be_announced_is_not_done(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither the run nor an action: the error says so."""

    def full(_descriptor: int, _line: bytes) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with Journal(tmp_path, "run-1", now) as journal:
        monkeypatch.setattr("os.write", full)
        with pytest.raises(JournalError, match=r"No space left.*nothing is changed without it"):
            journal.begin(OPENING)
        with pytest.raises(JournalError, match=r"No space left.*nothing is changed without it"):
            journal.started(ACTION)
        monkeypatch.undo()


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """0700 for each folder that is made, 0600 for the file; whatever the umask."""
    before = os.umask(0)
    try:
        with Journal(tmp_path / "state", "run-1", now) as journal:
            assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
            for made in (journal.path.parent, tmp_path / "state"):
                assert stat.S_IMODE(made.stat().st_mode) == 0o700
    finally:
        os.umask(before)


def modes(*places: Path) -> list[int]:
    """Who may do what there."""
    return [stat.S_IMODE(place.stat().st_mode) for place in places]


def test_a_folder_that_was_left_open_is_closed(tmp_path: Path) -> None:
    """That of the journals, and the default one around it; one that was chosen keeps its mode."""
    for state, mode in ((tmp_path / "reconcile", 0o700), (tmp_path / "chosen", 0o777)):
        (state / "runs").mkdir(parents=True)
        state.chmod(0o777)
        (state / "runs").chmod(0o777)
        with Journal(state, "run-1", now) as journal:
            assert modes(state, state / "runs", journal.path) == [mode, 0o700, 0o600]


def test_the_folder_of_the_journals_may_be_a_link(tmp_path: Path) -> None:
    """Somebody keeps them on another disk; what it leads to is theirs, and keeps its mode."""
    (tmp_path / "elsewhere").mkdir(mode=0o755)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "runs").symlink_to(tmp_path / "elsewhere")
    with Journal(tmp_path / "state", "run-1", now) as journal:
        journal.begin(OPENING)
    assert read_run(tmp_path / "elsewhere" / "run-1.jsonl").id == "run-1"
    assert modes(tmp_path / "elsewhere") == [0o755]


def test_a_link_to_nowhere_is_refused(tmp_path: Path) -> None:
    """Nothing is changed without a journal."""
    (tmp_path / "runs").symlink_to(tmp_path / "nowhere")
    with pytest.raises(JournalError, match=r"nothing is changed without it.*--state-dir"):
        Journal(tmp_path, "run-1", now)


def test_a_journal_is_never_written_over(tmp_path: Path) -> None:
    """A second run of the same id is refused."""
    with (
        Journal(tmp_path, "run-1", now),
        pytest.raises(
            JournalError, match=f"cannot write the journal '{tmp_path}/runs/run-1.jsonl'"
        ),
    ):
        Journal(tmp_path, "run-1", now)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """Nobody else chooses where the journal goes."""
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "run-1.jsonl").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(JournalError):
        Journal(tmp_path, "run-1", now)
    assert not (tmp_path / "elsewhere").exists()


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """With what to do about it."""
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(JournalError, match=r"nothing is changed without it.*--state-dir"):
        Journal(tmp_path / "file", "run-1", now)


def test_what_was_done_is_not_called_undone(tmp_path: Path) -> None:
    """Once a request has left, an error says what the journal lacks, and no more."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.started(ACTION)
        with (
            room_for(0, journal.path),
            pytest.raises(JournalError, match=r"what was done is done, but the journal"),
        ):
            journal.operation(ACTION, "609145e6")


def test_after_a_torn_line_the_next_is_a_line_of_its_own(tmp_path: Path) -> None:
    """Cut at every byte, twice: what is written once there is room again can be read."""
    with Journal(tmp_path / "whole", "run-1", now) as journal:
        journal.started(ACTION)
    (line,) = journal.path.read_text(encoding="utf-8").splitlines()
    for room in range(len(line) + 1):
        with Journal(tmp_path / str(room), "run-1", now) as journal:
            for _time in range(2):
                with room_for(room, journal.path), pytest.raises(JournalError):
                    journal.started(ACTION)
            journal.started(OTHER)
        *torn, last = journal.path.read_text(encoding="utf-8").splitlines()
        assert all(line.startswith(one) and one for one in torn)
        assert json.loads(last)["address"] == "shop/logical_databases/audit"


ORDER = Order(
    database="billing",
    target=target(),
    what="cancel the query of pid 2000 on billing",
    call=action("pg-cancel-query", {"pid": 2000}, effect=Effect.CHANGE),
    consequences=("app runs 'SELECT secret FROM patients'",),
    sessions=True,
)


def test_an_order_is_written_down_as_a_change_is(tmp_path: Path) -> None:
    """In words, with its operation; what is affected stays out, for it may quote a query."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.started(ORDER)
        journal.operation(ORDER, "609145e6")
        journal.finished(OrderOutcome(order=ORDER, result=Result.UNKNOWN, message="lost"))
    named = {"address": "billing", "at": now().isoformat(), "verb": "order", "what": ORDER.what}
    assert lines(journal.path) == [
        {
            "event": "started",
            "risk": "safe",
            "request": "POST pg-cancel-query",
            "body": {"action_name": "pg-cancel-query", "params": {"pid": 2000}},
            **named,
        },
        {"event": "operation", "operation": "609145e6", **named},
        {"event": "finished", "result": "unknown", "message": "lost", **named},
    ]
    assert "patients" not in journal.path.read_text(encoding="utf-8")


def test_what_was_not_tried_is_left(tmp_path: Path) -> None:
    """With all that is known of it, so that a run can be told whole; what was told is not repeated."""
    conflict = Conflict(before={"hours": (5,)}, expected={"hours": (5,)}, now={"hours": (9,)})
    done = Outcome(action=OTHER, result=Result.DONE)
    stale = Outcome(
        action=ACTION,
        result=Result.STALE,
        message="plan again",
        conflict=conflict,
        operation="609145e6",
    )
    with Journal(tmp_path, "run-1", now) as journal:
        journal.started(OTHER)
        journal.finished(done)
        journal.complete([done, stale])
    assert lines(journal.path)[2:] == [
        {
            "event": "left",
            "at": now().isoformat(),
            "address": "shop/backups",
            "verb": "update",
            "risk": "safe",
            "before": {"hours": [5]},
            "after": {"hours": [3]},
            "fields": [HOURS],
            "result": "stale",
            "message": "plan again",
            "clash": {"before": {"hours": [5]}, "expected": {"hours": [5]}, "now": {"hours": [9]}},
            "operation": "609145e6",
        }
    ]


def test_an_outcome_that_did_not_fit_is_written_once_there_is_room(tmp_path: Path) -> None:
    """It is the end of the action that was begun, not another action that was left."""
    done = Outcome(action=ACTION, result=Result.DONE)
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        journal.started(ACTION)
        with room_for(0, journal.path), pytest.raises(JournalError):
            journal.finished(done)
        journal.complete([done])
        journal.end({"done": 1})
    assert [entry["event"] for entry in lines(journal.path)] == [
        "run",
        "started",
        "finished",
        "ended",
    ]
    run = read_run(journal.path)
    assert [action.result for action in run.actions] == [Result.DONE]
    assert run.completed


def test_an_intent_that_was_not_flushed_is_one_action(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its line is in the file, the run does not act upon it, and says later that it failed."""

    def broken(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        with monkeypatch.context() as patched:
            patched.setattr("os.fsync", broken)
            with pytest.raises(JournalError, match="Input/output error"):
                journal.started(ACTION)
        journal.complete([Outcome(action=ACTION, result=Result.FAILED, message="no disk")])
        journal.end({"failed": 1})
    run = read_run(journal.path)
    assert [(action.result, action.change) for action in run.actions] == [
        (Result.FAILED, ACTION.change)
    ]


@pytest.mark.parametrize(("done", "word"), [(True, "done"), (False, "not done")])
def test_the_end_of_an_earlier_run_is_written_down(tmp_path: Path, done: bool, word: str) -> None:
    """In the journal of the run that found out: nobody writes into the other's."""
    found = Resolution(run="run-0", address=ADDRESS, verb="update", done=done)
    with Journal(tmp_path, "run-1", now) as journal:
        journal.settled(found)
    (entry,) = lines(journal.path)
    assert entry == {
        "event": "settled",
        "at": now().isoformat(),
        "run": "run-0",
        "address": "shop/backups",
        "verb": "update",
        "result": word,
    }
