"""What all JSON documents have in common: their version, how they begin and end, how they are written."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from attrs import evolve, fields, frozen

from reconcile.codec import plain
from reconcile.errors import ExitStatus
from reconcile.model.cost import Spent

T = TypeVar("T")

FORMAT_VERSION = "2.0"
"""Major.minor: a new minor only adds, a new major may take away."""


@frozen(kw_only=True)
class Head:
    """How every document begins."""

    format_version: str = FORMAT_VERSION
    kind: str
    exit_status: int


def document_text(
    body: Any, *, status: ExitStatus = ExitStatus.DONE, spent: Spent | None = None
) -> str:
    """A document with its head and, where `spent` is given, what it cost.

    Only ASCII, so that no terminal or log can be steered by a name.
    """
    whole = plain(Head(kind=body.kind, exit_status=int(status))) | plain(body)
    if spent is not None:
        waited = {host: round(seconds, 3) for host, seconds in spent.waited.items()}
        whole |= plain(evolve(spent, waited=waited))
    return json.dumps(whole, indent=2) + "\n"


def view(cls: type[T], source: object, **given: object) -> T:
    """A shape of a document, filled from a value of the model: by name, but for what is `given`."""
    names = {one.name for one in fields(cls)} - given.keys()  # type: ignore[arg-type]
    return cls(**{name: getattr(source, name) for name in names if hasattr(source, name)}, **given)
