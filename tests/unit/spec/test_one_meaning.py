"""One text means one thing: YAML 1.2, whichever of ruamel's parsers is installed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.spec.source import Source
from reconcile.spec.yaml import parse

REFUSED = object()

MEANINGS = {
    # tabs
    "a: b\t\n": REFUSED,
    "a: b \t\nc: d\n": REFUSED,
    "a: b\t# c\n": REFUSED,
    "a:\tb\n": REFUSED,
    "a:\n\tb: c\n": REFUSED,
    "a: b\n \t\nc: d\n": REFUSED,
    "a: [x\n\t, y]\n": REFUSED,
    "a: |-\n  \tx\n": REFUSED,
    "# x\ty\na: b # c\td\n": {"a": "b"},
    "a: 'x\ty'\nb: \"\tx\"\n": {"a": "x\ty", "b": "\tx"},
    "a: |\n  x\ty\n": {"a": "x\ty\n"},
    # colons and question marks in lists and mappings of one line
    "a: [x:y]\n": REFUSED,
    "a: {x:y}\n": REFUSED,
    "a: {x: y:z}\n": REFUSED,
    "a: [http://x]\n": REFUSED,
    "a: [x:]\n": REFUSED,
    "a: [:x]\n": REFUSED,
    "a: [x?]\n": REFUSED,
    "a: [x? y]\n": REFUSED,
    'a: ["x":y]\n': REFUSED,
    'a: {"x":y}\n': {"a": {"x": "y"}},
    '{"a":["x","y"]}': {"a": ["x", "y"]},
    "a: [x: y]\n": {"a": [{"x": "y"}]},
    "a: x:y\nb: http://x\nc: x?\n": {"a": "x:y", "b": "http://x", "c": "x?"},
    # anchors
    "a: &x 1\nb: *x\n": {"a": 1, "b": 1},
    "a: &x [1]\nb: *x\n": {"a": [1], "b": [1]},
    "a: &x.y b\n": REFUSED,
    "a: &é b\n": REFUSED,
    "a: &x: b\n": REFUSED,
    "a: &x b\n*x: c\n": REFUSED,
    # documents and directives
    "%FOO\n---\na: b\n": REFUSED,
    "%YAML 1.2\n---\na: b\n": {"a": "b"},
    "a: b\n...\n": {"a": "b"},
    "a: b\n...\nc: d\n": REFUSED,
    # block scalars
    "a: |#\n  x\n": REFUSED,
    "a: >-\n  x\n  y\n": {"a": "x y"},
    "a: >-\n\tx\n": REFUSED,
    "a: |-\n     \n  x\n": REFUSED,
    # numbers, dates and words
    "a: [3, +3, -0, 0o17, 0x1F, 0]\n": {"a": [3, 3, 0, 15, 31, 0]},
    "a: 010\n": REFUSED,
    "a: 00\n": REFUSED,
    "a: 1_0\n": REFUSED,
    "a: 1_0.5\n": REFUSED,
    "a: 0b11\n": REFUSED,
    "a: 0x1_F\n": REFUSED,
    "a: '010'\nb: \"1_0\"\n": {"a": "010", "b": "1_0"},
    "a: [_1, 1_a, 0b2, a_1, 1.2.3, 08x]\n": {"a": ["_1", "1_a", "0b2", "a_1", "1.2.3", "08x"]},
    "a: 3:30\n": {"a": "3:30"},
    "a: 2027-01-31 10:00:00\nb: 2027-1-3\nc: 2027-01-31T10:00:00Z\n": {
        "a": "2027-01-31 10:00:00", "b": "2027-1-3", "c": "2027-01-31T10:00:00Z",
    },
    "a: [yes, no, on, off, y, n, True, FALSE, tRUE]\n": {
        "a": ["yes", "no", "on", "off", "y", "n", True, False, "tRUE"]
    },
    "a: [~, null, NULL, nULL]\n": {"a": [None, None, None, "nULL"]},
    "a: [1.5, .5, 1., 1e3, 1.5e-3, ., +, -.5, +.inf.]\n": {
        "a": [1.5, 0.5, 1.0, 1000.0, 0.0015, ".", "+", -0.5, "+.inf."]
    },
    "a: [=, <<]\n": {"a": ["=", "<<"]},
}  # fmt: skip

pieces = st.sampled_from(
    ["a", "b", "x y", "1", "é", "\t", "\n\t", " \t", " ", " ", "  ", "\n", "\n  ", "\n    ", "\r\n",
     ":", ": ", "- ", "-", "? ", "?", "[", "]", "{", "}", ",", ", ", "'", '"', "#", " #", "|", ">",
     "|-\n  ", ">\n  ", "&a ", "*a", "*a ", "!", "!!str ", "%", "@", "`", "---", "\n---\n",
     "\n...\n", "<<", "~", "\\", "key: ", "key: v\n", "\nk2: w\n", "[a, b]", "{a: b}", "'q'", '"q"']
)  # fmt: skip
texts = st.lists(pieces, min_size=1, max_size=12).map("".join)


def meaning(text: str, *, in_c: bool) -> object:
    """The documents of a text; REFUSED where there is a finding."""
    reading = parse(Source("f.yaml", text), in_c=in_c)
    return REFUSED if reading.findings else [document.value for document in reading.documents]


@pytest.mark.parametrize("in_c", [True, False])
@pytest.mark.parametrize("text", MEANINGS)
def test_a_text_has_one_meaning(text: str, in_c: bool) -> None:
    """That of YAML 1.2, or none where the two parsers do not agree."""
    means = MEANINGS[text]
    assert meaning(text, in_c=in_c) == (REFUSED if means is REFUSED else [means])


@settings(max_examples=400)
@given(texts | texts.map(lambda text: f"a: [{text}]\n"))
def test_any_text_has_one_meaning(text: str) -> None:
    """Whatever is put together from what means something in YAML."""
    assert repr(meaning(text, in_c=True)) == repr(meaning(text, in_c=False))


@pytest.mark.parametrize(
    "text",
    [
        "a: |\n" + "\n" * 1_000 + "  b\n",
        "a: " + "1_" * 250_000 + "x\n",
        "a: 0x" + "f_" * 250_000 + "x\n",
        "a: 0" + "_" * 250_000 + "x\n",
    ],
    ids=["blank lines", "1_1_…", "0xf_…", "0__…"],
)
@pytest.mark.parametrize("in_c", [True, False])
def test_a_text_is_read_in_time_that_grows_with_it(text: str, in_c: bool) -> None:
    """A form that is tried in many ways would never come to an end."""
    assert meaning(text, in_c=in_c) is not REFUSED


def test_a_large_file_may_hold_plain_yaml_only() -> None:
    """The parser in Python would take seconds to agree."""
    text = "a: &x [" + "1, " * 60_000 + "]\n"
    (found,) = parse(Source("f.yaml", text)).findings
    assert (found.code, str(found.location)) == ("S010", "f.yaml:1:4")
    assert found.hint == "split it, or do without tabs, anchors and block scalars"
