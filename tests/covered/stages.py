"""The product's own stages over a sandbox, on a clock that nobody waits for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from builders import TODAY
from live import Live, environment
from unit.api.loopback import unheard

from reconcile.api.clock import Clock
from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import connect_writing
from reconcile.apply.resolve import resolve_outcomes
from reconcile.model.run import Outcome
from reconcile.model.state import Desired
from reconcile.spec.config import Config
from reconcile.spec.load import load_specs
from scalingo_sandbox import Sandbox


def wanted_of(directory: Path, *specs: str) -> tuple[Desired, ...]:
    """Specs as they are read."""
    place = directory / "specs"
    place.mkdir()
    for number, text in enumerate(specs):
        (place / f"spec{number}.yaml").write_text(text, encoding="utf-8")
    return load_specs([place], config=Config(), today=TODAY).desired


@contextmanager
def stages(sandbox: Sandbox, directory: Path, clock: Clock) -> Iterator[Live]:
    """A connection; what is kept on disk is the journal."""
    with connect_writing(
        Surroundings(environment=environment(sandbox), region=None, notify=unheard, clock=clock)
    ) as connection:
        yield Live(connection=connection, state_dir=directory / "state", clock=clock)


def applied(live: Live, wanted: Sequence[Desired], run_id: str) -> dict[str, Outcome]:
    """Read, carry out, read again and settle, as `apply` does; outcomes by address."""
    outcomes = live.apply(live.plan(wanted), run_id)
    settled = resolve_outcomes(outcomes, live.plan(wanted))
    return {str(outcome.action.address): outcome for outcome in settled}
