"""Where a plan and reports may be written: checked before a command begins."""

from __future__ import annotations

import os
from pathlib import Path
from stat import S_IMODE

import pytest

from reconcile.cli.arguments import parse
from reconcile.cli.present import check_output_files
from reconcile.errors import ReconcileError, UsageError
from reconcile.files import put

PLAN = '{"kind": "plan_file"}'


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with specs, a plan, an earlier report and what is no file."""
    monkeypatch.chdir(tmp_path)
    Path("specs").mkdir()
    Path("folder").symlink_to(".")
    for name, content in {
        "specs/shop.yaml": "version: 1\n",
        "spec.txt": "version: 1\n",
        "reconcile.yaml": "version: 1\n",
        "old.plan.json": PLAN,
        "old.json": '{"format_version": "1.0"}',
        "old.txt": "5 databases in sync.\n",
        "empty": "",
    }.items():
        Path(name).write_text(content, encoding="utf-8")
    Path("link").symlink_to("old.txt")
    Path("nowhere").symlink_to("missing")
    os.mkfifo("pipe")


def refused(line: str) -> str:
    """Why a command line is refused for its outputs."""
    with pytest.raises(UsageError) as caught:
        check_output_files(parse(line.split()))
    return str(caught.value)


EVERYWHERE = {
    "link": "it is a link",
    "nowhere": "it is a link",
    "specs": "it is a folder",
    "pipe": "it is a device, a pipe or a socket",
    "/dev/null": "it is a device, a pipe or a socket",
    "no/such/x": "there is no folder 'no/such'",
    "old.txt/x": "there is no folder 'old.txt'",
    "x" * 300: "file name too long",
    "specs/shop.yaml": "it would be read as a spec: choose a name that does not end in .yaml or .yml",
    "specs/new.YML": "it would be read as a spec: choose a name that does not end in .yaml or .yml",
    "reconcile.yaml": "it is the configuration: choose a name that does not end in .yaml or .yml",
}


@pytest.mark.parametrize("place", EVERYWHERE)
@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("plan --out {}", "plan"),
        ("plan --report json={}", "report"),
        ("validate --report text={}", "report"),
        ("queries list shop --report text={}", "report"),
        ("apply --yes --report text=good.txt --report json={}", "report"),
    ],
)
def test_where_nothing_can_be_written(line: str, what: str, place: str) -> None:
    """The same places for a plan and for a report of any command."""
    assert refused(line.format(place)) == f"cannot write the {what} {place!r}: {EVERYWHERE[place]}"


@pytest.mark.parametrize("line", ["plan --out new/x", "plan --report json=new/x"])
def test_a_folder_that_cannot_be_written_to(line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Root may write anywhere, so that the system's answer is replaced."""
    Path("new").mkdir()
    monkeypatch.setattr(os, "access", lambda *_given: False)
    assert refused(line).endswith(" 'new/x': the folder 'new' cannot be written to")


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("plan --out old.txt", "it exists and is not a plan file: choose another name"),
        ("plan --report json=old.plan.json", "it is a plan file: choose another name"),
        (
            "plan spec.txt --report text=spec.txt",
            "the command reads this file: choose another name",
        ),
        (
            "plan spec.txt --report text=folder/spec.txt",
            "the command reads this file: choose another name",
        ),
        (
            "plan --config spec.txt --report text=spec.txt",
            "the command reads this file: choose another name",
        ),
        (
            "show shop --specs spec.txt --report text=spec.txt",
            "the command reads this file: choose another name",
        ),
        (
            "queries list shop --specs spec.txt --report text=spec.txt",
            "the command reads this file: choose another name",
        ),
        (
            "apply --plan old.json --report json=old.json",
            "the command reads this file: choose another name",
        ),
        (
            "apply --plan x --specs spec.txt --report json=spec.txt",
            "the command reads this file: choose another name",
        ),
        (
            "show-plan old.json --report json=old.json",
            "the command reads this file: choose another name",
        ),
        ("plan --report json=a --report text=a", "the report goes there already"),
        ("plan --report json=a --report json=./a", "the report goes there already"),
        ("plan --report json=a --report text=folder/a", "the report goes there already"),
        ("plan --out a --report json=a", "the plan goes there already"),
    ],
)
def test_what_may_not_be_replaced(line: str, problem: str) -> None:
    """A file that the command reads, a plan, and what another output has just written."""
    assert refused(line).endswith(f": {problem}")


@pytest.mark.parametrize(
    "line",
    [
        "plan --out new",
        "plan --out old.plan.json --report json=old.json --report text=old.txt",
        "plan --out empty",
        "plan --report json=empty",
        "plan --report text=new.txt --report json=folder/new.json",
        "schema spec",
        "sandbox",
    ],
)
def test_what_is_written(line: str) -> None:
    """New names, an earlier plan, earlier reports."""
    check_output_files(parse(line.split()))


def test_a_report_keeps_the_mode_and_a_plan_is_private() -> None:
    """Another process may have to read a report; nobody else reads a plan."""
    Path("old.txt").chmod(0o640)
    put("report", Path("old.txt"), b"new")
    put("report", Path("new.txt"), b"new")
    Path("old.plan.json").chmod(0o644)
    put("plan", Path("old.plan.json"), b"new", private=True)
    modes = [S_IMODE(Path(one).stat().st_mode) for one in ("old.txt", "old.plan.json")]
    assert modes == [0o640, 0o600]
    assert S_IMODE(Path("new.txt").stat().st_mode) & 0o600 == 0o600
    assert not list(Path().glob(".*"))


def test_what_became_a_link_meanwhile_is_not_followed() -> None:
    """The check was some time ago."""
    with pytest.raises(ReconcileError, match="cannot write the report 'link': it is a link"):
        put("report", Path("link"), b"new")
    with pytest.raises(ReconcileError, match="'gone/x': No such file"):
        put("report", Path("gone/x"), b"new")
    assert Path("old.txt").read_text(encoding="utf-8") == "5 databases in sync.\n"
