"""The first stage of a command: what the specs say, and which databases are selected. Offline."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from fnmatch import fnmatchcase
from functools import cache, partial

from attrs import evolve, field, frozen

from reconcile.errors import ExitStatus, ReconcileError, UsageError
from reconcile.model.finding import Finding, only_warnings
from reconcile.model.project import Project
from reconcile.model.state import Desired
from reconcile.spec.config import Config, load_config
from reconcile.spec.load import Loaded, load_specs
from reconcile.spec.project import load_project
from reconcile.workflow.process import Selection


@frozen(kw_only=True)
class Fleet:
    """What the specs say, before anything was asked of the provider.

    `desired` are the selected databases, `whole` is the number of all that specs are about,
    0 where there are none. `load_project` reads the whole project, whatever is selected.
    `is_one_off` where a one-off command wants something, and no spec.
    """

    config: Config
    desired: tuple[Desired, ...]
    findings: tuple[Finding, ...]
    files: int
    whole: int = 0
    is_one_off: bool = False
    load_project: Callable[[], Project] = field(default=Project, eq=False, repr=False)

    @property
    def project(self) -> Project:
        """All specs of the project."""
        return self.load_project()

    @property
    def valid(self) -> bool:
        """Whether no finding is an error."""
        return only_warnings(self.findings)


class InvalidSpecsError(ReconcileError):
    """Specs that cannot be meant; the findings of the fleet say why. They are shown as a report."""

    status = ExitStatus.INVALID

    def __init__(self, fleet: Fleet) -> None:
        super().__init__("; ".join(finding.message for finding in fleet.findings))
        self.fleet = fleet


def read_fleet(selection: Selection, *, today: date) -> Fleet:
    """Read the specs and what is common to them; every finding at once.

    Of valid specs the selected databases. Raises UsageError for a selection of none.
    """
    config, config_findings = load_config(selection.config, selection.paths, today=today)
    loaded = load_specs(selection.paths, config=config, today=today)
    fleet = Fleet(
        config=config,
        desired=loaded.desired,
        findings=(*config_findings, *loaded.findings),
        files=loaded.files,
        whole=len(loaded.desired),
        load_project=_project(selection, config, loaded, today),
    )
    return evolve(fleet, desired=select(fleet.desired, selection)) if fleet.valid else fleet


def valid_fleet(selection: Selection, *, today: date) -> Fleet:
    """The same. Raises InvalidSpecsError, too."""
    return _valid(read_fleet(selection, today=today))


def fleet_without_specs(selection: Selection, *, today: date) -> Fleet:
    """Only what is common to the specs. Raises InvalidSpecsError."""
    config, findings = load_config(selection.config, selection.paths, today=today)
    return _valid(
        Fleet(
            config=config,
            desired=(),
            findings=findings,
            files=0,
            load_project=_project(selection, config, None, today),
        )
    )


def _project(
    selection: Selection, config: Config, loaded: Loaded | None, today: date
) -> Callable[[], Project]:
    """Reads the project when it is asked for, and once."""
    return cache(partial(load_project, selection.paths, loaded, config=config, today=today))


def _valid(fleet: Fleet) -> Fleet:
    if not fleet.valid:
        raise InvalidSpecsError(fleet)
    return fleet


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
