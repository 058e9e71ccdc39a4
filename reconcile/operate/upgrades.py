"""One step to the next version, at a person's word.

Source: the API text, `POST …/upgrade`, which takes no target. Which version comes next is told by
the same rules as for the managed kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from reconcile.errors import AnswerError
from reconcile.kinds import engine_version
from reconcile.kinds.kind import or_untold
from reconcile.model.change import Risk
from reconcile.model.engine import Step, Version
from reconcile.model.order import Deed
from reconcile.model.request import RESOURCE, UPGRADE, Call
from reconcile.model.state import Elements, NoElements
from reconcile.operate.prepared import OtherwiseError, Prepared
from reconcile.operate.subject import Subject

_ANY = engine_version.EngineVersion(version="latest-minor")


def upgrade(subject: Subject, rule: engine_version.EngineVersion | None) -> Prepared:
    """Prepare one upgrade step; `rule` is what the spec asks for.

    At the newest version nothing is to be done. Raises ReconcileError as `Subject.ask`.
    """
    subject.must_be_settled()
    (told, following), live = _next(subject), subject.facts.version
    if told and following is None:
        return _newest(subject)
    stakes = ["the database restarts, an upgrade can take long, and there is no way back"]
    if following is None:
        stakes.append("the provider does not say which version is next: it may be a major one")
    elif live is not None and following.major > live.major:
        stakes.append(f"this is a major upgrade, from {live.major} to {following.major}")
    to = following or "the next version"
    before, step = _version_of(subject.resource), _step(live, following)
    deed = Deed(
        database=subject.name,
        target=subject.target,
        what=f"upgrade {subject.name} from {live or 'an unknown version'} to {to}",
        call=UPGRADE,
        risk=Risk.DISRUPTIVE,
        stakes=tuple(stakes),
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
        deed=deed,
        notes=tuple(_past(rule, subject, following)),
        premise=(before, following),
        happened=happened,
        provable=True,
    )


def _past(
    rule: engine_version.EngineVersion | None, subject: Subject, following: Version | None
) -> Iterator[str]:
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
    deed = Deed(
        database=subject.name,
        target=subject.target,
        what=f"upgrade {subject.name}",
        call=UPGRADE,
        risk=Risk.DISRUPTIVE,
    )
    version = subject.facts.version
    newest = f"{subject.name!r} is at the newest version" + (f", {version}" if version else "")
    return Prepared(deed=deed, nothing=newest)


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
        return or_untold(lambda: subject.ask(call))

    return engine_version.KIND.look_up(_ANY, state, ask)
