"""Killed at any request, or with any answer lost: run again, every effect is there, and once.

docs/testing.md says what the matrix covers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pytest
from attrs import frozen
from e2e.command import Command, command_in, until
from e2e.crash import (
    KILLS,
    LASTING,
    LOSSES,
    Kill,
    Loss,
    Moment,
    allowed,
    is_at_rest,
    killed,
    moments,
    once,
    taken_up,
)
from e2e.every_kind import CONFIG, FLEET, HANDLES, ONCE, SPECS
from witness import Deed, assert_truth, begun, claimed, effects, settled

from scalingo_sandbox import Sandbox, running

pytestmark = pytest.mark.more

DEEDS = pytest.mark.parametrize("deed", sorted(ONCE), ids=str)


@frozen(kw_only=True)
class Scene:
    """The fleet of these tests in a sandbox, its specs in a project, and when each deed is due."""

    command: Command
    sandbox: Sandbox
    when: Mapping[Deed, Moment]

    def effects(self) -> Counter[Deed]:
        """What took effect."""
        return effects(self.sandbox, HANDLES)

    def assert_truth(self, *journals: Path) -> None:
        """Hold the journals against what the sandbox saw."""
        assert_truth(self.sandbox, HANDLES, [*journals])


@pytest.fixture(scope="module")
def when(tmp_path_factory: pytest.TempPathFactory) -> Mapping[Deed, Moment]:
    """At which request of its database each deed is asked for."""
    with running(FLEET) as sandbox:
        command = command_in(tmp_path_factory.mktemp("clean"), sandbox)
        command.write(*SPECS)
        (command.directory / "reconcile.yaml").write_text(CONFIG, encoding="utf-8")
        command(*allowed(), status=0)
        return moments(sandbox.requests()["requests"])


@pytest.fixture
def scene(command: Command, sandbox: Sandbox, when: Mapping[Deed, Moment]) -> Scene:
    """All of it as it was at the start."""
    sandbox.put_fleet(FLEET)
    sandbox.clear()
    command.write(*SPECS)
    return Scene(command=command, sandbox=sandbox, when=when)


def test_the_matrix_covers_every_change(when: Mapping[Deed, Moment]) -> None:
    """A run that nothing disturbs asks for each deed, and for no other."""
    assert set(when) == set(ONCE)


@DEEDS
@pytest.mark.parametrize("kill", KILLS, ids=str)
def test_a_run_killed_at_a_change_is_taken_up(scene: Scene, kill: Kill, deed: Deed) -> None:
    """The intent was on disk, the effect comes once, and what was before it does not come again."""
    handle = deed.database
    arguments = allowed(handle)
    killed(scene.command, scene.sandbox, scene.when[deed], kill, *arguments)
    (journal,) = scene.command.journals()
    assert begun([journal])[deed] == 1
    assert deed not in claimed([journal])
    happened = scene.effects()
    assert happened[deed] == kill.effect
    assert happened + Counter({deed: 1 - kill.effect}) == begun([journal])
    runs = taken_up(scene.command, [handle], *arguments)
    assert runs == 1 or deed.address in LASTING
    assert scene.effects() == once(handle)
    scene.assert_truth(*scene.command.journals())
    assert f"was interrupted while it did {deed}" in scene.command.runs[0].stderr
    told = settled(scene.command.journals(), journal.stem)
    assert told == {deed: "done" if kill.effect else "not done"}


@pytest.mark.parametrize("number", range(0, 50, 8))
def test_a_run_killed_at_any_request_is_taken_up(scene: Scene, number: int) -> None:
    """Also at one that only reads, with four databases at work beside each other."""
    (scene.command.directory / "reconcile.yaml").write_text(CONFIG, encoding="utf-8")
    killed(scene.command, scene.sandbox, Moment(after=number), KILLS[-1], *allowed())
    taken_up(scene.command, [], *allowed())
    assert scene.effects() == ONCE
    scene.assert_truth(*scene.command.journals())


@DEEDS
@pytest.mark.parametrize("loss", LOSSES, ids=str)
def test_a_change_whose_answer_is_lost_is_made_once(scene: Scene, loss: Loss, deed: Deed) -> None:
    """What is said of it is true, and the next run does the rest."""
    command, moment, arguments = scene.command, scene.when[deed], allowed(deed.database)
    scene.sandbox.fault(loss.kind, match=dict(moment.match), after=moment.after)
    run = command(*arguments, "--format", "json").document()
    results = {Deed(one["address"], one["verb"]): one["result"] for one in run["outcomes"]}
    assert scene.effects()[deed] == loss.effect
    assert results[deed] == ("done" if loss.effect else "unknown") or deed.address in LASTING
    command(*arguments, status=0)
    until(lambda: is_at_rest(command, deed.database), "what goes on has ended")
    assert scene.effects() == once(deed.database)
    scene.assert_truth(*command.journals())


@pytest.mark.parametrize(
    "deed",
    [
        Deed("shop/logical_databases/audit", "create"),
        Deed("shop/backups", "update"),
        Deed("shop/logical_databases/legacy", "delete"),
        Deed("billing/engine_version", "update"),
    ],
    ids=str,
)
def test_a_request_of_a_dead_run_may_arrive_in_the_midst_of_the_next(
    scene: Scene, deed: Deed
) -> None:
    """The next one has looked and is about to do the same: it is done once, refused or as it was."""
    moment, arguments = scene.when[deed], allowed(deed.database)
    scene.sandbox.fault("hold", match=dict(moment.match), after=moment.after, times=2)
    with scene.command.started(*arguments) as process:
        scene.sandbox.wait_until_held()
        process.kill()
        process.communicate()
    with scene.command.started(*arguments) as process:
        until(lambda: len(scene.sandbox.held()) == 2, "the next run asks for it too")
        scene.sandbox.release()
        ended = scene.command.ended(process, *arguments)
    assert ended.status in ({1} if deed.address in LASTING else {0, 2}), str(ended)
    scene.sandbox.clear_faults()
    taken_up(scene.command, [deed.database], *arguments)
    assert scene.effects() == once(deed.database)


@pytest.mark.parametrize("kill", KILLS, ids=str)
def test_a_run_killed_at_its_backup_has_lost_nothing(scene: Scene, kill: Kill) -> None:
    """What the backup is for has not begun; the next run has one of its own before it goes on."""
    backup, loss = Deed("shop", "order"), Deed("shop/logical_databases/legacy", "delete")
    moment = Moment(match={"method": "POST", "path": "/api/databases/ad-shop/backups"})
    arguments = (*allowed("shop"), "--backup-first")
    killed(scene.command, scene.sandbox, moment, kill, *arguments)
    assert begun(scene.command.journals())[backup] == 1
    assert scene.effects()[loss] == 0
    runs = taken_up(scene.command, ["shop"], *arguments)
    assert runs == 1
    assert scene.effects() - once("shop") == {backup: 1 + kill.effect}
    assert begun(scene.command.journals()[1:])[backup] == 1
    scene.assert_truth(*scene.command.journals())


def test_a_replacement_killed_between_its_halves_is_made_whole(scene: Scene) -> None:
    """The old one is gone and the new one is missing: the next run creates it, and asks nobody."""
    address = "telemetry/retention_policies/7-days"
    deleted, created = Deed(address, "delete"), Deed(address, "create")
    killed(scene.command, scene.sandbox, scene.when[created], KILLS[0], *allowed("telemetry"))
    assert claimed(scene.command.journals())[deleted] == 1
    assert scene.effects()[created] == 0
    scene.command("apply", "--yes", "--only", "telemetry", status=2)
    assert scene.effects()[created] == 1
    assert not is_at_rest(scene.command, "telemetry")
