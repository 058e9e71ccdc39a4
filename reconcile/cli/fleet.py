"""The first stage of a command: what the specs say. Offline, and without the rooms that are not."""

from __future__ import annotations

from attrs import evolve, frozen

from reconcile.cli.options import Selection
from reconcile.cli.select import select
from reconcile.model.finding import Finding, Severity
from reconcile.model.state import Desired
from reconcile.spec.config import Config, load_config
from reconcile.spec.load import load_specs


@frozen(kw_only=True)
class Fleet:
    """What the specs say, before anything was asked of the provider."""

    config: Config
    desired: tuple[Desired, ...]
    findings: tuple[Finding, ...]
    files: int

    @property
    def valid(self) -> bool:
        """Whether no finding is an error."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)


def read_fleet(selection: Selection, *, needed: bool = True) -> Fleet:
    """Read the specs and what is common to them; every finding at once.

    Of valid specs the selected databases. Where the specs are not `needed`, only what is common.
    Raises UsageError for a selection of none.
    """
    config, config_findings = load_config(selection.config, selection.paths if needed else ())
    if not needed:
        return Fleet(config=config, desired=(), findings=config_findings, files=0)
    loaded = load_specs(selection.paths, config=config)
    fleet = Fleet(
        config=config,
        desired=loaded.desired,
        findings=(*config_findings, *loaded.findings),
        files=loaded.files,
    )
    return evolve(fleet, desired=select(fleet.desired, selection)) if fleet.valid else fleet
