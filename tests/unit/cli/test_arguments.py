"""argv → options, as a table: the commands about a fleet, their options and defaults."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconcile import __version__
from reconcile.apply.allowance import Allow
from reconcile.cli.arguments import Shown, parse
from reconcile.cli.main import main
from reconcile.cli.options import (
    ApplyOptions,
    ChangeOptions,
    ExplainOptions,
    Options,
    Output,
    PlanOptions,
    ReportFile,
    RunsOptions,
    SandboxOptions,
    SchemaOptions,
    ShowOptions,
    ShowPlanOptions,
    ValidateOptions,
)
from reconcile.errors import ExitStatus
from reconcile.model.address import Address
from reconcile.model.change import Risk
from reconcile.workflow.process import Override, Safeguard, Selection

ALL = Selection(paths=(Path("specs"),), config=None, only=(), exclude=())
TEXT = Output(format="text", reports=(), verbose=False, no_color=False)
READERS = {"validate": ValidateOptions, "plan": PlanOptions, "drift": PlanOptions}
SELECTING = [*READERS, "apply"]
REPORTING = [*SELECTING, "show x"]


def options(line: str) -> Options:
    """The options of a command line whose words have no blanks."""
    return parse(line.split())


DEFAULTS: dict[str, Options] = {
    "validate": ValidateOptions(selection=ALL, output=TEXT),
    "plan": PlanOptions(selection=ALL, output=TEXT, detailed_exitcode=False),
    "drift": PlanOptions(selection=ALL, output=TEXT, detailed_exitcode=True),
    "apply": ApplyOptions(
        selection=ALL, output=TEXT, yes=False, dry_run=False, allow=(), state_dir=None
    ),
    "plan --out p": PlanOptions(selection=ALL, output=TEXT, out=Path("p"), expires_in=86_400.0),
    "plan --out p --expires-in 90m": PlanOptions(
        selection=ALL, output=TEXT, out=Path("p"), expires_in=5_400.0
    ),
    "apply --plan p": ApplyOptions(selection=ALL, output=TEXT, plan=Path("p")),
    "show-plan p": ShowPlanOptions(file=Path("p"), output=TEXT),
    "show shop": ShowOptions(names=("shop",), selection=ALL, output=TEXT),
    "explain G105": ExplainOptions(subject="G105", selection=ALL, output=TEXT),
    "schema": SchemaOptions(name=None, directory=None),
    "sandbox": SandboxOptions(fleet=None, port=0, token=None, rate_limit=60, until_eof=False),
}


@pytest.mark.parametrize("line", DEFAULTS)
def test_defaults(line: str) -> None:
    """What a command does when nothing is said."""
    assert options(line) == DEFAULTS[line]


@pytest.mark.parametrize("command", SELECTING)
@pytest.mark.parametrize(
    ("words", "selection"),
    [
        ("a.yaml", Selection(paths=(Path("a.yaml"),))),
        ("b a/ b", Selection(paths=(Path("b"), Path("a"), Path("b")))),
        ("--config other.yaml", Selection(config=Path("other.yaml"))),
        ("--only shop", Selection(only=("shop",))),
        ("--only b --only a*", Selection(only=("b", "a*"))),
        ("--only=label:env=production", Selection(only=("label:env=production",))),
        ("--exclude x --exclude label:a=b", Selection(exclude=("x", "label:a=b"))),
        (
            "--exclude e one --only o --config c two",
            Selection(
                paths=(Path("one"), Path("two")), config=Path("c"), only=("o",), exclude=("e",)
            ),
        ),
        ("-- --only", Selection(paths=(Path("--only"),))),
    ],
)
def test_which_databases(command: str, words: str, selection: Selection) -> None:
    """The same options wherever databases are chosen, before and after the paths."""
    got = options(f"{command} {words}")
    assert isinstance(got, ValidateOptions | PlanOptions | ApplyOptions)
    assert got.selection == selection


@pytest.mark.parametrize("command", REPORTING)
@pytest.mark.parametrize(
    ("words", "output"),
    [
        ("--format text", Output()),
        ("--format json", Output(format="json")),
        ("--format json --format text", Output()),
        ("--report json=a.json", Output(reports=(ReportFile(format="json", path=Path("a.json")),))),
        (
            "--report text=b/c --report json=d=e",
            Output(
                reports=(
                    ReportFile(format="text", path=Path("b/c")),
                    ReportFile(format="json", path=Path("d=e")),
                )
            ),
        ),
        ("-v", Output(verbose=True)),
        ("--verbose", Output(verbose=True)),
        ("--no-color", Output(no_color=True)),
        ("-v --no-color --format json", Output(format="json", verbose=True, no_color=True)),
    ],
)
def test_where_results_go(command: str, words: str, output: Output) -> None:
    """The same options wherever something is reported."""
    got = options(f"{command} {words}")
    assert not isinstance(got, SchemaOptions | SandboxOptions)
    assert got.output == output


def test_plan_counts_what_remains_if_asked() -> None:
    """An option of plan alone: drift always does."""
    got = options("plan --detailed-exitcode")
    assert isinstance(got, PlanOptions)
    assert got.detailed_exitcode


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("--yes", ApplyOptions(selection=ALL, output=TEXT, yes=True)),
        ("--dry-run", ApplyOptions(selection=ALL, output=TEXT, dry_run=True)),
        (
            "--backup-first",
            ApplyOptions(selection=ALL, output=TEXT, safeguard=Safeguard(backup_first=True)),
        ),
        (
            "--roll-backups --backup-first",
            ApplyOptions(
                selection=ALL,
                output=TEXT,
                safeguard=Safeguard(backup_first=True, roll_backups=True),
            ),
        ),
        ("--state-dir x/y", ApplyOptions(selection=ALL, output=TEXT, state_dir=Path("x/y"))),
        (
            "--allow lossy",
            ApplyOptions(selection=ALL, output=TEXT, allow=(Allow(risk=Risk.LOSSY),)),
        ),
        (
            "--allow weakens --allow disruptive --allow safe",
            ApplyOptions(
                selection=ALL,
                output=TEXT,
                allow=(
                    Allow(risk=Risk.WEAKENS),
                    Allow(risk=Risk.DISRUPTIVE),
                    Allow(risk=Risk.SAFE),
                ),
            ),
        ),
        (
            "--allow lossy=shop/logical_databases/a/b=c",
            ApplyOptions(
                selection=ALL,
                output=TEXT,
                allow=(
                    Allow(
                        risk=Risk.LOSSY,
                        address=Address(database="shop", kind="logical_databases", name="a/b=c"),
                    ),
                ),
            ),
        ),
    ],
)
def test_apply(words: str, expected: ApplyOptions) -> None:
    """What apply alone has."""
    assert options(f"apply {words}") == expected


@pytest.mark.parametrize(
    "line",
    ["plan", "drift", "apply", "databases delete shop a", "retention delete shop a", "backups set shop --off"],
)  # fmt: skip
def test_overrides(line: str) -> None:
    """Whatever guards look at takes them, each for one plan."""
    given = options(f"{line} --override G104=0123abcd --override G107={'f' * 64}")
    assert isinstance(given, PlanOptions | ApplyOptions | ChangeOptions)
    assert given.override == (
        Override(code="G104", plan="0123abcd"),
        Override(code="G107", plan="f" * 64),
    )


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("show b a/b b", ShowOptions(names=("b", "a/b", "b"), selection=ALL, output=TEXT)),
        (
            "explain shop/backups --specs one --config c",
            ExplainOptions(
                subject="shop/backups",
                selection=Selection(paths=(Path("one"),), config=Path("c")),
                output=TEXT,
            ),
        ),
        (
            "show shop --specs one --specs two --config c",
            ShowOptions(
                names=("shop",),
                selection=Selection(paths=(Path("one"), Path("two")), config=Path("c")),
                output=TEXT,
            ),
        ),
        ("runs", RunsOptions(output=TEXT)),
        ("runs --limit 3", RunsOptions(output=TEXT, limit=3)),
        ("runs --state-dir here", RunsOptions(output=TEXT, state_dir=Path("here"))),
        ("runs show latest", RunsOptions(output=TEXT, ident="latest")),
        (
            "runs show 2026 --state-dir here --no-color",
            RunsOptions(output=Output(no_color=True), ident="2026", state_dir=Path("here")),
        ),
        ("schema plan", SchemaOptions(name="plan")),
        ("schema --write schemas", SchemaOptions(directory=Path("schemas"))),
        ("sandbox --fleet fleet.yaml", SandboxOptions(fleet=Path("fleet.yaml"))),
        ("sandbox --port 8080", SandboxOptions(port=8080)),
        ("sandbox --port 65535", SandboxOptions(port=65535)),
        ("sandbox --port 0080", SandboxOptions(port=80)),
        ("sandbox --rate-limit 1000000", SandboxOptions(rate_limit=1_000_000)),
        ("sandbox --token t", SandboxOptions(token="t")),
        ("sandbox --rate-limit 1", SandboxOptions(rate_limit=1)),
        ("sandbox --rate-limit 0", SandboxOptions(rate_limit=0)),
        ("sandbox --token-life 60", SandboxOptions(token_life=60)),
        ("sandbox --operation-seconds 0", SandboxOptions(operation_seconds=0)),
        ("sandbox --until-eof", SandboxOptions(until_eof=True)),
        ("sandbox --engines memory", SandboxOptions(engines="memory")),
        (
            "sandbox --engines real --engines-dir e",
            SandboxOptions(engines="real", engines_dir=Path("e")),
        ),
    ],
)
def test_other_commands(line: str, expected: Options) -> None:
    """What they have of their own."""
    assert options(line) == expected


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Line by line, with the status of a usage error; stdout is left to results."""
    assert main([]) == ExitStatus.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    with pytest.raises(Shown) as shown:
        parse(["--help"])
    assert err == shown.value.page


@pytest.mark.parametrize(
    "group", ["databases", "sql-mode", "extensions", "queries", "stats", "retention", "backups"]
)
def test_a_group_alone_shows_its_help(group: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On stderr, with the status of a usage error."""
    assert main([group]) == ExitStatus.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert "Commands:\n" in err


COMMANDS = [
    "validate", "plan", "apply", "drift", "show", "show-plan", "explain", "databases", "sql-mode",
    "extensions", "queries", "stats", "retention", "backups", "upgrade", "restore", "operation",
    "runs", "schema", "sandbox",
]  # fmt: skip


@pytest.mark.parametrize("command", ["", *COMMANDS])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_is_shown(command: str, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout, no wider than 80 columns, with status 0."""
    argv = [*command.split(), option]
    with pytest.raises(Shown) as shown:
        parse(argv)
    assert main(argv) == 0
    out, err = capsys.readouterr()
    assert out == shown.value.page
    assert out.startswith(f"Usage: {' '.join(['reconcile', *command.split()])} ")
    assert err == ""
    assert max(len(line) for line in out.splitlines()) <= 80


def test_every_command_is_in_the_help() -> None:
    """With a sentence that is not cut off."""
    with pytest.raises(Shown) as shown:
        parse(["--help"])
    listed = shown.value.page.partition("Commands:\n")[2].partition("\n\n")[0]
    names = [line.split()[0] for line in listed.splitlines() if line[2:3].isalpha()]
    assert names == COMMANDS
    assert "..." not in listed


@pytest.mark.parametrize("argv", [["--version"], ["--version", "plan"]])
def test_version(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The same whether it is answered before anything is imported, or by the parser."""
    assert main(argv) == 0
    assert capsys.readouterr().out == f"reconcile {__version__}\n"
