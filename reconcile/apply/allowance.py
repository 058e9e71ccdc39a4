"""Which actions may run: safe ones, and those that a person allowed."""

from __future__ import annotations

from attrs import evolve, field, frozen

from reconcile.model.address import Address
from reconcile.model.change import Risk
from reconcile.model.item import Action
from reconcile.model.plan import Plan, Proposal
from reconcile.model.run import Outcome, Result, allow_flag


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


@frozen(kw_only=True)
class Allowance:
    """What a person said may run.

    `attended` is true where somebody could have answered a prompt; without that a bare
    `--allow lossy` does not count, only one that names the address.
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

    def unused(self, plan: Plan) -> tuple[Address, ...]:
        """The addresses that are allowed something and are not in the plan."""
        planned = {action.address for action in plan.actions}
        named = [allow.address for allow in self.allows if allow.address is not None]
        return tuple(address for address in named if address not in planned)

    def plus(self, risk: Risk) -> Allowance:
        """The same with a risk allowed everywhere, as a person answered at the prompt."""
        return evolve(self, allows=(*self.allows, Allow(risk=risk)))


def withheld(proposal: Proposal, allowance: Allowance, action: Action) -> Outcome | None:
    """Why an action does not run; None if it does."""
    finding = proposal.refusal(action)
    if finding is not None:
        return Outcome(
            action=action, result=Result.REFUSED, message=f"{finding.message} [{finding.code}]"
        )
    if allowance.permits(action):
        return None
    message = f"allow it with {allow_flag(action)}"
    return Outcome(action=action, result=Result.NOT_ALLOWED, message=message)
