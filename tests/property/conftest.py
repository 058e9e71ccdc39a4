"""One sandbox for the property tests of a process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from reconcile.sandbox import Sandbox, running


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox on a socket."""
    with running(None) as served:
        yield served
