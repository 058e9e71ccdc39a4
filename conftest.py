"""What all tests share."""

from __future__ import annotations

import signal

import pytest
from golden.comparison import OPTION, Golden
from hypothesis import HealthCheck, Phase, settings

# A time limit per example, or on making one, fails on a busy machine and says nothing of the code.
# The examples are the same in every run: a change passes or fails, whatever was drawn before.
settings.register_profile(
    "reconcile",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
    database=None,
)
SEARCH = "search"
# Other examples in every run, from a seed that `make campaign` prints.
settings.register_profile(
    SEARCH,
    settings.get_profile("reconcile"),
    derandomize=False,
    max_examples=500,
    print_blob=True,
)
MUTATION = "mutation"
# A few of the same examples, so that a mutant that lives today lives tomorrow; no smaller example is
# looked for, since that one fails is all there is to learn.
settings.register_profile(
    MUTATION,
    settings.get_profile("reconcile"),
    max_examples=10,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile("reconcile")

# `make test &` in a script starts with SIGINT ignored, nohup with SIGHUP ignored. Tests send both, and
# what a process ignores, its children ignore.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that rewrites golden files."""
    parser.addoption(OPTION, action="store_true", help="take what is rendered now as right")


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden files in the folder `files` next to the test."""
    directory = request.path.parent / "files"
    return Golden(directory=directory, rewrite=bool(request.config.getoption(OPTION)))


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what `make test` leaves out; order or select by the profile of Hypothesis."""
    for item in items:
        if any(mark.kwargs["more"] for mark in item.iter_markers("needs")):
            item.add_marker("more")
    profile = config.getoption("--hypothesis-profile")
    if profile == MUTATION:
        # Try a mutant by what is quick first: the test that fails is the last that runs.
        items.sort(key=_draws)
    if profile == SEARCH:
        config.hook.pytest_deselected(items=[item for item in items if not _draws(item)])
        items[:] = [item for item in items if _draws(item)]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Fail a test whose needs are missing."""
    missing = [why for mark in item.iter_markers("needs") for why in mark.kwargs["missing"]]
    if missing:
        pytest.fail("; ".join(missing), pytrace=False)


def _draws(item: pytest.Item) -> bool:
    """Whether Hypothesis draws the examples of a test."""
    return hasattr(getattr(item, "obj", None), "hypothesis")
