"""Past runs → JSON text."""

from __future__ import annotations

from reconcile.errors import ExitStatus
from reconcile.model.change import sides_of
from reconcile.model.history import History, PastDeed, PastRun
from reconcile.model.run import EFFECTS
from reconcile.report.documents import FORMAT_VERSION
from reconcile.report.items_json import approval_of, fields_of
from reconcile.report.runs_documents import (
    AddonDocument,
    CommitDocument,
    PastDeedDocument,
    PastRunDocument,
    PastRunHeadDocument,
    PermissionDocument,
    RunsDocument,
    SettlementDocument,
    UnreadableDocument,
)
from reconcile.report.to_json import clash_of, text_of
from reconcile.report.words import no_way_back

_DONE = int(ExitStatus.DONE)


def runs_json(history: History) -> str:
    """Render the list of past runs."""
    return text_of(
        RunsDocument(
            format_version=FORMAT_VERSION,
            kind="runs",
            exit_status=_DONE,
            runs=tuple(map(_head, history.runs)),
            unreadable=tuple(
                UnreadableDocument(id=one.id, reason=one.reason) for one in history.unreadable
            ),
        )
    )


def past_run_json(run: PastRun) -> str:
    """Render one past run."""
    return text_of(
        PastRunDocument(
            format_version=FORMAT_VERSION,
            kind="past_run",
            exit_status=_DONE,
            run=_head(run),
            databases={
                handle: AddonDocument(app=one.app, addon=one.addon, region=one.region)
                for handle, one in run.opening.databases.items()
            },
            deeds=tuple(map(_deed, run.deeds)),
            settlements=tuple(
                SettlementDocument(
                    run=one.run, address=str(one.address), verb=one.verb, done=one.done
                )
                for one in run.settlements
            ),
        )
    )


def _head(run: PastRun) -> PastRunHeadDocument:
    opening, commit, permission = run.opening, run.opening.commit, run.opening.permission
    return PastRunHeadDocument(
        id=run.id,
        state=run.state.value,
        began=run.began.isoformat(),
        ended=run.ended.isoformat() if run.ended else None,
        who=opening.who or None,
        host=opening.host or None,
        pid=opening.pid or None,
        version=opening.version,
        command=opening.command or None,
        commit=CommitDocument(id=commit.id, dirty=commit.dirty) if commit else None,
        plan_id=opening.plan_id or None,
        actions=opening.actions,
        results={result.value: number for result, number in run.results.items()},
        permission=PermissionDocument(
            overrides=permission.overrides,
            allows=permission.allows,
            backup_first=permission.backup_first,
            roll_backups=permission.roll_backups,
        ),
        settled_by=run.settled_by,
        torn=run.torn,
        unread_lines=run.unread,
    )


def _deed(deed: PastDeed) -> PastDeedDocument:
    before, after = sides_of(deed.change) if deed.change else (None, None)
    return PastDeedDocument(
        address=str(deed.address),
        verb=deed.verb,
        what=deed.what or None,
        risk=deed.risk.value if deed.risk else None,
        approval=approval_of(deed.approval),
        result=deed.result.value,
        message=deed.message,
        before=before,
        after=after,
        fields=fields_of(deed.change),
        operation_id=deed.operation,
        clash=clash_of(deed.clash),
        no_way_back=no_way_back(deed.risk, deed.change) if deed.result in EFFECTS else None,
    )
