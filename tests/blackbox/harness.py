"""Scenarios of the installed command: steps as data, and what each step shows as text.

Nothing here knows the inside of the product: a step is a command line, a change of the sandbox or of a
file. What a step shows is its exit status, its streams, its JSON report and the requests that the
sandbox logged.
"""

from __future__ import annotations

import getpass
import json
import re
import shlex
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from attrs import field, frozen
from e2e.command import Command, Finished, until

from scalingo_sandbox import Sandbox
from scalingo_sandbox.client import LoggedRequest

SOON = "SOON"
"""In the text of a file: a date 60 days from today, so that what ends then holds on any day."""
SANDBOX = "SANDBOX"
"""As a variable: the address of the sandbox."""
_WIDTH = 100
_OUTPUT = re.compile(r"--(?:report|format)\b")
_ADDON = re.compile(r"/(?:databases|addons|apps)/([^/]+)(?:/addons/([^/]+))?")


@frozen
class Run:
    """One command line; unless it asks for output itself, its report is taken as JSON, too."""

    line: str
    typed: str = ""
    environment: Mapping[str, str | None] = field(factory=dict)
    report: bool = True

    def __str__(self) -> str:
        names = " ".join(f"{key}={value or ''}" for key, value in self.environment.items())
        return f"{names} reconcile {self.line}".strip() + (
            f" <<< {self.typed!r}" * bool(self.typed)
        )


@frozen
class Killed:
    """A command line that is killed with SIGKILL at a request, before or after its effect."""

    line: str
    when: str
    match: Mapping[str, str]

    def __str__(self) -> str:
        return f"reconcile {self.line}, killed {self.when} {_compact(self.match)}"


@frozen
class Live:
    """Somebody changes a database."""

    addon: str
    values: Mapping[str, Any]

    def __str__(self) -> str:
        return f"live {self.addon} {_compact(self.values)}"


@frozen
class Fault:
    """Requests go wrong from now on; without a kind they do so no longer."""

    kind: str = ""
    details: Mapping[str, Any] = field(factory=dict)

    def __str__(self) -> str:
        return f"fault {self.kind} {_compact(self.details)}" if self.kind else "no more faults"


@frozen
class File:
    """A file is written, or, given a function, changed; with None it and its empty folder are removed."""

    path: str
    content: str | Callable[[str], str] | None

    def __str__(self) -> str:
        return f"file {self.path}" + (" removed" if self.content is None else "")


@frozen
class Shown:
    """The text of a file that a command wrote."""

    path: str

    def __str__(self) -> str:
        return f"cat {self.path}"


Step = Run | Killed | Live | Fault | File | Shown


@frozen(kw_only=True)
class Scenario:
    """A fleet in the shape of the sandbox's fleet file, the project's files by path, and the steps.

    An operation of the provider ends at once, or never: what is counted depends on no clock.
    """

    fleet: Mapping[str, Any]
    files: Mapping[str, str]
    steps: Sequence[Step]
    operations_end: bool = True


def played(scenario: Scenario, command: Command, sandbox: Sandbox) -> str:
    """Everything that the steps show; reports go into a folder next to the project."""
    reports = command.directory.with_name("reports")
    reports.mkdir()
    soon = str(datetime.now(UTC).date() + timedelta(days=60))
    for path, text in scenario.files.items():
        _write(command.directory / path, text.replace(SOON, soon))
    parts = []
    for step in scenario.steps:
        sandbox.clear()
        shown = "".join(_done(step, command, sandbox, reports / "report.json", soon))
        parts.append(f"$ {step}\n{shown}")
    names = {
        sandbox.url: "<sandbox>",
        str(command.directory): "<project>",
        str(reports): "<reports>",
        soon: f"<{SOON}>",
    }
    return _steady("\n".join(parts), names)


def _done(step: Step, command: Command, sandbox: Sandbox, report: Path, soon: str) -> Iterator[str]:
    match step:
        case Run(line, typed, environment, reports):
            asked = reports and not _OUTPUT.search(line)
            more = ("--report", f"json={report}") if asked else ()
            report.unlink(missing_ok=True)
            arguments = (*shlex.split(line), *more)
            given = {
                name: sandbox.url if text == SANDBOX else text for name, text in environment.items()
            }
            finished = command(*arguments, typed=typed, environment=given)
            yield from _result(finished, report)
            yield from _requests(sandbox.requests()["requests"])
        case Killed(line, when, match):
            sandbox.fault("hold", when=when, match=dict(match))
            with command.started(*shlex.split(line)) as process:
                until(lambda: sandbox.held() or process.poll() is not None, "the request comes")
                process.kill()
                process.communicate()
            sandbox.release(drop=True)
            sandbox.clear_faults()
            yield from _requests(sandbox.requests()["requests"])
        case Live(addon, values):
            sandbox.change(addon, **values)
        case Fault(kind, details):
            sandbox.fault(kind, **details) if kind else sandbox.clear_faults()
        case File(path, content):
            _change(command.directory / path, content, soon)
        case Shown(path):
            yield (command.directory / path).read_text(encoding="utf-8")


def _result(finished: Finished, report: Path) -> Iterator[str]:
    yield f"exit {finished.status}\n"
    for name, text in (("stdout", finished.stdout), ("stderr", finished.stderr)):
        if text:
            yield f"--- {name}\n{text}"
    if report.exists():
        yield f"--- json\n{_laid_out(json.loads(report.read_text(encoding='utf-8')))}\n"


def _requests(sent: Sequence[LoggedRequest]) -> Iterator[str]:
    """In their order; databases beside each other are independent, and so each has its own list."""
    by_addon: dict[str, list[LoggedRequest]] = {}
    for one in sent:
        found = _ADDON.search(one["path"])
        by_addon.setdefault((found[2] or found[1]) if found else "", []).append(one)
    if sum(key.startswith("ad-") for key in by_addon) > 1:
        for addon, requests in sorted(by_addon.items()):
            yield f"--- requests{' of ' * bool(addon)}{addon}\n"
            lines = [_request(one) for one in requests]
            # What is of no database is asked for several of them at once.
            yield from lines if addon else sorted(lines)
    elif sent:
        yield "--- requests\n"
        yield from (_request(one) for one in sent)


def _request(one: LoggedRequest) -> str:
    words = [one["host"], one["method"], one["path"]]
    if one["action_name"]:
        words.append(one["action_name"])
    if one["status"] is None or one["status"] >= 300:
        words.append(f"→ {one['status'] or 'no answer'}")
    if one["changes"]:
        words.append(
            ("changes" if one["effect"] else "asks for a change") + f" {_compact(one['asked'])}"
        )
    return " ".join(words) + "\n"


def _change(path: Path, content: str | Callable[[str], str] | None, soon: str) -> None:
    if content is None:
        path.unlink()
        if not any(path.parent.iterdir()):
            path.parent.rmdir()
    elif isinstance(content, str):
        _write(path, content.replace(SOON, soon))
    else:
        path.write_text(content(path.read_text(encoding="utf-8")), encoding="utf-8")


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _compact(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _laid_out(value: object, indent: str = "", lead: int = 0) -> str:
    """JSON with each value on one line where it fits; the order of keys stays."""
    flat = _compact(value)
    if len(indent) + lead + len(flat) < _WIDTH or not isinstance(value, dict | list) or not value:
        return flat
    deeper = f"{indent}  "
    if isinstance(value, dict):
        keys = [f"{_compact(key)}: " for key in value]
        parts = [
            key + _laid_out(part, deeper, len(key) + 1)
            for key, part in zip(keys, value.values(), strict=True)
        ]
        return "{\n" + ",\n".join(f"{deeper}{part}" for part in parts) + f"\n{indent}}}"
    parts = [_laid_out(part, deeper, 1) for part in value]
    return "[\n" + ",\n".join(f"{deeper}{part}" for part in parts) + f"\n{indent}]"


_RUN = re.compile(r"\b\d{8}T\d{6}Z-[0-9a-f]{13}\b")
_HASH = re.compile(
    r"(?<![0-9a-f])([0-9a-f]{12})[0-9a-f]{52}(?![0-9a-f])"
    r"|(?:(?<=[Pp]lan )|(?<=plan     )|(?<=G\d{3}=))([0-9a-f]{12})\b"
)
"""A whole id of a plan, or its first digits where a text shows them."""
_OBJECT = re.compile(r"(?<![0-9a-f])[0-9a-f]{24}(?![0-9a-f])")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:\+00:00|Z| UTC)?")
_NEAR = timedelta(days=3)
_WORDS = (
    (re.compile(r'("host": "<host>",\s+"pid": |on <host>, pid )\d+'), r"\1<pid>"),
    (re.compile(r"(<time>, after )\d.*"), r"\1<duration>"),
    (re.compile(r"(waiting )\d+ s|[\d.]+ s(?= waited)"), r"\1<duration>"),
    (re.compile(r'("(?:auth|api|database)": )(?!0\.0\b)\d+\.\d+'), r"\1<seconds>"),
    (re.compile(r"(, )\d+(?= days ago)"), r"\1<number>"),
    (re.compile(r"(today is )[\d-]+"), r"\1<today>"),
    (re.compile(r"(expires in )(?:1 d|\d+ h \d+ min)"), r"\1<duration>"),
)


def _steady(text: str, names: Mapping[str, str]) -> str:
    """The text without what differs from run to run, from machine to machine or by version.

    Ids are numbered in the order in which they appear, so that the same id has the same number.
    """
    user, host, tool = getpass.getuser(), socket.gethostname(), version("scalingo-reconcile")
    here = {
        f"{user} on {host}": "<user> on <host>",
        f'"who": "{user}"': '"who": "<user>"',
        f'"host": "{host}"': '"host": "<host>"',
        f"reconcile {tool}": "reconcile <version>",
        f"by version {tool}": "by version <version>",
        f'"version": "{tool}"': '"version": "<version>"',
    }
    for name, word in {**names, **here}.items():
        text = text.replace(name, word)
    for pattern, word in ((_RUN, "run"), (_HASH, "hash"), (_OBJECT, "id")):
        text = _numbered(pattern, word, text)
    text = _MOMENT.sub(_near, text)
    for pattern, word in _WORDS:
        text = pattern.sub(word, text)
    return text


def _numbered(pattern: re.Pattern[str], word: str, text: str) -> str:
    known: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        name = next((part for part in found.groups() if part), found[0])
        return f"<{word}-{known.setdefault(name, len(known) + 1)}>"

    return pattern.sub(number, text)


def _near(found: re.Match[str]) -> str:
    """A time of this run; a time that the fleet says stays."""
    bare = re.sub(r"Z$| UTC$", "+00:00", found[0])
    moment = datetime.fromisoformat(bare)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return "<time>" if abs(moment - datetime.now(UTC)) < _NEAR else found[0]
