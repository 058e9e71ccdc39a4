"""argv → options, as a table: every command, option, default and usage error."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconcile import __version__
from reconcile.apply.allowance import Allow
from reconcile.cli.arguments import Shown, parse
from reconcile.cli.main import main
from reconcile.cli.options import (
    ApplyOptions,
    DriftOptions,
    Options,
    Output,
    PlanOptions,
    ReportFile,
    SandboxOptions,
    SchemaOptions,
    Selection,
    ShowOptions,
    ValidateOptions,
)
from reconcile.errors import ExitStatus, UsageError
from reconcile.model.address import Address
from reconcile.model.change import Risk

ALL = Selection(paths=(Path("specs"),), config=None, only=(), exclude=())
TEXT = Output(format="text", reports=(), verbose=False, no_color=False)
READERS = {"validate": ValidateOptions, "plan": PlanOptions, "drift": DriftOptions}
SELECTING = [*READERS, "apply"]
REPORTING = [*SELECTING, "show x"]


def options(line: str) -> Options:
    """The options of a command line whose words have no blanks."""
    return parse(line.split())


DEFAULTS: dict[str, Options] = {
    "validate": ValidateOptions(selection=ALL, output=TEXT),
    "plan": PlanOptions(selection=ALL, output=TEXT, detailed_exitcode=False),
    "drift": DriftOptions(selection=ALL, output=TEXT),
    "apply": ApplyOptions(
        selection=ALL, output=TEXT, yes=False, dry_run=False, allow=(), state_dir=None
    ),
    "show shop": ShowOptions(names=("shop",), selection=ALL, output=TEXT),
    "schema": SchemaOptions(name=None, directory=None),
    "sandbox": SandboxOptions(fleet=None, port=0, token=None, rate_limit=None, until_eof=False),
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
    assert isinstance(got, ValidateOptions | PlanOptions | DriftOptions | ApplyOptions)
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
    ("line", "expected"),
    [
        ("show b a/b b", ShowOptions(names=("b", "a/b", "b"), selection=ALL, output=TEXT)),
        (
            "show shop --specs one --specs two --config c",
            ShowOptions(
                names=("shop",),
                selection=Selection(paths=(Path("one"), Path("two")), config=Path("c")),
                output=TEXT,
            ),
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
        ("sandbox --until-eof", SandboxOptions(until_eof=True)),
    ],
)
def test_other_commands(line: str, expected: Options) -> None:
    """What they have of their own."""
    assert options(line) == expected


_NO_FORMAT = "invalid value for '--format': 'yaml' is not one of 'text', 'json'"
_REPORT = "write text=PATH or json=PATH"
_RISKS = "write one of safe, weakens, disruptive, lossy"
_PORT = "write a whole number from 0 to 65535"
_ADDRESS = "write database/kind or database/kind/name"

ERRORS: dict[str, tuple[str, str]] = {
    # argv: what is wrong, and the command whose help explains it
    "plann": ("no such command 'plann': did you mean 'plan'?", ""),
    "help": ("no such command 'help'", ""),
    "--nope": ("no such option '--nope'", ""),
    # The help of the command that was meant, whether or not click came as far as it.
    "--only shop plan": ("no such option '--only'", "plan"),
    "help plan": ("no such command 'help'", "plan"),
    **{
        f"{command} {words}": (sentence, command)
        for command in SELECTING
        for words, sentence in {
            "--onyl x": "no such option '--onyl': did you mean '--only'?",
            "--no-colour": "no such option '--no-colour': did you mean '--no-color'?",
            "-x": "no such option '-x'",
            "--only": "option '--only' requires an argument",
            "--exclude": "option '--exclude' requires an argument",
            "--config": "option '--config' requires an argument",
            "--report": "option '--report' requires an argument",
            "--format": "option '--format' requires an argument",
            "--verbose=1": "option '--verbose' does not take a value",
            "--format yaml": _NO_FORMAT,
            "--format JSON": _NO_FORMAT.replace("yaml", "JSON"),
            "--report x.json": f"invalid value for '--report': 'x.json': {_REPORT}",
            "--report text=": f"invalid value for '--report': 'text=': {_REPORT}",
            "--report =x": f"invalid value for '--report': '=x': {_REPORT}",
            "--report md=x": f"invalid value for '--report': 'md=x': {_REPORT}",
        }.items()
    },
    **{
        f"{command} {option}": (f"no such option '{option}'", command)
        for command in ("validate", "drift", "plan")
        for option in ("--yes", "--allow", "--dry-run", "--state-dir")
    },
    "drift --detailed-exitcode": ("no such option '--detailed-exitcode'", "drift"),
    "apply --yes=1": ("option '--yes' does not take a value", "apply"),
    "apply --allow": ("option '--allow' requires an argument", "apply"),
    "apply --state-dir": ("option '--state-dir' requires an argument", "apply"),
    "apply --allow risky": (
        f"invalid value for '--allow': 'risky' is no risk: {_RISKS}",
        "apply",
    ),
    "apply --allow Lossy": (
        f"invalid value for '--allow': 'Lossy' is no risk: {_RISKS}",
        "apply",
    ),
    "apply --allow lossy=": (f"invalid value for '--allow': '' is no address: {_ADDRESS}", "apply"),
    "apply --allow lossy=shop//x": (
        f"invalid value for '--allow': 'shop//x' is no address: {_ADDRESS}",
        "apply",
    ),
    "show": ("missing argument 'HANDLE|APP/ADDON...'", "show"),
    "show --only x shop": ("no such option '--only'", "show"),
    "show shop --specs": ("option '--specs' requires an argument", "show"),
    "show shop --format yaml": (_NO_FORMAT, "show"),
    "schema plan run": ("got unexpected extra argument (run)", "schema"),
    "schema --format json": ("no such option '--format'", "schema"),
    "schema --write": ("option '--write' requires an argument", "schema"),
    "sandbox here": ("got unexpected extra argument (here)", "sandbox"),
    **{
        f"sandbox --port={word}": (f"invalid value for '--port': {word!r}: {_PORT}", "sandbox")
        for word in ("65536", "-1", "+1", "80.0", "1_0", "0x50", "http", "", "\u0661", "\u00b2")
    },
    **{
        f"sandbox --rate-limit={word}": (
            f"invalid value for '--rate-limit': {word!r}: write a whole number from 1 to 1000000",
            "sandbox",
        )
        for word in ("0", "-1", "1000001", "1e3", "many")
    },
    "sandbox --token": ("option '--token' requires an argument", "sandbox"),
}


@pytest.mark.parametrize("line", ERRORS)
def test_usage_errors(line: str) -> None:
    """A sentence that says what is wrong, and the very command whose help explains it."""
    sentence, command = ERRORS[line]
    program = " ".join(["reconcile", *command.split()])
    with pytest.raises(UsageError) as caught:
        options(line)
    # A question ends its sentence; anything else goes on.
    end = " See" if sentence.endswith("?") else "; see"
    assert str(caught.value) == f"{sentence}{end} {program} --help"


def test_several_guesses_read_as_one_does() -> None:
    """One question, in our form, and not click's with a full stop and brackets."""
    with pytest.raises(UsageError) as caught:
        parse(["plan", "--onl", "x"])
    message = str(caught.value)
    assert message.startswith("no such option '--onl': did you mean ")
    assert "'--config'" in message
    assert "'--only'" in message
    assert message.endswith("? See reconcile plan --help")


@pytest.mark.parametrize("option", ["--port", "--rate-limit"])
def test_a_number_beyond_measure_is_no_number(option: str) -> None:
    """Python refuses to convert one of more than 4300 digits, and says so by raising."""
    with pytest.raises(UsageError, match="write a whole number from"):
        parse(["sandbox", option, "9" * 5000])


@pytest.mark.parametrize("line", [*ERRORS, "schema nope", "schema", "plan pa\udcffth --\udcff"])
def test_usage_errors_exit_with_64(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Click's own 2 would read as drift; what went wrong stands on one line of stderr."""
    assert main(line.split()) == ExitStatus.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("reconcile: ")
    assert err.count("\n") == 1


def test_no_command_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """Line by line, with the status of a usage error; stdout is left to results."""
    assert main([]) == ExitStatus.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    with pytest.raises(Shown):
        parse(["--help"])
    assert err == capsys.readouterr().out


@pytest.mark.parametrize("command", ["", *(line.split()[0] for line in DEFAULTS)])
@pytest.mark.parametrize("option", ["--help", "-h"])
def test_help_is_shown(command: str, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    """On stdout, no wider than 80 columns, with status 0."""
    argv = [*command.split(), option]
    with pytest.raises(Shown):
        parse(argv)
    out, err = capsys.readouterr()
    assert out.startswith(f"Usage: {' '.join(['reconcile', *command.split()])} ")
    assert err == ""
    assert max(len(line) for line in out.splitlines()) <= 80
    assert main(argv) == 0


def test_every_command_is_in_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    """With a sentence that is not cut off."""
    with pytest.raises(Shown):
        parse(["--help"])
    listed = capsys.readouterr().out.partition("Commands:\n")[2].partition("\n\n")[0]
    names = {line.split()[0] for line in listed.splitlines() if line[2:3].isalpha()}
    assert names == {line.split()[0] for line in DEFAULTS}
    assert "..." not in listed


@pytest.mark.parametrize("argv", [["--version"], ["--version", "plan"]])
def test_version(argv: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """The same whether it is answered before anything is imported, or by the parser."""
    assert main(argv) == 0
    assert capsys.readouterr().out == f"reconcile {__version__}\n"
