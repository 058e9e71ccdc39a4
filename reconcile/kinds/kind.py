"""The shape of a kind: data and pure functions, the same for all.

The planner, the dry run, the reader and the reports know this shape and no kind.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import Enum
from typing import Any, Generic, TypeVar

from attrs import NOTHING, asdict, evolve, field, fields_dict, frozen

from reconcile.model.change import ActionKey, Change, Create, Delete, Risk, sides_of
from reconcile.model.constraint import InvalidValueError, KeyPath
from reconcile.model.engine import Engine, Step
from reconcile.model.postgresql import Sql
from reconcile.model.recovery import Protection
from reconcile.model.request import RESOURCE, Call
from reconcile.model.state import ITSELF, Approval, Elements, Facts, Fields, Parsed

S = TypeVar("S")


class Phase(Enum):
    """The order inside one database: the members as they stand here.

    `REPAIR` is for what an interrupted run may have left half done.
    """

    REPAIR = 0
    PROTECT = 1
    CREATE = 2
    CHANGE = 3
    DELETE = 4
    UPGRADE = 5


class Others(Enum):
    """What to make of live elements that a spec does not name. They are never deleted."""

    KEEP = "keep"
    REPORT = "report"


@frozen(kw_only=True)
class Wanted:
    """The wanted side of a kind, normalised.

    `sent` holds fields that a change asks for, where that is not how they are compared;
    `replace` the names whose change may be made by deleting and creating.
    """

    present: Elements = field(factory=dict)
    absent: Mapping[str, Approval] = field(factory=dict)
    others: Others = Others.KEEP
    sent: Elements = field(factory=dict)
    replace: frozenset[str] = frozenset()

    def asked(self, name: str) -> Fields:
        """The fields that a change of something asks for: in the spec's words where it has."""
        return {**self.present[name], **self.sent.get(name, {})}


@frozen(kw_only=True)
class Sides:
    """Both sides of a comparison. What is not managed is absent from both.

    `context` holds fields of live elements that an update has besides those compared: what its
    requests need of the state before it, or what still has to be so when they are sent.
    """

    wanted: Wanted
    live: Elements
    context: Elements = field(factory=dict)

    @property
    def before(self) -> Elements:
        """The live elements as they are compared: without the unmanaged ones."""
        unmanaged = self.unmanaged
        return {name: self.compared(name) for name in self.live if name not in unmanaged}

    @property
    def after(self) -> Elements:
        """The wanted elements as they are compared."""
        wanted = self.wanted
        return {name: wanted.present[name] for name in wanted.present if name not in wanted.absent}

    @property
    def unmanaged(self) -> frozenset[str]:
        """The live elements that the spec does not name and keeps."""
        if self.wanted.others is Others.REPORT:
            return frozenset()
        return frozenset(self.live.keys() - self.wanted.present.keys() - self.wanted.absent.keys())

    def compared(self, name: str) -> Fields:
        """Of a live element the fields that the spec names; all where it wants none of it."""
        live = self.live[name]
        return {key: live[key] for key in self.wanted.present.get(name, live) if key in live}


@frozen(kw_only=True)
class Feasible:
    """The API has a request for it. `phase` where it is not the verb's own."""

    risk: Risk
    phase: Phase | None = None


@frozen(kw_only=True)
class ByHand:
    """A person has to do it: what to run, and where. `phase` where it is not the verb's own."""

    statements: tuple[str, ...]
    where: str
    risk: Risk = Risk.SAFE
    phase: Phase | None = None


@frozen(kw_only=True)
class Refused:
    """It will not be done: why, with a stable code, and the way out.

    `replaceable` where deleting and creating would do, if the spec says so. `fields` of an update
    where just these are refused, and the others can be changed without them; empty for all.
    """

    code: str
    message: str
    hint: str
    replaceable: bool = False
    fields: frozenset[str] = frozenset()


@frozen(kw_only=True)
class Waiting:
    """Nothing can be done now: `message` says why.

    `at_it` where the provider is at this very thing, and not at something that has to come first.
    """

    message: str
    at_it: bool = False


Judgement = Feasible | ByHand | Refused | Waiting


def apply_change(live: Elements, change: Change) -> Elements:
    """Model the effect of a change on what was observed."""
    name = change.address.name
    if isinstance(change, Delete):
        return {key: value for key, value in live.items() if key != name}
    before = {} if isinstance(change, Create) else live.get(name, {})
    return {**live, name: {**before, **change.after}}


@frozen(kw_only=True)
class Asked:
    """A change that a plan asks for; `approval` is the word that it may go, of a deletion."""

    change: Change
    approval: Approval | None = None


def after_of(asked: Sequence[Asked]) -> Fields:
    """What the change of a kind that is one thing leads to. Raises KeyError where there is none."""
    sides = {one.change.address.name: sides_of(one.change)[1] or {} for one in asked}
    return sides[ITSELF]


def recall_before(changes: Sequence[Change]) -> Elements:
    """The live elements as far as changes tell of them."""
    sides = ((change.address.name, sides_of(change)[0]) for change in changes)
    return {name: before for name, before in sides if before is not None}


def without_fields(spec: Any, ignored: Collection[str]) -> Any:
    """The value of a kind that is one thing without some of its fields; None where none is left.

    Without a field that has to be there none is.
    """
    known = fields_dict(type(spec))
    if any(known[name].default is NOTHING for name in ignored):
        return None
    left = evolve(spec, **{name: known[name].default for name in ignored})
    return None if all(value is None for value in asdict(left).values()) else left


def never_by_sql(_spec: object, _state: Elements, _facts: Facts) -> bool:
    """Most kinds are changed over the API alone."""
    return False


def nothing_needed(_change: Change, _facts: Facts) -> frozenset[str]:
    """The elements of most kinds know nothing of each other."""
    return frozenset()


def nothing_required(_change: Change, _others: Sequence[Change]) -> tuple[ActionKey, ...]:
    """The changes of most kinds can be made in any order."""
    return ()


def never_alone(change: Change, missing: frozenset[str]) -> Refused:
    """What a kind says whose changes wait for nothing."""
    raise AssertionError(f"{change.address} waits for {sorted(missing)}, and its kind for nothing")


@frozen(kw_only=True)
class Kind(Generic[S]):
    """One kind of thing that can be managed.

    spec_type   the attrs class of the kind's value in a spec
    offers      engine → whether it surely answers `read`; an engine not listed has no such kind
    read        the call whose answer `parse` takes: the resource, or an action's `result`
    parse       answer → state; raises AnswerError for a shape that the API does not promise
    check       spec value, engine → raises nothing, yields what cannot be meant
    places      spec value → the names in it, each with the path to where it stands
    parts       what an address may name below the kind where that is a closed list: the fields of a
                kind that is one thing, or the names that there can be
    without     spec value, names or fields → the value without them; None where nothing is left
    lookup      spec value, state → one read more, where these two call for it
    learned     state, that read's answer → state; raises AnswerError as `parse`
    normalize   spec value, state, facts → both sides in one spelling
    judge       change, state, facts → what can be done about it, and at which risk
    to_spec     state → a spec value that wants just that; None where there is nothing to say
    requests    feasible change → the calls and statements that make it, in order; none where a
                person makes it
    by_sql      spec value, state, facts → whether something of it is to be changed by SQL, so that
                it is worth looking whether the connection leads there
    needs       change, facts → the names that have to be there before it, or gone before a deletion
    there       state → the names that are there in this sense; by default all of it
    requires    change, all changes that the plan makes of the kind → the actions that have to be done
                before it, besides those that bring or take away what it needs
    alone       change, those of these names that will not be → why it is not done
    simulate    state, change → state after it
    ends        change → the protection of the data that it takes away
    default_after  change → whether its element becomes the one that is used where none is named (true),
                or stops being that one and none takes its place by this (false); None otherwise
    step        change → the engine versions between which it leads; None where it leads to none
    meant       changes of a plan → a spec value that wants just these, so that a plan can be judged
                anew without its specs; raises KeyError, ValueError or TypeError for changes that no
                plan of this kind holds
    recall      changes of a plan → the state that they were planned on, as far as they tell
    """

    name: str
    title: str
    spec_type: type[S]
    offers: Mapping[Engine, bool]
    parse: Callable[[Any], Parsed]
    normalize: Callable[[S, Elements, Facts], Sides]
    judge: Callable[[Change, Elements, Facts], Judgement]
    to_spec: Callable[[Elements], S | None]
    meant: Callable[[Sequence[Asked]], S]
    requests: Callable[[Change], tuple[Call | Sql, ...]] = lambda _change: ()
    by_sql: Callable[[S, Elements, Facts], bool] = never_by_sql
    needs: Callable[[Change, Facts], frozenset[str]] = nothing_needed
    there: Callable[[Elements], Collection[str]] = lambda state: state.keys()
    requires: Callable[[Change, Sequence[Change]], Iterable[ActionKey]] = nothing_required
    alone: Callable[[Change, frozenset[str]], Refused] = never_alone
    read: Call = RESOURCE
    check: Callable[[S, Engine], Iterable[InvalidValueError]] = lambda _spec, _engine: ()
    places: Callable[[S], Iterable[tuple[str, KeyPath]]] = lambda _spec: ()
    parts: tuple[str, ...] = ()
    without: Callable[[S, Collection[str]], S | None] = without_fields
    lookup: Callable[[S, Elements], Call | None] = lambda _spec, _state: None
    learned: Callable[[Elements, Any], Elements] = lambda state, _answer: state
    simulate: Callable[[Elements, Change], Elements] = apply_change
    ends: Callable[[Change], Protection | None] = lambda _change: None
    default_after: Callable[[Change], bool | None] = lambda _change: None
    step: Callable[[Change], Step | None] = lambda _change: None
    recall: Callable[[Sequence[Change]], Elements] = recall_before
