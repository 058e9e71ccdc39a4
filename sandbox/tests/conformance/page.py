"""The rules and how they fared, as a page: docs/conformance.md."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from conformance.rule import Kind, Mark, Rule
from conformance.rules import RULES

from scalingo_sandbox.servers.programs import SUPPORTED
from scalingo_sandbox.servers.server import Program

PAGE = Path(__file__).resolve().parents[3] / "docs" / "conformance.md"
PROGRAMS: Mapping[str, Program] = {
    "mysql": Program.MARIADB,
    "postgresql": Program.POSTGRESQL,
    "influxdb": Program.INFLUXDB,
    "mongodb": Program.MONGODB,
}
"""What runs the databases of an engine on the right-hand side."""

Cells = Mapping[tuple[str, Kind], str]
"""What a run saw, by the rule's name and the kind."""

NOT_TO_BE_HAD = "not to be had"
FAILED = "✗"
_INTRODUCTION = """\
# One set of rules, two engines

`reconcile sandbox` keeps the contents of its databases in memory, by rules of its own; with
`--engines real` they are on real servers. Each line below is a rule with requests, as any client
would send them, and the answer that each has to get, written once. The very same requests are sent to
both kinds of sandbox by [test_conformance.py](../sandbox/tests/conformance/test_conformance.py), under the
name of the last column. `make docs` writes this page from [the rules](../sandbox/tests/conformance/rules)
and from what a run of them saw; the tests hold each cell.

| | |
| --- | --- |
| ✓ | it held |
| posing | it held, and the server is led to the answer of the one that it poses as: MariaDB as MySQL |
| emulated | it held on a program that speaks the protocol, and is not the database itself: MongoDB |
| not to be had | the server cannot hold it, for the reason beside it |
"""
_TITLES: Mapping[str, str] = {
    "mysql": "MySQL",
    "postgresql": "PostgreSQL",
    "influxdb": "InfluxDB",
    "mongodb": "MongoDB",
}
_MENDED = """\
## What the real servers taught the rules in memory

Where the two differed the real server was right, unless it poses or is an emulation:

"""
_LESSONS = (
    "MySQL: a name may end in no tab, newline or other white space, not only in no space",
    "MySQL: a name with a NUL is error 1064, one beyond the Basic Multilingual Plane 1300",
    "MySQL: a name is refused whose folder would have a name of more than 255 bytes",
    "MySQL: a name that begins with `#mysql50#` is refused",
    "MySQL: of the server's own names only `information_schema` is taken in any case",
    "MySQL: spaces at the very end of the modes are dropped",
    "MySQL: only ASCII letters have two cases in a mode: the long s is no S",
    "MySQL 5.7: MYSQL323 and MYSQL40 bring HIGH_NOT_PRECEDENCE and nothing else",
    "PostgreSQL: a database with a session in it is neither dropped nor emptied (55006)",
    "PostgreSQL: emptying the default database takes its extensions with it",
    "PostgreSQL: resetting statistics that are off lacks a function, listing them a relation",
    "PostgreSQL: more of the old versions of extensions, and none of `unaccent` before 1.1",
    "InfluxDB: a duration far too long wraps around, and may come out as a sound one",
    "InfluxDB: INF is written in ASCII: a dotless i is no I",
    "InfluxDB: an empty policy name is an `invalid name`, and one with a NUL no InfluxQL",
    "InfluxDB: a default that was dropped is the default again when its name comes back",
    "all: half a surrogate pair, which JSON can say and UTF-8 cannot, is in no name",
)


def page(cells: Cells) -> str:
    """The whole page, with these cells."""
    parts = [_section(engine, rules, cells) for engine, rules in RULES.items()]
    lessons = "".join(f"- {lesson}\n" for lesson in _LESSONS)
    return "\n".join([_INTRODUCTION, *parts, _MENDED + lessons])


def seen(rule: Rule, kind: Kind, fault: str | None) -> str:
    """What the page says of a rule that was tried."""
    if kind is Kind.MEMORY:
        return FAILED if fault else Mark.HELD
    if rule.not_to_be_had:
        return NOT_TO_BE_HAD if fault else FAILED
    return FAILED if fault else rule.mark


def cells_of(text: str) -> Cells:
    """Read the cells of a page back."""
    rows = re.findall(r"^\| .* \| (.*) \| (.*) \| .* \| `(.*)` \|$", text, re.MULTILINE)
    return {
        (name, kind): cell
        for memory, real, name in rows
        for kind, cell in ((Kind.MEMORY, memory), (Kind.REAL, real))
    }


def _section(engine: str, rules: Iterable[Rule], cells: Cells) -> str:
    program = PROGRAMS[engine]
    lines = [
        f"## {_TITLES[engine]}\n",
        f"| rule | in memory | {program.product} {SUPPORTED[program][0]} | remark | test |",
        "| --- | --- | --- | --- | --- |",
        *(_line(rule, cells) for rule in rules),
    ]
    return "\n".join(lines) + "\n"


def _line(rule: Rule, cells: Cells) -> str:
    memory, real = (cells.get((rule.name, kind), "") for kind in Kind)
    columns = (rule.says, memory, real, rule.remark or rule.not_to_be_had, f"`{rule.name}`")
    return f"| {' | '.join(columns)} |"
