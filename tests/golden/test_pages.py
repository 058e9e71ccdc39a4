"""What a person and a program are shown, page by page; read the files under `files/`."""

from __future__ import annotations

import json
import re
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from golden.comparison import Golden
from golden.pages import GOLDEN, PAGES
from jsonschema import Draft202012Validator
from rich.cells import cell_len

from reconcile.cli.schema import DOCUMENTS, printed_schema

TEXTS = sorted(name for name in PAGES if not name.endswith(".json"))
JSONS = sorted(name for name in PAGES if name.endswith(".json"))
FOLDED = sorted(name for name in TEXTS if ".80." in name or ".40." in name)
_COPIED = re.compile(
    r" *(SQL in |(GET|POST|PUT|PATCH|DELETE) http|{|--allow |for this plan only: |follow it with: "
    r"|(CREATE|ALTER|DROP) EXTENSION )"
)
"""How lines begin that are there to be copied: statements, requests, bodies, flags, commands."""
_SGR = re.compile(r"\x1b\[[0-9;]*m")
_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Findings name files as they were named: relative to the current folder."""
    monkeypatch.chdir(tmp_path)


def uncoloured(name: str, text: str) -> str:
    """A page without colour; only a coloured one may have any."""
    return _SGR.sub("", text) if name.endswith(".ansi") else text


@pytest.mark.parametrize("file", sorted(GOLDEN))
def test_looks_as_it_should(file: str, golden: Golden) -> None:
    """Byte for byte."""
    golden.check(file, "\n".join(_titled(file, name) for name in GOLDEN[file]))


def _titled(file: str, name: str) -> str:
    """A page, under its name where it shares a file with others."""
    text = PAGES[name]()
    _again_in_an_empty_folder()
    return text if file == name else f"=== {name}\n{text}"


@pytest.mark.parametrize("name", sorted(PAGES))
def test_steers_no_terminal(name: str) -> None:
    """Beside newlines and colour nothing that moves a cursor, hides or reorders text."""
    text = uncoloured(name, PAGES[name]())
    assert [char for char in text if char != "\n" and unicodedata.category(char) in _STEERING] == []


@pytest.mark.parametrize("name", FOLDED)
def test_fits_the_terminal(name: str) -> None:
    """No line is wider than the columns that there are, but for those that are copied."""
    width = int(re.search(r"\.(\d+)\.", name)[1])  # type: ignore[index]
    lines = uncoloured(name, PAGES[name]()).splitlines()
    wide = [line for line in lines if cell_len(line) > width]
    assert [line for line in wide if not _COPIED.match(line)] == []


@pytest.mark.parametrize("name", TEXTS)
def test_no_line_ends_with_a_blank(name: str) -> None:
    """Nothing invisible is left when a line is copied or compared."""
    lines = uncoloured(name, PAGES[name]()).splitlines()
    assert [line for line in lines if line != line.rstrip()] == []


@pytest.mark.parametrize("name", sorted(n for n in PAGES if n.endswith(".80.ansi")))
def test_colour_changes_no_word(name: str) -> None:
    """Without its colour, a coloured page is the plain one."""
    coloured = uncoloured(name, PAGES[name]())
    _again_in_an_empty_folder()
    assert coloured == PAGES[name.replace(".ansi", ".txt")]()


def _again_in_an_empty_folder() -> None:
    for path in Path("specs").glob("*"):
        path.unlink()
    if Path("specs").exists():
        Path("specs").rmdir()


@pytest.mark.parametrize("name", JSONS)
@pytest.mark.parametrize("all_required", [False, True])
def test_keeps_to_its_schema(name: str, all_required: bool) -> None:
    """What commands print fits its schema, and no field is ever left out."""
    document = json.loads(PAGES[name]())
    errors = _validator(document["kind"], all_required).iter_errors(document)
    assert [error.message for error in errors] == []


@cache
def _validator(kind: str, all_required: bool) -> Draft202012Validator:
    schema = printed_schema(kind, all_required=all_required)
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


@pytest.mark.parametrize("name", sorted(name for name in GOLDEN if name.endswith(".json")))
def test_a_schema_refuses_what_it_does_not_know(name: str) -> None:
    """So that fitting one means something."""
    document = json.loads(PAGES[name]())
    schema = printed_schema(document["kind"], all_required=False)
    for broken in (
        {**document, "format": 1},
        {key: value for key, value in document.items() if key != "exit_status"},
        {**document, "exit_status": "0"},
    ):
        assert not Draft202012Validator(schema).is_valid(broken)


def test_every_document_has_a_page() -> None:
    """None is printed that was never looked at."""
    folders = {name.partition("/")[0] for name in JSONS}
    kinds = {"show": "states", "saved": "plan"}
    assert {kinds.get(one, one) for one in folders} == set(DOCUMENTS)


@pytest.mark.parametrize("name", JSONS)
def test_json_is_ascii(name: str) -> None:
    """Escaped names steer no log, whatever reads it."""
    assert PAGES[name]().isascii()
