"""One trial: a fleet, its specs and what goes wrong, as plain data, and what must hold of it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from attrs import asdict, field, frozen
from builders import TODAY
from covered.stages import stages
from live import Live, changing
from unit.api.loopback import PlainClock
from witness import Deed, accepted, begun, claimed, effects

from reconcile.apply.allowance import Allow, Allowance
from reconcile.apply.execute import DryRunExecutor
from reconcile.apply.loop import Loop
from reconcile.apply.resolve import resolve_outcomes
from reconcile.errors import ReconcileError
from reconcile.guard.default_policy import DEFAULT_POLICY
from reconcile.guard.guard import Context
from reconcile.kinds.logical_databases import LogicalDatabases
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies
from reconcile.model.change import verb_of
from reconcile.model.plan import Plan, Proposal
from reconcile.model.run import Result
from reconcile.model.state import Desired
from reconcile.spec.config import Config
from reconcile.spec.load import load_specs
from scalingo_sandbox import Sandbox, running

OPERATION = 100.0
"""Seconds that an operation of the sandbox takes."""
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_ROUNDS = 10
"""Undisturbed applies after which everything has to be at rest."""
_UNTOUCHED = {
    Result.SKIPPED,
    Result.STALE,
    Result.BLOCKED,
    Result.ALREADY_DONE,
    Result.NOT_ALLOWED,
    Result.REFUSED,
}


@frozen(kw_only=True)
class Trial:
    """A fleet file, the specs by handle, and the faults of two applies, in the sandbox's words.

    These two applies are not allowed to lose what has one of the names in `withheld`.
    """

    fleet: Mapping[str, Any]
    specs: Mapping[str, Mapping[str, Any]]
    faults: Sequence[Mapping[str, Any]] = ()
    withheld: Sequence[str] = ()

    @classmethod
    def load(cls, path: Path) -> Trial:
        """Read a trial that was kept."""
        document = json.loads(path.read_text(encoding="utf-8"))
        names = ("fleet", "specs", "faults", "withheld")
        return cls(**{name: document[name] for name in names if name in document})

    def dump(self, says: str) -> str:
        """The trial as a file to keep, with what it found."""
        return json.dumps({"says": says, **asdict(self)}, indent=1, ensure_ascii=False) + "\n"

    @property
    def outside(self) -> int:
        """How often somebody else may write."""
        writers = [fault for fault in self.faults if fault["kind"] == "outside-write"]
        return sum(fault.get("times", 1) for fault in writers)


@frozen(kw_only=True)
class Ground:
    """A sandbox for any number of trials, one after the other, on a clock that nobody waits for."""

    sandbox: Sandbox
    clock: PlainClock


@contextmanager
def ground() -> Iterator[Ground]:
    """Serve, until a trial brings its own fleet."""
    clock = PlainClock()
    with running(None, now=clock.now, operation_seconds=OPERATION) as sandbox:
        yield Ground(sandbox=sandbox, clock=clock)


@frozen(kw_only=True)
class Stage:
    """The fleet of a trial as it was at the start, its specs, and the runs so far.

    `giving_up` are the databases whose plan was to delete a default policy without a successor:
    trials waive the guard against it.
    """

    sandbox: Sandbox
    clock: PlainClock
    directory: Path
    desired: Sequence[Desired]
    runs: list[int] = field(factory=list)
    giving_up: set[str] = field(factory=set)

    @property
    def handles(self) -> dict[str, str]:
        """The handles by addon."""
        return {str(one.addon): one.handle for one in self.desired}

    @property
    def journals(self) -> list[Path]:
        """The journals of all runs."""
        return sorted((self.directory / "state/runs").glob("*.jsonl"))

    def effects(self) -> Counter[Deed]:
        """What took effect so far."""
        return effects(self.sandbox, self.handles)

    @contextmanager
    def connected(self) -> Iterator[Live]:
        """The product, over a connection of its own."""
        with stages(self.sandbox, self.directory, self.clock) as live:
            yield live

    def apply(self, withheld: Collection[str] = ()) -> dict[Deed, Result]:
        """Read, carry out, read again and settle; nothing where a host answers nobody."""
        self.runs.append(len(self.runs))
        try:
            with self.connected() as live:
                plan = live.plan(self.desired)
                self.giving_up.update(
                    found.address.database
                    for found in DEFAULT_POLICY.check(plan, Context(now=_NOW))
                    if found.address
                )
                allowance = _all_but(withheld, plan)
                outcomes = live.apply(plan, f"run-{self.runs[-1]:03}", allowance=allowance)
                settled = resolve_outcomes(outcomes, live.plan(self.desired))
        except ReconcileError:
            return {}
        return {
            Deed(str(one.action.address), verb_of(one.action.change).value): one.result
            for one in settled
        }

    def defaults(self) -> set[str]:
        """The databases that have a default policy, by handle."""
        return {
            self.handles[addon["id"]]
            for app in self.sandbox.fleet()["apps"]
            for addon in app["addons"]
            if any(one["default"] for one in addon.get("retention_policies") or ())
        }

    def settle_down(self) -> None:
        """Apply undisturbed until nothing is left to do."""
        for _round in range(_ROUNDS):
            left = self.left()
            if not left:
                return
            self.apply()
        raise AssertionError(f"not at rest: {self.left()}")

    def left(self) -> list[str]:
        """What is left to do once all has ended that goes on."""
        self.clock.go_on(2 * OPERATION)
        with self.connected() as live:
            plan = live.plan(self.desired)
        assert not plan.unknown, f"not read: {[one.error for one in plan.unknown]}"
        return [str(one.address) for one in plan.actions]


@contextmanager
def _staged(trial: Trial, on: Ground) -> Iterator[Stage]:
    on.sandbox.clear_faults()
    on.sandbox.put_fleet(trial.fleet)
    on.sandbox.clear()
    with TemporaryDirectory(prefix="trial-") as directory:
        specs = Path(directory) / "specs"
        specs.mkdir()
        for handle, spec in trial.specs.items():
            # A date is one without quotes only.
            text = re.sub(
                r'"until": "([0-9-]+)"', r'"until": \1', json.dumps(spec, ensure_ascii=False)
            )
            (specs / f"{handle}.yaml").write_text(text, encoding="utf-8")
        loaded = load_specs([specs], config=Config(), today=TODAY)
        # The last days of the approvals lie far away, so that a trial means the same in every year.
        assert {one.code for one in loaded.findings} <= {"S310"}, loaded.findings
        yield Stage(
            sandbox=on.sandbox, clock=on.clock, directory=Path(directory), desired=loaded.desired
        )


def _all_but(withheld: Collection[str], plan: Plan) -> Allowance:
    """The allowance of all actions of a plan but those with these names."""
    allowed = (one for one in plan.actions if one.address.name not in withheld)
    return Allowance(allows=tuple(Allow(risk=one.risk, address=one.address) for one in allowed))


def run_trial(trial: Trial, on: Ground) -> None:
    """Hold all that must hold; AssertionError, or whatever the product raises, where it does not."""
    with _staged(trial, on) as calm:
        _assert_dry(calm)
        calm.settle_down()
        undisturbed, wanted = calm.effects(), _contents(calm)
    with _staged(trial, on) as rough:
        for fault in trial.faults:
            rough.sandbox.fault(**fault)
        for _run in range(2):
            _assert_results(rough, trial)
        rough.sandbox.clear_faults()
        rough.settle_down()
        _assert_asked(rough)
        _assert_journals(rough)
        if trial.outside:
            _assert_justified(rough, undisturbed, trial.outside)
        else:
            assert rough.effects() == undisturbed
            assert _contents(rough) == wanted


def _contents(stage: Stage) -> list[dict[str, Any]]:
    """The databases as they are, without the ids and times of what led there."""
    passing = ("operations", "current_operation_id", "features", "instances")
    return [
        {name: _unordered(value) for name, value in addon.items() if name not in passing}
        for app in stage.sandbox.fleet()["apps"]
        for addon in app["addons"]
    ]


def _unordered(value: Any) -> Any:
    """A value, where what has a name is compared by that: a run that was disturbed makes it later."""
    is_named = isinstance(value, list) and all(
        isinstance(one, dict) and "name" in one for one in value
    )
    return {one["name"]: one for one in value} if is_named else value


def _assert_dry(stage: Stage) -> None:
    """Planning and a dry run send nothing that changes."""
    with stage.connected() as live:
        proposal = Proposal(plan=live.plan(stage.desired))
        Loop(proposal=proposal, allowance=Allowance(), executor=DryRunExecutor()).run()
    assert changing(stage.sandbox) == []


def _assert_results(stage: Stage, trial: Trial) -> None:
    """What is said of an action is what became of it; somebody else's writes aside."""
    before, defaults = stage.effects(), stage.defaults()
    results = stage.apply(trial.withheld)
    if not trial.outside:
        lost = defaults - stage.defaults() - stage.giving_up
        assert not lost, f"{sorted(lost)} lost the default policy"
    happened = stage.effects() - before
    for deed, result in results.items():
        if result in _UNTOUCHED:
            assert happened[deed] == 0, f"{deed} is {result.value}, and happened"
        if result is Result.FAILED and not trial.outside:
            assert happened[deed] == 0, f"{deed} failed, and happened"
        if result in {Result.DONE, Result.STARTED} and not trial.outside:
            assert happened[deed] == 1, (
                f"{deed} is {result.value}, and happened {happened[deed]} times"
            )


def _assert_asked(stage: Stage) -> None:
    """Nothing was changed that no spec names, and nothing deleted that none gives up."""
    asked = {one.handle: one for one in stage.desired}
    for deed in stage.effects():
        handle, kind, *name = deed.address.split("/", 2)
        spec = asked[handle].kinds.get(kind)
        assert spec is not None, f"{deed}: nobody named {kind}"
        if deed.verb == "delete":
            assert isinstance(spec, LogicalDatabases | RetentionPolicies)
            given_up = {one.name for one in spec.absent}
            if isinstance(spec, RetentionPolicies):
                replaced = (one for one in spec.present if one.on_change is OnChange.REPLACE)
                given_up |= {one.name for one in replaced}
            assert name[0] in given_up, f"{deed}: nobody gave it up"


def _assert_journals(stage: Stage) -> None:
    """Every effect was announced, and what a journal says was done was asked for and accepted."""
    assert not stage.effects() - begun(stage.journals), "an effect that no journal announced"
    taken = accepted(stage.sandbox, stage.handles)
    assert not claimed(stage.journals) - taken, "a journal claims what did not happen"


def _assert_justified(stage: Stage, undisturbed: Counter[Deed], outside: int) -> None:
    """An effect comes again only after somebody else undid it, once for each time."""
    for deed, times in stage.effects().items():
        assert times <= undisturbed[deed] + outside, f"{deed} happened {times} times"
