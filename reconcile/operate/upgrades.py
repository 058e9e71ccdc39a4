"""One step to the next version, at a person's word.

Source: the API text, `POST …/upgrade`, which takes no target. Which version comes next is told by
the same rules as for the managed kind.
"""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.errors import AnswerError, NotFoundError, NotOfferedError, ReconcileError
from reconcile.kinds import engine_version
from reconcile.model.call import RESOURCE, UPGRADE
from reconcile.model.change import Risk
from reconcile.model.deed import Deed
from reconcile.model.engine import Version
from reconcile.model.state import Elements, NoElements
from reconcile.operate.prepared import Prepared
from reconcile.operate.subject import Subject

_ANY = engine_version.EngineVersion(version="latest-minor")


def upgrade(subject: Subject, rule: engine_version.EngineVersion | None) -> Prepared:
    """Prepare one upgrade step; `rule` is what the spec asks for.

    Raises ReconcileError where there is nothing to upgrade to.
    """
    subject.must_be_settled()
    following, live = _next(subject), subject.facts.version
    stakes = ["the database restarts, an upgrade can take long, and there is no way back"]
    if following is None:
        stakes.append("the provider does not say which version is next: it may be a major one")
    elif live is not None and following.major > live.major:
        stakes.append(f"this is a major upgrade, from {live.major} to {following.major}")
    to = following or "the next version"
    deed = Deed(
        database=subject.name,
        target=subject.target,
        what=f"upgrade {subject.name} from {live or 'an unknown version'} to {to}",
        call=UPGRADE,
        risk=Risk.DISRUPTIVE,
        stakes=tuple(stakes),
    )
    before = _version_of(subject.resource)

    def happened() -> bool | None:
        now = _version_of(subject.ask(RESOURCE))
        # The same version proves nothing: the request may still be on its way.
        return True if None not in (before, now) and now != before else None

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


def _version_of(resource: object) -> object:
    """What tells one version from another: its id."""
    return resource.get("version_id") if isinstance(resource, dict) else None


def _next(subject: Subject) -> Version | None:
    """What comes next, None where nobody says; one request at most.

    Raises ReconcileError where the provider says that there is nothing.
    """
    try:
        state = engine_version.KIND.parse(subject.resource)
        known = None if isinstance(state, NoElements) else _looked_up(subject, state)
    except AnswerError:
        return None  # what is said of versions makes no sense
    told, following = engine_version.next_of(known) if known else (False, None)
    if told and following is None:
        raise ReconcileError(f"{subject.name!r} is at the newest version, nothing is to be done")
    return following


def _looked_up(subject: Subject, state: Elements) -> Elements:
    kind = engine_version.KIND
    call = kind.lookup(_ANY, state, subject.facts)
    if call is None:
        return state
    try:
        return kind.learned(state, subject.ask(call))
    except (NotFoundError, NotOfferedError):
        return state
