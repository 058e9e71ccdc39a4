"""The kind `retention_policies`: durations as time, one default, blocked or replaced changes."""

from __future__ import annotations

import re
from typing import Any

import pytest
from attrs import evolve
from builders import desired, facts, observed, only_calls, removal
from hypothesis import given
from hypothesis import strategies as st

from reconcile.kinds.backups import Backups
from reconcile.kinds.durations import (
    INFINITE,
    SHORTEST,
    DurationText,
    parse_duration,
    read_duration,
    show_duration,
)
from reconcile.kinds.kind import Others
from reconcile.kinds.retention_policies import (
    KIND,
    OnChange,
    RetentionPolicies,
    RetentionPolicy,
)
from reconcile.model.address import Address
from reconcile.model.change import Change, Create, Delete, Risk, verb_of
from reconcile.model.constraint import InvalidValueError
from reconcile.model.engine import Engine
from reconcile.model.item import Action, Blocked, Item
from reconcile.model.state import ITSELF, Elements
from reconcile.plan.build import build_plan
from scalingo_sandbox import contents
from scalingo_sandbox import fleet as sandbox_fleet
from scalingo_sandbox.engines import influxdb

HOUR = 3600 * 10**9


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("30d", 720), ("720h0m0s", 720), ("1w", 168), ("1d12h", 36), ("90m", 1.5), ("INF", 0),
        ("inf", 0), ("0", 0), ("0s", 0), (" 1h ", 1), ("3600s", 1), ("3600000ms", 1),
        ("3600000000u", 1), ("3600000000µ", 1), ("3600000000us", 1), ("3600000000000ns", 1),
        ("1h0m0s", 1),
    ],
)  # fmt: skip
def test_durations_as_time(text: str, hours: float) -> None:
    """Every InfluxQL spelling is read as nanoseconds."""
    assert parse_duration(text) == hours * HOUR


@pytest.mark.parametrize(
    "text",
    ["", "30", "30D", "1mo", "1y", "-1h", "1.5h", "h", "1h 2m", "'1h'", "9999999w", "\uff11h", "\u0131nf",
     "9223372036s854775808ns"],
)  # fmt: skip
def test_what_is_no_duration(text: str) -> None:
    """Junk, other units, and more than InfluxDB can keep."""
    assert parse_duration(text) is None


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1h0m0.5s", HOUR + 500_000_000),
        ("1427545h16m18.871345152s", 5_139_162_978_871_345_152),
        ("1h0m0.000000001s", HOUR + 1),
        ("720h0m0s", 720 * HOUR),
        ("0", INFINITE),
        ("2562047h47m16.854775807s", 2**63 - 1),
        ("2562047h47m16.854775808s", None),
        ("2562048h0m0.5s", None),
        ("1.5h", None),
        ("1h0m.5s", None),
        ("1h0m0.0000000001s", None),
    ],
)
def test_what_a_server_shows_may_have_fractions(text: str, nanoseconds: int | None) -> None:
    """As InfluxDB shows a policy whose duration is not in whole seconds; a spec has none."""
    assert read_duration(text) == nanoseconds
    assert "." not in text or parse_duration(text) is None


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (INFINITE, "INF"),
        (HOUR, "1h"),
        (36 * HOUR, "1d12h"),
        (720 * HOUR, "30d"),
        (HOUR + 1, "1h1ns"),
        (2**63 - 1, "106751d23h47m16s854ms775u807ns"),
    ],
)
def test_durations_are_shown_short(nanoseconds: int, text: str) -> None:
    """And read back as the same time."""
    assert show_duration(nanoseconds) == text
    assert parse_duration(text) == nanoseconds


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("30 days", "invalid duration"),
        ("59m", "shorter"),
        (" 30d", "invalid duration"),
        ("030d", "invalid duration"),
        ("0", "invalid duration"),
        ("0h", "for ever"),
        ("0d0h", "for ever"),
        ("1h" * 33, "invalid duration"),
        ("1h" * 200_000, "invalid duration"),
    ],
)
def test_a_spec_may_not_ask_for(text: str, word: str) -> None:
    """What is not a duration, or shorter than InfluxDB keeps data."""
    with pytest.raises(InvalidValueError, match=word):
        DurationText().check(text)
    assert SHORTEST == HOUR


@pytest.mark.parametrize("text", ["1h", "INF", "inf", "0s", "720h0m0s", "1h" * 32])
def test_a_spec_may_ask_for(text: str) -> None:
    """An hour or more, or for ever; the JSON Schema takes them too."""
    DurationText().check(text)
    assert re.search(str(DurationText().schema()["pattern"]), text)


LIVE = [
    {"name": "autogen", "duration": "0s", "default": True},
    {"name": "week", "duration": "168h0m0s", "default": False},
]


def policy(name: str, duration: str, **rest: Any) -> RetentionPolicy:
    """A policy to have."""
    return RetentionPolicy(name=name, duration=duration, **rest)


def planned(
    *present: RetentionPolicy, live: list[dict[str, Any]] | None = None, **rest: Any
) -> tuple[Item, ...]:
    """The items of a spec."""
    spec = RetentionPolicies(present=present, **rest)
    state = KIND.parse(LIVE if live is None else live)
    found = observed({"retention_policies": state}, engine=Engine.INFLUXDB)
    wanted = desired({"retention_policies": spec}, engine=Engine.INFLUXDB)
    return build_plan([wanted], {"shop": found}).databases[0].items


def in_short(entry: Item) -> tuple[str, str, str]:
    """What an item comes to."""
    if isinstance(entry, Blocked):
        return ("blocked", entry.address.name, entry.code)
    assert isinstance(entry, Action)
    return (verb_of(entry.change).value, entry.address.name, entry.risk.value)


@pytest.mark.parametrize(
    "present",
    [
        (policy("autogen", "INF"),),
        (policy("autogen", "0s", default=True), policy("week", "7d")),
        (policy("week", "1w", default=False),),
    ],
)
def test_equal(present: tuple[RetentionPolicy, ...]) -> None:
    """Name, duration as time, and the default flag where it is named."""
    assert planned(*present) == ()


def test_a_new_default_comes_before_the_old_one_goes() -> None:
    """And takes the flag with it: the old one is no difference."""
    items = planned(
        policy("30-days", "30d", default=True),
        policy("autogen", "INF", default=False),
        absent=(removal("week"),),
    )
    assert [in_short(entry) for entry in items] == [
        ("create", "30-days", "safe"),
        ("delete", "week", "lossy"),
    ]


@pytest.mark.parametrize(
    "wanted",
    [
        policy("week", "14d"),
        policy("week", "7d", default=True),
        policy("autogen", "INF", default=False),
    ],
)
def test_a_changed_policy_is_blocked(wanted: RetentionPolicy) -> None:
    """With the safe way in its hint."""
    (entry,) = planned(wanted)
    assert isinstance(entry, Blocked)
    assert entry.code == "P231"
    assert "new name" in entry.hint


def test_a_change_may_be_made_by_replacing() -> None:
    """A linked delete and create, both lossy, each with its own before and after."""
    gone, back = planned(policy("week", "14d", on_change=OnChange.REPLACE))
    assert isinstance(gone, Action)
    assert isinstance(back, Action)
    assert gone.change == Delete(
        address=gone.address, before={"duration": "7d", "default": False}, replacement=True
    )
    assert back.change == Create(address=gone.address, after={"duration": "14d"}, replacement=True)
    assert gone.risk is back.risk is Risk.LOSSY


@pytest.mark.parametrize(
    "wanted",
    [
        policy("autogen", "90d", on_change=OnChange.REPLACE),
        policy("autogen", "90d", default=True, on_change=OnChange.REPLACE),
        policy("autogen", "90d", default=False, on_change=OnChange.REPLACE),
        policy("autogen", "INF", default=False, on_change=OnChange.REPLACE),
    ],
)
def test_the_default_is_not_replaced_in_place(wanted: RetentionPolicy) -> None:
    """Between the halves the database has no default, and InfluxDB gives the flag back by name."""
    (entry,) = planned(wanted, policy("week", "7d"))
    assert isinstance(entry, Blocked)
    assert entry.code == "P231"
    assert "it is the default" in entry.hint
    assert "a new name with default: true" in entry.hint


def test_a_flag_that_moves_away_is_none_to_keep() -> None:
    """The new default is created before the old one is replaced."""
    items = planned(
        policy("autogen", "90d", on_change=OnChange.REPLACE), policy("new", "30d", default=True)
    )
    assert [in_short(entry) for entry in items] == [
        ("create", "new", "safe"),
        ("delete", "autogen", "lossy"),
        ("create", "autogen", "lossy"),
    ]


def keys(entry: Item) -> list[str]:
    """What an action requires, in short."""
    assert isinstance(entry, Action)
    return [f"{key.verb.value} {key.address.name}" for key in entry.requires]


def test_the_default_is_deleted_after_its_successor_is_there() -> None:
    """Its delete requires the create that takes the flag, whatever the order of the names."""
    (new, gone) = planned(policy("zz", "30d", default=True), absent=(removal("autogen"),))
    assert [in_short(new), in_short(gone)] == [
        ("create", "zz", "safe"),
        ("delete", "autogen", "lossy"),
    ]
    assert (keys(new), keys(gone)) == ([], ["create zz"])


def test_replacements_go_in_the_order_in_which_they_require_each_other() -> None:
    """The successor of the default is replaced first, although its name comes later."""
    items = planned(
        policy("autogen", "90d", on_change=OnChange.REPLACE),
        policy("week", "7d", default=True, on_change=OnChange.REPLACE),
    )
    assert [(in_short(entry)[:2], keys(entry)) for entry in items] == [
        (("delete", "week"), []),
        (("create", "week"), ["delete week"]),
        (("delete", "autogen"), ["create week"]),
        (("create", "autogen"), ["delete autogen"]),
    ]


def test_what_an_interrupted_run_left_half_done_comes_first() -> None:
    """A policy that is missing is added before anything else is changed."""
    spec = RetentionPolicies(present=(policy("month", "30d", default=True),))
    wanted = {"backups": Backups(enabled=True), "retention_policies": spec}
    live = {
        "backups": {ITSELF: {"enabled": False, "hours": ()}},
        "retention_policies": KIND.parse([LIVE[1]]),
    }
    plan = build_plan(
        [desired(wanted, engine=Engine.INFLUXDB)],
        {"shop": observed(live, engine=Engine.INFLUXDB)},
    )
    assert [entry.address.kind for entry in plan.items()] == ["retention_policies", "backups"]


changes = st.lists(
    st.tuples(st.sampled_from("abc"), st.sampled_from([None, False, True])), max_size=12
)
"""Each a deletion, or a creation with its default flag, of a policy of this name."""


@given(drawn=changes)
def test_the_model_does_what_the_server_does(drawn: list[tuple[str, bool | None]]) -> None:
    """Also of the default: it comes back with its name."""
    state: Elements = {"a": {"duration": "1h", "default": True}}
    database = evolve(
        sandbox_fleet.Database(id="ad-1", engine=sandbox_fleet.Engine.INFLUXDB),
        retention_policies=(contents.RetentionPolicy(name="a", duration="1h", default=True),),
    )
    for name, default in drawn:
        address = Address(database="shop", kind=KIND.name, name=name)
        if default is not None and name in state:
            continue
        change: Change = (
            Delete(address=address, before=state.get(name, {}))
            if default is None
            else Create(address=address, after={"duration": "1h", "default": default})
        )
        (call,) = only_calls(KIND.requests(change))
        assert call.body is not None
        perform = influxdb.delete_policy if default is None else influxdb.add_policy
        database = perform(database, call.body["params"]).database
        state = KIND.simulate(state, change)
        listed = KIND.parse(influxdb.list_policies(database, None).result)
        assert KIND.normalize(RetentionPolicies(), state, facts(Engine.INFLUXDB)).live == listed


def test_replacing_makes_a_default_as_creating_does() -> None:
    """The policy that loses the flag by it is no difference."""
    items = planned(
        policy("week", "7d", default=True, on_change=OnChange.REPLACE),
        policy("autogen", "INF", default=False),
    )
    assert [in_short(entry) for entry in items] == [
        ("delete", "week", "lossy"),
        ("create", "week", "lossy"),
    ]


def test_a_flag_that_is_not_taken_stays_a_difference() -> None:
    """A blocked policy does not become the default: the one that is keeps differing."""
    items = planned(policy("week", "7d", default=True), policy("autogen", "INF", default=False))
    assert [in_short(entry) for entry in items] == [
        ("blocked", "autogen", "P231"),
        ("blocked", "week", "P231"),
    ]


def test_for_ever_is_sent_in_a_word_that_influxdb_takes() -> None:
    """It refuses `0`."""
    (action,) = planned(policy("ever", "0"))
    assert isinstance(action, Action)
    (call,) = only_calls(KIND.requests(action.change))
    assert call.body is not None
    assert call.body["params"] == {"name": "ever", "duration": "INF", "default": False}


def test_live_policies_that_are_not_named_may_be_reported() -> None:
    """Counted as drift, never deleted."""
    items = planned(policy("week", "7d"), others=Others.REPORT)
    assert [in_short(entry) for entry in items] == [("blocked", "autogen", "P103")]


def test_the_seeds_own_answer_is_read() -> None:
    """`0` and `30d`, as the API text shows them."""
    assert KIND.parse(
        [
            {"name": "autogen", "duration": "0", "default": True},
            {"name": "30-days", "duration": "30d", "default": False},
        ]
    ) == {
        "autogen": {"duration": "INF", "default": True},
        "30-days": {"duration": "30d", "default": False},
    }
