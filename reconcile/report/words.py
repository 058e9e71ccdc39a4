"""Values and counts in words, the same in every report."""

from __future__ import annotations

from reconcile.model.change import Change, Risk, Update
from reconcile.model.state import Fields, Value


def show_value(value: Value) -> str:
    """A value as a person would write it in a spec; a missing one is `(none)`."""
    match value:
        case None | ():
            return "(none)"
        case bool():
            return "true" if value else "false"
        case tuple():
            return ", ".join(str(part) for part in value)
        case _:
            return str(value)


def show_fields(fields: Fields) -> str:
    """All fields on one line, by name; a flag that is set stands as its name alone."""
    return ", ".join(
        name if value is True else f"{name} {show_value(value)}"
        for name, value in sorted(fields.items())
    )


def no_way_back(risk: Risk | None, change: Change | None) -> str | None:
    """What reverting a spec does not bring back; None where it is a change as any other.

    `change` is None for a one-off command, `risk` where it is not known.
    """
    if risk is Risk.LOSSY:
        return "the data does not come back"
    if isinstance(change, Update) and _is_one_way(change.address.kind):
        before = ", ".join(show_value(part.before) for part in change.fields)
        return f"there is no way back to {before}"
    return None


def _is_one_way(name: str) -> bool:
    from reconcile.kinds import KIND_BY_NAME  # noqa: PLC0415 - a report without changes needs none

    return name in KIND_BY_NAME and KIND_BY_NAME[name].one_way


CONSEQUENCES = {
    Risk.WEAKENS: "takes protection away",
    Risk.DISRUPTIVE: "interrupts service",
    Risk.LOSSY: "deletes data for good",
}
"""What a risk means, after `this`."""


def listed(parts: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(parts) < 2:  # noqa: PLR2004 - one part needs no `and`
        return "".join(parts)
    return f"{', '.join(parts[:-1])} and {parts[-1]}"
