"""The option that rewrites golden files, and the fixture that compares with them."""

from __future__ import annotations

import pytest
from golden.comparison import FILES, OPTION, Golden


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option; it is known where tests/golden is named on the command line."""
    parser.addoption(OPTION, action="store_true", help="take what is rendered now as right")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden files of this folder."""
    return Golden(directory=FILES, rewrite=bool(request.config.getoption(OPTION, default=False)))
