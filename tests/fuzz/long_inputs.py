"""Inputs of a megabyte, each of which repeats one thing: what takes time with its square takes minutes."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from typing import Any

from fuzz.repair import resummed
from fuzz.seeds import seeds

MEGABYTE = 1 << 20
_MOST = MEGABYTE - 200
_VALUES = 9_900
"""A document of specs holds 10,000 values."""
_HEAD = "version: 1\ndatabase: shop\napp: shop-web\nengine: mysql\n"


def long_inputs(target: str) -> Iterator[tuple[str, bytes]]:
    """The inputs of a target by name, one at a time."""
    yield from _LONG[target]()


def _specs() -> Iterator[tuple[str, bytes]]:
    for name, text in _yaml():
        yield name, (_HEAD + text).encode()
    for name, text in _kinds():
        yield name, text.encode()


def _configs() -> Iterator[tuple[str, bytes]]:
    for name, text in _yaml():
        yield name, f"version: 1\n{text}".encode()
    labels = ", ".join(f"a=b{number}: {{protect: true}}" for number in range(_VALUES // 2))
    yield "labels", f"version: 1\ndefaults: {{labels: {{{labels}}}}}\n".encode()
    one = "{{path: a{}/backups, reason: x, until: 2027-01-01}}"
    for name, number in (("ignored", ""), ("ignored of one", "1")):
        entries = ", ".join(one.format(number or each) for each in range(_VALUES // 8))
        yield name, f"version: 1\nignore: [{entries}]\n".encode()


def _yaml() -> Iterator[tuple[str, str]]:
    """What the text of a YAML file can hold much of: in one line, and in many."""
    for name, before, piece, after in (
        ("plain", "a: ", "x", ""), ("quoted", 'a: "', "x", '"'), ("escapes", 'a: "', "\\x41", '"'),
        ("blanks", "a: '", " ", "'"), ("blanks at the end", "a: x", " ", "\n"), ("colons", "", "a:", ""),
        ("words", "a: ", "b ", ""), ("comment", "a: b #", "#", ""), ("braces", "a: ", "{", ""),
        ("brackets", "a: ", "[", ""), ("empty lines", "a: b", "\n", "c"), ("commas", "a: [", ",", "]"),
        ("quoted lines", "a: 'b", "\n", "c'"), ("keys", "", "app: ", ""), ("wide", "a: ", "\u6f22", ""),
        ("documents", "", "---\n", ""), ("comments", "", "#\n", ""), ("questions", "", "? ", ""),
        ("dashes", "a:\n  ", "- ", ""), ("carriage returns", "a: b", "\r", "c"),
    ):  # fmt: skip
        yield name, before + piece * (_MOST // len(piece.encode())) + after
    for name, before, piece, after in (
        ("tabs", "a: b\n", "\t", ""), ("tabs in quotes", 'a: "', "\t x", '"'),
        ("lines of tabs", "a: b\n", "\t\n", ""), ("folded", "a: >\n", "  x\n", ""),
        ("folded words", "a: >\n  ", "x ", ""), ("literal", "a: |\n", "  x\n", ""),
        ("literal tabs", "a: |\n", "  \tx\n", ""),
    ):  # fmt: skip
        yield name, before + piece * (120_000 // len(piece)) + after
    for name, piece in (
        ("tags", "!x 1"), ("numbers", "010"), ("long numbers", "0" * 90), ("anchors", "&a 1"),
        ("aliases", "*a"), ("merges", "{<<: 1}"), ("nulls", ""), ("mappings", "{a: 1}"),
    ):  # fmt: skip
        values = _VALUES // (3 if "{" in piece else 1)
        yield f"list of {name}", "a: [" + f"{piece}, " * values + "]\n"
    yield "keys twice", "a: 1\n" * (_VALUES // 2)
    yield "unknown keys", "".join(f"k{number}: 1\n" for number in range(_VALUES // 2))
    yield (
        "unknown keys of a line",
        ("? {" + ", ".join(f"k{number}: 1" for number in range(_VALUES // 2)) + "}\n: 1\n"),
    )
    yield "names of anchors", "".join(f"k{n}: &a{n} 1\n" for n in range(_VALUES // 2))


def _kinds() -> Iterator[tuple[str, str]]:
    """What a spec can hold much of, valid or not."""
    several = f"{_HEAD}---\n"
    yield "specs", several * 999
    keys = ", ".join(f"k{number}: 1" for number in range(_VALUES // 2))
    yield "unknown keys in one line", f"{{{keys}}}\n"
    wide = ", ".join(f"k{number}{'é' * 80}: 1" for number in range(4_900))
    yield "long unknown keys in one line", f"{{{wide}}}\n"
    labels = ", ".join(f"k{number}: {number}" for number in range(4_900))
    yield "labels", f"{_HEAD}labels: {{{labels}}}\n"
    yield "hours", f"{_HEAD}backups: {{hours: [{'99, ' * _VALUES}]}}\n"
    yield "modes", f"{_HEAD}sql_mode: [{'STRICT_TRANS_TABLEX, ' * _VALUES}]\n"
    lines = "- STRICT_TRANS_TABLEX\n" * _VALUES
    yield "modes in lines", f"{_HEAD}sql_mode:\n{lines}"
    names = ", ".join(f"n{number}" for number in range(_VALUES))
    yield "names", f"{_HEAD}logical_databases: [{names}]\n"
    bad = "'a b', " * _VALUES
    yield "bad names", f"{_HEAD}logical_databases: [{bad}]\n"
    yield (
        "names alike",
        (
            f"{_HEAD}logical_databases: {{present: [{names[: len(names) // 2]}], "
            f"absent: [{names[: len(names) // 2].upper()}]}}\n"
        ),
    )
    yield "absent", f"{_HEAD}logical_databases: {{absent: [{'{name: a}, ' * (_VALUES // 3)}]}}\n"
    postgresql, influxdb = (_HEAD.replace("mysql", one) for one in ("postgresql", "influxdb"))
    yield "extensions", f"{postgresql}extensions: [{names}]\n"
    policies = ", ".join(f"{{name: a{n}, duration: 1d}}" for n in range(_VALUES // 5))
    yield "policies", f"{influxdb}retention_policies: [{policies}]\n"


def _journals() -> Iterator[tuple[str, bytes]]:
    whole = seeds("journals")[0].split(b"\n")
    first = whole[0] + b"\n"
    started = json.loads(next(line for line in whole if b'"started"' in line))
    for name, piece in (
        ("settled", b'"event": "settled"'), ("addresses", b'"address": "'), ("quotes", b'"address": "\\"'),
        ("verbs", b'"verb": "a"'), ("brackets", b"["), ("empty lines", b"\n"), ("bytes", b"\xff"),
    ):  # fmt: skip
        yield name, first + piece * (MEGABYTE // len(piece))
    lines = [b'"address": "a%d/b"' % number for number in range(MEGABYTE // 18)]
    yield "damaged lines", first + b"\n".join(lines)
    yield "damaged line", first + b"{" + b" ".join(lines)
    entries = (
        {**started, "address": f"shop/logical_databases/a{number}"}
        for number in range(MEGABYTE // len(json.dumps(started)))
    )
    yield "actions", resummed(first + b"\n".join(json.dumps(one).encode() for one in entries))
    found = {
        "event": "settled",
        "at": started["at"],
        "crc32": "",
        "verb": "create",
        "result": "done",
    }
    settled = ({**found, "run": f"r{n}", "address": f"a{n}/b"} for n in range(MEGABYTE // 120))
    yield "settlements", resummed(first + b"\n".join(json.dumps(one).encode() for one in settled))
    databases = {
        f"d{number}": {"app": "a", "addon": f"x{number}", "region": "r"}
        for number in range(MEGABYTE // 60)
    }
    yield "databases", resummed(json.dumps({**json.loads(first), "databases": databases}).encode())
    for name, changed in (
        ("message", {"result": "failed", "message": "\u00e9\u202e" * (MEGABYTE // 12)}),
        ("list", {"before": {"a": [*range(MEGABYTE // 16)]}, "after": {"a": []}, "verb": "update"}),
        ("fields", {"before": {}, "after": {f"a{n}": n for n in range(MEGABYTE // 16)}}),
    ):
        yield name, resummed(first + json.dumps({**started, **changed}).encode())


def _plan_files() -> Iterator[tuple[str, bytes]]:
    whole = json.loads(seeds("plan_files")[0])
    databases = _of_databases(whole, MEGABYTE // 900)
    yield "databases", json.dumps(databases).encode()
    handles = [one["handle"] for one in databases["body"]["databases"]]
    names = [f"{one}/logical_databases/x{n}" for one in handles for n in range(10)]
    databases["envelope"]["unmanaged"] = names
    yield "unmanaged", json.dumps(databases).encode()
    databases["envelope"]["unmanaged"] = []
    databases["envelope"]["findings"] = [_finding(name) for name in names[::3]]
    yield "findings", json.dumps(databases).encode()
    for verb in ("create", "delete"):
        yield f"items to {verb}", json.dumps(_of_items(whole, verb, MEGABYTE // 400)).encode()
    whole["envelope"]["findings"] = [_finding(None, "\u00e9\u202e" * (MEGABYTE // 12))]
    yield "message", json.dumps(whole).encode()
    for piece in (b"[", b'{"a":', b'"', b" ", b"1", b"\\"):
        yield f"of {piece.decode()}", piece * (MEGABYTE // len(piece))


def _of_databases(whole: Any, number: int) -> Any:
    """A plan of so many databases with one item each."""
    made, shop = _without_notes(whole), _shop(whole)
    for each in range(number):
        database = deepcopy(shop)
        database["handle"] = f"d{each:06}"
        database["target"] |= {"addon": f"ad-{each}", "resource_id": f"r-{each}"}
        database["items"] = database["items"][:1]
        _add(made, database)
    return made


def _of_items(whole: Any, verb: str, number: int) -> Any:
    """A plan of one database with so many items of a verb."""
    made, database = _without_notes(whole), deepcopy(_shop(whole))
    changes = [one for one in database["items"] if (one.get("change") or {}).get("verb") == verb]
    database["items"] = [
        {**changes[0], "address": f"shop/logical_databases/n{each:06}"} for each in range(number)
    ]
    _add(made, database)
    return made


def _shop(whole: Any) -> Any:
    return next(one for one in whole["body"]["databases"] if one["handle"] == "shop")


def _without_notes(whole: Any) -> Any:
    made = deepcopy(whole)
    made["body"]["databases"] = []
    made["envelope"] |= {
        "origins": {},
        "unmanaged": [],
        "ignored": [],
        "findings": [],
        "others": [],
    }
    return made


def _add(made: Any, database: Any) -> None:
    made["body"]["databases"].append(database)
    for item in database["items"]:
        _handle, _slash, rest = item["address"].partition("/")
        item["address"] = f"{database['handle']}/{rest}"
        place = {"file": "specs/a.yaml", "line": 1, "column": 1}
        made["envelope"]["origins"][item["address"]] = {"location": place, "default": None}


def _finding(address: str | None, message: str = "m") -> dict[str, Any]:
    return {
        "code": "G105", "severity": "warning", "message": message, "location": None, "hint": None,
        "address": address, "override": None,
    }  # fmt: skip


_LONG: Mapping[str, Callable[[], Iterator[tuple[str, bytes]]]] = {
    "specs": _specs,
    "config": _configs,
    "plan_files": _plan_files,
    "journals": _journals,
}
