"""An address → what a plan makes of it, and why."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from reconcile.kinds import KIND_BY_NAME, KINDS
from reconcile.model.address import Address
from reconcile.model.explanation import AddressExplained, Compared, Considered
from reconcile.model.finding import Finding, rule_of
from reconcile.model.item import Action, Blocked, Item
from reconcile.model.plan import Proposal, as_run
from reconcile.model.state import ITSELF, Desired, Fields, NoElements, Observation, Observed
from reconcile.plan.codes import RULES
from reconcile.plan.items import KindInDatabase


def narrowed(desired: Desired, address: Address) -> Desired:
    """What is wanted of the kinds that an address is about: no request is spent on others."""
    if not address.kind:
        return desired
    kinds, whole = (
        {name: value for name, value in values.items() if name == address.kind}
        for values in (desired.kinds, desired.whole)
    )
    return evolve(desired, kinds=kinds, whole=whole)


def explain(
    address: Address, desired: Desired, observation: Observation, proposal: Proposal
) -> AddressExplained:
    """Explain an address by the plan of its database.

    `desired` is narrowed to the address, and nothing else was planned; what is ignored was observed
    as well.
    """
    (database,) = proposal.plan.databases
    if address.kind:
        proposal = evolve(proposal, findings=tuple(map(_of_a_part, proposal.findings)))
    considered = [
        _considered(entry, proposal)
        for entry in as_run(database, proposal)
        if _meet(address, entry.address)
    ]
    compared = (
        *_compared(address, desired, observation),
        *_ignored(address, desired, observation),
    )
    places = {one.address for one in compared}
    return AddressExplained(
        address=address,
        spec=desired.location,
        database=database,
        compared=tuple(
            evolve(one, considered=tuple(c for c in considered if c.entry.address == one.address))
            for one in compared
        ),
        considered=tuple(one for one in considered if one.entry.address not in places),
        findings=tuple(one for one in proposal.findings if _is_wide(one)),
        ignored=tuple(one for one in desired.ignored if _meet(address, one.address)),
        unnamed=tuple(_unnamed(address, desired)),
        plan_id=None if address.kind else proposal.id,
    )


def _meet(one: Address, other: Address) -> bool:
    """Whether one of two addresses of a database is at, below or above the other."""
    pairs = ((one.kind, other.kind), (one.name, other.name))
    return all(mine == theirs or not (mine and theirs) for mine, theirs in pairs)


def _of_a_part(finding: Finding) -> Finding:
    """What overrides a finding names a plan that can be applied; one of part of a database cannot."""
    flag, equals, _plan = (finding.override or "").partition("=")
    return evolve(finding, override=f"{flag}=PLAN") if equals else finding


def _is_wide(finding: Finding) -> bool:
    return finding.address is None or not finding.address.kind


def _considered(entry: Item, proposal: Proposal) -> Considered:
    calls = (
        KIND_BY_NAME[entry.address.kind].requests(entry.change) if isinstance(entry, Action) else ()
    )
    findings = (one for one in proposal.findings if one.address == entry.address)
    rule = rule_of(entry.code, RULES) if isinstance(entry, Blocked) else None
    return Considered(
        entry=entry,
        findings=tuple(findings),
        refusal=proposal.refusal(entry),
        calls=calls,
        rule=rule,
    )


def _unnamed(address: Address, desired: Desired) -> Iterator[str]:
    """The kinds at an address that neither the spec nor a default names."""
    named = {*desired.kinds, *(one.address.kind for one in desired.ignored)}
    for kind in KINDS:
        asked_for = address.kind in {"", kind.name} and desired.engine in kind.offers
        if asked_for and kind.name not in named:
            yield kind.name


def _compared(address: Address, desired: Desired, observation: Observation) -> Iterator[Compared]:
    """Both sides of everything below an address, as far as it was read."""
    if not isinstance(observation, Observed):
        return
    for name, state in observation.states.items():
        kind = KIND_BY_NAME[name]
        here = name in desired.kinds and address.kind in {"", name}
        if here and not isinstance(state, NoElements):
            subject = KindInDatabase(
                kind=kind, desired=desired, facts=observation.facts, state=state
            )
            yield from _elements(address, subject)


def _elements(address: Address, subject: KindInDatabase) -> Iterator[Compared]:
    sides = subject.sides
    wanted, live = sides.wanted, sides.live
    for name in sorted(wanted.present.keys() | wanted.absent.keys() | live.keys()):
        place = evolve(subject.address, name=name)
        if not _meet(address, place):
            continue
        fields = wanted.asked(name) if name in wanted.present else None
        ours = _part(address, subject, name, fields)
        theirs = _part(address, subject, name, live.get(name))
        named = ours is not None or name in wanted.absent
        if named or theirs is not None:
            yield Compared(
                address=place,
                wanted=ours,
                approval=wanted.absent.get(name),
                origin=subject.desired.origin(place) if named else None,
                live=theirs,
            )


def _part(
    address: Address, subject: KindInDatabase, name: str, fields: Fields | None
) -> Fields | None:
    """Of a kind that is one thing the field that an address names, if it names one.

    None where nothing of it is there, or is not ignored.
    """
    if fields is None or name != ITSELF:
        return fields
    ignored = {one.address.name for one in subject.desired.ignored if one.address.name}
    part = {
        field: value
        for field, value in fields.items()
        if field not in ignored and address.name in {"", field}
    }
    return part or None


def _ignored(address: Address, desired: Desired, observation: Observation) -> Iterator[Compared]:
    """Both sides of what is left out of a plan, each with the entry that says so."""
    told: set[Address] = set()  # two entries may be about one thing
    for entry in desired.ignored:
        if not _meet(address, entry.address):
            continue
        inner = address if address.name else entry.address
        for one in _compared(inner, desired.as_written(), observation):
            place = evolve(one.address, name=one.address.name or inner.name)
            if place not in told:
                yield evolve(one, address=place, ignored=entry)
            told.add(place)
