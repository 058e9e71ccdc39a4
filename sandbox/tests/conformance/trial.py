"""A sandbox of each kind for the databases of one engine, and a whole run of all rules."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from conformance.conduct import Conductor
from conformance.fleet import FLEETS
from conformance.page import PAGE, Cells, page, seen
from conformance.rule import Kind
from conformance.rules import RULES

from scalingo_sandbox import running
from scalingo_sandbox.servers.programs import Missing, search


@contextmanager
def conducted(kind: Kind, engine: str) -> Iterator[Conductor]:
    """Run a sandbox with the fleet of an engine."""
    with running(FLEETS[engine], engines=kind.value) as sandbox:
        conductor = Conductor(sandbox=sandbox)
        try:
            yield conductor
        finally:
            conductor.close()


def tried() -> Cells:
    """Try every rule on both kinds."""
    cells = {}
    for engine, rules in RULES.items():
        for kind in Kind:
            with conducted(kind, engine) as conductor:
                for rule in rules:
                    cells[rule.name, kind] = seen(rule, kind, conductor.fault_of(rule))
    return cells


def write() -> None:
    """Write the page from a run; without a server the page stays as it was, and this is said."""
    missing = [one.reason for one in search().values() if isinstance(one, Missing)]
    if missing:
        sys.exit("\n".join([f"{PAGE.name} was not written, which needs a run:", *missing]))
    PAGE.write_text(page(tried()), encoding="utf-8")
