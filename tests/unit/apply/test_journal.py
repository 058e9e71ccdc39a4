"""The journal: intent before outcome, in lines, for its owner only."""

from __future__ import annotations

import json
import resource
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import ORIGIN, target

from reconcile.apply.journal import Journal, JournalError
from reconcile.model.address import Address
from reconcile.model.call import Effect, action
from reconcile.model.change import FieldChange, Risk, Update
from reconcile.model.deed import Deed, Done
from reconcile.model.item import Action, Reason
from reconcile.model.run import Outcome, Result

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


def now() -> datetime:
    """A fixed time."""
    return datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


def lines(path: Path) -> list[dict[str, Any]]:
    """The entries of a journal."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_intent_is_on_disk_before_the_outcome(tmp_path: Path) -> None:
    """`started` can be read by another process before `finished` is written."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin("1.0", {"shop": target()})
        journal.started(ACTION)
        assert [entry["event"] for entry in lines(journal.path)] == ["run", "started"]
        journal.finished(Outcome(action=ACTION, result=Result.DONE))
        journal.end({"done": 1})
    begin, started, finished, ended = lines(tmp_path / "runs" / "run-1.jsonl")
    assert begin["databases"] == {
        "shop": {"addon": "ad-shop", "app": "shop-web", "region": "osc-fr1"}
    }
    assert begin["format_version"] == "1.0"
    assert started["address"] == "shop/backups"
    assert (started["before"], started["after"]) == ({"hours": [5]}, {"hours": [3]})
    assert (finished["result"], finished["verb"]) == ("done", "update")
    assert ended["results"] == {"done": 1}
    assert {entry["at"] for entry in (begin, started, finished, ended)} == {now().isoformat()}


def test_only_its_owner_reads_it(tmp_path: Path) -> None:
    """0700 for the folder, 0600 for the file."""
    with Journal(tmp_path / "state", "run-1", now) as journal:
        assert stat.S_IMODE(journal.path.stat().st_mode) == 0o600
        assert stat.S_IMODE(journal.path.parent.stat().st_mode) == 0o700


def test_a_journal_is_never_written_over(tmp_path: Path) -> None:
    """A second run of the same id is refused."""
    with (
        Journal(tmp_path, "run-1", now),
        pytest.raises(JournalError, match="cannot write the journal"),
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
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal(tmp_path, "run-1", now) as journal:
        journal.started(ACTION)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            with pytest.raises(JournalError, match=r"what was done is done, but the journal"):
                journal.operation(ACTION, "609145e6")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_stops_the_run(tmp_path: Path) -> None:
    """An intent that cannot be written down is not acted upon."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with Journal(tmp_path, "run-1", now) as journal:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            with pytest.raises(JournalError, match="File too large"):
                journal.started(ACTION)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)


DEED = Deed(
    database="billing",
    target=target(),
    what="cancel the query of pid 2000 on billing",
    call=action("pg-cancel-query", {"pid": 2000}, effect=Effect.CHANGE),
    stakes=("app runs 'SELECT secret FROM patients'",),
    sessions=True,
)


def test_an_order_is_written_down_as_a_change_is(tmp_path: Path) -> None:
    """In words, with its operation; what is at stake stays out, for it may quote a query."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.started(DEED)
        journal.operation(DEED, "609145e6")
        journal.finished(Done(deed=DEED, result=Result.UNKNOWN, message="lost"))
    named = {"address": "billing", "at": now().isoformat(), "verb": "order", "what": DEED.what}
    assert lines(journal.path) == [
        {"event": "started", "before": None, "after": None, **named},
        {"event": "operation", "operation": "609145e6", **named},
        {"event": "finished", "result": "unknown", "message": "lost", **named},
    ]
    assert "patients" not in journal.path.read_text(encoding="utf-8")


def test_an_operation_of_a_change_is_written_down(tmp_path: Path) -> None:
    """So that a wait that was killed can be taken up."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.operation(ACTION, "609145e6")
    (entry,) = lines(journal.path)
    assert (entry["event"], entry["address"], entry["operation"]) == (
        "operation",
        "shop/backups",
        "609145e6",
    )
