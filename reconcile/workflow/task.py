"""What is to be applied, and how: the input of a run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from attrs import field, frozen

from reconcile.api.reads import Reads
from reconcile.apply.allowance import Allowance
from reconcile.model.history import Commit
from reconcile.model.plan import Proposal
from reconcile.workflow.apply_plan_file import Taken
from reconcile.workflow.fleet import Fleet
from reconcile.workflow.inputs import Override, Safeguard, Waiting
from reconcile.workflow.propose import About, Notice


@frozen(kw_only=True)
class Task:
    """What is to be applied, and how.

    `wanted` says what is wanted, once there is a connection; `consent` says what may run, None for
    no; it is asked once the plan is known, and not at all in a dry run, where `allowance` holds.
    `asks` is whether a person sees the plan and answers: then the guards judge again what may run.
    `fleetwide` where the cost is worth telling beforehand. `command` and `commit`, that of the
    specs, are what the journal tells of it. `saved` is the plan where it was made before this run:
    then the fleet wants just what that asks for. `notice` as in `propose`.
    """

    about: About
    wanted: Callable[[Reads], Fleet]
    consent: Callable[[Proposal], Allowance | None]
    allowance: Allowance
    asks: bool = True
    overrides: tuple[Override, ...] = ()
    state_dir: Path | None = None
    waiting: Waiting = field(factory=Waiting)
    safeguard: Safeguard = field(factory=Safeguard)
    fleetwide: bool = True
    command: str = "apply"
    commit: Callable[[], Commit | None] = lambda: None
    saved: Taken | None = None
    notice: Notice | None = None
