"""What can be reached from an object without asking for anything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def reachable(start: object) -> Iterator[Any]:
    """Every object of ours that attributes, bound methods and closures lead to."""
    seen: set[int] = set()
    pending: list[Any] = [start]
    while pending:
        one = pending.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if type(one).__module__.startswith("reconcile."):
            yield one
        pending += list(getattr(one, "__dict__", {}).values())
        pending += [
            getattr(one, name) for name in getattr(one, "__slots__", ()) if hasattr(one, name)
        ]
        pending.append(getattr(one, "__self__", None))
        pending += [cell.cell_contents for cell in getattr(one, "__closure__", None) or ()]
        if isinstance(one, dict):
            pending += list(one.keys())
        if isinstance(one, dict | tuple | list | set | frozenset):
            pending += list(one.values() if isinstance(one, dict) else one)
