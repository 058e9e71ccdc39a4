"""Journals of runs, written for tests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from builders import ORIGIN, target

from reconcile.apply.journal import Journal
from reconcile.model.address import Address
from reconcile.model.change import Change, Create, Delete, FieldChange, Risk, Update
from reconcile.model.history import (
    Addon,
    Commit,
    Opening,
    Permission,
)
from reconcile.model.item import Action, Reason
from reconcile.model.order import Order
from reconcile.model.request import Effect, action
from reconcile.model.run import Outcome, Result

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


SHOP = Addon(app="shop-web", addon="ad-shop", region="osc-fr1")


OPENING = Opening(
    version="1.4.0",
    command="apply",
    who="anna",
    host="build-7",
    pid=4711,
    commit=Commit(id="1" * 40, dirty=True),
    plan_id="2" * 64,
    actions=2,
    databases={"shop": SHOP},
    permission=Permission(
        overrides=("G104",), allows=("weakens",), backup_first=True, roll_backups=True
    ),
)


def now() -> datetime:
    """A fixed time."""
    return NOON


def planned(change: Change, risk: Risk = Risk.SAFE) -> Action:
    """An action for a change."""
    return Action(
        address=change.address, change=change, risk=risk, reason=Reason.DIFFERS, origin=ORIGIN
    )


BACKUPS_ADDRESS = Address(database="shop", kind="backups")


BACKUPS = planned(
    Update(
        address=BACKUPS_ADDRESS,
        before={"enabled": True, "hours": (5,)},
        after={"hours": (3, 9)},
        fields=(FieldChange(field="hours", before=(5,), after=(3, 9)),),
    )
)


MODES = planned(
    Update(
        address=Address(database="shop", kind="sql_mode"),
        before={"modes": ("A", "B"), "note": None},
        after={"modes": ("B", "A"), "note": "x"},
        fields=(
            FieldChange(field="modes", before=("C",), after=("A", "B")),
            FieldChange(field="note", before=None, after="x"),
        ),
    ),
    Risk.WEAKENS,
)


AUDIT = planned(
    Create(address=Address(database="shop", kind="logical_databases", name="audit/1"), after={})
)


LEGACY = planned(
    Delete(
        address=Address(database="shop", kind="logical_databases", name="legacy"),
        before={"protected": True},
    ),
    Risk.LOSSY,
)


RESET = Order(
    database="shop-web/ad-shop",
    target=target(),
    what="reset logical database staging",
    call=action("reset-database", {"database_name": "staging"}, effect=Effect.CHANGE),
    risk=Risk.LOSSY,
)


def outcome(entry: Action, result: Result = Result.DONE, message: str = "") -> Outcome:
    """What became of an action."""
    return Outcome(action=entry, result=result, message=message)


def write(directory: Path, ident: str, *outcomes: Outcome, opening: Opening = OPENING) -> Path:
    """The journal of a run that came to its end."""
    with Journal(directory, ident, now) as journal:
        journal.begin(opening)
        for one in outcomes:
            journal.started(one.action)
            journal.finished(one)
        journal.end({})
    return journal.path


def begun(directory: Path, ident: str, entry: Action, opening: Opening = OPENING) -> Path:
    """The journal of a run that was killed while it did something."""
    with Journal(directory, ident, now) as journal:
        journal.begin(opening)
        journal.started(entry)
    return journal.path


def raw(directory: Path, ident: str, *lines: Mapping[str, object] | str) -> Path:
    """A journal as somebody else might have written it."""
    path = directory / "runs" / f"{ident}.jsonl"
    path.parent.mkdir(parents=True, exist_ok=True)
    texts = [one if isinstance(one, str) else json.dumps({"at": str(NOON), **one}) for one in lines]
    path.write_text("".join(f"{text}\n" for text in texts), encoding="utf-8")
    return path


FIRST = {"event": "run", "format_version": "1.0", "version": "1.4.0", "command": "apply"}
