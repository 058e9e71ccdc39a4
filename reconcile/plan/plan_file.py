"""A plan as a file keeps it: text out, text in, signed or not.

The id detects damage, not malice: whoever changes the body can compute it anew. So
nothing in a body is believed: its inputs are planned again, and have to give the very same body. What
is done with a file is for whoever applies it to judge; a signature says that its writer had the key.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import Any, Final

from attrs import evolve, frozen

from reconcile.codec import CodecError, canonical, decoded, key_at, shown, structured
from reconcile.errors import ExitStatus, ReconcileError
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.address import Address
from reconcile.model.constraint import quoted
from reconcile.model.plan import DatabasePlan, Plan, Proposal
from reconcile.model.policy import Ignored
from reconcile.model.postgresql import is_reference
from reconcile.model.state import Desired, Observed
from reconcile.model.target import Target
from reconcile.plan.build import NOWHERE, plan_database
from reconcile.plan.document import (
    FORMAT_VERSION,
    Envelope,
    Frame,
    OtherDatabase,
    PlanFileDocument,
    SavedHead,
    SavedInputs,
    Scope,
    Signature,
    as_json,
    body_of,
    hash_of,
    other_of,
)

LARGEST = 64 * 1024 * 1024
"""Bytes of a plan file: a plan of thousands of databases has a few millions."""

_KIND: Final = "plan_file"
_AGAIN = "it was edited, or made by another version: plan again"


class PlanFileError(ReconcileError):
    """A plan file that cannot be believed, and why."""

    status = ExitStatus.INVALID


@frozen(kw_only=True)
class Saved:
    """A plan with what is worth knowing of it.

    `made` and `expires` in UTC; `version` is that of the tool that made it; `signature` an HMAC in
    hexadecimal, None where nobody signed.
    """

    proposal: Proposal
    made: datetime
    expires: datetime
    version: str
    scope: Scope
    signature: str | None = None


def dump(saved: Saved) -> str:
    """The text of a plan file: JSON, ASCII only."""
    return json.dumps(as_json(_document(saved)), indent=2) + "\n"


def load(text: bytes) -> Saved:
    """Read a plan file and plan its inputs again.

    Raises PlanFileError for one that is damaged, none of this tool's, or another than the plan of its
    inputs: a risk that was edited, a change that no plan holds.
    """
    try:
        return _load(_plain_file(text))
    except CodecError as error:
        raise PlanFileError(str(error)) from None


def is_plan_file(text: bytes) -> bool:
    """Whether a text is a plan file of any version, damaged or not."""
    try:
        value = decoded(text)
    except CodecError:
        return False
    return isinstance(value, dict) and value.get("kind") == _KIND


def sign(saved: Saved, key: bytes) -> Saved:
    """The same, signed with a key."""
    return evolve(saved, signature=_hmac(saved, key))


def is_signed_with(saved: Saved, key: bytes) -> bool:
    """Whether it has a signature, which was made with this key over just this."""
    signature = saved.signature or ""
    return hmac.compare_digest(signature.encode(), _hmac(saved, key).encode())


def _hmac(saved: Saved, key: bytes) -> str:
    unsigned = as_json(_document(saved))
    del unsigned["signature"]
    return hmac.new(key, canonical(unsigned), hashlib.sha256).hexdigest()


def _document(saved: Saved) -> PlanFileDocument:
    plan, signature = saved.proposal.plan, saved.signature
    return PlanFileDocument(
        format_version=FORMAT_VERSION,
        kind=_KIND,
        id=saved.proposal.id,
        body=body_of(plan),
        envelope=Envelope(
            made=saved.made,
            expires=saved.expires,
            version=saved.version,
            scope=saved.scope,
            origins={entry.address: entry.origin for entry in plan.items()},
            others=tuple(other_of(one) for one in plan.databases if not one.items),
            unmanaged=tuple(address for one in plan.databases for address in one.unmanaged),
            ignored=tuple(each for one in plan.databases for each in one.ignored),
            findings=saved.proposal.findings,
        ),
        signature=Signature(algorithm="hmac-sha256", value=signature) if signature else None,
    )


def _plain_file(text: bytes) -> dict[str, Any]:
    """The plain value of a text that says that it is a plan file of this format."""
    if len(text) > LARGEST:
        raise PlanFileError(f"it is larger than the {LARGEST} bytes that a plan file may have")
    value = decoded(text)
    given: dict[str, Any] = value if isinstance(value, dict) else {}
    if given.get("kind") != _KIND:
        raise PlanFileError("it is not a plan file: reconcile plan --out FILE writes one")
    if given.get("format_version") != FORMAT_VERSION:
        raise PlanFileError(
            f"format_version: {given.get('format_version')!r:.40} is not {FORMAT_VERSION!r}, which"
            " this version of the tool reads: plan again"
        )
    return given


def _load(given: dict[str, Any]) -> Saved:
    frame = structured(Frame, {name: one for name, one in given.items() if name != "body"})
    body, envelope = given.get("body"), frame.envelope
    if hash_of(body) != frame.id:
        raise PlanFileError(
            "id: it is not the SHA-256 of the body: the file is damaged or was edited, plan again"
        )
    if envelope.expires < envelope.made:
        raise PlanFileError("envelope.expires: it is before the plan was made")
    plan = _plan(body, envelope)
    return Saved(
        proposal=Proposal(plan=plan, findings=envelope.findings, id=frame.id),
        made=envelope.made,
        expires=envelope.expires,
        version=envelope.version,
        scope=envelope.scope,
        signature=frame.signature.value if frame.signature else None,
    )


def _plan(body: object, envelope: Envelope) -> Plan:
    """The plan of the inputs of a body, with what the envelope says of each database."""
    databases = body.get("databases") if isinstance(body, dict) else None
    if not isinstance(databases, list):
        raise PlanFileError("body.databases: a list is due")
    ignored: dict[str, list[Ignored]] = defaultdict(list)
    for one in envelope.ignored:
        ignored[one.address.database].append(one)
    unmanaged: dict[str, list[Address]] = defaultdict(list)
    for address in envelope.unmanaged:
        unmanaged[address.database].append(address)
    read = [
        *(_planned(one, f"body.databases[{n}]", ignored) for n, one in enumerate(databases)),
        *(_unplanned(one, f"envelope.others[{n}]") for n, one in enumerate(envelope.others)),
    ]
    _check_once("database", [one.handle for one in read])
    addons = [(one.target.hosts.database, one.target.addon) for one in read if one.target]
    _check_once("addon", addons)
    ordered = sorted(read, key=lambda one: one.handle)
    _check_same(body, as_json(body_of(Plan(databases=tuple(ordered)))), "body")
    _check_addresses(envelope, read)
    return Plan(
        databases=tuple(
            evolve(
                one,
                items=tuple(
                    evolve(entry, origin=envelope.origins[entry.address]) for entry in one.items
                ),
                unmanaged=tuple(unmanaged[one.handle]),
                ignored=tuple(ignored[one.handle]),
            )
            for one in ordered
        )
    )


def _check_once(what: str, found: Sequence[Any]) -> None:
    if len(set(found)) != len(found):
        twice = next(one for one, number in Counter(found).items() if number > 1)
        raise PlanFileError(
            f"the {what} {twice if what == 'database' else twice[1]!r} stands twice"
        )


def _check_addresses(envelope: Envelope, read: Sequence[DatabasePlan]) -> None:
    """Each item has an origin, and nothing else has; the rest is about databases of the plan."""
    items = {entry.address for one in read for entry in one.items}
    for address in sorted(items ^ envelope.origins.keys()):
        missing = f"the key {str(address)!r} is missing"
        unused = f"the plan has no item {str(address)!r}"
        raise PlanFileError(f"envelope.origins: {missing if address in items else unused}")
    handles = {one.handle for one in read}
    for place, addresses in (
        ("unmanaged", envelope.unmanaged),
        ("ignored", [one.address for one in envelope.ignored]),
    ):
        for number, address in enumerate(addresses):
            if address.database not in handles:
                what = f"the plan has no database {address.database!r}"
                raise PlanFileError(f"envelope.{place}[{number}]: {what}")


def _planned(given: object, at: str, ignored: Mapping[str, list[Ignored]]) -> DatabasePlan:
    """The plan of the inputs of one database. Raises PlanFileError where there is none."""
    plain_inputs = (
        {key: one for key, one in given.items() if key != "items"}
        if isinstance(given, dict)
        else given
    )
    inputs = structured(SavedInputs, plain_inputs, at=at)
    _check_head(inputs, inputs.target, at)
    desired = Desired(
        handle=inputs.handle,
        app=inputs.app,
        addon=inputs.target.addon,
        engine=inputs.engine,
        location=NOWHERE,
        protect=inputs.protect,
        pins=inputs.pins,
        connection=inputs.target.connection,
        kinds=_wanted(inputs, f"{at}.desired"),
        ignored=tuple(ignored.get(inputs.handle, ())),
    )
    observed = Observed(target=inputs.target, facts=inputs.facts, states=inputs.observed)
    try:
        return plan_database(desired, observed)
    except _SENSELESS as error:
        why = str(error) if isinstance(error, ValueError) else repr(error)
        raise PlanFileError(f"{at}: it makes no sense: {why:.200}; {_AGAIN}") from error


_SENSELESS = (AssertionError, AttributeError, LookupError, TypeError, ValueError)
"""What planning raises for values that no spec and no server gives."""


def _wanted(inputs: SavedInputs, at: str) -> dict[str, object]:
    wanted: dict[str, object] = {}
    for name, value in inputs.desired.items():
        kind = KIND_BY_NAME.get(name)
        if kind is None or inputs.engine not in kind.offers:
            raise PlanFileError(
                f"{at}: {inputs.engine.value} has nothing to manage at {quoted(name)}"
            )
        wanted[name] = structured(kind.spec_type, value, at=key_at(at, name))
    if wanted.keys() != inputs.observed.keys():
        raise PlanFileError(f"{at}: its kinds are not those that were observed")
    return wanted


def _unplanned(other: OtherDatabase, at: str) -> DatabasePlan:
    _check_head(other, other.target, at)
    return DatabasePlan(
        handle=other.handle,
        engine=other.engine.value,
        app=other.app,
        target=other.target,
        version=other.version,
        protect=other.protect,
        pins=other.pins,
        error=other.error,
        unauthenticated=other.unauthenticated,
    )


def _check_head(head: SavedHead, target: Target | None, at: str) -> None:
    """See that it is told which database is meant, and how it is reached."""
    if not head.handle or "/" in head.handle:
        raise PlanFileError(f"{at}.handle: {quoted(head.handle)} is no handle")
    if target is None:
        return
    if target.app != head.app:
        raise PlanFileError(f"{at}.target.app: {quoted(target.app)} is not {quoted(head.app)}")
    hosts = target.hosts
    told = {
        "region": target.region,
        "hosts": hosts.auth and hosts.api and hosts.database,
        "app": target.app,
        "addon": target.addon,
    }
    for key, text in told.items():
        if not text:
            what = "an empty text tells nothing of which database it is"
            raise PlanFileError(f"{at}.target.{key}: {what}")
    # The string itself is in no plan file, and in no message.
    if target.connection is not None and not is_reference(target.connection.dsn):
        what = "it is no reference such as ${env:NAME}"
        raise PlanFileError(f"{at}.target.connection.dsn: {what}")


def _check_same(given: object, own: object, at: str) -> None:
    """Raise PlanFileError for the first difference between a file and the plan of its inputs."""
    if isinstance(given, dict) and isinstance(own, dict):
        for key in (*own, *(one for one in given if one not in own)):
            _check_same(given.get(key, _NOTHING), own.get(key, _NOTHING), key_at(at, key))
    elif isinstance(given, list) and isinstance(own, list):
        for number, (one, other) in enumerate(zip_longest(given, own, fillvalue=_NOTHING)):
            _check_same(one, other, f"{at}[{number}]")
    elif given is not own and (type(given) is not type(own) or given != own):
        said, due = ("nothing" if one is _NOTHING else shown(one) for one in (given, own))
        raise PlanFileError(f"{at}: the file says {said} where the rules give {due}; {_AGAIN}")


_NOTHING: Final = object()
