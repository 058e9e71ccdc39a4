"""The score of the mutation tests, as the tables of docs/testing.md."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from attrs import frozen
from mutation.explained import EXPLAINED, Explained, Reason
from mutation.results import Mutant


@frozen(kw_only=True)
class Judged:
    """A mutant with what explains that it lives; None where it was killed, or nothing does."""

    mutant: Mutant
    explanation: Explained | None = None

    @property
    def gap(self) -> bool:
        """Whether it lives and nobody said why."""
        return not self.mutant.killed and self.explanation is None


def judged(mutants: Iterable[Mutant]) -> tuple[Judged, ...]:
    """Each mutant with its explanation, if it lives and has one."""
    return tuple(Judged(mutant=mutant, explanation=_explanation(mutant)) for mutant in mutants)


def _explanation(mutant: Mutant) -> Explained | None:
    if mutant.killed:
        return None
    changed = mutant.changed()
    fitting = (one for one in EXPLAINED if one.explains(mutant.where, changed))
    return next(fitting, None)


def unused(found: Iterable[Judged]) -> tuple[Explained, ...]:
    """Explanations of nothing: what they told of is gone, or killed by now."""
    used = {one.explanation for one in found}
    return tuple(explained for explained in EXPLAINED if explained not in used)


def tables(found: Sequence[Judged]) -> str:
    """The score by room, and the explained survivors by room and reason, in Markdown."""
    rooms = sorted({one.mutant.room for one in found})
    lines = ["| room | mutants | killed | explained | left | killed of those that can be |"]
    lines += ["|---|---|---|---|---|---|"]
    lines += [_score(room, [one for one in found if one.mutant.room == room]) for room in rooms]
    lines += ["", "| room | survivors | why no test kills them |", "|---|---|---|"]
    told = Counter(
        (one.mutant.room, one.explanation.reason) for one in found if one.explanation is not None
    )
    lines += [
        f"| {room} | {told[room, reason]} | {reason.value} |"
        for room in rooms
        for reason in Reason
        if told[room, reason]
    ]
    return "\n".join(lines)


def _score(room: str, found: Sequence[Judged]) -> str:
    """A row: an explained one cannot be killed, and does not count."""
    killed = sum(one.mutant.killed for one in found)
    explained = sum(one.explanation is not None for one in found)
    share = 100 * killed / (len(found) - explained)
    left = len(found) - killed - explained
    return f"| {room} | {len(found)} | {killed} | {explained} | {left} | {share:.1f} % |"
