"""The temporary directories: which are swept, and which are left alone."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from engines_here import needs_root

from scalingo_sandbox.servers.places import make_place, sweep


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make temporary directories in a folder of the test's own."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_a_place_is_closed_to_others_and_locked() -> None:
    """Its descriptor alone keeps it; without that it is abandoned, and swept."""
    folder, lock = make_place()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert os.get_inheritable(lock) is False
    sweep()
    assert folder.exists()
    os.close(lock)
    sweep()
    assert not folder.exists()


def test_a_place_that_is_being_made_is_left_alone(temporary: Path) -> None:
    """It has no lock yet; after a minute nobody makes it any more."""
    folder, lock = make_place()
    os.close(lock)
    (folder / "lock").unlink()
    sweep()
    assert folder.exists()
    long_ago = time.time() - 120
    os.utime(folder, (long_ago, long_ago))
    sweep()
    assert list(temporary.iterdir()) == []


def test_what_is_no_place_is_left_alone(temporary: Path) -> None:
    """Neither a link, nor a file, nor a folder of another name is touched."""
    target = temporary / "precious"
    target.mkdir()
    (target / "lock").touch()
    name = f"reconcile-servers-{os.getuid()}-"
    (temporary / f"{name}link").symlink_to(target)
    (temporary / f"{name}file").touch()
    before = sorted(temporary.rglob("*"))
    sweep()
    assert sorted(temporary.rglob("*")) == before


@needs_root("give a folder away")
def test_what_belongs_to_another_is_left_alone() -> None:
    """A name says nothing about the owner."""
    folder, lock = make_place()
    os.close(lock)
    os.chown(folder, 65534, -1)
    sweep()
    assert folder.exists()
