"""What is live: objects in a resource; tables that fit and stand in their columns."""

from __future__ import annotations

import unicodedata

import pytest
from builders import target
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from reconcile.model.postgresql import Query, Statement
from reconcile.model.state import Inspected
from reconcile.report.live_text import TOP, queries_text, states_text, statistics_text
from reconcile.report.page import Look

TEXTS = st.text(max_size=120) | st.sampled_from(["\x1b[2J", "漢字" * 30, "a\nb\tc", " ", "\u202e"])
QUERIES = st.lists(
    st.builds(
        Query,
        pid=st.integers(1, 2**31 - 1),
        query=TEXTS,
        state=TEXTS,
        username=TEXTS,
        seconds=st.floats(-10, 1e7),
    ),
    max_size=6,
)
STATEMENTS = st.lists(
    st.builds(
        Statement,
        query=TEXTS,
        calls=st.integers(0, 99_999),
        rows=st.integers(0, 999),
        total=st.floats(0, 1e6),
        mean=st.floats(0, 1e3),
        share=st.floats(0, 1),
    ),
    max_size=6,
)
WIDTHS = st.integers(48, 200)
_STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def lines_of(text: str, width: int) -> list[str]:
    """The lines of a page, each of which fits and steers nothing."""
    lines = text.removesuffix("\n").split("\n")
    assert [one for one in lines if cell_len(one) > width] == []
    assert [char for char in "".join(lines) if unicodedata.category(char) in _STEERING] == []
    return lines


@given(queries=QUERIES, width=WIDTHS)
def test_queries_fit(queries: list[Query], width: int) -> None:
    """On a page of any width: a line each, or two where there is little room."""
    lines = lines_of(queries_text(queries, len(queries), Look(width=width)), width)
    starts = [one.split(" ")[0] for one in lines if not one.startswith("  ")]
    assert starts == (["pid", *(str(one.pid) for one in queries)] if queries else ["No"])


@given(statements=STATEMENTS, width=WIDTHS)
def test_statements_fit(statements: list[Statement], width: int) -> None:
    """Numbers are never cut: a number that is cut is another one."""
    lines = lines_of(statistics_text(statements, len(statements), Look(width=width)), width)
    starts = [one for one in lines if not one.startswith("  ")]
    assert len(starts) == len(statements) + 1 if statements else len(lines) == 1
    for shown, one in zip(starts[1:], statements, strict=False):
        assert f"  {one.calls:,}  " in f"{shown}  "


@given(queries=QUERIES)
def test_a_pipe_gets_whole_texts(queries: list[Query]) -> None:
    """Nothing is cut where nothing has to fit; what is blank is a single one."""
    text = queries_text(queries, len(queries), Look())
    for one in queries:
        words = one.query.split()
        if all(word.isascii() and word.isprintable() for word in words):
            assert " ".join(words) in text


@pytest.mark.parametrize(
    ("total", "words"),
    [(2, ""), (3, "2 of 3 queries: --top N shows more"), (10_000, "2 of 10000 queries: --top N")],
)
def test_what_is_left_out_is_counted(total: int, words: str) -> None:
    """Below the table, and only where something is."""
    text = queries_text([Query(pid=1, query="a"), Query(pid=2, query="b")], total, Look())
    assert (words in text) is True
    assert text.count("\n") == (5 if words else 3)


def test_a_person_gets_twenty() -> None:
    """As many as fit a screen."""
    assert TOP == 20


INSTANCE = {
    "id": "3fd941f4-6760-5494-9b9f-ae3de9c74a7c",
    "hostname": "3fd941f4-6760-5494-9b9f-ae3de9c74a7c.shop-web-4822.redis.sandbox.invalid",
    "port": 30000,
}


def test_short_objects_take_a_line_and_long_ones_a_block() -> None:
    """A host name is never broken: it is there to be copied."""
    resource = {"features": [{"name": "force-ssl", "status": "ACTIVATED"}], "instances": [INSTANCE]}
    lines = states_text(
        {"shop": Inspected(target=target(), resource=resource)}, Look(width=60)
    ).splitlines()
    assert lines == [
        "shop",
        "  features",
        "    name force-ssl  status ACTIVATED",
        "  instances",
        f"    - id        {INSTANCE['id']}",
        f"      hostname  {INSTANCE['hostname']}",
        "      port      30000",
        "",
    ]
