"""What `runs` and `runs show` print as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from attrs import frozen

from reconcile.model.address import Address
from reconcile.model.change import FieldChange, Risk, sides_of
from reconcile.model.constraint import described
from reconcile.model.history import (
    Addon,
    Commit,
    History,
    PastAction,
    PastRun,
    Permission,
    Resolution,
    RunState,
    UnreadableJournal,
    VerbWord,
)
from reconcile.model.run import EFFECTS, Conflict, Result
from reconcile.model.state import Approval, Fields
from reconcile.report.document import document_text, view
from reconcile.report.plan_json import fields_of
from reconcile.report.words import no_way_back


def runs_json(history: History) -> str:
    """Render the list of past runs."""
    runs = tuple(map(_head, history.runs))
    return document_text(RunsDocument(runs=runs, unreadable=history.unreadable))


def past_run_json(run: PastRun) -> str:
    """Render one past run."""
    return document_text(
        PastRunDocument(
            run=_head(run),
            databases=run.opening.databases,
            deeds=tuple(map(_action, run.actions)),
            settlements=run.settlements,
        )
    )


@frozen(kw_only=True)
class PastRunHeadDocument:
    """What is known of a past run next to its actions; what was not written is null."""

    id: str
    state: RunState
    began: datetime = described("In UTC.")
    ended: datetime | None
    who: str | None
    host: str | None
    pid: int | None
    version: str = described("The tool's.")
    command: str | None
    commit: Commit | None = described("The commit that the specs were of.")
    plan_id: str | None
    actions: int = described("How many were planned.")
    results: Mapping[Result, int] = described("Number of actions by result.")
    permission: Permission = described("What a person overrode and allowed.")
    settled_by: tuple[str, ...] = described(
        "The later runs that found out about what it left open."
    )
    torn: bool = described("Whether the last line of its journal is not whole.")
    unread_lines: int = described("How many other lines cannot be read.")


def _head(run: PastRun) -> PastRunHeadDocument:
    opening = run.opening
    return view(
        PastRunHeadDocument,
        run,
        who=opening.who or None,
        host=opening.host or None,
        pid=opening.pid or None,
        version=opening.version,
        command=opening.command or None,
        commit=opening.commit,
        plan_id=opening.plan_id or None,
        actions=opening.actions,
        permission=opening.permission,
        unread_lines=run.unread,
    )


@frozen(kw_only=True)
class RunsDocument:
    """What `runs` prints."""

    kind: Literal["runs"] = "runs"
    runs: tuple[PastRunHeadDocument, ...] = described("Newest first.")
    unreadable: tuple[UnreadableJournal, ...]


@frozen(kw_only=True)
class PastActionDocument:
    """One action or one-off command, and what became of it."""

    address: Address
    verb: VerbWord
    what: str | None = described("What a one-off command does, in words.")
    risk: Risk | None
    approval: Approval | None = described("The approval in the spec.")
    result: Result
    message: str
    before: Fields | None
    after: Fields | None
    fields: tuple[FieldChange, ...] = described("What differs, of an update.")
    operation_id: str | None = described("The operation that it started.")
    clash: Conflict | None = described("What it met, where it is stale.")
    no_way_back: str | None = described("What reverting the spec does not bring back.")


def _action(action: PastAction) -> PastActionDocument:
    before, after = sides_of(action.change)
    return view(
        PastActionDocument,
        action,
        what=action.what or None,
        before=before,
        after=after,
        fields=fields_of(action.change),
        operation_id=action.operation,
        clash=action.conflict,
        no_way_back=no_way_back(action.risk, action.change) if action.result in EFFECTS else None,
    )


@frozen(kw_only=True)
class PastRunDocument:
    """What `runs show` prints."""

    kind: Literal["past_run"] = "past_run"
    run: PastRunHeadDocument
    databases: Mapping[str, Addon] = described("By handle.")
    deeds: tuple[PastActionDocument, ...] = described("In the order in which they began.")
    settlements: tuple[Resolution, ...]
