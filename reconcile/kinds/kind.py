"""What a kind is, and what the planner, the reader, guards and reports ask of it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Any, Generic, TypeVar

from attrs import NOTHING, asdict, evolve, field, fields_dict, frozen

from reconcile.errors import NotFoundError, NotOfferedError
from reconcile.model.change import ActionKey, Change, Create, Delete, Risk, sides_of
from reconcile.model.constraint import InvalidValueError, KeyPath
from reconcile.model.engine import Engine, Step
from reconcile.model.finding import Rule
from reconcile.model.postgresql import ApiView, Sql
from reconcile.model.recovery import Protection
from reconcile.model.request import RESOURCE, Call
from reconcile.model.state import ITSELF, Approval, Elements, Facts, Fields, Parsed

S = TypeVar("S")


Ask = Callable[[Call], Any]
"""Sends a read; MISSING where the provider does not have what is asked for."""

MISSING = object()
"""The answer of an endpoint that is not there."""


def or_missing(read: Callable[[], Any]) -> Any:
    """What is read, or MISSING where the provider does not have what is asked for."""
    try:
        return read()
    except (NotFoundError, NotOfferedError):
        return MISSING


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

    `in_progress` where the provider is at this very thing, and not at something that has to come first.
    """

    message: str
    in_progress: bool = False


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


class Kind(ABC, Generic[S]):
    """One kind of thing that can be managed: what is asked of it, stage by stage, with defaults.

    spec_type  the attrs class of the kind's value in a spec
    offers     engine → whether it surely answers `read`; an engine not listed has no such kind
    parts      what an address may name below the kind where that is a closed list: the fields of a
               kind that is one thing, or the names that there can be
    read       the call whose answer `parse` takes: the resource, or an action's `result`
    sql        whether some changes may be made by SQL
    proves     whether what is live shows if a connection leads to the database
    one_way    whether its values only rise
    meanings   what the codes mean with which it refuses changes, in a sentence each
    rules      why it refuses them, by code or by what several codes begin with
    """

    name: str
    title: str
    spec_type: type[S]
    offers: Mapping[Engine, bool] = MappingProxyType(dict.fromkeys(Engine, True))
    parts: tuple[str, ...] = ()
    read: Call = RESOURCE
    sql: bool = False
    proves: bool = False
    one_way: bool = False
    meanings: Mapping[str, str] = MappingProxyType({})
    rules: Mapping[str, Rule] = MappingProxyType({})

    # The spec

    def check(self, _spec: S, _engine: Engine) -> Iterable[InvalidValueError]:
        """What cannot be meant, or not of this engine."""
        return ()

    def places(self, _spec: S) -> Iterable[tuple[str, KeyPath]]:
        """The names in a spec value, each with the path to where it stands."""
        return ()

    def without(self, spec: S, ignored: Collection[str]) -> S | None:
        """The spec value without some names or fields; None where nothing is left.

        Without a field that has to be there nothing is.
        """
        value: Any = spec
        known = fields_dict(type(value))
        if any(known[name].default is NOTHING for name in ignored):
            return None
        left = evolve(value, **{name: known[name].default for name in ignored})
        return left if any(one is not None for one in asdict(left).values()) else None

    @abstractmethod
    def to_spec(self, live: Elements) -> S | None:
        """A spec value that wants just what is live; None where there is nothing to say."""

    # The live side

    @abstractmethod
    def parse(self, answer: Any) -> Parsed:
        """The state in an answer of `read`. Raises AnswerError for a shape that the API does not promise."""

    def look_up(self, _spec: S, live: Elements, _ask: Ask) -> Elements:
        """The state with the answers of further reads, where spec and state call for them.

        Raises what `ask` raises, and AnswerError as `parse`.
        """
        return live

    def seen_by_api(self, view: ApiView, _live: Elements) -> ApiView:
        """What the API says of a database, with the part of a kind that `proves`."""
        return view

    # The plan

    @abstractmethod
    def normalize(self, spec: S, live: Elements, facts: Facts) -> Sides:
        """Both sides in one spelling."""

    @abstractmethod
    def judge(self, change: Change, live: Elements, facts: Facts) -> Judgement:
        """What can be done about a change, and at which risk."""

    def whole(self, part: S) -> S:
        """The least spec that holds a part of one: what a spec ignores is left out of a plan."""
        return part

    def related(self, _names: Collection[str], _live: Elements) -> Collection[str]:
        """Further names whose wanted and live values decide what is planned about some names."""
        return ()

    def needs(self, _change: Change, _facts: Facts) -> frozenset[str]:
        """The names that have to be there before a change, or gone before a deletion."""
        return frozenset()

    def there(self, live: Elements) -> Collection[str]:
        """The names that are there in this sense."""
        return live.keys()

    def alone(self, change: Change, missing: frozenset[str]) -> Refused:
        """Why a change is not made without those of `needs` that will not be."""
        raise AssertionError(
            f"{change.address} waits for {sorted(missing)}, and its kind for nothing"
        )

    def requires(self, _change: Change, _others: Sequence[Change]) -> Iterable[ActionKey]:
        """The changes of the kind that have to be made before, besides those that `needs` names."""
        return ()

    # What is done

    @abstractmethod
    def requests(self, change: Change) -> tuple[Call | Sql, ...]:
        """The calls and statements that make a feasible change, in order."""

    def by_sql(self, _spec: S, _live: Elements, _facts: Facts) -> bool:
        """Whether something is to be changed by SQL, so that a look over the connection is worth it."""
        return False

    def simulate(self, live: Elements, change: Change) -> Elements:
        """The state after a change."""
        return apply_change(live, change)

    def step(self, _change: Change) -> Step | None:
        """The engine versions between which a change leads."""
        return None

    # What guards ask

    def ends(self, _change: Change) -> Protection | None:
        """The protection of the data that a change takes away."""
        return None

    def default_after(self, _change: Change) -> bool | None:
        """Whether its element becomes the one that is used where none is named; None as before.

        False where it was that one, and this takes it away without another in its place.
        """
        return None

    # A plan without its specs

    @abstractmethod
    def meant(self, asked: Sequence[Asked]) -> S:
        """A spec value that wants just the changes of a plan.

        Raises KeyError, ValueError or TypeError for changes that no plan of this kind holds.
        """
