"""The main job on other days: specs, tokens, backups and plan files hold whenever it runs."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from e2e.command import Command, logical
from e2e.fleet import FLEET, SHOP_ADDON, SHOP_WITHOUT_LEGACY

from demo.project import renewed
from scalingo_sandbox import Sandbox, running

pytestmark = pytest.mark.more

MOVED = str(Path(__file__).resolve().parents[1] / "moved_clock")
LEGACY = "lossy=shop/logical_databases/legacy"
MOMENTS = {
    "midnight at the end of a month": ("2027-01-31T23:59:55+00:00", "UTC0"),
    "leap day": ("2028-02-29T12:00:00+00:00", "KIR-14"),
    "midnight at the end of a leap day": ("2028-02-29T23:59:55+00:00", "NST3:30"),
    "midnight at the end of a year": ("2031-12-31T23:59:55+00:00", "KIR-14"),
    "a generation later": ("2056-11-29T12:00:00+00:00", "NST3:30"),
}
"""A time, and a time zone whose day may be another one."""


@pytest.fixture(params=MOMENTS)
def moment(request: pytest.FixtureRequest) -> tuple[float, str]:
    """By how many seconds the clocks of sandbox and command are moved, and the time zone."""
    text, zone = MOMENTS[request.param]
    return datetime.fromisoformat(text).timestamp() - time.time(), zone


@pytest.fixture
def sandbox(moment: tuple[float, str]) -> Iterator[Sandbox]:
    """A sandbox at that moment."""
    ahead, _ = moment
    with running(FLEET, now=lambda: time.time() + ahead) as served:
        yield served


def test_the_main_job_holds_on_any_day(
    command: Command, sandbox: Sandbox, moment: tuple[float, str]
) -> None:
    """An approval of 60 days holds, a recent backup counts, kept tokens serve, nothing is left."""
    ahead, zone = moment
    command = command.in_environment(
        PYTHONPATH=MOVED, CLOCK_AHEAD=str(ahead), TZ=zone, RECONCILE_TOKEN_CACHE="on"
    )
    now = datetime.fromtimestamp(time.time() + ahead, UTC)
    command.write(renewed(SHOP_WITHOUT_LEGACY, now.date()))
    command("validate", status=0)
    command("plan", "--out", "shop.plan.json", status=0)
    command("apply", "--plan", "shop.plan.json", "--yes", "--allow", LEGACY, status=0)
    assert logical(sandbox, SHOP_ADDON) == {"shop"}
    command("drift", status=0)
    began = command("runs", "--format", "json", status=0).document()["runs"][0]["began"]
    assert abs(datetime.fromisoformat(began) - now) < timedelta(hours=1)
    assert sandbox.requests()["counts"]["auth"] == 2
