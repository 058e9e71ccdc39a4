"""One-off command → what is about to be done, with all that has to be read for it. Changes nothing.

Source: the API text. The body of its example of `reset-database` names `delete-database`, which would
drop the database: it is never sent for a reset. `POST …/upgrade` takes no target: which version comes
next is told by the rules of the managed kind. `POST …/pitr/restore` is for PostgreSQL only; after a
restore, earlier points are gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, assert_never

from reconcile.errors import AnswerError, ReconcileError
from reconcile.kinds import engine_version
from reconcile.kinds.engine_version import EngineVersion
from reconcile.kinds.kind import or_missing
from reconcile.model.change import Risk
from reconcile.model.engine import Engine, Step, Version
from reconcile.model.recovery import RecoveryWindow
from reconcile.model.request import RECOVERY_WINDOW, RESOURCE, UPGRADE, Call, Effect, action
from reconcile.model.state import Elements, NoElements
from reconcile.workflow import activity
from reconcile.workflow.commands import (
    CancelQuery,
    OneOffCommand,
    ResetDatabase,
    ResetStatistics,
    Restore,
    TerminateQuery,
    Upgrade,
    in_utc_text,
)
from reconcile.workflow.named import Subject, rows_of, text
from reconcile.workflow.prepared import OtherwiseError, Prepared

_LIST_DATABASES = action("list-databases", effect=Effect.READ)
_ANY = EngineVersion(version="latest-minor")


def prepare(
    command: OneOffCommand, subject: Subject, rule: EngineVersion | None = None
) -> Prepared:
    """Prepare an order; `rule` is the version that a spec asks for, None where none does.

    Raises ReconcileError where it cannot be meant or something is unreadable.
    """
    match command:
        case ResetDatabase():
            return _reset(command, subject)
        case CancelQuery():
            return activity.cancel(command, subject)
        case TerminateQuery():
            return activity.terminate(command, subject)
        case ResetStatistics():
            return activity.reset_statistics(subject)
        case Upgrade():
            return _upgrade(subject, rule)
        case Restore():
            return _restore(command, subject)
        case _:
            assert_never(command)


def _reset(command: ResetDatabase, subject: Subject) -> Prepared:
    """Prepare to empty a logical database. Raises ReconcileError where there is none so named."""
    subject.must_be_idle()
    names = sorted(
        text(row, "name") for row in rows_of(subject.ask(_LIST_DATABASES), "list-databases")
    )
    if command.name not in names:
        raise ReconcileError(
            f"{subject.name!r} has no logical database {command.name!r}: it has"
            f" {', '.join(map(repr, names)) or 'none'}"
        )
    order = subject.order(
        f"reset logical database {command.name!r} of {subject.name}",
        command.call,
        f"all data in {command.name!r} is deleted for good; the database itself stays",
        risk=Risk.LOSSY,
        confirm=command.name,
    )
    # What is in a logical database cannot be read, so a lost answer leaves it open.
    return Prepared(order=order)


def _restore(command: Restore, subject: Subject) -> Prepared:
    """Prepare a restore. Raises ReconcileError for a moment outside the recovery window."""
    subject.must_be(Engine.POSTGRESQL, "point-in-time recovery")
    subject.must_be_idle()
    window, shown = _window(subject), in_utc_text(command.moment)
    now = f"from {in_utc_text(window.earliest)} to {in_utc_text(window.latest)}"
    if not window.earliest <= command.moment <= window.latest:
        raise ReconcileError(
            f"{shown} is outside the recovery window of {subject.name!r}, which is {now}"
        )
    order = subject.order(
        f"restore {subject.name} to {shown}",
        command.call,
        f"everything written after {shown} is lost",
        f"no earlier point than {shown} can be restored afterwards",
        f"the recovery window now is {now}",
        risk=Risk.LOSSY,
        confirm=subject.name,
    )
    # A restore leaves no trace in the resource but its operation, which is looked for first.
    return Prepared(order=order, window=window)


def _window(subject: Subject) -> RecoveryWindow:
    try:
        window = RecoveryWindow.parse(subject.ask(RECOVERY_WINDOW))
    except ValueError as error:
        raise AnswerError(str(error)) from None
    if window is None:
        raise ReconcileError(f"{subject.name!r} has no point in time that it can be restored to")
    return window


def _upgrade(subject: Subject, rule: EngineVersion | None) -> Prepared:
    """Prepare one upgrade step; `rule` is what the spec asks for.

    At the newest version nothing is to be done. Raises ReconcileError as `Subject.ask`.
    """
    subject.must_be_idle()
    (told, following), live = _next(subject), subject.facts.version
    if told and following is None:
        return _newest(subject)
    consequences = ["the database restarts, an upgrade can take long, and there is no way back"]
    if following is None:
        consequences.append(
            "the provider does not say which version is next: it may be a major one"
        )
    elif live is not None and following.major > live.major:
        consequences.append(f"this is a major upgrade, from {live.major} to {following.major}")
    to = following or "the next version"
    before, step = _version_of(subject.resource), _step(live, following)
    order = subject.order(
        f"upgrade {subject.name} from {live or 'an unknown version'} to {to}",
        UPGRADE,
        *consequences,
        risk=Risk.DISRUPTIVE,
        step=step,
    )

    def happened() -> bool | None:
        resource = subject.ask(RESOURCE)
        now, ident = _number_of(resource), _version_of(resource)
        if step.is_past(now):
            raise OtherwiseError(step.missed(now))
        moved = following is None and None not in (before, ident) and ident != before
        # The same version proves nothing: the request may still be on its way.
        return True if moved or step.is_at(now) else None

    return Prepared(
        order=order,
        notes=tuple(_past(rule, subject, following)),
        premise=(before, following),
        happened=happened,
        provable=True,
    )


def _past(rule: EngineVersion | None, subject: Subject, following: Version | None) -> Iterator[str]:
    """What comes of a step past the version that the spec asks for."""
    if rule is not None and following is not None and engine_version.goes_past(rule, following):
        yield (
            f"the spec of {subject.name!r} asks for {rule.version!r}: after an upgrade to"
            f" {following} every plan shows it as blocked, for there is no way back"
        )


def _step(live: Version | None, following: Version | None) -> Step:
    before, planned = (None if one is None else str(one) for one in (live, following))
    return Step(before=before, planned=planned)


def _number_of(resource: object) -> str | None:
    """The version that runs, in one spelling; None where it is not told."""
    told = resource.get("readable_version") if isinstance(resource, dict) else None
    version = Version.parse(told) if isinstance(told, str) else None
    return None if version is None else str(version)


def _version_of(resource: object) -> object:
    """What tells one version from another: its id."""
    return resource.get("version_id") if isinstance(resource, dict) else None


def _newest(subject: Subject) -> Prepared:
    order = subject.order(f"upgrade {subject.name}", UPGRADE, risk=Risk.DISRUPTIVE)
    version = subject.facts.version
    newest = f"{subject.name!r} is at the newest version" + (f", {version}" if version else "")
    return Prepared(order=order, nothing=newest)


def _next(subject: Subject) -> tuple[bool, Version | None]:
    """Whether the provider tells what comes next, and what that is; two requests at most."""
    try:
        state = engine_version.KIND.parse(subject.resource)
        known = None if isinstance(state, NoElements) else _looked_up(subject, state)
    except AnswerError:
        known = None  # what is said of versions makes no sense
    return engine_version.next_of(known) if known else (False, None)


def _looked_up(subject: Subject, state: Elements) -> Elements:
    def ask(call: Call) -> Any:
        return or_missing(lambda: subject.ask(call))

    return engine_version.KIND.look_up(_ANY, state, ask)
