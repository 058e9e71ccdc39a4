"""What a plan is made of: a closed union of four."""

from __future__ import annotations

from enum import Enum

from attrs import field, frozen

from reconcile.model.address import Address
from reconcile.model.change import ActionKey, Change, Risk, key_of
from reconcile.model.location import Origin
from reconcile.model.state import Approval


class Reason(Enum):
    """Why an entry is in the plan: a stable code, of which reports make a sentence.

    Missing: the spec names it and it is not live. Absent: it is listed under `absent`. Unmanaged:
    it is live and the spec does not name it. Mismatch: the live database is not the one that the
    spec describes. Busy: the database accepts no changes now.
    """

    MISSING = "missing"
    DIFFERS = "differs"
    ABSENT = "absent"
    UNMANAGED = "unmanaged"
    MISMATCH = "mismatch"
    NOT_OFFERED = "not_offered"
    UNREADABLE = "unreadable"
    BUSY = "busy"


@frozen(kw_only=True)
class Action:
    """A change that the tool can make itself.

    `requires` names the actions that have to be done before. It follows from the plan that holds
    the action, so that it does not count when two actions are compared.
    """

    address: Address
    change: Change
    risk: Risk
    reason: Reason
    origin: Origin
    approval: Approval | None = None
    requires: tuple[ActionKey, ...] = field(default=(), eq=False)

    @property
    def key(self) -> ActionKey:
        """What other actions name it by."""
        return key_of(self.change)


@frozen(kw_only=True)
class ManualStep:
    """A change that the API has no request for: a person runs `statements` at `where`.

    `done_by` is the step whose statement does this one as well; a plan sets it where it is shown.
    """

    address: Address
    change: Change
    risk: Risk
    reason: Reason
    origin: Origin
    statements: tuple[str, ...]
    where: str
    approval: Approval | None = None
    done_by: Address | None = None

    @property
    def key(self) -> ActionKey:
        """What an action of the same change would be named by."""
        return key_of(self.change)


@frozen(kw_only=True)
class Blocked:
    """A difference that the tool will not or cannot settle, with a stable code and a way out."""

    address: Address
    code: str
    message: str
    hint: str
    reason: Reason
    origin: Origin
    change: Change | None = None


@frozen(kw_only=True)
class Pending:
    """Nothing is planned here now, because the provider is still at something.

    The address is that of the whole database, or of what waits; `in_progress` where the provider is at
    this very thing, and not at something that has to come first.
    """

    address: Address
    message: str
    reason: Reason
    origin: Origin
    in_progress: bool = False


Difference = Action | ManualStep | Blocked
"""What differs between a spec and the live state."""

Item = Difference | Pending

Doable = Action | ManualStep
"""What the tool or a person would do."""
