"""What the tests of the spec room share: a folder to write specs into."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty project folder that is the current one, so that findings name files shortly."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
