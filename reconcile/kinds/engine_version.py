"""The version of the engine: one upgrade step at a time, to a version that is known beforehand.

Source: the API text, `readable_version` and `version_id` of the database resource, and `upgrade`,
which takes no target: it goes to the next version, whichever that is, and there is no way back.
The provider's documentation adds `next_version_id` and `database_type_versions`, whose
`next_upgrade` holds the next version's number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, cast

from attrs import frozen

from reconcile.errors import AnswerError
from reconcile.kinds.kind import (
    MISSING,
    Ask,
    Asked,
    Feasible,
    Judgement,
    Kind,
    Phase,
    Refused,
    Sides,
    Wanted,
    after_of,
)
from reconcile.kinds.version_rules import LatestMinor, RuleText, is_met, is_past, parse_rule
from reconcile.model.change import Change, Risk, sides_of
from reconcile.model.constraint import Between, ShortForm, described
from reconcile.model.engine import Step, Version
from reconcile.model.finding import Rule
from reconcile.model.request import UPGRADE, Call, type_version
from reconcile.model.state import ITSELF, Elements, Facts, Fields, NotOffered, Parsed, Value

# Fields of the state. What comes next is known by its number, None where there is nothing; only by
# its id; or not at all.
_VERSION, _ID, _NEXT, _NEXT_ID = "version", "version_id", "next_version", "next_version_id"

# The id that `next_upgrade` was in place of an object: its number is looked up, too.
_BARE_ID = "next_upgrade_id"

# A version has nine digits a part at most.
_NO_PART = 10**9

# What a change carries of the spec, so that it can be judged without it.
_RULE, _MAJOR = "constraint", "allow_major"


@frozen(kw_only=True)
class EngineVersion:
    """The version of the engine; a plain text stands for `version`."""

    __short_form__ = ShortForm(key="version")

    version: Annotated[str, RuleText()] = described(
        "Quoted: an exact version (17.4.0-1; 17.4 is any of 17.4), a minimum (>=17.4), or"
        " latest-minor.",
        examples=(">=17.4", "latest-minor"),
    )
    allow_major: Annotated[int, Between(1, 9999, "major version")] | None = described(
        "The major version up to which an upgrade may go. Left out: a major is never crossed.",
        examples=(17,),
        default=None,
    )


class _EngineVersionKind(Kind[EngineVersion]):
    """Engine version."""

    name = "engine_version"
    title = "Engine version"
    spec_type = EngineVersion
    parts = (_VERSION,)
    one_way = True

    def to_spec(self, live: Elements) -> EngineVersion | None:
        """Exactly the live version."""
        version = Version.parse(str(live[ITSELF][_VERSION]))
        return None if version is None else EngineVersion(version=str(version))

    def parse(self, resource: Mapping[str, Any]) -> Parsed:
        version = resource.get("readable_version")
        if version is None:
            return NotOffered(message="the database resource says nothing of a version")
        if not isinstance(version, str):
            raise AnswerError(f"readable_version is {version!r:.60} where a text is due")
        fields: dict[str, Value] = {_VERSION: version}
        if resource.get("version_id") is not None:
            fields[_ID] = _ident(resource, "version_id")
        if resource.get("next_version_id", "") != "":
            none = resource["next_version_id"] is None
            fields |= {_NEXT: None} if none else {_NEXT_ID: _ident(resource, "next_version_id")}
        return {ITSELF: fields}

    def look_up(self, spec: EngineVersion, live: Elements, ask: Ask) -> Elements:
        """Ask for the next version where it decides something, and for its number if only its id is known."""
        asked: Call | None = None
        while (call := _lookup(spec, live)) is not None and call != asked:
            answer = ask(call)
            if answer is MISSING:
                return live
            try:
                live = _learned(live, answer)
            except AnswerError as error:
                raise AnswerError(f"{call}: {error}") from None
            asked = call
        return live

    def normalize(self, spec: EngineVersion, live: Elements, _facts: Facts) -> Sides:
        """Wanted is the live version where the spec is met, else the step that is due, if any is."""
        fields = live[ITSELF]
        step = _step(spec, fields)
        wanted = spec.version if isinstance(step, Refused) else str(step or fields[_VERSION])
        sent: dict[str, Value] = {_RULE: spec.version}
        if spec.allow_major is not None:
            sent[_MAJOR] = spec.allow_major
        context = {name: fields[name] for name in (_ID,) if name in fields}
        return Sides(
            wanted=Wanted(present={ITSELF: {_VERSION: wanted}}, sent={ITSELF: sent}),
            live={ITSELF: fields},
            context={ITSELF: context},
        )

    def judge(self, change: Change, live: Elements, _facts: Facts) -> Judgement:
        step = _step(self.meant([Asked(change=change)]), live[ITSELF])
        if isinstance(step, Refused):
            return step
        return Feasible(risk=Risk.DISRUPTIVE, phase=Phase.UPGRADE)

    def requests(self, _change: Change) -> tuple[Call, ...]:
        return (UPGRADE,)

    def simulate(self, _live: Elements, change: Change) -> Elements:
        """The next version runs; what comes after that is not known before it is read."""
        return {ITSELF: {_VERSION: after_of([Asked(change=change)])[_VERSION]}}

    def step(self, change: Change) -> Step:
        before, after = sides_of(change)
        return Step(before=str((before or {})[_VERSION]), planned=str((after or {})[_VERSION]))

    def meant(self, asked: Sequence[Asked]) -> EngineVersion:
        """The rule that the step was taken for: a change carries it."""
        after = after_of(asked)
        return EngineVersion(
            version=cast("str", after[_RULE]), allow_major=cast("int | None", after.get(_MAJOR))
        )

    meanings = MappingProxyType(
        {
            "P241": "the live engine version is newer than the spec asks for; there is no way back",
            "P242": "the spec asks for a newer engine version, and there is none",
            "P243": "an upgrade is due, and which version comes next is not known; an upgrade takes no target",
            "P244": "the next engine version is another major, which the spec's `allow_major` does not reach",
            "P245": "the next engine version is past the one that the spec asks for",
            "P246": "the live engine version is none that can be compared",
        }
    )
    rules = MappingProxyType(
        {
            "P24": Rule(
                why="An upgrade has no way back and takes no target: it goes to the next version, whichever"
                " that is. So a step is only taken where the next version is known beforehand, and where"
                " it lies within what the spec asks for.",
                advice="Ask for a version that can be reached, or for the live one.",
            ),
            "P243": Rule(
                why="An upgrade takes no target: where the provider does not tell which version comes"
                " next, it could be any.",
                advice="Upgrade in the dashboard, which shows the next version.",
            ),
            "P244": Rule(
                why="Another major version may behave in other ways, and there is no way back from it: it"
                " is only crossed at a word that names it.",
                advice="Once the application is ready, write `allow_major` beside the version.",
            ),
        }
    )


KIND = _EngineVersionKind()


def _ident(holder: Mapping[str, Any], key: str) -> str:
    value = holder.get(key)
    if not isinstance(value, str) or not value:
        raise AnswerError(f"{key} is {value!r:.60} where an id is due")
    return value


def _lookup(spec: EngineVersion, state: Elements) -> Call | None:
    """Ask for the next version only where it decides something."""
    fields, rule = state[ITSELF], parse_rule(spec.version)
    live = Version.parse(str(fields[_VERSION]))
    if live is None or is_met(rule, live) or is_past(rule, live):
        return None
    if _NEXT in fields or _ID not in fields:
        return None
    return type_version(str(fields.get(_BARE_ID, fields[_ID])))


def _learned(state: Elements, answer: Any) -> Elements:
    """Add the next version, unless the two answers name different ones."""
    fields = state[ITSELF]
    if not isinstance(answer, dict):
        raise AnswerError(f"a database type version is {answer!r:.60} where an object is due")
    if _BARE_ID in fields:
        kept = {name: value for name, value in fields.items() if name != _BARE_ID}
        return {ITSELF: {**kept, _NEXT: str(_number_of(answer))}}
    if "next_upgrade" not in answer:
        return state
    following = answer["next_upgrade"]
    if following is None:
        return state if _NEXT_ID in fields else {ITSELF: {**fields, _NEXT: None}}
    bare = isinstance(following, str) and following != ""
    if not bare and not isinstance(following, dict):
        raise AnswerError(f"next_upgrade is {following!r:.60} where an object or an id is due")
    ident = following if bare else _ident(following, "id")
    if fields.get(_NEXT_ID, ident) != ident:
        return state
    if bare:
        return {ITSELF: {**fields, _NEXT_ID: ident, _BARE_ID: ident}}
    return {ITSELF: {**fields, _NEXT_ID: ident, _NEXT: str(_number_of(following))}}


def _number_of(answer: Mapping[str, Any]) -> Version:
    return Version(
        major=_part(answer.get("major")),
        minor=_part(answer.get("minor")),
        patch=_part(answer.get("patch")),
        build=_part(answer.get("build") or 0),
    )


def _part(value: object) -> int:
    if type(value) is not int or not 0 <= value < _NO_PART:
        raise AnswerError(f"next_upgrade has {value!r:.60} where a part of a version is due")
    return value


def _step(spec: EngineVersion, fields: Fields) -> Version | Refused | None:
    """The version to go to; None where the spec is met; else why no step is taken."""
    rule, live = parse_rule(spec.version), Version.parse(str(fields[_VERSION]))
    if live is None:
        return Refused(
            code="P246",
            message=f"the live version is {fields[_VERSION]!r:.60}, which is no version",
            hint="take engine_version out of this spec",
        )
    if is_met(rule, live):
        return None
    if is_past(rule, live):
        return Refused(
            code="P241",
            message=f"the live version is {fields[_VERSION]}, newer than {spec.version!r}",
            hint="ask for the live version: there is no way back",
        )
    known, following = next_of({ITSELF: fields})
    if not known:
        return _unknown(fields)
    if following is None:
        return None if isinstance(rule, LatestMinor) else _last(spec, fields)
    return _onward(spec, live, following)


def goes_past(spec: EngineVersion, version: Version) -> bool:
    """Whether a version is newer than any that a spec asks for."""
    return is_past(parse_rule(spec.version), version)


def next_of(state: Elements) -> tuple[bool, Version | None]:
    """Whether a state holds what comes next, and what that is, None for nothing."""
    fields = state[ITSELF]
    if _NEXT not in fields or fields[_NEXT] is None:
        return _NEXT in fields, None
    live = Version.parse(str(fields[_VERSION]))
    following = Version.parse(str(fields[_NEXT]))
    if following is None or (live is not None and following <= live):
        return False, None  # an upgrade never goes back: it is about something else
    return True, following


def _onward(spec: EngineVersion, live: Version, following: Version) -> Version | Refused | None:
    """What to make of a next version."""
    rule = parse_rule(spec.version)
    crosses = following.major > max(live.major, spec.allow_major or 0)
    if crosses and isinstance(rule, LatestMinor):
        return None
    if is_past(rule, following):
        return Refused(
            code="P245",
            message=f"the next version is {following}, past {spec.version!r}",
            hint=f"ask for {following}, or for the live version {live}",
        )
    if crosses:
        return Refused(
            code="P244",
            message=f"the next version is {following}, another major, from which there is no way back",
            hint=f"once the application is ready for it, write"
            f' {{version: "{spec.version}", allow_major: {following.major}}}',
        )
    return following


def _unknown(fields: Fields) -> Refused:
    return Refused(
        code="P243",
        message=f"what comes after {fields[_VERSION]} is not known, and an upgrade takes no target",
        hint="upgrade it in the dashboard, which shows the next version",
    )


def _last(spec: EngineVersion, fields: Fields) -> Refused:
    return Refused(
        code="P242",
        message=f"there is no version after {fields[_VERSION]}, and {spec.version!r} is asked for",
        hint="ask for a version that the provider offers",
    )
