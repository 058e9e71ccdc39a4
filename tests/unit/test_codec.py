"""The codec: the model's own classes as JSON and back, and each fault with its place."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Annotated, Any, Literal

import pytest
from attrs import asdict, evolve, field, frozen
from builders import CONNECTION, FOREVER, HERE, ORIGIN, facts, package, reached, target

from reconcile.codec import CodecError, canonical, decoded, plain, structured, tolerant
from reconcile.kinds.backups import Backups
from reconcile.kinds.features import Feature, Features
from reconcile.kinds.retention_policies import OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.address import Address
from reconcile.model.change import Change, Create, Delete, FieldChange, Risk, Update
from reconcile.model.item import Action, Blocked, Item, ManualStep, Pending, Reason
from reconcile.model.postgresql import NoSqlAccess, Reach, Uses
from reconcile.model.state import Approval, Facts, KindState, NotOffered, Unreadable
from reconcile.model.target import Pins, Target

PLACE = Address(database="shop", kind="logical_databases", name="a/b")
CREATE = Create(address=PLACE, after={"modes": ("B", "A"), "on": True, "hour": 3, "no": None})
UPDATE = Update(
    address=PLACE,
    before={"hours": (3, 14)},
    after={"hours": ()},
    fields=(FieldChange(field="hours", before=(3, 14), after=()),),
)
DELETE = Delete(address=PLACE, before={}, replacement=True)
GIVEN: dict[str, Any] = {"address": PLACE, "reason": Reason.MISSING, "origin": ORIGIN}
ACTION = Action(
    **GIVEN,
    change=CREATE,
    risk=Risk.LOSSY,
    approval=Approval(reason="gone", until=FOREVER),
    requires=(Action(**GIVEN, change=DELETE, risk=Risk.LOSSY).key,),
)
BLOCKED = Blocked(**GIVEN, code="P201", message="no", hint="try", change=UPDATE)


@frozen(kw_only=True)
class Whole:
    """A bit of everything."""

    when: datetime
    day: date = FOREVER
    number: int = 0
    flag: bool = False
    text: str | None = None
    change: Change = CREATE
    known: tuple[Item, ...] = ()
    state: KindState = field(factory=dict)
    places: Mapping[Address, int] = field(factory=dict)
    names: frozenset[str] = frozenset()
    either: Annotated[int, "any"] | str = 0
    only: Literal["this", "that"] = "this"


WHOLE = Whole(
    when=datetime(2026, 11, 30, tzinfo=UTC),
    text="\u202e",
    change=UPDATE,
    known=(ACTION, BLOCKED, evolve(BLOCKED, change=None)),
    state={"unknown": {"a": (1,)}},
    places={PLACE: 1},
    names=frozenset({"b", "a"}),
)

VALUES: list[tuple[Any, object]] = [
    (Whole, WHOLE),
    (Change, CREATE),
    (Change, UPDATE),
    (Delete, DELETE),
    (Item, ACTION),
    (
        Item,
        ManualStep(**GIVEN, change=DELETE, risk=Risk.LOSSY, statements=("DROP;",), where="there"),
    ),
    (Item, Pending(**GIVEN, message="busy", in_progress=True)),
    (KindState, {"not_offered": {}, "": {"enabled": True}}),
    (KindState, NotOffered(message="no")),
    (KindState, Unreadable(message="what")),
    (Target, evolve(target(), connection=CONNECTION, created_at=datetime(2026, 1, 2, tzinfo=UTC))),
    (Facts, facts(reach=reached({"a": package("b")}, used_by={"a": Uses(names=("x",), more=2)}))),
    (Facts, facts(reach=reached(allowed=["a"], owned=["c", "b"], updates={"a": ["1"]}))),
    (Reach, NoSqlAccess(code="P121", message="no", hint="try")),
    (Facts, Facts(engine=None, type_name="odd", version=None, status="running")),
    (Pins, Pins()),
    (Backups, Backups(enabled=None, hours=(3, 1))),
    (Features, Features(switched={Feature.FORCE_SSL: True})),
    (
        RetentionPolicies,
        RetentionPolicies(
            present=(RetentionPolicy(name="raw", duration="7d", on_change=OnChange.REPLACE),)
        ),
    ),
]


@pytest.mark.parametrize(("cls", "value"), VALUES, ids=range(len(VALUES)))
def test_what_is_written_is_read(cls: Any, value: object) -> None:
    """Through text, by both readers."""
    written = decoded(canonical(plain(value)))
    assert plain(value) == written
    for read in (structured, tolerant):
        again = read(cls, written)
        assert again == value
        assert canonical(plain(again)) == canonical(written)


def test_how_it_is_written() -> None:
    """An address is a text, an Enum its value, a set a sorted list; changes and items are tagged."""
    written = plain(WHOLE)
    assert written["when"] == "2026-11-30T00:00:00+00:00"
    assert written["day"] == "2999-12-31"
    assert written["places"] == {"shop/logical_databases/a/b": 1}
    assert written["names"] == ["a", "b"]
    assert written["change"] == {
        "verb": "update",
        "address": "shop/logical_databases/a/b",
        "before": {"hours": [3, 14]},
        "after": {"hours": []},
        "fields": [{"field": "hours", "before": [3, 14], "after": []}],
    }
    assert [one["type"] for one in written["known"]] == ["action", "blocked", "blocked"]
    assert written["known"][0]["risk"] == "lossy"
    assert plain(NotOffered(message="no")) == {"unknown": "not_offered", "message": "no"}


def test_the_one_spelling() -> None:
    """Sorted, without blanks, ASCII."""
    assert canonical({"b": "\u00e9", "a": (1, None, True)}) == b'{"a":[1,null,true],"b":"\\u00e9"}'


FAULTS: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("number",), True, "number: true where a whole number is due"),
    (("number",), "1", "number: '1' where a whole number is due"),
    (("flag",), 1, "flag: 1 where true or false is due"),
    (("text",), 1, "text: 1 where a text is due"),
    (("text",), [], "text: a list where a text is due"),
    (("text",), "\ud800", "text: half of a character, which no text holds"),
    (("when",), ..., "the key 'when' is missing"),
    (("when",), "yesterday", "when: 'yesterday' is not a time in UTC"),
    (("when",), "2026-11-30T00:00:00", "when: '2026-11-30T00:00:00' is not a time in UTC"),
    (("when",), "2026-11-30T00:00:00Z", "when: '2026-11-30T00:00:00Z' is not a time in UTC"),
    (("when",), "2026-11-30T01:00:00+01:00", "is not a time in UTC"),
    (("day",), "2026-13-01", "day: '2026-13-01' is not a date"),
    (("day",), "20261130", "day: '20261130' is not a date"),
    (("day",), None, "day: null where a text is due"),
    (("only",), "other", "only: 'other' is none of this, that"),
    (("only",), None, "only: null is none of this, that"),
    (("names",), ["b", "a"], "names: the list is not sorted, or names something twice"),
    (("names",), ["a", "a"], "names: the list is not sorted, or names something twice"),
    (("names",), [1], "names[0]: 1 where a text is due"),
    (("names",), "ab", "names: 'ab' where a list is due"),
    (("places", "shop//x"), 1, "['shop//x']: 'shop//x' is no address"),
    (("places",), [], "places: a list where a mapping is due"),
    (("known",), {}, "known: a mapping where a list is due"),
    (("known", 0, "type"), "act", "known[0]: type: 'act' is none of action, manual_step"),
    (("known", 0, "type"), ..., "known[0]: type: null is none of action, manual_step"),
    (("known", 0), 7, "known[0]: 7 cannot stand here"),
    (("known", 0, "risk"), "none", "known[0].risk: 'none' is none of safe, weakens, "),
    (("known", 0, "address"), "", "known[0].address: '' is no address"),
    (("known", 0, "change", "verb"), "drop", "known[0].change: verb: 'drop' is none of create"),
    (("known", 0, "change", "after", "on"), 1.5, "known[0].change.after.on: 1.5 cannot stand here"),
    (("known", 0, "change", "after", "on"), {}, "after.on: a mapping cannot stand here"),
    (("known", 0, "change", "after", "on"), [1, "a"], "after.on: a list cannot stand here"),
    (("known", 0, "change", "after"), None, "known[0].change.after: null where a mapping is due"),
    (("known", 1, "change", "more"), 1, "known[1].change: unknown key 'more'"),
    (("extra",), 1, "unknown key 'extra'"),
    (("state",), 3, "state: 3 cannot stand here"),
    (("state", "unknown"), "what", "state: unknown: 'what' is none of not_offered, unreadable"),
]


@pytest.mark.parametrize(("path", "value", "said"), FAULTS, ids=range(len(FAULTS)))
def test_a_fault_is_told_with_its_place(
    path: tuple[str | int, ...], value: object, said: str
) -> None:
    """Nothing is coerced."""
    document = plain(WHOLE)
    holder = document
    for step in path[:-1]:
        holder = holder[step]
    if value is ...:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    with pytest.raises(CodecError) as caught:
        structured(Whole, document)
    assert said in str(caught.value)
    with pytest.raises(CodecError) as caught:
        structured(Whole, document, at="body.whole")
    assert str(caught.value).startswith("body.whole")


def test_all_faults_are_told() -> None:
    """Three with their places, and how many more there are."""
    document = {**plain(WHOLE), "number": "a", "flag": "b", "day": "c", "text": 4, "only": "e"}
    with pytest.raises(CodecError) as caught:
        structured(Whole, document)
    assert str(caught.value) == (
        "day: 'c' is not a date; number: 'a' where a whole number is due;"
        " flag: 'b' where true or false is due; and 2 more"
    )
    with pytest.raises(CodecError, match=r"^3 where a mapping is due$"):
        structured(Whole, 3)


def test_a_tolerant_reader_passes_over_what_it_does_not_know() -> None:
    """But coerces no more than the strict one."""
    document = {**plain(UPDATE), "new": {"a": 1}}
    assert tolerant(Change, document) == UPDATE  # type: ignore[arg-type]
    with pytest.raises(CodecError, match="unknown key 'new'"):
        structured(Update, document)
    with pytest.raises(CodecError, match="null where a mapping is due"):
        tolerant(Update, {**document, "before": None})


def test_a_version_has_one_spelling() -> None:
    """That of the provider."""
    document = plain(facts(version="8.0.35-1"))
    assert document["version"] == "8.0.35-1"
    for text in ("8.0.35", "eight"):
        with pytest.raises(CodecError, match=f"^version: '{text}' is no version$"):
            structured(Facts, {**document, "version": text})


TEXTS = {
    "": "it is not valid JSON, at line 1, column 1: Expecting value",
    '{"a": 1, "b": {"a": 1, "a": 1}}': "the key 'a' stands twice in one mapping",
    '{"\\ud800": 1}': "a key holds half of a character, which no text does",
    '{"a": 1.0}': "the number 1.0 is not whole, and all that are written are",
    '{"a": NaN}': "the number NaN is not whole, and all that are written are",
    '{"a": -Infinity}': "the number -Infinity is not whole, and all that are written are",
    f'{{"a": {"9" * 19}}}': "the number 999999999999999999… is larger than any that is written",
    "[" * 100_000: "it is nested deeper than anything that this tool writes",
}


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_text_that_this_tool_does_not_write(text: str) -> None:
    """One sentence, whatever it is."""
    with pytest.raises(CodecError) as caught:
        decoded(text.encode())
    assert str(caught.value) == TEXTS[text]


def test_bytes_that_are_no_text() -> None:
    """Told with the place of the first."""
    with pytest.raises(CodecError, match=r"^it is not UTF-8 text, at byte 7$"):
        decoded(b'{"a": "\xff"}')
    assert decoded(f'{{"a": {"9" * 18}}}'.encode()) == {"a": 10**18 - 1}


def test_nothing_is_shared_with_what_is_read() -> None:
    """The codec changes none of its inputs."""
    document: dict[str, Any] = plain(WHOLE)
    before = canonical(document)
    structured(Whole, document)
    assert canonical(document) == before
    assert asdict(HERE) == plain(HERE)
