"""Which databases a command is about: `--only` and `--exclude`."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from reconcile.cli.options import Selection
from reconcile.errors import UsageError
from reconcile.model.state import Desired


def select(desired: Sequence[Desired], selection: Selection) -> tuple[Desired, ...]:
    """Take what `--only` names and leave out what `--exclude` names.

    Raises UsageError for a pattern that matches nothing, and when nothing is left.
    """
    for option, patterns in (("--only", selection.only), ("--exclude", selection.exclude)):
        for pattern in patterns:
            if not any(_matches(pattern, one) for one in desired):
                raise UsageError(f"{option} {pattern!r} matches no database of the specs")
    chosen = tuple(
        one
        for one in desired
        if (not selection.only or any(_matches(pattern, one) for pattern in selection.only))
        and not any(_matches(pattern, one) for pattern in selection.exclude)
    )
    if not chosen:
        raise UsageError("--only and --exclude leave no database")
    return chosen


def _matches(pattern: str, database: Desired) -> bool:
    if not pattern.startswith("label:"):
        return fnmatchcase(database.handle, pattern)
    key, equals, value = pattern.removeprefix("label:").partition("=")
    if not equals or not key:
        raise UsageError(f"{pattern!r} is no label: write label:KEY=VALUE")
    return key in database.labels and fnmatchcase(database.labels[key], value)
