"""Runs that keep their tokens, and what they leave on the disk."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from attrs import evolve

from reconcile.api.reads import Reads, connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.model.engine import Engine
from reconcile.model.request import RESOURCE

WARM = {"auth": 0, "api": 0, "database": 1}
COLD = {"auth": 1, "api": 1, "database": 1}


def with_environment(surroundings: Surroundings, **values: str | None) -> Surroundings:
    """Another environment; None takes a variable away."""
    merged = {**surroundings.environment, **values}
    return evolve(
        surroundings, environment={key: value for key, value in merged.items() if value is not None}
    )


def read(reads: Reads, addon: str | None = "ad-1") -> None:
    """Find a database and read its resource."""
    target = reads.targets.find(app="shop-web", addon=addon, engine=Engine.MYSQL)
    reads.client.call(target, RESOURCE)


def run(surroundings: Surroundings, addon: str | None = "ad-1") -> dict[str, int]:
    """A run that reads a database; what that cost."""
    with connect_reading(surroundings) as reads:
        read(reads, addon)
        return dict(reads.spent().requests)


def files(tokens: Path) -> list[Path]:
    """What is kept, whatever it is."""
    return sorted(tokens.iterdir()) if tokens.exists() else []


def documents(tokens: Path) -> dict[str, tuple[Path, Any]]:
    """What is kept, by its kind."""
    decoded = [(path, json.loads(path.read_text())) for path in files(tokens)]
    return {document["about"]["kind"]: (path, document) for path, document in decoded}
