"""The kind `engine_version`: what is asked for, one known step at a time, and why there is none."""

from __future__ import annotations

import re
from typing import Any

import pytest
from builders import desired, facts, observed

from reconcile.errors import AnswerError
from reconcile.kinds.engine_version import KIND, EngineVersion
from reconcile.kinds.kind import MISSING
from reconcile.kinds.version_rules import RuleText
from reconcile.model.change import Risk, Update
from reconcile.model.constraint import InvalidValueError
from reconcile.model.engine import Engine
from reconcile.model.item import Action, Blocked, Item
from reconcile.model.request import UPGRADE, Call, type_version
from reconcile.model.state import ITSELF, Elements, NotOffered
from reconcile.plan.build import build_plan

RESOURCE = {"readable_version": "16.4.0-1", "version_id": "v164", "next_version_id": "v166"}
FACTS = facts(Engine.POSTGRESQL)


def state_of(**resource: Any) -> Elements:
    """What is read of a resource."""
    state = KIND.parse(resource)
    assert not isinstance(state, NotOffered)
    return state


def told(version: str, *following: str | None) -> Elements:
    """A live version, and where it is known what comes next: a version, or None for nothing."""
    fields: dict[str, str | None] = {"version": version, "version_id": "id"}
    return {ITSELF: fields | dict(zip(["next_version"], following, strict=False))}


def asked(version: str, allow_major: int | None = None) -> EngineVersion:
    """What a spec says."""
    return EngineVersion(version=version, allow_major=allow_major)


def planned(spec: EngineVersion, state: Elements) -> tuple[Item, ...]:
    """The items that a spec and a state come to."""
    plan = build_plan(
        [desired({"engine_version": spec})], {"shop": observed({"engine_version": state})}
    )
    return plan.databases[0].items


@pytest.mark.parametrize(
    ("spec", "state"),
    [
        (asked("16.4.0-1"), told("16.4.0-1")),
        (asked("16.4.0"), told("16.4.0-7")),
        (asked("16.4"), told("16.4.2-1", "16.6.0-1")),
        (asked("16"), told("16.9.0-1", "17.0.0-1")),
        (asked(">=16.4"), told("16.4.0-1")),
        (asked(">=16.4"), told("16.4.0")),
        (asked(">=16"), told("16.0.0")),
        (asked(">=16.4.0-1"), told("16.4.0-1")),
        (asked(">=16.4"), told("17.2.0-1")),
        (asked(">= 8"), told("8.0.35-1")),
        (asked("latest-minor"), told("16.9.0-1", None)),
        (asked("latest-minor"), told("16.9.0-1", "17.0.0-1")),
        (asked("latest-minor", 16), told("16.9.0-1", "17.0.0-1")),
        (asked("latest-minor", 17), told("17.2.0-1", "18.0.0-1")),
    ],
)
def test_met(spec: EngineVersion, state: Elements) -> None:
    """What is not said of a version is not asked for; latest is what nothing allowed follows."""
    assert planned(spec, state) == ()


@pytest.mark.parametrize(
    ("spec", "live", "following"),
    [
        (asked("16.6.0-1"), "16.4.0-1", "16.6.0-1"),
        (asked("16.6"), "16.4.0-1", "16.5.0-1"),
        (asked("16"), "15.8.0-1", "15.9.0-1"),
        (asked(">=16.6"), "16.4.0-1", "16.5.0-1"),
        (asked(">=16.5"), "16.4.0-1", "16.9.0-1"),
        (asked(">=16.4.2"), "16.4.1-9", "16.4.2-1"),
        (asked(">=16.4.0-5"), "16.4.0-4", "16.4.0-5"),
        (asked(">=17", 17), "16.4.0-1", "17.2.0-1"),
        (asked(">=17", 18), "16.4.0-1", "17.2.0-1"),
        (asked("17.2", 17), "16.4.0-1", "17.0.0-1"),
        (asked("latest-minor"), "16.4.0-1", "16.4.0-2"),
        (asked("latest-minor", 17), "16.9.0-1", "17.0.0-1"),
    ],
)
def test_one_step(spec: EngineVersion, live: str, following: str) -> None:
    """From the live version to the known next one, and no further, however far it is to go."""
    (entry,) = planned(spec, told(live, following))
    assert isinstance(entry, Action)
    assert entry.risk is Risk.DISRUPTIVE
    change = entry.change
    assert isinstance(change, Update)
    assert [(one.field, one.before, one.after) for one in change.fields] == [
        ("version", live, following)
    ]
    assert change.before == {"version": live, "version_id": "id"}
    carried = {"allow_major": spec.allow_major} if spec.allow_major else {}
    assert change.after == {"version": following, "constraint": spec.version, **carried}
    assert KIND.requests(change) == (UPGRADE,)


@pytest.mark.parametrize(
    ("spec", "state", "code", "words"),
    [
        (asked("16.4"), told("17.2.0-1"), "P241", "newer than '16.4'"),
        (asked("16.4.0-1"), told("16.4.0-2"), "P241", "there is no way back"),
        (asked("16.6"), told("16.4.0-1", None), "P242", "no version after 16.4.0-1"),
        (asked(">=17", 17), told("16.4.0-1", None), "P242", "'>=17' is asked for"),
        (asked(">=16.6"), told("16.4.0-1"), "P243", "is not known"),
        (asked("latest-minor"), told("16.4.0-1"), "P243", "takes no target"),
        (asked("16.6"), told("16.4.0-1", "16.4.0-1"), "P243", "is not known"),
        (asked("16.6"), told("16.4.0-1", "16.2.0-1"), "P243", "is not known"),
        (asked(">=16.6"), told("16.4.0-1", "17.0.0-1"), "P244", "another major"),
        (asked(">=17", 16), told("16.4.0-1", "17.0.0-1"), "P244", 'version: ">=17", allow_major: 17'),
        (asked(">=1"), told("0.9.0-1", "1.0.0-1"), "P244", "another major"),
        (asked("16.5"), told("16.4.0-1", "16.6.0-1"), "P245", "past '16.5'"),
        (asked("16.5", 17), told("16.4.0-1", "17.0.0-1"), "P245", "ask for 17.0.0-1"),
        (asked("16.5"), told("edge", "16.6.0-1"), "P246", "'edge', which is no version"),
        (asked("latest-minor"), told("", None), "P246", "take engine_version out"),
    ],
)  # fmt: skip
def test_blocked(spec: EngineVersion, state: Elements, code: str, words: str) -> None:
    """No step is taken that is not wanted, or not known; what is asked for is shown."""
    (entry,) = planned(spec, state)
    assert isinstance(entry, Blocked)
    assert entry.code == code
    assert words in f"{entry.message}; {entry.hint}"
    assert isinstance(entry.change, Update)
    assert entry.change.after["version"] == spec.version


@pytest.mark.parametrize(
    ("resource", "fields"),
    [
        (RESOURCE, {"version": "16.4.0-1", "version_id": "v164", "next_version_id": "v166"}),
        (
            {**RESOURCE, "next_version_id": None},
            {"version": "16.4.0-1", "version_id": "v164", "next_version": None},
        ),
        ({"readable_version": "8.0.35"}, {"version": "8.0.35"}),
        ({"readable_version": "?", "version_id": None}, {"version": "?"}),
    ],
)
def test_parse(resource: dict[str, Any], fields: dict[str, Any]) -> None:
    """A key that is absent tells nothing, null that there is no next version."""
    assert KIND.parse(resource) == {ITSELF: fields}


@pytest.mark.parametrize(
    ("spec", "resource", "asks"),
    [
        (asked("16.4"), RESOURCE, False),
        (asked(">=16.4"), RESOURCE, False),
        (asked("16.2"), RESOURCE, False),
        (asked("16.6"), RESOURCE, True),
        (asked(">=16.6"), RESOURCE, True),
        (asked("latest-minor"), RESOURCE, True),
        (asked("latest-minor"), {"readable_version": "16.4.0-1", "version_id": "v164"}, True),
        (asked("16.6"), {**RESOURCE, "next_version_id": None}, False),
        (asked("latest-minor"), {**RESOURCE, "next_version_id": None}, False),
        (asked("16.6"), {"readable_version": "16.4.0-1"}, False),
        (asked("16.6"), {**RESOURCE, "readable_version": "edge"}, False),
    ],
)
def test_the_next_version_is_looked_up_only_where_it_decides(
    spec: EngineVersion, resource: dict[str, Any], asks: bool
) -> None:
    """A spec that is met costs no request; nor does one that no next version would help."""
    _state, calls = looked_up(spec, state_of(**resource), MISSING)
    assert calls == ([type_version("v164")] if asks else [])


FOLLOWING = {"id": "v166", "major": 16, "minor": 6, "patch": 0, "build": 1}
NO_NEXT = {"readable_version": "16.4.0-1", "version_id": "v164"}
NEWER = asked(">=16.6")


def looked_up(spec: EngineVersion, state: Elements, *answers: Any) -> tuple[Elements, list[Call]]:
    """The state after a lookup that these answers meet, and what was asked for."""
    calls: list[Call] = []
    left = iter(answers)

    def ask(call: Call) -> Any:
        calls.append(call)
        return next(left)

    return KIND.look_up(spec, state, ask), calls


@pytest.mark.parametrize(
    ("resource", "answer", "following"),
    [
        (RESOURCE, {"next_upgrade": FOLLOWING}, "16.6.0-1"),
        (RESOURCE, {"next_upgrade": {**FOLLOWING, "build": None}}, "16.6.0-0"),
        (NO_NEXT, {"next_upgrade": FOLLOWING}, "16.6.0-1"),
        (NO_NEXT, {"next_upgrade": None}, None),
    ],
)
def test_what_a_lookup_tells(resource: dict[str, Any], answer: Any, following: str | None) -> None:
    """The number of the next version, or that there is none."""
    state, calls = looked_up(NEWER, state_of(**resource), answer)
    assert state[ITSELF]["next_version"] == following
    assert calls == [type_version("v164")]


@pytest.mark.parametrize(
    "answer",
    [
        {},
        MISSING,
        {"next_upgrade": None},
        {"next_upgrade": {**FOLLOWING, "id": "other"}},
        {"next_upgrade": "other"},
    ],
)
def test_two_answers_that_do_not_agree_tell_nothing(answer: Any) -> None:
    """An upgrade takes no target: where it would go has to be certain. It is asked for once."""
    state = state_of(**RESOURCE)
    assert looked_up(NEWER, state, answer) == (state, [type_version("v164")])


@pytest.mark.parametrize(
    "answer",
    [
        None,
        [],
        {"next_upgrade": ""},
        {"next_upgrade": 16},
        {"next_upgrade": {}},
        {"next_upgrade": {**FOLLOWING, "id": None}},
        {"next_upgrade": {**FOLLOWING, "major": "16"}},
        {"next_upgrade": {**FOLLOWING, "minor": True}},
        {"next_upgrade": {**FOLLOWING, "patch": -1}},
        {"next_upgrade": {**FOLLOWING, "patch": 10**9}},
        {"next_upgrade": {**FOLLOWING, "patch": None}},
        {"next_upgrade": {**FOLLOWING, "build": "1"}},
    ],
)
def test_a_lookup_refuses_other_shapes(answer: Any) -> None:
    """What the API does not promise is not guessed at; the error names the request."""
    with pytest.raises(AnswerError, match=rf"^{type_version('v164')}: "):
        looked_up(NEWER, state_of(**RESOURCE), answer)


def test_a_next_upgrade_that_is_an_id_is_looked_up() -> None:
    """Its number is in the answer about the version of that id."""
    state, calls = looked_up(NEWER, state_of(**NO_NEXT), {"next_upgrade": "v166"}, FOLLOWING)
    assert calls == [type_version("v164"), type_version("v166")]
    assert state[ITSELF] == {
        "version": "16.4.0-1",
        "version_id": "v164",
        "next_version_id": "v166",
        "next_version": "16.6.0-1",
    }


def test_after_a_step_the_next_is_not_known() -> None:
    """A longer way takes several applies, each of which reads what comes next."""
    (entry,) = planned(asked(">=16.7"), told("16.4.0-1", "16.6.0-1"))
    assert isinstance(entry, Action)
    after = KIND.simulate(told("16.4.0-1", "16.6.0-1"), entry.change)
    assert after == {ITSELF: {"version": "16.6.0-1"}}
    (entry,) = planned(asked(">=16.7"), after)
    assert isinstance(entry, Blocked)
    assert entry.code == "P243"


def test_a_spec_of_what_is_there() -> None:
    """Exactly the live version, quoted by its build; of what is no version nothing."""
    assert KIND.to_spec(told("16.4.0-1")) == asked("16.4.0-1")
    assert KIND.to_spec(told("edge")) is None


@pytest.mark.parametrize(
    "text",
    ["", "16.", "v16", "16.x", "=16.4", ">16.4", "<=16", "16-1", "16.4-1", "16.4.0.1", "16.4 ",
     "latest", ">=latest-minor", ">=", "1" * 10, "\uff11\uff16"],
)  # fmt: skip
def test_what_cannot_be_asked_for(text: str) -> None:
    """Three forms, and no other."""
    with pytest.raises(InvalidValueError, match="no version to ask for"):
        RuleText().check(text)
    assert not re.search(str(RuleText().schema()["pattern"]), text)
