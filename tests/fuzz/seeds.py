"""Where a search begins: files that are right, made by the product or taken from its examples."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import evolve
from fuzz.targets import CONFIG, NOW, RUN, SPEC
from golden.specs import SPECS
from unit.apply.journals import AUDIT, BACKUPS, LEGACY, MODES, OPENING, RESET, outcome
from unit.plan.plan_files import saved
from unit.spec.test_bad_specs import CASES
from unit.spec.test_bad_text import BAD
from unit.spec.test_one_meaning import MEANINGS

from reconcile.apply.journal import Journal
from reconcile.model.history import Resolution
from reconcile.model.order import OrderOutcome
from reconcile.model.plan import Plan, Proposal
from reconcile.model.run import Conflict, Result
from reconcile.plan.document import plan_id
from reconcile.plan.plan_file import dump

ROOT = Path(__file__).resolve().parents[2]


def seeds(target: str) -> list[bytes]:
    """Files from which the search of a target begins; the same in every run."""
    return [*dict.fromkeys(_SEEDS[target]())]


def _specs() -> Iterator[bytes]:
    yield SPEC.encode()
    yield from (path.read_bytes() for path in sorted((ROOT / "specs").glob("*.yaml")))
    yield from (bad.text.encode() for group in CASES.values() for bad in group.values())
    yield from (text.encode() for files in SPECS.values() for text in files.values())
    for one in BAD:
        content = one.values[0]
        if isinstance(content, bytes) and len(content) < _LARGEST:
            yield content
    yield from (text.encode() for text in MEANINGS)


_LARGEST = 4096
"""Bytes of a seed: a long one is drawn from a short one."""


def _configs() -> Iterator[bytes]:
    yield CONFIG.encode()
    for page in sorted((ROOT / "docs").glob("**/*.md")):
        yield from (one[1].encode() for one in _YAML.finditer(page.read_text(encoding="utf-8")))


_YAML = re.compile(r"^```yaml\n(.*?)^```", re.MULTILINE | re.DOTALL)


def _plan_files() -> Iterator[bytes]:
    """A plan of every sort of item, whole and database by database."""
    whole = saved()
    yield dump(whole).encode()
    for one in whole.proposal.plan.databases:
        plan = Plan(databases=(one,))
        proposal = Proposal(plan=plan, id=plan_id(plan))
        yield dump(evolve(whole, proposal=proposal)).encode()


def _journals() -> Iterator[bytes]:
    """A run of every sort of event, an order, and a run that settles another."""
    stale = evolve(
        outcome(LEGACY, Result.STALE, "plan again"),
        conflict=Conflict(before={"hours": (4,)}, expected=None, now={"hours": ()}),
    )
    with (
        tempfile.TemporaryDirectory() as folder,
        Journal(Path(folder), RUN, lambda: NOW) as journal,
    ):
        journal.begin(OPENING)
        for entry in (BACKUPS, MODES, AUDIT):
            journal.started(entry)
        journal.operation(AUDIT, "609145e6")
        journal.finished(outcome(AUDIT, Result.UNKNOWN, "lost"))
        journal.finished(outcome(MODES, Result.FAILED, "HTTP 500"))
        journal.started(RESET)
        journal.finished(OrderOutcome(order=RESET, result=Result.DONE))
        journal.settled(
            Resolution(
                run="20261122T120000Z-0f9e8d", address=LEGACY.address, verb="delete", done=None
            )
        )
        journal.complete([outcome(AUDIT, Result.DONE, "read again: it was done"), stale])
        journal.end({"done": 1})
        content = journal.path.read_bytes()
    first, *lines = content.splitlines(keepends=True)
    yield content
    yield from (first + line for line in lines)


_SEEDS: Mapping[str, Callable[[], Iterator[bytes]]] = {
    "specs": _specs,
    "config": _configs,
    "plan_files": _plan_files,
    "journals": _journals,
}


def words(target: str) -> list[str]:
    """Words that mean something to a target: keys and values of its schema, and what stands in seeds."""
    found: dict[str, None] = dict.fromkeys(_SYNTAX[target])
    for name in _SCHEMAS[target]:
        schema = json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text(encoding="utf-8"))
        found |= dict.fromkeys(_words_of(schema))
    return [one for one in found if one]


_YAML_SYNTAX = (
    "---\n", "...\n", "%YAML 1.1\n", "- ", ": ", "? ", "&a ", "*a", "!!str ", "<<: ", "|\n", ">-\n",
    "# ", "\t", "{", "}", "[", "]", "''", '"\\u0000"', "\r\n", "\u2028", "null", "true", "010", "0x1F",
    "1e400", ".inf", "2027-01-31", "2099-02-30", "30d", "INF", ">=17.4", "latest-minor", "\ufeff",
)  # fmt: skip
_JSON_SYNTAX = (
    '"\\ud800"', '"\\u202e"', "null", "true", "1e999", "NaN", "-1", "9007199254740993", '""', "[]",
    "{}", "[[", '{"a":', "2026-11-23T12:00:00+00:00", "9999-12-31T23:59:59-23:59", "2027-01-31",
    '"0001-01-01T00:00:00+14:00"',
)  # fmt: skip
_EVENTS = (
    "run", "started", "left", "operation", "backup", "finished", "settled", "ended", "event", "at",
    "address", "verb", "crc32", "format_version", "order", "create", "update", "delete", "not known",
    '"event": "settled"', '"run": "', '"address": "shop"', '"verb": "order"',
)  # fmt: skip
_SYNTAX: Mapping[str, tuple[str, ...]] = {
    "specs": _YAML_SYNTAX,
    "config": _YAML_SYNTAX,
    "plan_files": _JSON_SYNTAX,
    "journals": (*_JSON_SYNTAX, *_EVENTS),
}
_SCHEMAS: Mapping[str, tuple[str, ...]] = {
    "specs": ("spec",),
    "config": ("config",),
    "plan_files": ("plan_file",),
    "journals": ("past_run",),
}


def _words_of(schema: Any) -> Iterator[str]:
    """The keys and the fixed values that a schema names."""
    if isinstance(schema, list):
        for one in schema:
            yield from _words_of(one)
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        values = (*schema.get("enum", ()), schema.get("const"), *schema.get("examples", ()))
        yield from (one for one in values if isinstance(one, str))
        for one in schema.values():
            yield from _words_of(one)
