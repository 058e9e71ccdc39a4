"""What all tests share."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A time limit per example, or on making one, fails on a busy machine and says nothing of the code.
settings.register_profile("reconcile", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("reconcile")
