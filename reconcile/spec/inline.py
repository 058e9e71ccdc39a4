"""A kind's value from a command line: checked by the very rules of specs."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Any

from attrs import fields, has

from reconcile.errors import UsageError
from reconcile.kinds.kind import Kind
from reconcile.model.constraint import short_form
from reconcile.model.engine import Engine
from reconcile.model.finding import only_warnings
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
    if not only_warnings(findings):
        # What to take out of a spec is no advice here.
        said = [
            one.message if one.code == codes.NOT_OFFERED else f"{one.message} ({one.hint})"
            for one in findings
        ]
        raise UsageError("; ".join(said))
    return kinds[kind.name]


def as_written(value: object) -> object:
    """A kind's value as a spec would write it; `read_inline` gives it back.

    What is left out stays left out.
    """
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, tuple):
        return [as_written(part) for part in value]
    if isinstance(value, Mapping):
        return {as_written(key): as_written(part) for key, part in value.items()}
    cls: type[Any] = type(value)
    if not has(cls):
        return value
    named = {field.name: getattr(value, field.name) for field in fields(cls)}
    form = short_form(cls)
    if form is not None and form.only:
        return as_written(named[form.key])
    return {name: as_written(part) for name, part in named.items() if part is not None}
