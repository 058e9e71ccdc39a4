"""How the cost of a plan grows: CPU time per database, name, action and finding, small against large.

Specs are read from disk, planned against a fleet in memory, put before the guards and shown as text
and as JSON. Everything is linear, so the cost of one is the same in a small fleet and a large one.
Fails when a ratio is above its limit. Run it with `make bench`.
"""

from __future__ import annotations

import gc
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from reconcile.apply.allowance import Allowance
from reconcile.apply.execute import DryRunExecutor
from reconcile.apply.loop import Loop
from reconcile.errors import ExitStatus
from reconcile.guard.guard import Context
from reconcile.guard.review import review
from reconcile.model.cost import Spent
from reconcile.model.engine import Engine, Version
from reconcile.model.plan import Proposal
from reconcile.model.state import ITSELF, Desired, Elements, Facts, Observed
from reconcile.model.target import Hosts, Target
from reconcile.plan.build import build_plan
from reconcile.plan.document import plan_id
from reconcile.plan.local_specs import dropped
from reconcile.plan.verify import verify
from reconcile.report.findings_text import validation_text
from reconcile.report.page import Look
from reconcile.report.plan_json import plan_json
from reconcile.report.plan_text import plan_text
from reconcile.spec.config import load_config
from reconcile.spec.load import Loaded, load_specs

ROUNDS = 2
AIM = 1.1
"""How much more one costs in the large run on an idle machine."""
LIMIT = 1.75
"""The same on a busy one, where others take a third by their use of the caches.

A quadratic step takes a multiple: of 16 times as many databases, 16 times as much each.
"""

_NOW = datetime.now(UTC)
_UNTIL = (_NOW + timedelta(days=60)).date()
_HOSTS = Hosts(auth="http://a", api="http://b", database="http://c")


def spec_of(number: int, names: int) -> str:
    """A spec with something to create, to change, to delete and to refuse."""
    present = ", ".join(f"name{index}" for index in range(names))
    return (
        f"version: 1\ndatabase: db{number}\napp: app{number}\nengine: mysql\nprotect: true\n"
        "backups: {enabled: true, hours: [3]}\n"
        f"logical_databases:\n  present: [{present}]\n"
        f"  absent: [{{name: legacy, reason: moved, until: {_UNTIL}}}]\n"
    )


def load(folder: Path) -> Loaded:
    """Read the specs of a folder."""
    config, _findings = load_config(None, [folder], today=_NOW.date())
    return load_specs([folder], config=config, today=_NOW.date())


def observed(desired: Desired) -> Observed:
    """What is live: every second database differs."""
    differs = int(desired.handle[2:]) % 2
    logical: Elements = {"legacy": {}, "other": {}} if differs else {"name0": {}}
    return Observed(
        target=Target(
            region="r",
            hosts=_HOSTS,
            app=desired.app,
            addon=f"ad-{desired.handle}",
            resource_id=f"{desired.handle}-1",
            engine=Engine.MYSQL,
        ),
        facts=Facts(
            engine=Engine.MYSQL,
            type_name="mysql",
            version=Version.parse("8.4.11-1"),
            status="running",
        ),
        states={
            "backups": {ITSELF: {"enabled": True, "hours": (14 if differs else 3,)}},
            "logical_databases": logical,
        },
    )


def plan(folder: Path) -> None:
    """Everything that `plan` does with these specs, but for the requests."""
    desired = load(folder).desired
    live = {one.handle: observed(one) for one in desired}
    planned = build_plan(desired, live)
    verify(desired, live, planned)
    ident = plan_id(planned)
    context = Context(now=_NOW, plan_id=ident, fleet=len(desired), recovery_points={})
    proposal = review(planned, context)
    plan_text(proposal, Look(width=80))
    plan_json(proposal, status=ExitStatus.DONE, spent=Spent())


def dry_run(folder: Path) -> None:
    """What `apply --dry-run --plan` does with a plan of these specs, but for the requests."""
    desired = load(folder).desired
    planned = build_plan(desired, {one.handle: observed(one) for one in desired})
    dropped(planned, desired)
    proposal = Proposal(plan=planned, id=plan_id(planned))
    Loop(proposal=proposal, allowance=Allowance(), executor=DryRunExecutor(), workers=1).run()


def validate(folder: Path) -> None:
    """Everything that `validate` does."""
    loaded = load(folder)
    validation_text(loaded.findings, files=loaded.files, databases=0, look=Look(width=80))


def write(folder: Path, texts: Mapping[str, str]) -> Path:
    """Put specs into a new folder."""
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text)
    return folder


def databases(folder: Path, number: int) -> Path:
    """A fleet of so many databases."""
    return write(folder, {f"{one}.yaml": spec_of(one, names=2) for one in range(number)})


def names(folder: Path, number: int) -> Path:
    """One database with so many logical databases."""
    return write(folder, {"one.yaml": spec_of(1, names=number)})


def findings(folder: Path, number: int) -> Path:
    """One spec with so many mistakes, all in one line."""
    mistakes = ", ".join(f"MISTAKE_{one}" for one in range(number))
    text = f"version: 1\ndatabase: one\napp: one\nengine: mysql\nsql_mode: [{mistakes}]\n"
    return write(folder, {"one.yaml": text})


def fastest(work: Callable[[Path], None], small: Path, large: Path) -> tuple[float, float]:
    """The shortest CPU time of some rounds for each, in seconds, in turns so that load hits both."""
    turns = [(taken(work, small), taken(work, large), taken(work, small)) for _ in range(ROUNDS)]
    return min(min(one[0], one[2]) for one in turns), min(one[1] for one in turns)


def taken(work: Callable[[Path], None], folder: Path) -> float:
    """The CPU time of one round, in seconds."""
    gc.collect()
    start = time.process_time()
    work(folder)
    return time.process_time() - start


CASES: tuple[
    tuple[str, Callable[[Path, int], Path], Callable[[Path], None], tuple[int, int]], ...
] = (
    ("database", databases, plan, (250, 4000)),
    ("name", names, plan, (625, 5000)),
    ("action", names, dry_run, (625, 5000)),
    ("finding", findings, validate, (1125, 9000)),
)


def main() -> int:
    """Print the ratios; 1 when one is above the limit."""
    failed = False
    with tempfile.TemporaryDirectory() as place:
        plan(databases(Path(place) / "first", 5))  # what is imported on first use is not counted
        for what, make, work, sizes in CASES:
            folders = [make(Path(place) / f"{what}-{size}", size) for size in sizes]
            small, large = (
                cost / size for cost, size in zip(fastest(work, *folders), sizes, strict=True)
            )
            sys.stdout.write(
                f"one {what} of {sizes[1]:,} costs {large / small:.2f} times one of {sizes[0]:,}"
                f" (aim {AIM:g}, limit {LIMIT:g}; {1e6 * large:.0f} µs of CPU each)\n"
            )
            failed |= large / small > LIMIT
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
