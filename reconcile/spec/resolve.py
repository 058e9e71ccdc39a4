"""A spec and the project's defaults → Desired, with the origin of every value."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from attrs import frozen

from reconcile.kinds import KIND_BY_NAME, KINDS
from reconcile.model.address import Address
from reconcile.model.constraint import KeyPath
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding
from reconcile.model.location import Location, Origin
from reconcile.model.policy import Ignored
from reconcile.model.state import Desired
from reconcile.model.target import Pins
from reconcile.spec import codes
from reconcile.spec.config import Config, DefaultSet
from reconcile.spec.convert import refusal
from reconcile.spec.document import Spec, check_kind
from reconcile.spec.policy import approval_ending, not_offered, read_ignore
from reconcile.spec.source import Locations, finding, warning
from reconcile.spec.written import HEADER_KEYS, Header


@frozen(kw_only=True)
class SpecValue:
    """A kind's value and where it was written; `default` names the default it comes from."""

    value: Any
    locations: Locations
    path: KeyPath
    default: str | None = None

    def origin(self, *rest: str | int) -> Origin:
        """The origin of a part of the value; of the whole, its key."""
        find = self.locations.find if rest else self.locations.find_key
        return Origin(location=find((*self.path, *rest)).location, default=self.default)


def resolve(spec: Spec, config: Config, *, today: date) -> tuple[Desired, tuple[Finding, ...]]:
    """Fill in the defaults of a spec, a whole kind at a time: spec > label > engine.

    What is ignored is then taken out: it is neither wanted nor, where a kind is, read.
    """
    header = spec.header
    labels = _label_sets(header, config)
    engine = [default for one, default in config.engines.items() if one is header.engine]
    given = {
        **_by_default(engine, header.engine),
        **_by_default(labels, header.engine),
        **_own(spec),
    }
    own, of_ignored = read_ignore(spec.document, header.ignore, handle=header.database, today=today)
    ignored = (*own, *config.ignored_in(header.database))
    wanted = _without(given, ignored)
    desired = Desired(
        handle=header.database,
        app=header.app,
        addon=header.addon,
        engine=header.engine,
        location=spec.mark.location,
        labels=header.labels,
        protect=_is_protected(header, (*labels, *engine)),
        pins=Pins(resource_id=header.resource_id, region=header.region),
        connection=header.connection,
        kinds={kind.name: wanted[kind.name] for kind in KINDS if kind.name in wanted},
        ignored=tuple(sorted((one for one in ignored if one.address.kind in given), key=_place)),
        whole={name: given[name].value for name in _touched(ignored) if name in given},
        origins=dict(_origins(spec, given)),
        keys=_places_of_target(spec),
    )
    return desired, (
        *of_ignored,
        *not_offered(ignored, header.engine),
        *_approvals(given, today),
        *_nothing_managed(spec, desired, given),
        *_conflicts(spec, labels),
        *_unfit(header.engine, given),
    )


def _is_protected(header: Header, sets: Iterable[DefaultSet]) -> bool:
    by_default = any(default.protect for default in sets)
    return by_default if header.protect is None else header.protect


def _approvals(given: Mapping[str, SpecValue], today: date) -> Iterator[Finding]:
    """Approvals to delete that have ended, or end far away."""
    for one in given.values():
        for index, entry in enumerate(getattr(one.value, "absent", ())):
            mark = one.locations.find((*one.path, "absent", index, "until"))
            found = approval_ending(entry.name, entry.until, today, mark)
            if found is not None:
                yield found


def _nothing_managed(
    spec: Spec, desired: Desired, given: Mapping[str, SpecValue]
) -> Iterator[Finding]:
    if not (desired.protect or given or set(spec.document.value) - set(HEADER_KEYS)):
        message = f"the spec of {spec.header.database!r} manages nothing"
        hint = "name what it manages, as in backups: {enabled: true}, or remove it"
        yield warning(codes.NOTHING_MANAGED, spec.mark, message, hint)


def _places_of_target(spec: Spec) -> dict[str, Location]:
    """Where the spec says which live database it means, by key."""
    return {
        key: spec.document.locations.find((key,)).location
        for key in ("app", "addon", "engine")
        if key in spec.document.value
    }


def _label_sets(header: Header, config: Config) -> list[DefaultSet]:
    """The default sets of a database's labels, in the order of the labels' names."""
    pairs = (f"{key}={value}" for key, value in sorted(header.labels.items()))
    return [config.labels[pair] for pair in pairs if pair in config.labels]


def _by_default(sets: list[DefaultSet], engine: Engine) -> dict[str, SpecValue]:
    """What default sets give to a database; a kind that its engine lacks is not given."""
    return {
        name: SpecValue(
            value=value,
            locations=default.locations,
            path=(*default.path, name),
            default=default.name,
        )
        for default in sets
        for name, value in default.kinds.items()
        if engine in KIND_BY_NAME[name].offers
    }


def _own(spec: Spec) -> dict[str, SpecValue]:
    locations = spec.document.locations
    return {
        name: SpecValue(value=value, locations=locations, path=(name,))
        for name, value in spec.kinds.items()
    }


def _without(given: Mapping[str, SpecValue], ignored: Iterable[Ignored]) -> dict[str, Any]:
    """The values by kind name, without what is ignored of them."""
    names: dict[str, set[str]] = {}
    for one in ignored:
        names.setdefault(one.address.kind, set()).add(one.address.name)
    left = {
        name: KIND_BY_NAME[name].without(one.value, names[name]) if name in names else one.value
        for name, one in given.items()
        if "" not in names.get(name, ())
    }
    return {name: value for name, value in left.items() if value is not None}


def _touched(ignored: Iterable[Ignored]) -> set[str]:
    """The kinds of which something is ignored."""
    return {one.address.kind for one in ignored}


def _place(ignored: Ignored) -> tuple[Address, Location]:
    return ignored.address, ignored.location


def _origins(spec: Spec, given: Mapping[str, SpecValue]) -> Iterator[tuple[Address, Origin]]:
    """The origins of the database, its kinds, and every name listed under them."""
    handle = spec.header.database
    yield Address(database=handle), Origin(location=spec.mark.location)
    for name, one in given.items():
        yield Address(database=handle, kind=name), one.origin()
        for element, place in KIND_BY_NAME[name].places(one.value):
            yield Address(database=handle, kind=name, name=element), one.origin(*place)


def _conflicts(spec: Spec, labels: list[DefaultSet]) -> Iterator[Finding]:
    """Kinds that two labels of a database give it with different values."""
    first: dict[str, DefaultSet] = {}
    for default in labels:
        for name, value in default.kinds.items():
            other = first.setdefault(name, default)
            offered = spec.header.engine in KIND_BY_NAME[name].offers
            if offered and name not in spec.kinds and other.kinds[name] != value:
                yield finding(
                    codes.CONFLICTING_DEFAULTS,
                    spec.mark,
                    f"{other.name} and {default.name} give {spec.header.database!r} different {name}",
                    f"write {name} into this spec, or take it out of one of the two defaults",
                )


def _unfit(engine: Engine, given: Mapping[str, SpecValue]) -> Iterator[Finding]:
    """Label defaults that cannot be meant for this engine; it was not known when they were read."""
    for name, one in given.items():
        if one.default is not None:
            for fault in check_kind(KIND_BY_NAME[name], one.value, engine):
                yield refusal(one.locations, one.path, fault)
