"""What all tests share."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, settings

# A time limit per example, or on making one, fails on a busy machine and says nothing of the code.
settings.register_profile("reconcile", deadline=None, suppress_health_check=[HealthCheck.too_slow])
MUTATION = "mutation"
# The same few examples every time, so that a mutant that lives today lives tomorrow; no smaller
# example is looked for, since that one fails is all there is to learn.
settings.register_profile(
    MUTATION,
    settings.get_profile("reconcile"),
    derandomize=True,
    max_examples=10,
    database=None,
    phases=(Phase.explicit, Phase.generate),
)
settings.load_profile("reconcile")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Try a mutant by what is quick first: the test that fails is the last that runs."""
    if config.getoption("--hypothesis-profile") == MUTATION:
        items.sort(key=lambda item: hasattr(getattr(item, "obj", None), "hypothesis"))
