"""`protect: true`: no data of that database goes, by no command, flag or name."""

from __future__ import annotations

import pytest
from e2e.busy import MOMENT, specs
from e2e.command import Command, changing, journal_entries
from e2e.terminal import on_terminal

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more

LOSSES = {
    "delete": "databases delete shop legacy --confirm legacy",
    "delete by addon": "databases delete shop-web/ad-shop legacy --confirm legacy",
    "delete by resource": "databases delete shop-web/shop-web-4821 legacy --confirm legacy",
    "reset": "databases reset shop legacy --confirm legacy",
    "reset by addon": "databases reset shop-web/ad-shop legacy --confirm legacy",
    "reset by resource": "databases reset shop-web/shop-web-4821 legacy --confirm legacy",
    "policy": "retention delete telemetry 7-days --confirm 7-days",
    "restore": f"restore billing --to {MOMENT} --confirm billing",
    "restore by addon": (
        f"restore billing-api/ad-billing --to {MOMENT} --confirm billing-api/ad-billing"
    ),
}
EACH = pytest.mark.parametrize("name", LOSSES)


@pytest.fixture
def protected(command: Command, busy: Sandbox) -> Sandbox:
    """The sandbox, with specs that protect all of it."""
    command.write(*specs("protect: true\n"))
    return busy


@EACH
def test_a_loss_is_refused(command: Command, protected: Sandbox, name: str) -> None:
    """3: the guard refused all that there was; nothing is sent, nor meant to be."""
    done = command(*LOSSES[name].split(), status=3)
    words = " ".join(done.stdout.split())
    assert words.startswith("! ")
    assert "is protected, and this would lose data" in words
    assert "[G101]" in words
    assert "no flag overrides this" in words
    assert changing(protected) == []
    written = [entry["event"] for path in command.journals() for entry in journal_entries(path)]
    assert "started" not in written


@EACH
@pytest.mark.usefixtures("protected")
def test_a_dry_run_says_so_too(command: Command, name: str) -> None:
    """It would not be sent."""
    line = LOSSES[name].partition(" --confirm")[0]
    done = command(*line.split(), "--dry-run", status=3)
    assert "[G101]" in done.stdout
    assert "http" not in done.stdout


@EACH
def test_nobody_is_asked_about_it(command: Command, protected: Sandbox, name: str) -> None:
    """A question whose answer would not count."""
    line = LOSSES[name].partition(" --confirm")[0]
    with on_terminal(command, *line.split(), piped={"stdout"}) as terminal:
        done = terminal.finish()
    assert done.status == 3, str(done)
    assert "to go on" not in terminal.shown
    assert changing(protected) == []


@pytest.mark.parametrize(
    "line",
    [
        "databases create shop audit",
        "sql-mode set shop NO_ENGINE_SUBSTITUTION --yes",
        "queries cancel billing 2000 --yes",
        "queries terminate billing 2000 --yes",
        "stats reset billing --yes",
        "backups set billing --off --yes",
        "upgrade shop --yes",
    ],
)
def test_what_loses_no_data_is_done(command: Command, protected: Sandbox, line: str) -> None:
    """Protection is of data, and of nothing else."""
    command(*line.split(), status=0)
    assert len(changing(protected)) == 1


def test_a_spec_of_the_only_addon_protects_it(command: Command, busy: Sandbox) -> None:
    """Without an addon id in the spec: the app and the engine say which."""
    text = specs("protect: true\n")[0].replace("addon: ad-shop\n", "")
    command.write(text)
    for line in (LOSSES["reset by addon"], LOSSES["delete by addon"]):
        command(*line.split(), status=3)
    assert changing(busy) == []


def test_another_database_is_not_protected_by_it(command: Command, busy: Sandbox) -> None:
    """Its neighbour's spec says nothing of it."""
    shop, billing, *_ = specs()
    command.write(shop, billing + "protect: true\n")
    command(*LOSSES["reset by addon"].split(), status=0)
    assert len(changing(busy)) == 1


def test_specs_that_cannot_be_read_protect(command: Command, busy: Sandbox) -> None:
    """Whether it is protected is not known: nothing is lost on a guess."""
    command.write(*specs("protct: true\n"))
    for line in (LOSSES["reset by addon"], LOSSES["delete by addon"]):
        done = command(*line.split(), status=65)
        assert "protct" in done.stdout
    assert changing(busy) == []
    command("queries", "cancel", "billing-api/ad-billing", "2000", "--yes", status=0)
    command("databases", "create", "shop-web/ad-shop", "audit", status=0)
