"""What a command line asks for, as frozen values."""

from __future__ import annotations

from pathlib import Path

from attrs import frozen

from reconcile.apply.allowance import Allow

DEFAULT_PATHS = (Path("specs"),)


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
class Selection:
    """Which specs, and which of their databases."""

    paths: tuple[Path, ...] = DEFAULT_PATHS
    config: Path | None = None
    only: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


@frozen(kw_only=True)
class ValidateOptions:
    """`reconcile validate`."""

    selection: Selection
    output: Output


@frozen(kw_only=True)
class PlanOptions:
    """`reconcile plan`."""

    selection: Selection
    output: Output
    detailed_exitcode: bool = False


@frozen(kw_only=True)
class DriftOptions:
    """`reconcile drift`."""

    selection: Selection
    output: Output


@frozen(kw_only=True)
class ApplyOptions:
    """`reconcile apply`. `state_dir` None: the place that the environment names."""

    selection: Selection
    output: Output
    yes: bool = False
    dry_run: bool = False
    allow: tuple[Allow, ...] = ()
    state_dir: Path | None = None


@frozen(kw_only=True)
class ShowOptions:
    """`reconcile show`: `names` are handles or APP/ADDON."""

    names: tuple[str, ...]
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
    rate_limit: int | None = None
    until_eof: bool = False


Options = (
    ValidateOptions
    | PlanOptions
    | DriftOptions
    | ApplyOptions
    | ShowOptions
    | SchemaOptions
    | SandboxOptions
)
