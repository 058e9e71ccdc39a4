"""Whether a person agrees to one order: where data is at stake, by typing the name of it."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from reconcile.errors import UsageError
from reconcile.workflow.process import Consent, Process

_AGREED = frozenset({"y", "yes"})


def agreed(
    consent: Consent, process: Process, *, what: str, stakes: Sequence[str], name: str | None
) -> bool:
    """Ask, unless the command line has the answer; `name` has to be typed where it is not None.

    Raises as `refuse_unanswerable`.
    """
    refuse_unanswerable(consent, process, name=name, purpose=f"to {what}, ")
    if is_given(consent, name):
        return True
    process.tell(f"This would {what}:")
    for stake in stakes:
        process.tell(f"  {stake}")
    if name is None:
        return process.ask("Go on? [y/N] ").lower() in _AGREED
    return process.ask(f"Type {name!r} to go on: ", strip=False) == name


def refuse_unanswerable(
    consent: Consent, process: Process, *, name: str | None, purpose: str = ""
) -> None:
    """Raise UsageError where nobody can be asked, or --confirm names something else."""
    if name is not None and consent.confirm not in (None, name):
        raise UsageError(
            f"--confirm says {consent.confirm!r}, but it is {name!r} that is at stake:"
            " nothing was done"
        )
    if consent.dry_run or process.attended or is_given(consent, name):
        return
    flag = "--yes" if name is None else shlex.join(["--confirm", name])
    raise UsageError(f"nobody can be asked here (no terminal): {purpose}say {flag}, or --dry-run")


def is_given(consent: Consent, name: str | None) -> bool:
    """Whether the command line itself agrees, so that nobody is asked."""
    return consent.yes if name is None else consent.confirm == name
