"""What cannot be meant: every usage error is a sentence, and names the help that explains it."""

from __future__ import annotations

import pytest

from reconcile.cli.arguments import parse
from reconcile.cli.main import main
from reconcile.errors import ExitStatus, UsageError

SELECTING = ["validate", "plan", "drift", "apply"]

_NO_FORMAT = "invalid value for '--format': 'yaml' is not one of 'text', 'json'"
_REPORT = "write text=PATH or json=PATH"
_RISKS = "write one of safe, weakens, disruptive, lossy"
_PORT = "write a whole number from 0 to 65535"
_DURATION = "write a duration with units, such as 30s or 1h30m"
_NO_TIME = "is no time: write it as 2026-11-22T10:00:00Z"
_NO_HOUR = "has no time of day: write it as 2026-11-22T10:00:00Z"
_NO_ZONE = "has no time zone: write Z for UTC, or +01:00"
_ADDRESS = "write database/kind or database/kind/name"

ERRORS: dict[str, tuple[str, str]] = {
    # argv: what is wrong, and the command whose help explains it
    "plann": ("no such command 'plann': did you mean 'explain' or 'plan'?", ""),
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
    "apply --backup-first --no-wait": (
        "--backup-first waits for the backup: take --no-wait out",
        "apply",
    ),
    "apply --roll-backups": (
        "--roll-backups is about the backup of --backup-first: say both",
        "apply",
    ),
    "plan --backup-first": ("no such option '--backup-first'", "plan"),
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
    **{
        f"{command} --override {word}": (f"invalid value for '--override': {sentence}", command)
        for command in ("plan", "drift", "apply")
        for word, sentence in {
            "G101=0123abcd": "'G101' cannot be overridden: G104, G105, G106, G107 can",
            "all": "'all' cannot be overridden: G104, G105, G106, G107 can",
            "G104": "'G104': write the flag that the plan shows",
            "G104=0123abc": "'G104=0123abc': write the flag that the plan shows",
            "G104=0123ABCD": "'G104=0123ABCD': write the flag that the plan shows",
        }.items()
    },
    "show": ("missing argument 'HANDLE|APP/ADDON...'", "show"),
    "explain": ("missing argument 'CODE|ADDRESS'", "explain"),
    "explain G101 G102": ("got unexpected extra argument (G102)", "explain"),
    "show --only x shop": ("no such option '--only'", "show"),
    "show shop --specs": ("option '--specs' requires an argument", "show"),
    "show shop --format yaml": (_NO_FORMAT, "show"),
    **{
        f"{command} {words}": (sentence, command)
        for command in ("databases list", "queries list", "stats list", "upgrade", "restore")
        for words, sentence in {
            "--zzz": "no such option '--zzz'",
            "--config": "option '--config' requires an argument",
            "--specs": "option '--specs' requires an argument",
            "--format yaml": _NO_FORMAT,
            "--report x.json": f"invalid value for '--report': 'x.json': {_REPORT}",
        }.items()
    },
    **{
        f"{group} {word}": (f"no such command {word!r}{guess}", group)
        for group, word, guess in (
            ("databases", "drop", ""),
            ("databases", "lst", ": did you mean 'list'?"),
            ("sql-mode", "show", ""),
            ("queries", "kill", ""),
            ("stats", "disable", ": did you mean 'enable'?"),
            ("retention", "remove", ""),
            ("backups", "list", ""),
            ("extensions", "create", ""),
        )
    },
    **{
        f"{command} shop": ("missing argument 'NAME'", command)
        for command in (
            "databases create",
            "databases delete",
            "databases reset",
            "retention add",
            "retention delete",
        )
    },
    "databases list": ("missing argument 'HANDLE|APP/ADDON'", "databases list"),
    "databases list a b": ("got unexpected extra argument (b)", "databases list"),
    "databases list shop --yes": ("no such option '--yes'", "databases list"),
    "databases create shop a --yes": ("no such option '--yes'", "databases create"),
    # What loses data takes a name, and no mere yes; elsewhere there is no name to be said.
    **{
        f"{command} --yes": ("no such option '--yes'", " ".join(command.split()[:words]))
        for command, words in (
            ("databases delete shop a", 2),
            ("databases reset shop a", 2),
            ("retention delete telemetry a", 2),
            ("restore billing --to 2026-01-01T00:00:00Z", 1),
        )
    },
    **{
        f"{command} --confirm x": (
            "no such option '--confirm': did you mean '--config'?",
            " ".join(command.split()[:words]),
        )
        for command, words in (
            ("queries cancel billing 1", 2),
            ("queries terminate billing 1", 2),
            ("stats reset billing", 2),
            ("upgrade shop", 1),
            ("sql-mode set shop A", 2),
            ("retention add telemetry a 1d", 2),
        )
    },
    "databases delete shop a --confirm": (
        "option '--confirm' requires an argument",
        "databases delete",
    ),
    "sql-mode set shop": ("missing argument 'MODE'", "sql-mode set"),
    "retention add telemetry a": ("missing argument 'DURATION'", "retention add"),
    "backups set shop": ("nothing to set: say --on, --off or --hour", "backups set"),
    "backups set shop --hour": ("option '--hour' requires an argument", "backups set"),
    **{
        f"backups set shop --hour={word}": (
            f"invalid value for '--hour': {word!r}: write a whole number from 0 to 23",
            "backups set",
        )
        for word in ("24", "-1", "3:30", "", "three")
    },
    **{
        f"queries {verb} billing {word}": (
            f"invalid value for 'PID': {word!r}: write a whole number from 1 to 2147483647",
            f"queries {verb}",
        )
        for verb in ("cancel", "terminate")
        for word in ("0", "2147483648", "12a", "1e3")
    },
    **{
        f"{command} billing --top={word}": (
            f"invalid value for '--top': {word!r}: write a whole number from 1 to 1000000",
            command,
        )
        for command in ("queries list", "stats list")
        for word in ("0", "-5", "1000001", "all")
    },
    **{
        f"queries list billing {option}={word}": (
            f"invalid value for '{option}': {word!r}: {_DURATION}",
            "queries list",
        )
        for option in ("--longer-than", "--watch")
        for word in ("30", "1y", "s", "1s1h", "\u0661s")
    },
    **{
        f"queries list billing --watch={word}": (
            f"invalid value for '--watch': {word!r}: write 1s or more",
            "queries list",
        )
        for word in ("0s", "999ms", "0.5s")
    },
    **{
        f"{line}={word}": (
            f"invalid value for '{line.rpartition(' ')[2]}': {word!r}: write 366d or less",
            command,
        )
        for line, command in {
            "queries list billing --longer-than": "queries list",
            "queries list billing --watch": "queries list",
            "plan --max-wait": "plan",
            "drift --max-wait": "drift",
            "apply --max-wait": "apply",
            "apply --timeout": "apply",
            "upgrade shop --timeout": "upgrade",
            "plan --out x --expires-in": "plan",
        }.items()
        for word in ("999999d", "367d", "366d1ms", "8785h")
    },
    **{
        f"{command} --timeout 5": (f"invalid value for '--timeout': '5': {_DURATION}", command)
        for command in ("apply", "upgrade", "restore", "operation")
    },
    "stats list billing --watch": ("no such option '--watch'", "stats list"),
    "restore billing": ("missing option '--to'", "restore"),
    "restore billing --to": ("option '--to' requires an argument", "restore"),
    **{
        f"restore billing --to {word}": (
            f"invalid value for '--to': {word!r} {fault}",
            "restore",
        )
        for word, fault in (
            ("yesterday", _NO_TIME),
            ("12:30", _NO_TIME),
            ("2026-02-30T10:00:00Z", _NO_TIME),
            ("0001-01-01T00:00:00+14:00", _NO_TIME),
            ("9999-12-31T23:00:00-10:00", _NO_TIME),
            ("2026-11-22", _NO_HOUR),
            ("2026-11-22T10:00:00", _NO_ZONE),
        )
    },
    "operation": ("missing argument 'ID'", "operation"),
    "operation abc": ("missing option '--database'", "operation"),
    "operation abc --database": ("option '--database' requires an argument", "operation"),
    "operation abc --database x --yes": ("no such option '--yes'", "operation"),
    "runs --limit 0": (
        "invalid value for '--limit': '0': write a whole number from 1 to 1000000",
        "runs",
    ),
    "runs show": ("missing argument 'ID|latest'", "runs show"),
    "runs sohw latest": ("no such command 'sohw': did you mean 'show'?", "runs"),
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
            f"invalid value for '--rate-limit': {word!r}: write a whole number from 0 to 1000000",
            "sandbox",
        )
        for word in ("-1", "1000001", "1e3", "many")
    },
    "sandbox --token-life 0": (
        "invalid value for '--token-life': '0': write a whole number from 1 to 1000000",
        "sandbox",
    ),
    "sandbox --operation-seconds 1h": (
        "invalid value for '--operation-seconds': '1h': write a whole number from 0 to 86400",
        "sandbox",
    ),
    "sandbox --token": ("option '--token' requires an argument", "sandbox"),
    "sandbox --engines docker": (
        "invalid value for '--engines': 'docker' is not one of 'memory', 'real'",
        "sandbox",
    ),
}


@pytest.mark.parametrize("line", ERRORS)
def test_usage_errors(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A sentence that says what is wrong, and the very command whose help explains it; 64.

    Click's own 2 would read as drift.
    """
    sentence, command = ERRORS[line]
    program = " ".join(["reconcile", *command.split()])
    with pytest.raises(UsageError) as caught:
        parse(line.split())  # else the next line would run what was meant to be an error
    # A question ends its sentence; anything else goes on.
    end = " See" if sentence.endswith("?") else "; see"
    assert str(caught.value) == f"{sentence}{end} {program} --help"
    assert_refused(line, capsys)


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


@pytest.mark.parametrize("option", ["--limit 3", "--state-dir here"])
def test_an_option_of_the_list_is_not_dropped_for_one_run(option: str) -> None:
    """No word of a command line is passed over."""
    with pytest.raises(UsageError, match="before 'show' is about the list"):
        parse(["runs", *option.split(), "show", "latest"])


@pytest.mark.parametrize("line", ["schema nope", "schema", "plan pa\udcffth --\udcff"])
def test_what_only_the_command_knows_to_be_wrong_exits_with_64(
    line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Which schemas there are; and what is no text stands on one line of stderr as well."""
    assert_refused(line, capsys)


def assert_refused(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Run a command line that is refused before anything is read or sent."""
    assert main(line.split()) == ExitStatus.USAGE
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("reconcile: ")
    assert err.count("\n") == 1
