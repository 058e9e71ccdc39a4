"""One journal, read: a whole one, a torn one, a damaged one, and what is none."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, date
from pathlib import Path

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st
from unit.apply.disk import room_for
from unit.apply.journals import (
    AUDIT,
    BACKUPS,
    BACKUPS_ADDRESS,
    FIRST,
    LEGACY,
    MODES,
    NOON,
    OPENING,
    RESET,
    now,
    outcome,
    planned,
    raw,
    write,
)

from reconcile.apply.history import past_runs, read_run
from reconcile.apply.journal import CHECKSUM, Journal, JournalError, checksum
from reconcile.apply.replay import (
    DAMAGED,
    NOTHING_WRITTEN,
    UNDER_WAY,
    DamagedLine,
    HistoryError,
    Lines,
    NothingSentError,
    lines_of,
    replay,
)
from reconcile.model.address import Address
from reconcile.model.change import Create, Delete, FieldChange, Risk, Update
from reconcile.model.engine import Step
from reconcile.model.history import (
    Opening,
    PastAction,
    PastRun,
    Resolution,
    RunState,
    UnreadableJournal,
)
from reconcile.model.request import BACK_UP, UPGRADE
from reconcile.model.run import Conflict, Result
from reconcile.model.state import Approval


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    """Every value of every event comes back as it was."""
    conflict = Conflict(before={"hours": (4,)}, expected={"hours": (5,)}, now={"hours": ()})
    approved = evolve(LEGACY, approval=Approval(reason="moved", until=date(2026, 12, 31)))
    stale = evolve(outcome(approved, Result.STALE, "plan again"), conflict=conflict)
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        for entry in (BACKUPS, MODES, AUDIT):
            journal.started(entry)
        journal.operation(AUDIT, "609145e6")
        journal.finished(outcome(AUDIT, Result.UNKNOWN, "lost"))
        journal.finished(outcome(MODES, Result.FAILED, "HTTP 500"))
        journal.complete([outcome(AUDIT, Result.DONE, "read again: it was done"), stale])
        journal.end({"done": 1})
    run = read_run(journal.path)
    assert (run.id, run.opening, run.began, run.ended) == ("run-1", OPENING, NOON, NOON)
    assert run.state is RunState.ENDED
    assert not run.torn
    assert run.unread == 0
    assert [(one.address, one.change, one.risk, one.approval) for one in run.actions] == [
        (entry.address, entry.change, entry.risk, entry.approval)
        for entry in (BACKUPS, MODES, AUDIT, approved)
    ]
    assert [(one.result, one.message, one.operation, one.conflict) for one in run.actions] == [
        (Result.UNKNOWN, NOTHING_WRITTEN, None, None),
        (Result.FAILED, "HTTP 500", None, None),
        (Result.DONE, "read again: it was done", "609145e6", None),
        (Result.STALE, "plan again", None, conflict),
    ]
    assert run.results == {
        Result.DONE: 1,
        Result.FAILED: 1,
        Result.UNKNOWN: 1,
        Result.STALE: 1,
    }


def test_half_of_a_character_hides_nothing(tmp_path: Path) -> None:
    """A server may answer one in its message."""
    run = read_run(write(tmp_path, "run-1", outcome(AUDIT, Result.FAILED, "HTTP 500: \ud800 é")))
    assert (run.unread, run.actions[0].message) == (0, "HTTP 500: ? é")


def test_a_run_is_told_by_what_is_held_and_written(tmp_path: Path) -> None:
    """Running while its journal is open, interrupted once that is closed without an end."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        assert read_run(journal.path).state is RunState.RUNNING
    assert read_run(journal.path).state is RunState.INTERRUPTED


def test_what_a_run_at_work_has_begun_is_under_way(tmp_path: Path) -> None:
    """Nobody says of it that it is unknown until its run is over."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        journal.started(BACKUPS)
        journal.finished(outcome(BACKUPS))
        journal.started(AUDIT)
        running = read_run(journal.path)
    assert [(one.result, one.message) for one in running.actions] == [
        (Result.DONE, ""),
        (Result.STARTED, UNDER_WAY),
    ]
    assert read_run(journal.path).actions[1].result is Result.UNKNOWN


def test_a_line_torn_anywhere_takes_nothing_else_away(tmp_path: Path) -> None:
    """Cut at every byte of its last line: what was before it stays, and the cut is told."""
    path = write(tmp_path, "run-1", outcome(AUDIT), outcome(LEGACY))
    content = path.read_bytes()
    start = content.rindex(b"\n", 0, -1) + 1
    whole = read_run(path)
    for size in range(start, len(content)):
        path.write_bytes(content[:size])
        run = read_run(path)
        assert run.actions == whole.actions
        only_the_line_end_is_missing = size == len(content) - 1
        assert run.torn == (size > start and not only_the_line_end_is_missing)
        assert (run.ended == NOON) == only_the_line_end_is_missing
        assert run.unread == 0


@given(size=st.integers(min_value=0, max_value=3000), noise=st.binary(max_size=40))
def test_whatever_a_journal_ends_with_it_is_read_or_said_why_not(
    tmp_path_factory: pytest.TempPathFactory, size: int, noise: bytes
) -> None:
    """Cut anywhere and with anything after it: a run or a sentence, and never more than was there."""
    path = write(tmp_path_factory.mktemp("journal"), "run-1", outcome(AUDIT), outcome(BACKUPS))
    whole = read_run(path)
    path.write_bytes(path.read_bytes()[:size] + noise)
    actions = []
    with suppress(HistoryError):
        actions = list(read_run(path).actions)
    assert len(actions) <= len(whole.actions)


@pytest.mark.parametrize(
    ("lines", "reason"),
    [
        ([], "its first line is not whole: the run ended before it sent anything"),
        (["{}"], "it is not the journal of a run"),
        (["[1]"], "it is not the journal of a run"),
        (['{"event": "run", "at": "soon"}'], "it is not the journal of a run"),
        (["[" * 100_000], "it is not the journal of a run"),
        ([{"event": "started", "address": "shop"}], "it is not the journal of a run"),
        (
            [{**FIRST, "pid": "many"}],
            "what it says of its run makes no sense: pid: 'many' where a whole number is due",
        ),
        ([{**FIRST, "format_version": "2.0"}], "it was written by another version of the tool"),
    ],
)
def test_what_tells_of_no_run_says_why(
    tmp_path: Path, lines: list[Mapping[str, object] | str], reason: str
) -> None:
    """Empty, foreign, or of a version whose words may mean something else."""
    path = raw(tmp_path, "run-1", *lines)
    with pytest.raises(HistoryError) as caught:
        read_run(path)
    assert str(caught.value) == reason


def test_what_is_no_file_is_not_waited_for(tmp_path: Path) -> None:
    """A pipe would never end, a link may lead anywhere, a folder holds no lines."""
    folder = tmp_path / "runs"
    folder.mkdir()
    os.mkfifo(folder / "a.jsonl")
    (folder / "b.jsonl").symlink_to(write(tmp_path, "d"))
    (folder / "c.jsonl").mkdir()
    history = past_runs(tmp_path)
    assert [run.id for run in history.runs] == ["d"]
    assert history.unreadable == (
        UnreadableJournal(id="c", reason="it is no file"),
        UnreadableJournal(id="b", reason="it cannot be read: Too many levels of symbolic links"),
        UnreadableJournal(id="a", reason="it is no file"),
    )


def test_a_journal_without_end_is_not_read_whole(tmp_path: Path) -> None:
    """Somebody may have put anything there."""
    path = write(tmp_path, "run-1")
    os.truncate(path, 65 * 1024 * 1024)
    with pytest.raises(HistoryError, match="it is larger than 64 MiB"):
        read_run(path)


def test_a_newer_version_may_say_more(tmp_path: Path) -> None:
    """Events and fields that are not known are passed over; what makes no sense is counted."""
    path = raw(
        tmp_path,
        "run-1",
        {
            **FIRST,
            "format_version": "1.9",
            "mood": "good",
        },
        {"event": "paused", "address": "shop/backups"},
        {"event": "started", "address": "shop/backups", "verb": "rename"},
        {"event": "started", "address": "//", "verb": "create"},
        {"event": "finished", "address": "shop/a", "verb": "create", "result": "sublime"},
        {"event": "settled", "run": "run-0", "address": "shop/a", "verb": "create", "result": "?"},
        "not JSON",
        {"event": "started", "address": "shop/backups", "verb": "delete", "before": {"a": ["b"]}},
    )
    run = read_run(path)
    assert run.opening == Opening(version="1.4.0", command="apply")
    assert run.unread == 5
    assert [(action.address, action.change) for action in run.actions] == [
        (BACKUPS_ADDRESS, None),
        (Address.parse("shop/a"), None),
        (BACKUPS_ADDRESS, Delete(address=BACKUPS_ADDRESS, before={"a": ("b",)})),
    ]


def test_what_is_not_understood_is_told_of_no_other_deed(tmp_path: Path) -> None:
    """A line with a risk that is not known leaves its action unknown until a later line tells its end."""
    strange = {"address": "shop/backups", "verb": "delete"}
    other = {"address": "shop/a/b", "verb": "create"}
    path = raw(
        tmp_path,
        "run-1",
        FIRST,
        {"event": "started", **strange},
        {"event": "finished", **strange, "result": "failed"},
        {"event": "started", **strange, "risk": "cosmic"},
        {"event": "started", **other},
        {"event": "finished", **strange, "result": "done"},
    )
    run = read_run(path)
    assert run.unread == 1
    assert [(str(action.address), action.result) for action in run.actions] == [
        ("shop/backups", Result.DONE),
        ("shop/a/b", Result.UNKNOWN),
    ]


def test_an_intent_alone_that_is_not_understood_is_counted(tmp_path: Path) -> None:
    """Its risk is not known here: the action stays unknown, and is not forgotten."""
    strange = {"event": "started", "address": "shop/backups", "verb": "delete", "risk": "cosmic"}
    run = read_run(raw(tmp_path, "run-1", FIRST, strange))
    assert run.unread == 1
    assert run.actions == (
        PastAction(address=BACKUPS_ADDRESS, result=Result.UNKNOWN, message=DAMAGED, damaged=True),
    )


def a_damaged_journal(directory: Path) -> tuple[Path, PastRun]:
    """The journal of a run that was killed after some outcomes, with all kinds of lines; the run."""
    with Journal(directory, "run-1", now) as journal:
        journal.begin(OPENING)
        journal.settled(Resolution(run="run-0", address=MODES.address, verb="update", done=True))
        journal.started(AUDIT)
        journal.finished(outcome(AUDIT))
        journal.started(MODES)
        journal.operation(MODES, "609145e6")
        journal.finished(outcome(MODES, Result.UNKNOWN, "lost"))
        journal.started(BACKUPS)
        journal.complete([outcome(MODES, Result.DONE)])
        journal.started(LEGACY)
    return journal.path, read_run(journal.path)


def _damage(path: Path, number: int) -> None:
    """Spoil one line of a journal, so that it still names its action."""
    lines = path.read_text(encoding="utf-8").splitlines()
    lines[number] = lines[number].replace('"at"', '"at', 1)
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")


def test_a_later_line_tells_what_a_damaged_one_did_not(tmp_path: Path) -> None:
    """The intent was whole: the action keeps its values and is no longer in doubt."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        journal.started(MODES)
        journal.operation(MODES, "609145e6")
        journal.finished(outcome(MODES))
    _damage(journal.path, 2)
    run = read_run(journal.path)
    (action,) = run.actions
    assert (run.unread, action.change, action.result, action.damaged) == (
        1,
        MODES.change,
        Result.DONE,
        False,
    )
    assert action.message == ""


def test_a_damaged_intent_of_an_order_names_its_database(tmp_path: Path) -> None:
    """Its address is the database as it was named, with a slash."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        journal.started(RESET)
    _damage(journal.path, 1)
    (action,) = read_run(journal.path).actions
    assert (action.address, action.result) == (Address(database="shop-web/ad-shop"), Result.UNKNOWN)


@pytest.mark.parametrize("event", ["settled", "rewound"])
def test_a_line_that_is_not_understood_is_counted(tmp_path: Path, event: str) -> None:
    """What it says of another run leaves the actions of this one as they are."""
    strange = {"event": event, "run": "run-0", "address": "shop/backups", "verb": "update"}
    started = {"event": "started", "address": "shop/backups", "verb": "update", "risk": "safe"}
    finished = {**started, "event": "finished", "result": "done"}
    run = read_run(raw(tmp_path, "run-1", FIRST, started, finished, {**strange, "done": "maybe"}))
    assert (run.unread, [action.result for action in run.actions]) == (1, [Result.DONE])


def _replayed(lines: Lines) -> PastRun | None:
    """The run of some lines; None where they are not those of a run, which may have sent something."""
    try:
        return replay("run-1", lines)
    except NothingSentError:
        raise
    except HistoryError:
        return None


def test_one_damaged_byte_hides_nothing(tmp_path: Path) -> None:
    """At each byte: it is seen, no other outcome is told, and what a line still names is unknown."""
    path, whole = a_damaged_journal(tmp_path)
    known = {
        (action.address, action.verb): (action.result, action.message) for action in whole.actions
    }
    content = path.read_bytes()
    for place, byte in enumerate(content):
        for other in {byte ^ 1, ord("\n"), ord("x")} - {byte}:
            lines = lines_of(content[:place] + bytes([other]) + content[place + 1 :])
            run = _replayed(lines)
            if run is None:
                continue
            last = place == len(content) - 1
            assert run.torn if last else run.unread, (place, other)
            for action in run.actions:
                told = known.get((action.address, action.verb), (action.result, action.message))
                assert action.result is Result.UNKNOWN or (action.result, action.message) == told


@pytest.mark.parametrize("event", ["started", "finished", "operation", "settled"])
def test_a_damaged_line_leaves_its_action_unknown(tmp_path: Path, event: str) -> None:
    """The address and the verb can still be read: the action is not forgotten."""
    path, whole = a_damaged_journal(tmp_path)
    assert past_runs(tmp_path).in_doubt == ()
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        told = json.loads(line)
        if told["event"] != event or "run" in told:
            continue
        damaged = line.replace('"at"', '"at', 1)
        path.write_text("\n".join([*lines[:number], damaged, *lines[number + 1 :], ""]))
        (run,) = past_runs(tmp_path).runs
        assert run.unread == 1
        assert past_runs(tmp_path).in_doubt == (
            UnreadableJournal(id="run-1", reason="1 of its lines cannot be read"),
        )
        assert {str(one.address) for one in run.actions} == {
            str(one.address) for one in whole.actions
        }
        later = [json.loads(one) for one in lines[number + 1 :]]
        again = [one for one in later if one["address"] == told["address"]]
        (action,) = (one for one in run.actions if str(one.address) == told["address"])
        assert (action.result is Result.UNKNOWN) == (
            not again or again[-1].get("result") in {None, "unknown"}
        )


def test_lines_that_ran_together_name_both_actions(tmp_path: Path) -> None:
    """The byte between them is another."""
    path, _whole = a_damaged_journal(tmp_path)
    *others, first, last = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([*others[:2], f"{first}x{last}", ""]), encoding="utf-8")
    run = read_run(path)
    assert run.unread == 1
    assert [(str(action.address), action.result) for action in run.actions] == [
        ("shop/sql_mode", Result.UNKNOWN),
        ("shop/logical_databases/legacy", Result.UNKNOWN),
    ]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        # The first has lost its verb, and does not take that of the second.
        (
            '{"address": "a/b", "x {"address": "c/d", "verb": "create"',
            [("a/b", ""), ("c/d", "create")],
        ),
        # Its first byte is another.
        ('x"address": "a/b", "verb": "create"}', [("a/b", "create")]),
        # What JSON cannot read stands as it is.
        (r'{"address": "X\q", "verb": "create"', [(r"X\q", "create")]),
    ],
)
def test_a_damaged_line_names_what_it_still_says(text: str, names: list[tuple[str, str]]) -> None:
    """The address and the verb of each action."""
    (line,) = lines_of(f"{text}\n".encode()).lines
    assert line == DamagedLine(names=tuple(names))


def test_a_line_without_a_checksum_names_its_action() -> None:
    """Among others that have one it is damaged, in whatever order its values stand."""
    bare = {"verb": "create", "event": "finished", "address": "a/b", "at": NOON.isoformat()}
    summed = {**bare, "address": "c/d"} | {CHECKSUM: checksum({**bare, "address": "c/d"})}
    lines = lines_of("".join(f"{json.dumps(one)}\n" for one in (bare, summed)).encode()).lines
    assert lines[0] == DamagedLine(names=(("a/b", "create"),))


def test_a_damaged_line_is_about_its_own_half(tmp_path: Path) -> None:
    """What was known of it is not any more; what is known of the other half stays."""
    created = planned(Create(address=LEGACY.address, after={}))
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        for half in (LEGACY, created):
            journal.started(half)
        for half in (created, LEGACY):
            journal.finished(outcome(half))
    lines = journal.path.read_text(encoding="utf-8").splitlines()
    again = lines[-1].replace('"at"', '"at', 1)
    journal.path.write_text("\n".join([*lines, again, lines[-2], ""]), encoding="utf-8")
    actions = read_run(journal.path).actions
    assert [(one.verb, one.result, one.message, one.damaged) for one in actions] == [
        ("delete", Result.UNKNOWN, DAMAGED, True),
        ("create", Result.DONE, "", False),
    ]


def test_a_deed_whose_verb_was_damaged_is_known_by_its_next_line(tmp_path: Path) -> None:
    """It is one action, and not two."""
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        journal.started(LEGACY)
        journal.finished(outcome(LEGACY))
    first, started, last = journal.path.read_text(encoding="utf-8").splitlines()[:3]
    damaged = started.replace('"verb": "delete"', '"verb": "dElete"', 1)
    journal.path.write_text(f"{first}\n{damaged}\n{last}\n", encoding="utf-8")
    run = read_run(journal.path)
    assert [(action.verb, action.result) for action in run.actions] == [("delete", Result.DONE)]


def test_a_line_cut_before_its_verb_is_about_the_last_of_its_address(tmp_path: Path) -> None:
    """What came of the first half of a replacement stays as it is."""
    created = planned(Create(address=LEGACY.address, after={}))
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        journal.started(LEGACY)
        journal.finished(outcome(LEGACY))
        journal.started(created)
        with room_for(60, journal.path), pytest.raises(JournalError):
            journal.finished(outcome(created))
        journal.started(BACKUPS)
    run = read_run(journal.path)
    assert [(action.verb, action.result) for action in run.actions] == [
        ("delete", Result.DONE),
        ("create", Result.UNKNOWN),
        ("update", Result.UNKNOWN),
    ]


def test_what_a_run_cannot_have_sent_is_not_in_doubt(tmp_path: Path) -> None:
    """It was killed while it wrote its first line; another file is no journal at all."""
    path = write(tmp_path, "run-1")
    path.write_bytes(path.read_bytes()[:20])
    raw(tmp_path, "run-2", "{}")
    write(tmp_path, "run-3")
    history = past_runs(tmp_path)
    assert [one.id for one in history.unreadable] == ["run-2", "run-1"]
    assert [one.id for one in history.in_doubt] == ["run-2"]


WORDS = st.sampled_from(
    ["shop", "shop/a", "shop/a/b", "//", "create", "delete", "order", "lossy", "done", "?"]
)


VALUES = st.one_of(st.none(), st.integers(), WORDS, st.lists(WORDS), st.dictionaries(WORDS, WORDS))


KEYS = ["address", "verb", "risk", "result", "run", "before", "after", "fields", "clash"]


EVENTS = st.fixed_dictionaries(
    {"event": st.sampled_from(["started", "left", "operation", "finished", "settled"])},
    optional=dict.fromkeys(KEYS, VALUES),
)


@given(lines=st.lists(EVENTS, max_size=8))
def test_whatever_lines_say_they_tell_of_a_run(
    tmp_path_factory: pytest.TempPathFactory, lines: list[dict[str, object]]
) -> None:
    """Each is a part of it, or is counted as one that makes no sense."""
    run = read_run(raw(tmp_path_factory.mktemp("journal"), "run-1", FIRST, *lines))
    assert len(run.actions) + len(run.settlements) <= len(lines)
    assert run.unread <= len(lines)


def test_a_journal_of_an_older_version_is_read(tmp_path: Path) -> None:
    """Without risk, without the fields that differ, and with what never got a line before its end."""
    update = {"address": "shop/backups", "verb": "update"}
    path = raw(
        tmp_path,
        "run-1",
        FIRST,
        {
            "event": "started",
            **update,
            "before": {"hours": [5]},
            "after": {"hours": [3]},
        },
        {"event": "finished", **update, "result": "done", "message": ""},
        {"event": "finished", "address": "shop/x/y", "verb": "create", "result": "failed"},
        {"event": "ended", "results": {}},
    )
    first, second = read_run(path).actions
    assert first.risk is None
    assert isinstance(first.change, Update)
    assert first.change.fields == (FieldChange(field="hours", before=(5,), after=(3,)),)
    assert first.change.before == {"hours": (5,)}
    assert (second.result, second.message, second.change) == (
        Result.FAILED,
        "",
        Create(address=Address.parse("shop/x/y"), after={}),
    )


def test_a_time_without_a_zone_is_in_utc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Journals are written in UTC; another zone is brought there, wherever this machine is."""
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    naive = raw(tmp_path, "a", {**FIRST, "at": "2026-11-23T12:00:00"})
    elsewhere = raw(tmp_path, "b", {**FIRST, "at": "2026-11-23T13:00:00+01:00"})
    began = [read_run(path).began for path in (naive, elsewhere)]
    monkeypatch.undo()
    time.tzset()
    assert began == [NOON, NOON]
    assert {one.tzinfo for one in began} == {UTC}


def test_what_a_journal_tells_of_orders_and_backups(tmp_path: Path) -> None:
    """When it was begun, its request, the version before an upgrade, the id of a backup."""
    upgrade = evolve(RESET, call=UPGRADE, step=Step(before="8.0.35-1", planned="8.0.36-1"))
    backup = evolve(RESET, database="shop", call=BACK_UP)
    with Journal(tmp_path, "run-1", now) as journal:
        journal.begin(OPENING)
        journal.started(upgrade)
        journal.started(backup)
        journal.backup(backup, "b-1")
    first, second = read_run(journal.path).actions
    assert (first.address, first.verb) == (Address(database="shop-web/ad-shop"), "order")
    assert (first.what, first.risk, first.change) == (RESET.what, Risk.LOSSY, None)
    assert (first.request, first.step, first.begun) == ("POST /upgrade", upgrade.step, NOON)
    assert (second.request, second.backup, second.result) == (
        "POST /backups",
        "b-1",
        Result.UNKNOWN,
    )
