"""Text that is no YAML, or YAML that no spec may hold: each has its code and its place."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import TODAY

from reconcile.model.finding import Finding
from reconcile.spec.config import Config
from reconcile.spec.load import load_specs
from reconcile.spec.source import LARGEST_FILE

GOOD = "version: 1\ndatabase: shop\napp: shop-web\nengine: mysql\nprotect: true\n"

BOMB = "".join(
    f"{name}: &{name} [{', '.join([content] * 10)}]\n"
    for name, content in (("a", "x"), ("b", "*a"), ("c", "*b"), ("d", "*c"), ("e", "*d"))
)
"""A hundred thousand values in five lines."""

BAD = [
    # content, code, line:column, a part of the message, a part of the hint
    pytest.param(b"", "S013", "", "holds no spec", "write one", id="empty file"),
    pytest.param(b"# later\n", "S013", "", "holds no spec", "write one", id="comments only"),
    pytest.param(b"---\n---\n" + GOOD.encode(), "S013", "1:1", "empty", "'---'", id="empty document"),
    pytest.param(GOOD.encode() + b"---\n", "S013", "6:1", "empty", "'---'", id="empty at the end"),
    pytest.param(b"a: \xff\n", "S002", "1:4", "0xff at offset 3", "UTF-8", id="not UTF-8"),
    pytest.param(b"a: x\nb: \xe9t\xe9", "S002", "2:4", "0xe9 at offset 8", "UTF-8", id="Latin-1"),
    pytest.param("a: 1\n".encode("utf-16"), "S002", "1:1", "0xff", "UTF-16", id="UTF-16"),
    pytest.param(b"a: \x00\n", "S003", "1:4", "U+0000", "escape", id="NUL"),
    pytest.param(b"a: 1\nb: \x1b[2J\n", "S003", "2:4", "U+001B", "escape", id="escape sequence"),
    pytest.param("a: \u202e1\n".encode(), "S003", "1:4", "U+202E", "escape", id="bidirectional"),
    pytest.param("a: \u2028b: 2\n".encode(), "S003", "1:4", "U+2028", "escape", id="line separator"),
    pytest.param(b"a: b: c\n", "S004", "1:5", "mapping values", "quote", id="two colons"),
    pytest.param(b"a:\n\t- 1\n", "S004", "2:1", "cannot start any token", "tabs", id="tab"),
    pytest.param(b"a: [1, 2\n", "S004", "1:8", "',' or ']'", "close the list", id="open list"),
    pytest.param(b"a: {b: 1\n", "S004", "1:8", "',' or '}'", "close the mapping", id="open mapping"),
    pytest.param(b'a: "b\n', "S004", "1:5", "end of stream", "close the quotes", id="open quotes"),
    pytest.param(b'a: "\\q"\n', "S004", "1:5", "unknown escape", "backslash", id="escape"),
    pytest.param(b"%YAML 2.0\n---\na: 1\n", "S004", "1:1", "incompatible", "%YAML", id="YAML 2"),
    pytest.param(b"%YAML 1.1\n---\na: 1\n", "S009", "1:1", "YAML 1.2", "%YAML", id="YAML 1.1"),
    pytest.param(b"app: a\napp: b\n", "S005", "2:1", "'app' is given twice, first in line 1", "keep one", id="duplicate key"),
    pytest.param(b"x: {y: 1, y: 2}\n", "S005", "1:11", "'y' is given twice", "keep one", id="nested duplicate key"),
    pytest.param(b"1: 2\n", "S006", "1:1", "the key 1 is not a text", "quote it", id="number as key"),
    pytest.param(b"null: 2\n", "S006", "1:1", "the key null is not", "quote it", id="null as key"),
    pytest.param(b"[a]: 2\n", "S006", "1:1", "is no key", "quote it", id="list as key"),
    pytest.param(b"? {a: 1}\n: 2\n", "S006", "1:3", "is no key", "quote it", id="mapping as key"),
    pytest.param(b"a: !x 1\n", "S007", "1:4", "'!x'", "take it out", id="tag"),
    pytest.param(b"a: !!python/object:os.system x\n", "S007", "1:4", "python/object", "take it out", id="Python tag"),
    pytest.param(b"a: !!str 1\n", "S007", "1:4", "yaml.org,2002:str", "take it out", id="standard tag"),
    pytest.param(b"a: ! 1\n", "S007", "1:4", "'!'", "take it out", id="non-specific tag"),
    pytest.param(b"!x\na: 1\n", "S007", "1:1", "'!x'", "take it out", id="tagged document"),
    pytest.param(b"<<: {a: 1}\n", "S008", "1:1", "merge keys", "reconcile.yaml", id="merge key"),
    pytest.param(b"x: &x {a: 1}\ny: {<<: *x}\n", "S008", "2:5", "merge keys", "defaults", id="nested merge key"),
    pytest.param(b"[" * 100_000, "S010", "1:31", "more than 30", "five", id="100,000 lists deep"),
    pytest.param(b"{a: " * 50_000, "S010", "1:121", "more than 30", "five", id="50,000 mappings deep"),
    pytest.param(b"- " * 50_000, "S010", "1:61", "more than 30", "five", id="50,000 block lists deep"),
    pytest.param(b"? " * 50_000, "S010", "1:61", "more than 30", "five", id="50,000 keys deep"),
    pytest.param(BOMB.encode(), "S010", "4:36", "more than 10000 values", "aliases", id="alias bomb"),
    pytest.param(b"a: [" + b"1," * 11_000 + b"]\n", "S010", "1:19999", "more than 10000 values", "split", id="many values"),
    pytest.param(b"---\n" * 1_001, "S010", "1001:1", "more than 1000 documents", "one file per database", id="many documents"),
    pytest.param(b"x: [" + b"010, " * 9_990 + b"]\n---\nx: [" + b"00, " * 20 + b"]\n", "S010", "3:41", "more than 10000 findings", "correct these", id="many findings of YAML"),
    pytest.param((GOOD + "".join(f"k{i}: 1\n" for i in range(4_000)) + "---\n").encode() * 3, "S010", "8013:1", "more than 10000 findings", "correct these", id="many findings of specs"),
    pytest.param(GOOD.encode() + b"sql_mode: " + b"ANSI," * 1_000, "S104", "6:11", "is too long", "write a list", id="list as a long text"),
    pytest.param(b"#" * (LARGEST_FILE + 1), "S010", "", "larger than 1048576 bytes", "split", id="large file"),
    pytest.param(b"a: &x [*x]\n", "S011", "1:8", "part of itself", "write the value", id="alias in itself"),
    pytest.param(b"a: *x\n", "S011", "1:4", "names no anchor", "write the value", id="alias of nothing"),
    pytest.param(b"a: " + b"9" * 5_000, "S012", "1:4", "of more than 40 characters", "quote it", id="gigantic integer"),
    pytest.param(b"a: 0x" + b"f" * 5_000, "S012", "1:4", "of more than 40 characters", "quote it", id="gigantic hexadecimal"),
    pytest.param(b"a: .inf\n", "S012", "1:4", "not a finite number", "quote it", id="infinity"),
    pytest.param(b"a: -.INF\n", "S012", "1:4", "not a finite number", "quote it", id="negative infinity"),
    pytest.param(b"a: .nan\n", "S012", "1:4", "not a finite number", "quote it", id="not a number"),
    pytest.param(b"a: 1e999\n", "S012", "1:4", "not a finite number", "quote it", id="overflow"),
    pytest.param(b"a: 2027-02-30\n", "S012", "1:4", "no valid date", "a day that exists", id="no such day"),
    pytest.param(b"- 1\n", "S101", "1:1", "no mapping", "version: 1", id="list document"),
    pytest.param(b"shop\n", "S101", "1:1", "no mapping", "version: 1", id="text document"),
]  # fmt: skip


def findings_of(content: bytes) -> tuple[Finding, ...]:
    """The findings of one file."""
    path = Path("spec.yaml")
    path.write_bytes(content)
    return load_specs([path], config=Config(), today=TODAY).findings


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(("content", "code", "place", "message", "hint"), BAD)
def test_bad_text_is_a_finding_with_its_place(
    content: bytes, code: str, place: str, message: str, hint: str
) -> None:
    """Whatever the file holds, the user learns what, where, and what to do."""
    found = next(one for one in findings_of(content) if one.code == code)
    assert str(found.location) == f"spec.yaml:{place}".rstrip(":")
    assert message in found.message
    assert hint in (found.hint or "")


@pytest.mark.usefixtures("project")
def test_all_faults_of_a_text_are_found_at_once() -> None:
    """A fault that leaves the rest readable does not hide the rest."""
    content = GOOD + "a: !x 1\n<<: {}\n1: 2\napp: other\nregion: .nan\n"
    assert [one.code for one in findings_of(content.encode())] == [
        "S102", "S007", "S008", "S006", "S005", "S012",
    ]  # fmt: skip


@pytest.mark.usefixtures("project")
def test_documents_before_a_syntax_error_are_still_read() -> None:
    """The faults of the first document are not lost with the second one."""
    content = GOOD + "nonsense: 1\n---\na: [\n"
    assert [one.code for one in findings_of(content.encode())] == ["S102", "S004"]


@pytest.mark.usefixtures("project")
def test_a_value_that_cannot_be_read_gives_one_finding_only() -> None:
    """That the text in its stead is of another type as well is nobody's business."""
    content = GOOD + "backups: {hours: [.inf]}\n"
    assert [one.code for one in findings_of(content.encode())] == ["S012"]


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("prefix", [b"\xef\xbb\xbf", b"%YAML 1.2\n---\n", b"# a comment\n\n"])
def test_what_may_stand_before_a_spec(prefix: bytes) -> None:
    """A byte order mark, the version that is meant, comments."""
    assert findings_of(prefix + GOOD.encode()) == ()


@pytest.mark.usefixtures("project")
def test_windows_line_ends_count_as_one() -> None:
    """A place in a file with CR LF is the line that an editor shows."""
    content = GOOD.replace("\n", "\r\n") + "nonsense: 1\r\n"
    (found,) = findings_of(content.encode())
    assert str(found.location) == "spec.yaml:6:1"
    assert found.excerpt is not None
    assert found.excerpt.text == "nonsense: 1"


@pytest.mark.usefixtures("project")
def test_a_long_line_is_shown_around_the_fault() -> None:
    """An excerpt stays short, and its caret still points at the fault."""
    (found,) = findings_of((GOOD + "labels: {" + "a: b, x: " + "y" * 500 + "}\n").encode())
    assert found.excerpt is not None
    assert len(found.excerpt.text) == 160
    assert found.excerpt.text[found.excerpt.column - 1] == "y"
    assert found.excerpt.column + found.excerpt.width <= 161
