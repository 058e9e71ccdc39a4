"""Which servers and rights a test needs. A test that lacks one fails; it is never skipped."""

from __future__ import annotations

import os

import pytest

from scalingo_sandbox.servers.programs import FETCHED, Installed, Missing, search
from scalingo_sandbox.servers.server import Program

HERE = search()
INSTALLED = {program: found for program, found in HERE.items() if isinstance(found, Installed)}


def needs(*programs: Program) -> pytest.MarkDecorator:
    """Mark a test that needs these servers; if one comes from Debian, `make test-more` runs it."""
    found = [HERE[name] for name in programs]
    reasons = tuple(value.reason for value in found if isinstance(value, Missing))
    return pytest.mark.needs(more=not set(FETCHED).isdisjoint(programs), missing=reasons)


def needs_root(why: str) -> pytest.MarkDecorator:
    """Mark a test that only root can run; `make test` leaves it out for an ordinary user."""
    is_root = os.geteuid() == 0
    return pytest.mark.needs(more=not is_root, missing=() if is_root else (f"only root can {why}",))
