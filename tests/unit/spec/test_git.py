"""Which commit specs are of: as git says, or none."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from reconcile.spec.git import commit_of

ENVIRONMENT: Mapping[str, str] = {"PATH": os.environ["PATH"], "HOME": "/nonexistent"}


def git(folder: Path, *words: str) -> str:
    """Run git as somebody with a name."""
    named = ["git", "-c", "user.name=anna", "-c", "user.email=anna@example.test", *words]
    done = subprocess.run(
        named, cwd=folder, env=dict(ENVIRONMENT), check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def specs(tmp_path: Path) -> Path:
    """A folder of specs in a repository with one commit."""
    folder = tmp_path / "project" / "specs"
    folder.mkdir(parents=True)
    (folder / "shop.yaml").write_text("version: 1\n", encoding="utf-8")
    git(folder, "init", "-q", "..")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "specs")
    return folder


def test_a_committed_folder_is_of_its_commit(specs: Path) -> None:
    """Of a file in it as well."""
    commit = commit_of(specs, ENVIRONMENT)
    assert commit is not None
    assert (commit.id, commit.dirty) == (git(specs, "rev-parse", "HEAD"), False)
    assert commit_of(specs / "shop.yaml", ENVIRONMENT) == commit


@pytest.mark.parametrize("name", ["shop.yaml", "new.yaml"])
def test_what_is_not_committed_is_told(specs: Path, name: str) -> None:
    """A file that was changed, and one that git does not know."""
    (specs / name).write_text("version: 2\n", encoding="utf-8")
    commit = commit_of(specs, ENVIRONMENT)
    assert commit is not None
    assert commit.dirty


def test_only_the_folder_of_the_specs_counts(specs: Path) -> None:
    """What lies about elsewhere in the repository changed no spec."""
    (specs.parent / "notes.txt").write_text("mine", encoding="utf-8")
    commit = commit_of(specs, ENVIRONMENT)
    assert commit is not None
    assert not commit.dirty


def test_nothing_is_told_where_there_is_no_commit(tmp_path: Path) -> None:
    """No repository, a folder that is not there, and a repository without a commit."""
    assert commit_of(tmp_path, ENVIRONMENT) is None
    assert commit_of(tmp_path / "none" / "specs", ENVIRONMENT) is None
    git(tmp_path, "init", "-q")
    assert commit_of(tmp_path, ENVIRONMENT) is None


@pytest.mark.parametrize("path", ["", "/nonexistent", "."])
def test_nothing_is_told_without_git(specs: Path, path: str) -> None:
    """Nor is a program run that lies where one stands."""
    program = specs / "git"
    program.write_text("#!/bin/sh\ntouch ran\n", encoding="utf-8")
    program.chmod(0o755)
    before = Path.cwd()
    os.chdir(specs)
    try:
        assert commit_of(specs, {"PATH": path}) is None
    finally:
        os.chdir(before)
    assert not (specs / "ran").exists()


def test_git_learns_nothing_of_us(specs: Path, tmp_path: Path) -> None:
    """No token, and no variable that would have it look at another repository."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\nenv > {tmp_path}/seen\nexit 1\n", encoding="utf-8")
    program.chmod(0o755)
    secret = {"SCALINGO_API_TOKEN": "tk-secret", "GIT_DIR": "/elsewhere"}
    path = f"{program.parent}:{ENVIRONMENT['PATH']}"
    assert commit_of(specs, {**ENVIRONMENT, **secret, "PATH": path}) is None
    seen = (tmp_path / "seen").read_text(encoding="utf-8")
    assert "tk-secret" not in seen
    assert "/elsewhere" not in seen
    assert "GIT_TERMINAL_PROMPT=0" in seen


def test_a_program_of_the_repository_is_not_run(specs: Path, tmp_path: Path) -> None:
    """Its settings may name one to ask which files changed."""
    hook = tmp_path / "hook"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n", encoding="utf-8")
    hook.chmod(0o755)
    git(specs, "config", "core.fsmonitor", str(hook))
    assert commit_of(specs, ENVIRONMENT) is not None
    assert not (tmp_path / "ran").exists()


def test_git_that_takes_too_long_is_not_waited_for(specs: Path, tmp_path: Path) -> None:
    """An apply has other things to do."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexec sleep 30\n", encoding="utf-8")
    program.chmod(0o755)
    assert commit_of(specs, {"PATH": f"{program.parent}:{ENVIRONMENT['PATH']}"}) is None


def test_an_answer_that_is_no_commit_is_none(specs: Path, tmp_path: Path) -> None:
    """Something else of that name may say anything."""
    program = tmp_path / "bin" / "git"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\necho hello\n", encoding="utf-8")
    program.chmod(0o755)
    assert commit_of(specs, {"PATH": f"{program.parent}:{ENVIRONMENT['PATH']}"}) is None
