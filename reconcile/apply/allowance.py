"""Which actions may run: safe ones, and those that a person allowed."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve, field, frozen

from reconcile.model.address import Address
from reconcile.model.change import Risk
from reconcile.model.item import Action, Blocked, Pending
from reconcile.model.plan import Plan, Proposal
from reconcile.model.run import Outcome, Result, allow_flag, refusal_of


@frozen(kw_only=True)
class Allow:
    """One `--allow RISK[=ADDRESS]`: a risk everywhere, or for exactly one address."""

    risk: Risk
    address: Address | None = None

    @classmethod
    def parse(cls, text: str) -> Allow:
        """Read `lossy` or `lossy=shop/logical_databases/legacy`. Raises ValueError."""
        word, equals, address = text.partition("=")
        try:
            risk = Risk(word)
        except ValueError:
            known = ", ".join(risk.value for risk in Risk)
            raise ValueError(f"{word!r} is no risk: write one of {known}") from None
        named = Address.parse(address) if equals else None
        if named is not None and not named.kind:
            raise ValueError(f"{address!r} is a whole database: name what of it, as in a plan")
        return cls(risk=risk, address=named)

    def __str__(self) -> str:
        return f"{self.risk.value}={self.address}" if self.address else self.risk.value


@frozen(kw_only=True)
class Allowance:
    """What a person said may run.

    `attended` is true where somebody could have answered a prompt, or looked at the very plan
    before; without that a bare `--allow lossy` does not count, only one that names the address.
    """

    allows: tuple[Allow, ...] = ()
    attended: bool = field(default=False)

    def permits(self, action: Action) -> bool:
        """Whether this action may run."""
        return action.risk is Risk.SAFE or any(self._covers(one, action) for one in self.allows)

    def _covers(self, allow: Allow, action: Action) -> bool:
        if allow.risk is not action.risk:
            return False
        if allow.address is None:
            return action.risk is not Risk.LOSSY or self.attended
        return allow.address == action.address

    def unused(self, plan: Plan) -> Iterator[str]:
        """Say of each word that names an address and allows nothing of a plan why it does not.

        Nothing is said of what could not be read or waits: the plan itself says why.
        """
        held = {one.address for one in plan.items() if isinstance(one, Blocked | Pending)}
        held.update(Address(database=one.handle) for one in plan.databases if one.error)
        for allow in self.allows:
            risks = {a.risk.value for a in plan.actions if a.address == allow.address}
            if allow.address is None or allow.risk.value in risks:
                continue
            if not risks and not held.isdisjoint(_around(allow.address)):
                continue
            of_it = f"its action is {', '.join(sorted(risks))}"
            why = of_it if risks else "this plan has no action of it"
            yield f"--allow {allow} allows nothing: {why}"

    def plus(self, risk: Risk) -> Allowance:
        """The same with a risk allowed everywhere, as a person answered at the prompt."""
        return evolve(self, allows=(*self.allows, Allow(risk=risk)))


def _around(address: Address) -> tuple[Address, ...]:
    """The address, that of its kind, and that of its database."""
    return address, evolve(address, name=""), Address(database=address.database)


def withheld(proposal: Proposal, allowance: Allowance, action: Action) -> Outcome | None:
    """Why an action does not run; None if it does."""
    finding = proposal.refusal(action)
    if finding is not None:
        message = refusal_of(finding)
        return Outcome(action=action, result=Result.REFUSED, message=message, code=finding.code)
    if allowance.permits(action):
        return None
    message = f"allow it with {allow_flag(action)}"
    return Outcome(action=action, result=Result.NOT_ALLOWED, message=message)
