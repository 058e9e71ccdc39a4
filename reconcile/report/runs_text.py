"""Past runs for a person: the list of them, and one whole."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from reconcile.model.history import (
    Commit,
    History,
    PastAction,
    PastRun,
    Permission,
    Resolution,
    RunState,
    UnreadableJournal,
)
from reconcile.model.run import EFFECTS, REACHED, Result
from reconcile.model.text import count, duration, moment
from reconcile.report.items_text import (
    DETAIL,
    approval_lines,
    change_lines,
    no_way_back_lines,
    place_in_database,
    risk_mark,
)
from reconcile.report.page import BLANK, Line, Look, line, render
from reconcile.report.run_text import SIGNS, conflict_lines, follow_lines
from reconcile.report.words import listed

_BROKEN = frozenset({Result.FAILED, Result.UNKNOWN})
_TORN = "its last line is not whole: it was cut off while it was written"
_SHORT = 12


def runs_text(history: History, look: Look, *, limit: int) -> str:
    """Render the list of past runs, of which `limit` were looked for."""
    return render(_runs_lines(history, limit), look)


def past_run_text(run: PastRun, look: Look) -> str:
    """Render one past run."""
    return render(_run_lines(run), look)


def _runs_lines(history: History, limit: int) -> Iterator[Line]:
    if not history.runs and not history.unreadable:
        yield line(0, "No run was begun yet, as far as is written here.")
    for run in history.runs:
        yield from _entry_lines(run)
    for one in history.unreadable:
        yield _unreadable_line(one)
    if len(history.runs) + len(history.unreadable) == limit:
        yield BLANK
        newest = "Only the newest is" if limit == 1 else f"The newest {limit} are"
        yield line(0, f"{newest} shown: --limit N shows more.")


def _entry_lines(run: PastRun) -> Iterator[Line]:
    """One run of the list: which, when and who, what and with which results."""
    sign = _sign(run)
    yield line(0, (run.id, "bold"), sign=sign, mark=(_state(run), sign[1]))
    yield line(4, f"{moment(run.began)}, {_who(run)}")
    parts = [summary_of(run)]
    if run.opening.commit is not None:
        parts.append(f"commit {_commit(run.opening.commit, short=True)}")
    yield line(4, "; ".join(parts))
    yield from _damage_lines(run, 4)


def _sign(run: PastRun) -> tuple[str, str]:
    """The sign of a run and its style, by what became of all that was planned."""
    results = run.results.keys()
    if run.state is RunState.RUNNING:
        return "…", "cyan"
    if results & _BROKEN:
        return "✗", "bold red"
    missing = len(run.planned) < run.opening.actions
    unsettled = run.state is RunState.INTERRUPTED and not run.settled
    if results - REACHED - {Result.STARTED} or missing or unsettled:
        return "!", "bold yellow"
    return ("…", "cyan") if Result.STARTED in results else ("✓", "green")


def _state(run: PastRun) -> str:
    settled = run.state is RunState.INTERRUPTED and run.settled
    return (
        f"{run.state.value}, settled by {listed([*run.settled_by])}" if settled else run.state.value
    )


def _unreadable_line(one: UnreadableJournal) -> Line:
    return line(0, (one.id, "bold"), f"  {one.reason}", sign=("?", "bold red"), hanging=4)


def summary_of(run: PastRun) -> str:
    """What a run was to do, and what came of it."""
    number = max(run.opening.actions, len(run.planned))
    single = run.planned[0] if run.planned and number == 1 else None
    about = _sentence(single) if single else count(number, "action")
    results = listed([f"{number} {result.value}" for result, number in run.results.items()])
    backups = len(run.actions) - len(run.planned)
    made = f"; {count(backups, 'backup')}" if backups else ""
    return f"{run.opening.command or 'run'}: {about}{f', {results}' if results else ''}{made}"


def _sentence(action: PastAction) -> str:
    return action.what or f"{action.verb} {action.address}"


def _run_lines(run: PastRun) -> Iterator[Line]:
    yield line(0, (f"Run {run.id}", "bold"), mark=(_state(run), _sign(run)[1]))
    width = max(len(name) for name, _value in _header(run))
    for name, value in _header(run):
        yield line(2, (f"{name:{width}}", "dim"), f"  {value}", hanging=width + 2)
    yield from _damage_lines(run, 2)
    for handle, actions in groupby(_by_database(run), key=lambda action: action.address.database):
        yield BLANK
        yield _heading(handle, run)
        for action in actions:
            yield from _action_lines(action)
    yield from _rest_lines(run)


def _header(run: PastRun) -> Iterator[tuple[str, str]]:
    """What is known of a run next to its actions, with a name each."""
    opening = run.opening
    yield "began", moment(run.began)
    if run.ended is not None:
        passed = (run.ended - run.began).total_seconds()
        yield "ended", f"{moment(run.ended)}, after {duration(passed)}"
    yield "by", f"{_who(run)}, pid {opening.pid}" if opening.pid else _who(run)
    yield "did", summary_of(run)
    if opening.commit is not None:
        yield "commit", _commit(opening.commit)
    if opening.plan_id:
        yield "plan", opening.plan_id
    yield from _permission(opening.permission)
    yield "tool", f"reconcile {opening.version}"


def _permission(given: Permission) -> Iterator[tuple[str, str]]:
    if given.overrides:
        yield "override", listed([*given.overrides])
    if given.allows:
        yield "allowed", listed([*given.allows])
    if given.backup_first:
        yield "backups", f"one first{', the oldest might go' if given.roll_backups else ''}"


def _by_database(run: PastRun) -> list[PastAction]:
    """Database by database, in each in the order in which they began."""
    return sorted(run.actions, key=lambda action: action.address.database)


def _heading(handle: str, run: PastRun) -> Line:
    addon = run.opening.databases.get(handle)
    about = f"  {addon.app}/{addon.addon} in {addon.region}" if addon else ""
    return line(0, (handle, "bold"), (about, "dim"))


def _action_lines(action: PastAction) -> Iterator[Line]:
    sign, style = SIGNS[action.result]
    what = action.what or place_in_database(action.address)
    verb = f"  {action.verb}" if action.change else ""
    mark = risk_mark(action.risk) if action.risk else None
    yield line(
        2, (what, "bold"), verb, "  ", (action.result.value, style), sign=(sign, style), mark=mark
    )
    if action.change is not None:
        yield from change_lines(action.change)
    yield from approval_lines(action.approval)
    if action.message:
        yield line(DETAIL, action.message)
    yield from conflict_lines(action.conflict)
    yield from follow_lines(action.result, action.operation, action.address.database, DETAIL)
    if action.result in EFFECTS:
        yield from no_way_back_lines(action.risk, action.change)


def _rest_lines(run: PastRun) -> Iterator[Line]:
    """What is not written, what it found out about others, and how to go on or back."""
    missing = run.opening.actions - len(run.planned)
    if missing > 0:
        yield BLANK
        yield line(0, f"Nothing is written of {count(missing, 'planned action')}.")
    if run.settlements:
        yield BLANK
    for one in run.settlements:
        yield line(0, _found(one))
    interrupted = run.state is RunState.INTERRUPTED and not run.settled
    if interrupted and any(action.change for action in run.actions):
        is_open = any(
            action.result is Result.UNKNOWN and not action.closed for action in run.actions
        )
        first = ": what is open is read first, and settled" if is_open else ""
        yield BLANK
        yield line(0, f"To go on, do the same again{first}.")
    commit = run.opening.commit
    if commit is not None and any(action.result in EFFECTS for action in run.actions):
        yield BLANK
        yield line(
            0,
            f"To go back, revert the commit {commit.id[:_SHORT]}: the plan of that shows what it can"
            " restore.",
        )


def _found(one: Resolution) -> str:
    """What a run found out of an earlier one."""
    what = f"{one.verb} {one.address} of run {one.run}"
    if one.done is None:
        return f"It found that the outcome of {what} cannot be known."
    return f"It found out that {what} {'was done' if one.done else 'was not done'}."


def _damage_lines(run: PastRun, indent: int) -> Iterator[Line]:
    """What of the journal could not be read."""
    if run.torn:
        yield line(indent, (_TORN, "yellow"))
    if run.unread:
        lines = count(run.unread, "line of it makes no sense", "lines of it make no sense")
        yield line(indent, (lines, "yellow"))


def _who(run: PastRun) -> str:
    who, host = run.opening.who, run.opening.host
    return f"{who} on {host}" if who and host else who or host or "by whom is not written"


def _commit(commit: Commit, *, short: bool = False) -> str:
    """A commit, and whether it holds all of the specs."""
    changes = " and what was not committed" if commit.dirty else ""
    return f"{commit.id[:_SHORT] if short else commit.id}{changes}"
