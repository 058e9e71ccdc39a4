"""Orders: single changes that a person requests by name, and that no spec can hold."""

from __future__ import annotations

from attrs import field, frozen

from reconcile.model.change import Risk
from reconcile.model.cost import Spent
from reconcile.model.engine import Step
from reconcile.model.operation import Operation
from reconcile.model.request import Call
from reconcile.model.run import EFFECTS, Result
from reconcile.model.target import Target


@frozen(kw_only=True)
class Order:
    """What is about to be done to one database, whole: the request, and what is affected.

    `what` is a sentence in the infinitive; `consequences` say what it costs, each a sentence; `confirm`
    is the name to be typed where data is affected. `sessions` where somebody's work is cut off.
    `step` says from which version to which an upgrade leads.
    """

    database: str
    target: Target
    what: str
    call: Call
    risk: Risk = Risk.SAFE
    consequences: tuple[str, ...] = ()
    confirm: str | None = None
    sessions: bool = False
    step: Step | None = None

    @property
    def asks(self) -> bool:
        """Whether a person has to agree first."""
        return self.risk is not Risk.SAFE or self.sessions


DECLINED = "nobody agreed to it, nothing was sent"


@frozen(kw_only=True)
class OrderOutcome:
    """An order and what became of it; `spent` is what it cost.

    `code` is that of the guard that refused it. `operation_id` is that of the operation which it started, `operation` how that was seen last.
    `hints` say what to do, each a sentence or a command. `sent` is false where an unknown result is
    that of an earlier run, and this one sent nothing.
    """

    order: Order
    result: Result
    message: str = ""
    code: str | None = None
    operation_id: str | None = None
    operation: Operation | None = None
    spent: Spent = field(factory=Spent)
    hints: tuple[str, ...] = ()
    sent: bool = True

    @property
    def effect(self) -> bool:
        """Whether something is, or may be, changed by it."""
        return self.sent and (self.operation_id is not None or self.result in EFFECTS)
