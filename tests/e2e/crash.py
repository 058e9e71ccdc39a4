"""An apply that is killed at one of its requests, and how it is taken up again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from attrs import field, frozen
from e2e.command import Command, until
from e2e.every_kind import ALLOWED, HANDLES, ONCE
from witness import Deed, deed_of

from scalingo_sandbox import Sandbox
from scalingo_sandbox.client import LoggedRequest

LASTING = {"billing/engine_version", "sessions/features/force-ssl"}
"""What goes on after its answer: the next run may find it under way."""


class Uninterrupted(AssertionError):  # noqa: N818 - an outcome, not a defect
    """A run came to its end before the moment at which it was to be killed."""


@frozen(kw_only=True)
class Kill:
    """When the process dies, seen from the effect of its request.

    A request that is not `lost` is carried out all the same, after the death of its sender.
    """

    when: str
    lost: bool = True

    def __str__(self) -> str:
        return f"{self.when} the effect" + ("" if self.lost else ", which comes later")

    @property
    def effect(self) -> bool:
        """Whether the request has its effect in the end."""
        return self.when == "after" or not self.lost


KILLS = (Kill(when="before"), Kill(when="before", lost=False), Kill(when="after"))


@frozen(kw_only=True)
class Loss:
    """A fault by which an answer is lost, or says nothing of what became of the change."""

    kind: str
    effect: bool

    def __str__(self) -> str:
        return self.kind


LOSSES = (
    Loss(kind="drop-before", effect=False),
    Loss(kind="drop-after", effect=True),
    Loss(kind="truncate", effect=True),
    Loss(kind="status", effect=False),
    Loss(kind="html", effect=False),
)


@frozen(kw_only=True)
class Moment:
    """Which request of a run: the one after `after` others that `match` meets."""

    match: Mapping[str, str] = field(factory=dict)
    after: int = 0


def moments(sent: Sequence[LoggedRequest]) -> dict[Deed, Moment]:
    """When each deed of a run is asked for."""
    seen: Counter[tuple[str, ...]] = Counter()
    found = {}
    for one in sent:
        match = {"method": one["method"], "path": one["path"]}
        if one["action_name"]:
            match["action_name"] = one["action_name"]
        key = tuple(match.values())
        if one["changes"] and one["host"] == "database":
            found[deed_of(one, HANDLES)] = Moment(match=match, after=seen[key])
        seen[key] += 1
    return found


def allowed(handle: str | None = None) -> tuple[str, ...]:
    """The arguments of an apply that may do all there is to do, of one database or of all."""
    if handle is None:
        return ("apply", "--yes", *ALLOWED)
    flags = [one for one in ALLOWED if "/" not in one or f"={handle}/" in one]
    return ("apply", "--yes", "--only", handle, *flags)


def once(handle: str) -> Counter[Deed]:
    """What an apply does of one database."""
    return Counter({deed: 1 for deed in ONCE if deed.address.startswith(f"{handle}/")})


def killed(command: Command, sandbox: Sandbox, moment: Moment, kill: Kill, *arguments: str) -> None:
    """Run the command until a moment comes, and no further."""
    sandbox.fault("hold", when=kill.when, match=dict(moment.match), after=moment.after)
    with command.started(*arguments) as process:
        until(lambda: sandbox.held() or process.poll() is not None, "the moment comes")
        if process.poll() is not None:
            raise Uninterrupted(str(command.ended(process, *arguments)))
        process.kill()
        process.communicate()
    sandbox.release(drop=kill.lost)
    sandbox.clear_faults()


def is_at_rest(command: Command, *handles: str) -> bool:
    """Whether everything is as it is wanted, read anew."""
    only = [flag for handle in handles for flag in ("--only", handle)]
    planned = command("plan", *only, "--format", "json").document()
    return {one["status"] for one in planned["databases"]} == {"in sync"}


def taken_up(command: Command, handles: Sequence[str], *arguments: str) -> int:
    """Run the command until all is at rest; give how many runs it took."""
    for number in (1, 2, 3):
        command(*arguments, status=0)
        if is_at_rest(command, *handles):
            return number
    raise AssertionError(f"not at rest after three runs: {command.runs[-1]}")
