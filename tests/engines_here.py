"""Which real servers the tests can have; without them a test is skipped, but never in CI."""

from __future__ import annotations

import os

import pytest

from reconcile.sandbox.servers.programs import Installed, Missing, search
from reconcile.sandbox.servers.server import Program

HERE = search()
INSTALLED = {program: found for program, found in HERE.items() if isinstance(found, Installed)}


def needs(*programs: Program) -> pytest.MarkDecorator:
    """Mark a test that wants these programs: skipped without one, failing where CI=true."""
    missing = [HERE[name] for name in programs]
    reasons = [value.reason for value in missing if isinstance(value, Missing)]
    if reasons and os.environ.get("CI") == "true":
        pytest.fail("; ".join(reasons), pytrace=False)
    return pytest.mark.skipif(bool(reasons), reason="; ".join(reasons))
