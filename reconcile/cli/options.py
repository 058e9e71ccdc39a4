"""What a command line asks for, as frozen values."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from attrs import field, frozen

from reconcile.apply.allowance import Allow
from reconcile.workflow.commands import OneOffCommand
from reconcile.workflow.process import Consent, Named, Override, Safeguard, Selection, Waiting


@frozen(kw_only=True)
class ReportFile:
    """One `--report FORMAT=PATH`."""

    format: str
    path: Path


@frozen(kw_only=True)
class Output:
    """Where results go, and how."""

    format: str = "text"
    reports: tuple[ReportFile, ...] = ()
    verbose: bool = False
    no_color: bool = False


@frozen(kw_only=True)
class ValidateOptions:
    """`reconcile validate`."""

    selection: Selection
    output: Output


@frozen(kw_only=True)
class PlanOptions:
    """`reconcile plan` and `drift`. `max_wait` in seconds, None for as long as it takes.

    `out` is the file that keeps the plan, which may be applied for `expires_in` seconds.
    """

    selection: Selection
    output: Output
    detailed_exitcode: bool = False
    out: Path | None = None
    expires_in: float = 86_400.0
    max_wait: float | None = None
    override: tuple[Override, ...] = ()


@frozen(kw_only=True)
class ApplyOptions:
    """`reconcile apply`. `state_dir` None: the one of the environment; `max_wait` as for plan.

    `plan` is the file of a saved plan, which then stands for the specs; `specs` is where those are
    that answer for it.
    """

    selection: Selection
    output: Output
    plan: Path | None = None
    specs: tuple[Path, ...] = ()
    yes: bool = False
    dry_run: bool = False
    allow: tuple[Allow, ...] = ()
    override: tuple[Override, ...] = ()
    state_dir: Path | None = None
    max_wait: float | None = None
    waiting: Waiting = field(factory=Waiting)
    safeguard: Safeguard = field(factory=Safeguard)


@frozen(kw_only=True)
class ShowOptions:
    """`reconcile show`: `names` are handles or APP/ADDON."""

    names: tuple[str, ...]
    selection: Selection
    output: Output


@frozen(kw_only=True)
class ShowPlanOptions:
    """`reconcile show-plan`."""

    file: Path
    output: Output


@frozen(kw_only=True)
class ExplainOptions:
    """`reconcile explain`: `subject` is a code, or an address in the fleet of the specs."""

    subject: str
    selection: Selection
    output: Output


@frozen(kw_only=True)
class SchemaOptions:
    """`reconcile schema`: one schema to stdout, or all into a directory."""

    name: str | None = None
    directory: Path | None = None


@frozen(kw_only=True)
class SandboxOptions:
    """`reconcile sandbox`."""

    fleet: Path | None = None
    port: int = 0
    token: str | None = None
    rate_limit: int = 60
    token_life: int = 3600
    operation_seconds: int = 3
    engines: Literal["memory", "real"] = "memory"
    engines_dir: Path | None = None
    until_eof: bool = False


@frozen(kw_only=True)
class ListOptions:
    """The live state of one managed kind: `databases list`, `sql-mode get` and the like."""

    database: Named
    output: Output
    kind: str


@frozen(kw_only=True)
class ChangeOptions:
    """One change of a managed kind: `databases create`, `sql-mode set` and the like.

    `value` is what a spec would say; `gone` the name that shall be gone, where one shall.
    """

    database: Named
    output: Output
    kind: str
    value: object
    gone: str | None = None
    override: tuple[Override, ...] = ()
    consent: Consent = field(factory=Consent)
    state_dir: Path | None = None


@frozen(kw_only=True)
class OneOffOptions:
    """An order that no spec could hold: `databases reset`, `restore` and the like."""

    database: Named
    output: Output
    command: OneOffCommand
    override: tuple[Override, ...] = ()
    consent: Consent = field(factory=Consent)
    waiting: Waiting = field(factory=Waiting)
    state_dir: Path | None = None


@frozen(kw_only=True)
class QueriesOptions:
    """`reconcile queries list`: times in seconds, `watch` None for once."""

    database: Named
    output: Output
    longer_than: float = 0.0
    top: int | None = None
    watch: float | None = None


@frozen(kw_only=True)
class StatisticsOptions:
    """`reconcile stats list`."""

    database: Named
    output: Output
    top: int | None = None


@frozen(kw_only=True)
class OperationOptions:
    """`reconcile operation`."""

    ident: str
    database: Named
    output: Output
    waiting: Waiting = field(factory=Waiting)


@frozen(kw_only=True)
class RunsOptions:
    """`reconcile runs`; with `ident`, the beginning of a run's id or `latest`, `runs show`."""

    output: Output
    ident: str | None = None
    limit: int = 20
    state_dir: Path | None = None


Options = (
    ValidateOptions
    | PlanOptions
    | ApplyOptions
    | ShowOptions
    | ShowPlanOptions
    | ExplainOptions
    | SchemaOptions
    | SandboxOptions
    | ListOptions
    | ChangeOptions
    | OneOffOptions
    | QueriesOptions
    | StatisticsOptions
    | OperationOptions
    | RunsOptions
)
