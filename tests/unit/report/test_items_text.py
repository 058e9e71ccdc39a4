"""The items of a plan, where a golden file does not say why they look as they do."""

from __future__ import annotations

from datetime import date

import pytest
from attrs import evolve
from builders import ORIGIN
from rich.cells import cell_len

from reconcile.model.address import Address
from reconcile.model.change import Create, Delete, FieldChange, Risk, Update
from reconcile.model.finding import Finding
from reconcile.model.item import Action, Item, ManualStep, Reason
from reconcile.model.state import Approval, Fields
from reconcile.report.items_text import item_lines, place_in_database, replacement_lines
from reconcile.report.page import MARK_COLUMN, Look, render

REFUSED = Address(database="shop", kind="sql_mode")
"""What a finding refuses."""


def updated(before: Fields, after: Fields) -> Action:
    """An update of everything that is named."""
    address = Address(database="shop", kind="sql_mode")
    fields = tuple(
        FieldChange(field=name, before=before.get(name), after=after.get(name))
        for name in sorted({*before, *after})
    )
    return Action(
        address=address,
        change=Update(address=address, before=before, after=after, fields=fields),
        risk=Risk.SAFE,
        reason=Reason.DIFFERS,
        origin=ORIGIN,
    )


def shown(entry: Item, refusal: Finding | None = None, width: int | None = None) -> list[str]:
    """The lines of an item."""
    return render(item_lines(entry, refusal), Look(width=width)).splitlines()


def replaced(before: Fields, after: Fields, refusal: Finding | None = None) -> list[str]:
    """The lines of the two halves of a replacement."""
    address = Address(database="shop", kind="retention_policies", name="a")
    gone = Action(
        address=address,
        change=Delete(address=address, before=before, replacement=True),
        risk=Risk.LOSSY,
        reason=Reason.DIFFERS,
        origin=ORIGIN,
    )
    back = evolve(gone, change=Create(address=address, after=after, replacement=True))
    return render(replacement_lines(gone, back, refusal), Look()).splitlines()


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({"b": 1, "a": 1}, {"b": 2, "a": 1}, ["b  1 → 2"]),
        ({"b": 1, "aa": 1}, {"b": 2, "aa": 2}, ["aa  1 → 2", "b   1 → 2"]),
        ({"a": 1, "unsaid": True}, {"a": 2}, ["a  1 → 2"]),
        ({}, {"a": 2}, ["a  (none) → 2"]),
    ],
)
def test_a_replacement_is_one_entry(before: Fields, after: Fields, lines: list[str]) -> None:
    """What differs as of an update, and what it costs; once, and not as two halves."""
    head, *details, cost, why = replaced(before, after)
    assert head.split() == ["±", "retention_policies/a", "lossy"]
    assert [one.strip() for one in details] == lines
    assert cost == "      deleted and created again: all data under it is lost"
    assert why == "      live differs from the spec (specs/example.yaml:1)"


def test_a_replacement_is_refused_as_one() -> None:
    """The guard's word stands once, with its hint."""
    lines = replaced(
        {"a": 1},
        {"a": 2},
        Finding(code="G101", message="no", hint="ask", address=REFUSED),
    )
    assert lines[3:5] == ["      refused G101: no", "      hint: ask"]
    assert len(lines) == 6


@pytest.mark.parametrize(
    ("before", "after", "lines"),
    [
        ({"a": 1}, {"a": 2}, ["      a  1 → 2"]),
        ({"a": None}, {"a": "x"}, ["      a  (none) → x"]),
        ({"a": True, "long": (3,)}, {"a": False, "long": ()}, ["      a     true → false", "      long  3 → (none)"]),
        ({"a": ("A", "B")}, {"a": ("B", "C")}, ["      a  - A", "         + C"]),
        ({"a": ("C", "B", "A")}, {"a": ("D",)}, ["      a  - A, B, C", "         + D"]),
        ({"a": (3, 15)}, {"a": (3,)}, ["      a  3, 15 → 3"]),
        ({"a": ("A", "B")}, {"a": ("A",)}, ["      a  - B"]),
        ({"a": ()}, {"a": ("B", "A")}, ["      a  + A, B"]),
        ({"漢字": 1, "a": 1}, {"漢字": 2, "a": 2}, ["      a     1 → 2", "      漢字  1 → 2"]),
    ],
)  # fmt: skip
def test_what_differs(before: Fields, after: Fields, lines: list[str]) -> None:
    """Values in one column; of a set of words only the words that come and go."""
    assert shown(updated(before, after))[1:-1] == lines


@pytest.mark.parametrize("name", ["a", "データベース", "x" * 37, "x" * 38])
def test_risks_stand_in_one_column(name: str) -> None:
    """As long as the address leaves room, however wide its characters are."""
    address = Address(database="shop", kind="logical_databases", name=name)
    change = Create(address=address, after={})
    entry = Action(
        address=address, change=change, risk=Risk.SAFE, reason=Reason.MISSING, origin=ORIGIN
    )
    head = shown(entry)[0]
    assert cell_len(head.removesuffix("safe")) == MARK_COLUMN


def test_a_long_address_keeps_its_risk_apart() -> None:
    """Two blanks at least."""
    address = Address(database="shop", kind="logical_databases", name="x" * 90)
    change = Delete(address=address, before={})
    entry = Action(
        address=address, change=change, risk=Risk.LOSSY, reason=Reason.ABSENT, origin=ORIGIN
    )
    assert shown(entry)[0] == f"  - logical_databases/{'x' * 90}  lossy"


@pytest.mark.parametrize("width", [40, 80])
def test_a_long_name_does_not_leave_its_symbol_alone(width: int) -> None:
    """It is folded behind the symbol, not pushed to the next line."""
    address = Address(database="shop", kind="logical_databases", name="x" * 120)
    entry = Action(
        address=address,
        change=Create(address=address, after={}),
        risk=Risk.SAFE,
        reason=Reason.MISSING,
        origin=ORIGIN,
    )
    assert shown(entry, width=width)[0].startswith("  + logical_databases/xx")


def test_a_long_word_does_not_leave_its_sign_alone() -> None:
    """Of what comes and goes, as of what is done."""
    lines = shown(updated({"a": ()}, {"a": ("x" * 60,)}), width=40)
    assert lines[1].startswith("      a  + xx")


def test_symbols_and_signs_are_followed_by_a_plain_blank() -> None:
    """`grep '~ sql_mode'` and a copied line know no other kind of blank."""
    lines = shown(updated({"a": ("x",)}, {"a": ("y",)}))
    assert [one for one in lines if "\u00a0" in one] == []


def test_on_a_narrow_terminal_the_risk_stays_beside_a_short_address() -> None:
    """It would fit if it did not keep to a column that is not there."""
    assert shown(updated({"a": 1}, {"a": 2}), width=40)[0].split() == ["~", "sql_mode", "safe"]


@pytest.mark.parametrize(
    ("address", "place"),
    [
        (Address(database="shop"), "the whole database"),
        (Address(database="shop", kind="backups"), "backups"),
        (Address(database="shop", kind="extensions", name="a/b"), "extensions/a/b"),
    ],
)
def test_places_under_a_heading(address: Address, place: str) -> None:
    """Without the handle, which the heading says."""
    assert place_in_database(address) == place


@pytest.mark.parametrize("hint", [None, "take it out"])
def test_a_refusal_and_its_hint(hint: str | None) -> None:
    """A guard need not have a hint."""
    lines = shown(
        updated({"a": 1}, {"a": 2}),
        Finding(code="G101", message="it is protected", hint=hint, address=REFUSED),
    )
    hints = [] if hint is None else ["      hint: take it out"]
    assert lines[2:-1] == ["      refused G101: it is protected", *hints]


def test_a_manual_step_shows_every_statement_on_its_own_line() -> None:
    """In their order, so that they can be copied."""
    address = Address(database="shop", kind="extensions", name="a")
    entry = ManualStep(
        address=address,
        change=Create(address=address, after={}),
        risk=Risk.SAFE,
        reason=Reason.MISSING,
        origin=ORIGIN,
        statements=("BEGIN;", "CREATE EXTENSION a;"),
        where="the default logical database",
    )
    assert shown(entry)[1:-1] == [
        "      run in the default logical database:",
        "        BEGIN;",
        "        CREATE EXTENSION a;",
    ]


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (None, "approved until 2026-06-30: moved"),
        ("G101", "approved until 2026-06-30: moved"),
        ("G102", "approval ended 2026-06-30: moved"),
    ],
)
def test_an_approval_that_ended_says_so(code: str | None, words: str) -> None:
    """The guard that refuses it knows of the day."""
    approval = Approval(reason="moved", until=date(2026, 6, 30))
    refusal = Finding(code=code, message="no", address=REFUSED) if code else None
    entry = evolve(updated({"modes": ("A",)}, {"modes": ("B",)}), approval=approval)
    assert f"      {words}" in shown(entry, refusal)
