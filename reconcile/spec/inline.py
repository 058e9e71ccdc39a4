"""A kind's value from a command line: checked by the very rules of specs."""

from __future__ import annotations

from typing import Any

from reconcile.errors import UsageError
from reconcile.kinds.kind import Kind
from reconcile.model.engine import Engine
from reconcile.spec import codes
from reconcile.spec.compose import Document
from reconcile.spec.document import read_kinds
from reconcile.spec.locations import START, Locations, Place, Source

ORIGIN = "the command line"
"""What stands where a plan names the file of a spec."""


def read_inline(kind: Kind[Any], plain: object, engine: Engine) -> Any:
    """The value of a kind, from what a spec would hold under its key.

    Raises UsageError with every fault that was found.
    """
    nowhere = Locations(source=Source(file=ORIGIN, text=""), root=Place(value=START))
    document = Document(value={kind.name: plain}, locations=nowhere)
    kinds, findings = read_kinds(document, (), engine, document.value)
    if findings:
        # What to take out of a spec is no advice here.
        said = [
            one.message if one.code == codes.NOT_OFFERED else f"{one.message} ({one.hint})"
            for one in findings
        ]
        raise UsageError("; ".join(said))
    return kinds[kind.name]
