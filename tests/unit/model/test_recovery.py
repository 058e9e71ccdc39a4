"""Backups as the API lists them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from reconcile.model.recovery import Backup

ROW = {"id": "b1", "created_at": "2026-11-23T02:00:00.000Z", "status": "done", "method": "manual"}


@pytest.mark.parametrize(
    ("said", "status", "ended"),
    [
        ("done", "done", True),
        ("error", "error", True),
        ("running", "under way", False),
        ("scheduled", "under way", False),
        ("paused", "under way", False),
        (None, "under way", False),
    ],
)
def test_a_backup_goes_on_until_it_is_said_to_have_ended(
    said: str | None, status: str, ended: bool
) -> None:
    """Whatever else the provider says of it."""
    backup = Backup.parse({**ROW, "status": said})
    assert (backup.type, backup.status, backup.ended) == ("backup", status, ended)
    assert (backup.done, backup.failed) == (said == "done", said == "error")


@pytest.mark.parametrize("field", ["finished_at", "ended_at"])
@pytest.mark.parametrize(
    ("said", "ended", "unclear"),
    [
        ("archived", True, "archived"),
        ("running", False, ""),
        ("done", True, ""),
        (None, False, ""),
        ([], False, ""),
    ],
)
def test_an_unknown_status_with_an_end_is_an_end(
    field: str, said: object, ended: bool, unclear: str
) -> None:
    """As of an operation: the word does not say how it ended."""
    backup = Backup.parse({**ROW, "status": said, field: "2026-11-23T02:05:00Z"})
    assert (backup.ended, backup.unclear) == (ended, unclear)
    assert not backup.failed


def test_a_list_is_read_in_its_order() -> None:
    """Every row, with its time in UTC."""
    first, second = Backup.parse_list([ROW, {**ROW, "id": "b2", "method": "periodic"}])
    assert (first.id, first.manual, second.id, second.manual) == ("b1", True, "b2", False)
    assert first.created_at == datetime(2026, 11, 23, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("said", "manual", "periodic"),
    [
        ("manual", True, False),
        ("periodic", False, True),
        ("Manual", False, False),
        ("", False, False),
        (None, False, False),
    ],
)
def test_who_asked_for_a_backup_is_never_guessed(
    said: str | None, manual: bool, periodic: bool
) -> None:
    """One whose method is not said, or not known, may be either: it may take a place."""
    backup = Backup.parse({**ROW, "method": said})
    assert (backup.manual, backup.periodic) == (manual, periodic)
    assert backup.may_roll is not periodic


def test_what_is_left_out_is_not_said() -> None:
    """Such a backup is neither done nor failed, and may roll; its id is made safe to show."""
    backup = Backup.parse({"id": "b\u202e2", "created_at": "2026-11-23T02:00:00"})
    assert (backup.id, backup.created_at) == ("b\\u202e2", datetime(2026, 11, 23, 2, tzinfo=UTC))
    assert (backup.done, backup.failed, backup.manual, backup.periodic) == (False,) * 4
    assert backup.may_roll


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (None, "the backups are no list"),
        ({"database_backups": []}, "the backups are no list"),
        ([ROW, 1], "a backup is no object"),
        *(([{**ROW, "id": odd}], "a backup has no id") for odd in ("", 7)),
        *(
            ([{**ROW, "created_at": odd}], "a backup was made at what is no time")
            for odd in (None, "yesterday", "0001-01-01T00:00:00+02:00")
        ),
    ],
)
def test_what_is_no_list_of_backups_is_refused(answer: object, fault: str) -> None:
    """One row that makes no sense makes none of the list."""
    with pytest.raises(ValueError, match=fault):
        Backup.parse_list(answer)
