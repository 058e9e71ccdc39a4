"""What `explain` has to say: of a code, or of an address in the fleet."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import field, frozen

from reconcile.model.address import Address
from reconcile.model.finding import Finding, Rule
from reconcile.model.item import Item
from reconcile.model.location import Location, Origin
from reconcile.model.plan import DatabasePlan
from reconcile.model.policy import Ignored, Limit, Waiver
from reconcile.model.postgresql import Sql
from reconcile.model.request import Call
from reconcile.model.state import Approval, Fields


@frozen(kw_only=True)
class CodeExplained:
    """A code, and what the project's configuration says of it.

    `limits` holds what a guard compares with, by its key in reconcile.yaml; `waivable` whether a
    guard can be waived there, or overridden for one plan; `ended` whether the last day of its
    waiver has passed.
    """

    code: str
    meaning: str
    rule: Rule
    limits: Mapping[str, Limit] = field(factory=dict)
    waivable: bool = False
    waiver: Waiver | None = None
    ended: bool = False


@frozen(kw_only=True)
class Considered:
    """An item of a plan, what the guards say of it, and what an apply would send.

    `refusal` holds it back, and may be about more than this item; `rule` is the one behind the
    code of what is blocked.
    """

    entry: Item
    findings: tuple[Finding, ...] = ()
    refusal: Finding | None = None
    calls: tuple[Call | Sql, ...] = ()
    rule: Rule | None = None


@frozen(kw_only=True)
class Compared:
    """Something that can be managed, seen from both sides, each None where it is not there.

    `origin` is None for what the spec does not name; `approval` is set where the spec wants it gone.
    `ignored` is the entry that leaves it out of a plan.
    """

    address: Address
    wanted: Fields | None
    approval: Approval | None
    origin: Origin | None
    live: Fields | None
    ignored: Ignored | None = None
    considered: tuple[Considered, ...] = ()


@frozen(kw_only=True)
class AddressExplained:
    """What there is to say of an address: a database, a kind, or something below a kind.

    `unnamed` are the kinds there that the spec does not name, `considered` the items about more
    than one thing below it. `plan_id` is None where the address is not a whole database: such a
    plan cannot be applied.
    """

    address: Address
    spec: Location
    database: DatabasePlan
    compared: tuple[Compared, ...]
    considered: tuple[Considered, ...]
    findings: tuple[Finding, ...]
    ignored: tuple[Ignored, ...]
    unnamed: tuple[str, ...]
    plan_id: str | None
