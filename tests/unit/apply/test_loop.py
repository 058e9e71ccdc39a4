"""The loop: order, stopping at the first failure, going on elsewhere."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
from attrs import evolve, field, frozen
from builders import desired, observed, removal, target

from reconcile.apply.allowance import Allow, Allowance
from reconcile.apply.backup_first import Secured
from reconcile.apply.execute import DryRunExecutor, calls_of
from reconcile.apply.loop import LOOK_LASTS, Loop, count_results
from reconcile.errors import DOUBT
from reconcile.kinds.backups import Backups
from reconcile.kinds.logical_databases import LogicalDatabase, LogicalDatabases
from reconcile.kinds.maintenance_window import MaintenanceWindow, Weekday
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.address import Address
from reconcile.model.change import ActionKey, Delete, Verb
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding
from reconcile.model.item import Action, Blocked, Reason
from reconcile.model.plan import DatabasePlan, Plan, Proposal
from reconcile.model.recovery import Backup
from reconcile.model.request import BACK_UP
from reconcile.model.run import Outcome, Result
from reconcile.model.state import ITSELF, Elements, Observed
from reconcile.model.target import Target
from reconcile.plan.build import build_plan, plan_database


class Recorder:
    """An executor that notes what it is given and answers as it was told."""

    def __init__(self, answers: dict[str, Result] | None = None) -> None:
        self.seen: list[str] = []
        self.finishing: list[str] = []
        self.stop = threading.Event()
        self._answers = answers or {}

    def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:
        """Note the address, and whether it has to be finished whatever comes."""
        assert target.addon == f"ad-{action.address.database}"
        address = str(action.address)
        self.seen.append(address)
        if finish:
            self.finishing.append(address)
        return Outcome(action=action, result=self._answers.get(address, Result.DONE))


def plan_of(handles: Iterable[str]) -> Plan:
    """Each database: turn backups on, create one logical database, delete another."""
    wanted = {
        "backups": Backups(enabled=True),
        "logical_databases": LogicalDatabases(
            present=(LogicalDatabase(name="new"),), absent=(removal("old"),)
        ),
    }
    live = {
        "backups": {ITSELF: {"enabled": False, "hours": ()}},
        "logical_databases": {"old": {}},
    }
    specs = [desired(wanted, handle=handle) for handle in handles]
    return build_plan(specs, {one.handle: observed(live, handle=one.handle) for one in specs})


ALL = Allowance(allows=(Allow.parse("lossy"),), attended=True)


def run(plan: Plan, executor: Recorder, allowance: Allowance = ALL) -> list[tuple[str, str]]:
    """Address and result of each outcome."""
    loop = Loop(
        proposal=Proposal(plan=plan), allowance=allowance, executor=executor, stop=executor.stop
    )
    return [(str(o.action.address), o.result.value) for o in loop.run()]


def test_a_database_that_is_held_is_not_touched() -> None:
    """Nothing of it is tried or read, whatever was allowed; the others are served."""
    executor = Recorder()
    loop = Loop(
        proposal=Proposal(plan=plan_of(["shop", "store"])),
        allowance=Allowance(),
        executor=executor,
        held={"shop": "run 1 is at work"},
    )
    outcomes = [one for one in loop.run() if one.action.address.database == "shop"]
    assert {(one.result, one.message) for one in outcomes} == {(Result.BLOCKED, "run 1 is at work")}
    assert len(outcomes) == 3
    assert {address.partition("/")[0] for address in executor.seen} == {"store"}


def test_what_a_plan_file_asks_for_in_vain_is_not_tried() -> None:
    """Neither what was known before, nor what the specs no longer ask for."""
    plan, executor = plan_of(["shop"]), Recorder()
    backups, new, _old = plan.actions
    known = Outcome(action=backups, result=Result.ALREADY_DONE, message="nothing was sent")
    loop = Loop(
        proposal=Proposal(plan=plan),
        allowance=ALL,
        executor=executor,
        known={backups.key: known},
        dropped={new.address},
    )
    first, second, *_rest = loop.run()
    assert first == known
    assert (second.result, second.message) == (
        Result.STALE,
        "the spec no longer asks for this, nothing was sent: plan again",
    )
    assert executor.seen == []


def test_actions_run_in_the_order_of_the_plan() -> None:
    """One database after its own order."""
    executor = Recorder()
    run(plan_of(["shop"]), executor)
    assert executor.seen == [
        "shop/backups",
        "shop/logical_databases/new",
        "shop/logical_databases/old",
    ]


@frozen
class Showing:
    """An executor whose every answer holds the whole resource, and a message."""

    message: str = ""

    def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:  # noqa: ARG002 - the protocol's
        """Do it."""
        return Outcome(action=action, result=Result.DONE, message=self.message, resource={})


SHIFTED = {
    "backups": {ITSELF: {"enabled": True, "hours": (14,)}},
    "maintenance_window": {ITSELF: {"weekday": "friday", "hour": 21}},
}
"""What an answer tells after somebody else changed both."""


@pytest.mark.parametrize(
    ("seen", "message", "said"),
    [
        (None, "sent", "sent"),
        (
            observed(SHIFTED),
            "sent",
            "sent; meanwhile 'shop/maintenance_window' was changed by another",
        ),
        (observed(SHIFTED), "", "meanwhile 'shop/maintenance_window' was changed by another"),
    ],
)
def test_what_an_answer_shows_of_another_is_said_after_its_message(
    seen: Observed | None, message: str, said: str
) -> None:
    """An answer that makes no sense shows nothing."""
    wanted = {
        "backups": Backups(enabled=True),
        "maintenance_window": MaintenanceWindow(weekday=Weekday.SUNDAY),
    }
    live = {
        "backups": {ITSELF: {"enabled": False, "hours": (14,)}},
        "maintenance_window": {ITSELF: {"weekday": "monday", "hour": 21}},
    }
    plan = build_plan([desired(wanted)], {"shop": observed(live)})
    loop = Loop(
        proposal=Proposal(plan=plan),
        allowance=ALL,
        executor=Showing(message),
        told_by=lambda _resource, _plan, _target: seen,
    )
    first = loop.run()[0]
    assert first.message.partition(":")[0] == said


def test_a_failure_stops_its_database_and_no_other() -> None:
    """What follows may rest on what failed; other databases go on."""
    executor = Recorder({"a/logical_databases/new": Result.FAILED})
    assert run(plan_of(["a", "b"]), executor) == [
        ("a/backups", "done"),
        ("a/logical_databases/new", "failed"),
        ("a/logical_databases/old", "skipped"),
        ("b/backups", "done"),
        ("b/logical_databases/new", "done"),
        ("b/logical_databases/old", "done"),
    ]


def test_an_unknown_outcome_stops_its_database() -> None:
    """Nothing is built on what may not have happened."""
    executor = Recorder({"a/backups": Result.UNKNOWN})
    assert run(plan_of(["a"]), executor) == [
        ("a/backups", "unknown"),
        ("a/logical_databases/new", "skipped"),
        ("a/logical_databases/old", "skipped"),
    ]


def test_what_is_not_allowed_does_not_reach_the_executor() -> None:
    """And does not stop the rest."""
    executor = Recorder()
    assert run(plan_of(["a"]), executor, Allowance()) == [
        ("a/backups", "done"),
        ("a/logical_databases/new", "done"),
        ("a/logical_databases/old", "not allowed"),
    ]
    assert executor.seen == ["a/backups", "a/logical_databases/new"]


def test_an_interrupted_run_starts_nothing_more() -> None:
    """What was not started is said to be skipped."""
    executor = Recorder()
    executor.stop.set()
    results = run(plan_of(["a", "b"]), executor)
    assert executor.seen == []
    assert {result for _address, result in results} == {"skipped"}


def test_an_interrupt_during_a_look_is_heard() -> None:
    """Nothing is sent after it, and the outcome says why."""
    executor = Recorder()

    def recheck(plan: DatabasePlan) -> DatabasePlan:
        executor.stop.set()
        return plan

    plan = plan_of(["a"])
    loop = Loop(
        proposal=Proposal(plan=plan),
        allowance=ALL,
        executor=executor,
        stop=executor.stop,
        recheck=recheck,
    )
    outcomes = loop.run()
    assert executor.seen == []
    assert [one.action for one in outcomes] == list(plan.actions)
    assert {(one.result, one.message) for one in outcomes} == {
        (Result.SKIPPED, "the run was interrupted")
    }


def test_what_was_tried_is_told_as_it_comes() -> None:
    """Not what was never tried: that is told at the end."""
    told: list[Outcome] = []
    loop = Loop(
        proposal=Proposal(plan=plan_of(["a"])),
        allowance=Allowance(),
        executor=Recorder(),
        progress=told.append,
    )
    outcomes = loop.run()
    assert [one.result for one in outcomes] == [Result.DONE, Result.DONE, Result.NOT_ALLOWED]
    assert told == list(outcomes[:2])


def test_a_dry_run_names_the_requests() -> None:
    """The same loop, with another executor."""
    loop = Loop(proposal=Proposal(plan=plan_of(["a"])), allowance=ALL, executor=DryRunExecutor())
    outcomes = loop.run()
    assert [outcome.result for outcome in outcomes] == [Result.NOT_SENT] * 3
    assert [str(call) for outcome in outcomes for call in outcome.calls] == [
        "PATCH database",
        "POST create-database",
        "POST delete-database",
    ]
    assert outcomes[0].calls == calls_of(outcomes[0].action)


def test_results_are_counted() -> None:
    """Only those that came about."""
    (action, *_rest) = plan_of(["a"]).actions
    done = Outcome(action=action, result=Result.DONE)
    assert count_results([done, done]) == {"done": 2}


REPLACE = OnChange.REPLACE


def replacement(*, on_change: OnChange = OnChange.REPLACE) -> Plan:
    """A retention policy that is replaced, and another that goes."""
    spec = RetentionPolicies(
        present=(RetentionPolicy(name="p", duration="2h", on_change=on_change),),
        absent=(removal("old"),),
    )
    live = {
        "retention_policies": {
            "p": {"duration": "1h", "default": False},
            "old": {"duration": "1h", "default": True},
        }
    }
    one = desired({"retention_policies": spec}, engine=Engine.INFLUXDB)
    return build_plan([one], {"shop": observed(live, engine=Engine.INFLUXDB)})


def succession(*, replaced: bool = False) -> Plan:
    """The default goes, or is replaced, after a live policy became the default by replacement."""
    policies: tuple[RetentionPolicy, ...]
    policies = (RetentionPolicy(name="next", duration="2h", default=True, on_change=REPLACE),)
    policies += (RetentionPolicy(name="default", duration="2h", on_change=REPLACE),) * replaced
    spec = RetentionPolicies(present=policies, absent=(removal("default"),) * (not replaced))
    live = {
        "retention_policies": {
            "next": {"duration": "1h", "default": False},
            "default": {"duration": "1h", "default": True},
        }
    }
    one = desired({"retention_policies": spec}, engine=Engine.INFLUXDB)
    return build_plan([one], {"shop": observed(live, engine=Engine.INFLUXDB)})


NEXT, DEFAULT = "shop/retention_policies/next", "shop/retention_policies/default"


@pytest.mark.parametrize("replaced", [False, True])
def test_what_requires_an_action_that_is_not_allowed_is_skipped(replaced: bool) -> None:
    """The default stays while its successor may not come, and the message names that."""
    only = Allowance(allows=(Allow.parse(f"lossy={DEFAULT}"),))
    executor = Recorder()
    plan = succession(replaced=replaced)
    loop = Loop(proposal=Proposal(plan=plan), allowance=only, executor=executor)
    outcomes = loop.run()
    assert executor.seen == []
    assert [one.result for one in outcomes[:3]] == [
        *[Result.NOT_ALLOWED] * 2,
        Result.SKIPPED,
    ]
    assert outcomes[2].message == f"it requires 'create {NEXT}' (not allowed)"
    if replaced:
        assert outcomes[3].message == f"it requires 'delete {DEFAULT}' (skipped)"


def test_what_requires_an_action_that_a_guard_refused_is_skipped() -> None:
    """As where it is not allowed."""
    finding = Finding(code="G102", message="no", address=Address.parse(NEXT))
    loop = Loop(
        proposal=Proposal(plan=succession(), findings=(finding,)),
        allowance=ALL,
        executor=Recorder(),
    )
    assert loop.run()[2].message == f"it requires 'create {NEXT}' (refused)"


def test_what_the_last_look_requires_counts_as_well() -> None:
    """Live is no longer as the plan saw it, where that is not in the plan; what this run did is done."""
    plan = plan_of(["a"])
    database = plan.databases[0]
    new, old = database.actions[1:]
    missing = ActionKey(Verb.CREATE, Address.parse("a/logical_databases/missing"))
    now = evolve(database, items=(new, evolve(old, requires=(new.key, missing))))
    executor, outcomes = looked(plan, now)
    assert executor.seen == ["a/logical_databases/new"]
    assert outcomes[-1].result is Result.STALE
    assert outcomes[-1].message == f"it requires '{missing}' (not in this plan)"


def test_what_the_last_look_requires_and_this_run_did_not_do_is_skipped() -> None:
    """It was due before, so that the plan is still true."""
    plan = plan_of(["a"])
    database = plan.databases[0]
    backups, new, old = database.actions
    now = evolve(database, items=(evolve(old, requires=(backups.key, new.key)),))
    executor = Recorder({str(new.address): Result.REFUSED})
    outcomes = looked(plan, evolve(now, items=(backups, new, *now.items)), executor)[1]
    assert outcomes[-1].result is Result.SKIPPED
    assert outcomes[-1].message == f"it requires '{new.key}' (refused)"


def test_what_the_last_look_blocks_is_told_with_its_code() -> None:
    """A program reads the code."""
    plan = plan_of(["a"])
    database = plan.databases[0]
    blocked = Blocked(
        address=database.actions[-1].address,
        code="P221",
        message="it is protected",
        hint="take it out",
        reason=Reason.ABSENT,
        origin=database.actions[-1].origin,
        change=database.actions[-1].change,
    )
    outcomes = looked(plan, evolve(database, items=(*database.actions[:-1], blocked)))[1]
    assert (outcomes[-1].result, outcomes[-1].code) == (Result.BLOCKED, "P221")


class Interrupting(Recorder):
    """An executor during whose first action somebody presses Ctrl-C."""

    def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:
        """Carry on, and stop what comes after."""
        self.stop.set()
        return super().execute(target, action, finish=finish)


def test_what_is_half_replaced_is_finished() -> None:
    """An interrupt between delete and create would leave nothing."""
    executor = Interrupting()
    outcomes = run(replacement(), executor)
    assert [result for _address, result in outcomes] == ["done", "done", "skipped"]
    assert executor.seen == ["shop/retention_policies/p"] * 2
    assert executor.finishing == executor.seen[1:]


def test_only_a_half_that_fails_is_said_to_be_missing() -> None:
    """Halves that are done have nothing to say, and what fails elsewhere its own reason."""
    plan = replacement()

    class Failing(Recorder):
        def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:
            done = super().execute(target, action, finish=finish)
            failed = evolve(done, result=Result.FAILED, message="no")
            return failed if len(self.seen) == 3 else done

    loop = Loop(proposal=Proposal(plan=plan), allowance=ALL, executor=Failing())
    assert [one.message for one in loop.run()] == ["", "", "no"]


@pytest.mark.parametrize(("result", "under_way"), [(Result.FAILED, False), (Result.UNKNOWN, True)])
def test_a_first_half_that_failed_or_goes_on_is_not_followed(
    result: Result, under_way: bool
) -> None:
    """Although a look would find it gone: it was not this one that did it, or not yet."""
    plan = replacement()
    _gone, back, other = plan.actions
    looks = [plan.databases[0], evolve(plan.databases[0], items=(back, other))]

    class Losing(Recorder):
        def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:
            done = super().execute(target, action, finish=finish)
            return evolve(done, result=result, under_way=under_way, message="no")

    loop = Loop(
        proposal=Proposal(plan=plan),
        allowance=ALL,
        executor=Losing(),
        recheck=lambda _plan: looks.pop(0),
    )
    outcomes = loop.run()
    assert [one.result for one in outcomes] == [result, Result.SKIPPED, Result.SKIPPED]
    assert outcomes[0].message == "no"
    assert len(looks) == 1


def test_a_half_that_fails_says_what_is_missing() -> None:
    """The first sentence is what a person has to know."""
    plan = replacement()

    class Failing(Recorder):
        def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:
            done = super().execute(target, action, finish=finish)
            return evolve(done, result=Result.FAILED, message="no") if len(self.seen) == 2 else done

    loop = Loop(proposal=Proposal(plan=plan), allowance=ALL, executor=Failing())
    second = loop.run()[1]
    assert second.message == "it is deleted and may not be there again, run apply again: no"


def looked(
    plan: Plan, now: DatabasePlan, executor: Recorder | None = None
) -> tuple[Recorder, list[Outcome]]:
    """Apply a plan of one database that is looked at as `now`."""
    executor = executor or Recorder()
    loop = Loop(
        proposal=Proposal(plan=plan), allowance=ALL, executor=executor, recheck=lambda _plan: now
    )
    return executor, list(loop.run())


def test_what_somebody_else_did_is_not_done_again() -> None:
    """Nothing is left to do: nothing is sent, and each action is already done."""
    plan = replacement()
    executor, outcomes = looked(plan, evolve(plan.databases[0], items=()))
    assert executor.seen == []
    assert [one.result for one in outcomes] == [Result.ALREADY_DONE] * 3


def test_nothing_lossy_is_done_on_a_plan_that_is_no_longer_true() -> None:
    """Somebody was quicker, and made something else of it: the rest is left alone."""
    plan = replacement()
    gone, back, other = plan.actions
    assert isinstance(gone.change, Delete)
    before = gone.change.before
    changed = evolve(gone, change=evolve(gone.change, before={**before, "duration": "90d"}))
    executor, outcomes = looked(plan, evolve(plan.databases[0], items=(changed, back, other)))
    assert executor.seen == []
    assert [one.result for one in outcomes] == [Result.STALE, Result.SKIPPED, Result.SKIPPED]
    first = outcomes[0]
    assert first.message == "live is no longer as the plan saw it, nothing was sent: plan again"
    assert first.conflict is not None
    assert first.conflict.before == first.conflict.expected == before
    assert first.conflict.now == {**before, "duration": "90d"}


def test_another_live_database_is_not_changed() -> None:
    """What was planned for one addon is never sent to another."""
    plan = replacement()
    elsewhere = evolve(target(Engine.INFLUXDB), addon="ad-other")
    executor, outcomes = looked(plan, evolve(plan.databases[0], target=elsewhere))
    assert executor.seen == []
    assert [one.result for one in outcomes] == [Result.BLOCKED, Result.SKIPPED, Result.SKIPPED]
    assert outcomes[0].message == (
        "it was planned for addon 'ad-shop', and this is 'ad-other': nothing was sent"
    )


def test_nothing_is_lost_where_the_creation_time_is_no_longer_known() -> None:
    """The plan knows it and live does not: another database may stand there. The rest is done."""
    created = datetime(2025, 2, 5, tzinfo=UTC)
    (database,) = plan_of(["shop"]).databases
    known = evolve(database, target=evolve(target(), created_at=created))
    executor, outcomes = looked(Plan(databases=(known,)), evolve(database, target=target()))
    assert executor.seen == ["shop/backups", "shop/logical_databases/new"]
    assert [one.result for one in outcomes] == [Result.DONE, Result.DONE, Result.BLOCKED]
    assert outcomes[-1].message == (
        "the plan is for the database that was created at 2025-02-05T00:00:00+00:00, and the"
        " provider does not say when this one was: nothing was sent"
    )


def test_a_database_that_cannot_be_looked_at_again_loses_nothing() -> None:
    """Its error is the reason."""
    gone = DatabasePlan(handle="shop", engine="influxdb", app="a", error="connection refused")
    loop = Loop(
        proposal=Proposal(plan=replacement()),
        allowance=ALL,
        executor=Recorder(),
        recheck=lambda _plan: gone,
    )
    first = loop.run()[0]
    assert first.result is Result.FAILED
    assert first.message == "could not be read again, nothing was sent: connection refused"


def test_a_target_without_its_state_is_no_look() -> None:
    """It was found, and could not be read: nothing is known of it."""
    plan = replacement()
    executor, outcomes = looked(plan, evolve(plan.databases[0], error="timed out"))
    assert executor.seen == []
    assert outcomes[0].message == "could not be read again, nothing was sent: timed out"


def test_what_the_run_itself_did_is_no_surprise() -> None:
    """A new default takes the flag from the policy that goes next."""
    spec = RetentionPolicies(
        present=(RetentionPolicy(name="b", duration="60d", default=True),), absent=(removal("a"),)
    )
    one = desired({"retention_policies": spec}, engine=Engine.INFLUXDB)

    def planned(live: dict[str, dict[str, object]]) -> Plan:
        found = observed({"retention_policies": live}, engine=Engine.INFLUXDB)
        return build_plan([one], {"shop": found})

    before = planned({"a": {"duration": "30d", "default": True}})
    after = planned(
        {
            "a": {"duration": "30d", "default": False},
            "b": {"duration": "60d", "default": True},
        }
    )
    looks = [before.databases[0], after.databases[0]]
    loop = Loop(
        proposal=Proposal(plan=before),
        allowance=ALL,
        executor=Recorder(),
        recheck=lambda _plan: looks.pop(0),
    )
    assert [outcome.result for outcome in loop.run()] == [Result.DONE, Result.DONE]
    assert looks == []


def test_a_first_half_whose_answer_was_lost_is_looked_for() -> None:
    """If it is gone, at once or later, the second half is due; if not, nothing more is done."""
    plan = replacement()
    gone, back, other = plan.actions
    for late, now, results, pauses in (
        (0, (back, other), ["done", "done", "done"], []),
        (2, (back, other), ["done", "done", "done"], [0.5, 1.0]),
        (0, (gone, back, other), ["unknown", "skipped", "skipped"], [0.5, 1.0, 2.0, 4.0]),
    ):
        waited: list[float] = []
        looks = [plan.databases[0]] * (1 + late) + [evolve(plan.databases[0], items=now)]

        def recheck(asked: DatabasePlan, looks: list[DatabasePlan] = looks) -> DatabasePlan:
            assert asked == plan.databases[0]
            return looks.pop(0) if len(looks) > 1 else looks[0]

        class Losing(Recorder):
            def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:
                done = super().execute(target, action, finish=finish)
                lost = evolve(done, result=Result.UNKNOWN, message=f"lost{DOUBT}")
                return lost if action == gone else done

        loop = Loop(
            proposal=Proposal(plan=plan),
            allowance=ALL,
            executor=Losing(),
            recheck=recheck,
            sleep=waited.append,
        )
        outcomes = loop.run()
        assert waited == pauses
        assert [outcome.result.value for outcome in outcomes] == results
        said = "read again: it was done; lost" if results[0] == "done" else f"lost{DOUBT}"
        assert outcomes[0].message == said


BACKUP = Backup(id="b1", created_at=datetime(2026, 11, 23, tzinfo=UTC), done=True, manual=True)


@frozen(kw_only=True)
class Securing:
    """Secures as it was told, and notes what for; looks are noted with it."""

    found: Secured | Result
    seen: list[str] = field(factory=list)

    def secure(self, plan: DatabasePlan, target: Target, action: Action) -> Secured | Outcome:
        """Note the action and the target."""
        assert action in plan.actions
        self.seen.append(f"secure {action.address.name} of {target.addon}")
        if isinstance(self.found, Result):
            return Outcome(action=action, result=self.found, message="no backup")
        return self.found

    def recheck(self, plan: DatabasePlan) -> DatabasePlan:
        """Note the look."""
        self.seen.append("look")
        return plan

    def apply(self, plan: Plan, allowance: Allowance = ALL) -> list[Outcome]:
        """Carry out a plan, secured."""
        return list(
            Loop(
                proposal=Proposal(plan=plan),
                allowance=allowance,
                executor=Recorder(),
                recheck=self.recheck,
                secure=self.secure,
            ).run()
        )


def two_losses() -> Plan:
    """A creation and two deletions."""
    wanted = LogicalDatabases(
        present=(LogicalDatabase(name="new"),), absent=(removal("old"), removal("older"))
    )
    live: dict[str, Elements] = {"logical_databases": {"old": {}, "older": {}}}
    return build_plan([desired({"logical_databases": wanted})], {"shop": observed(live)})


def test_a_database_is_secured_once_before_the_first_loss() -> None:
    """And looked at again then, for a backup takes a while; its outcome tells of it."""
    securing = Securing(found=Secured(backup=BACKUP, calls=(BACK_UP,)))
    created, first, second = securing.apply(two_losses())
    assert securing.seen == ["look", "look", "secure old of ad-shop", "look", "look"]
    assert [one.result for one in (created, first, second)] == [Result.DONE] * 3
    assert (created.backup, first.backup, second.backup) == (None, BACKUP, None)
    assert [str(call) for call in first.calls] == ["POST /backups"]


def test_what_took_no_time_is_not_looked_at_again() -> None:
    """No backup was made: a dry run, or a database with a recovery window."""
    securing = Securing(found=Secured(calls=(BACK_UP,)))
    _created, first, _second = securing.apply(two_losses())
    assert securing.seen == ["look", "look", "secure old of ad-shop", "look"]
    assert first.calls == (BACK_UP,)


def test_what_somebody_did_during_the_backup_is_seen() -> None:
    """The action is not tried any more; that a backup was made is told."""
    plan = replacement()
    looks = [plan.databases[0], evolve(plan.databases[0], items=())]
    loop = Loop(
        proposal=Proposal(plan=plan),
        allowance=ALL,
        executor=Recorder(),
        recheck=lambda _plan: looks.pop(0) if len(looks) > 1 else looks[0],
        secure=Securing(found=Secured(backup=BACKUP)).secure,
    )
    first = loop.run()[0]
    assert (first.result, first.backup) == (Result.ALREADY_DONE, BACKUP)


@pytest.mark.parametrize("result", [Result.BLOCKED, Result.FAILED])
def test_what_cannot_be_secured_is_not_lost(result: Result) -> None:
    """Neither it nor what follows; what went before is done."""
    securing = Securing(found=result)
    outcomes = securing.apply(two_losses())
    assert [one.result for one in outcomes] == [Result.DONE, result, Result.SKIPPED]
    assert outcomes[2].message == ("shop/logical_databases/old, before it, was not done")


def test_what_is_not_lost_is_not_secured() -> None:
    """Neither safe actions, nor what is not allowed, nor what was done already."""
    securing = Securing(found=Secured())
    securing.apply(two_losses(), Allowance())
    assert securing.seen == ["look"]
    gone = Securing(found=Secured())
    plan = two_losses()
    loop = Loop(
        proposal=Proposal(plan=plan),
        allowance=ALL,
        executor=Recorder(),
        recheck=lambda one: evolve(one, items=()),
        secure=gone.secure,
    )
    assert {one.result for one in loop.run()} == {Result.ALREADY_DONE}
    assert gone.seen == []


def test_a_replacement_is_secured_before_its_first_half() -> None:
    """Never between the halves: what is deleted is to be back at once."""
    securing = Securing(found=Secured(backup=BACKUP))
    outcomes = securing.apply(replacement())
    assert [one.backup for one in outcomes] == [BACKUP, None, None]
    assert securing.seen.count("secure p of ad-shop") == 1


WINDOW = MaintenanceWindow(weekday=Weekday.SUNDAY, hour=4)
SAFE = {
    "backups": Backups(enabled=True),
    "maintenance_window": WINDOW,
    "logical_databases": LogicalDatabases(present=(LogicalDatabase(name="new"),)),
}
OFF: Elements = {ITSELF: {"enabled": False, "hours": ()}}
ON: Elements = {ITSELF: {"enabled": True, "hours": ()}}


def at(hour: int) -> dict[str, Elements]:
    """The live state with a maintenance window, before the run."""
    window: Elements = {ITSELF: {"weekday": "monday", "hour": hour}}
    return {"backups": OFF, "maintenance_window": window, "logical_databases": {}}


@pytest.mark.parametrize(
    ("hour", "waited", "looks", "told", "result"),
    [
        (21, 0.0, 1, "", Result.DONE),
        (9, 0.0, 2, "'shop/maintenance_window' was changed by another: hour is 9", Result.STALE),
        (21, LOOK_LASTS / 2, 1, "", Result.DONE),
        (21, LOOK_LASTS + 1, 3, "", Result.DONE),
    ],
)
def test_a_look_serves_the_next_safe_actions_while_it_holds(
    hour: int, waited: float, looks: int, told: str, result: Result
) -> None:
    """Not after an answer showed that somebody else made a change, nor after a long wait."""
    spec = desired(SAFE)
    (plan,) = build_plan([spec], {"shop": observed(at(21))}).databases
    looked: list[DatabasePlan] = []
    seconds = [1000.0]
    resource = {"id": "ad-shop"}

    class Answering(Recorder):
        """Each request takes a while, and the first one answers with the resource."""

        def execute(self, target: Target, action: Action, *, finish: bool = False) -> Outcome:
            """Answer with the resource where the action is about it."""
            seconds[0] += waited
            done = super().execute(target, action, finish=finish)
            return evolve(done, resource=resource if action.address.kind == "backups" else None)

    def look(_plan: DatabasePlan) -> DatabasePlan:
        state = at(hour if looked else 21)
        looked.append(plan_database(spec, observed(state)))
        return looked[-1]

    def told_by(answer: object, asked: DatabasePlan, target: Target) -> Observed | None:
        assert (answer, asked, target) == (resource, plan, plan.target)
        return observed({**at(hour), "backups": ON})

    loop = Loop(
        proposal=Proposal(plan=Plan(databases=(plan,))),
        allowance=ALL,
        executor=Answering(),
        recheck=look,
        told_by=told_by,
        ticks=lambda: seconds[0],
    )
    outcomes = {one.action.address.kind: one for one in loop.run()}
    assert outcomes["backups"].result is Result.DONE
    assert told in outcomes["backups"].message
    assert bool(told) == bool(outcomes["backups"].message)
    assert outcomes["maintenance_window"].result is result
    assert len(looked) == looks
