"""A plan file in a project, read and edited as whoever gets hold of it might."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from e2e.command import Command

FILE = "shop.plan.json"
KEY = "a key of more than sixteen bytes"
APPLY = ("apply", "--plan", FILE, "--yes")
LOSING = (*APPLY, "--allow", "lossy")


def saved(command: Command) -> dict[str, Any]:
    """What the file holds."""
    decoded: dict[str, Any] = json.loads((command.directory / FILE).read_text(encoding="utf-8"))
    return decoded


def edit(command: Command, change: Callable[[dict[str, Any]], object]) -> None:
    """Edit the file, and make its id fit."""
    document = saved(command)
    change(document)
    body = json.dumps(document["body"], sort_keys=True, separators=(",", ":"))
    document["id"] = hashlib.sha256(body.encode()).hexdigest()
    (command.directory / FILE).write_text(json.dumps(document), encoding="utf-8")
