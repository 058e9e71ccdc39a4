"""The questions of `apply`: which risks are allowed, and whether to begin."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.apply.allowance import Allowance, withheld
from reconcile.cli.world import World
from reconcile.model.change import Risk
from reconcile.model.item import Action
from reconcile.model.plan import Proposal
from reconcile.model.run import Result
from reconcile.model.text import safe_text
from reconcile.report.words import count

_STAKES = {
    Risk.WEAKENS: "takes protection away",
    Risk.DISRUPTIVE: "interrupts service",
    Risk.LOSSY: "deletes data for good",
}
_SHOWN = 10


def ask_risks(proposal: Proposal, allowance: Allowance, world: World) -> Allowance:
    """Ask about each risk that is in the plan and not allowed yet; the answer is its name."""
    for risk in _STAKES:
        actions = [
            action
            for action in proposal.plan.actions
            if action.risk is risk and _only_unallowed(proposal, allowance, action)
        ]
        if actions:
            for text in _stake_lines(risk, actions):
                world.tell(text)
            if (
                _answer(world, f"Type {risk.value!r} to allow it, anything else leaves it out: ")
                == risk.value
            ):
                allowance = allowance.plus(risk)
    return allowance


def ask_to_begin(proposal: Proposal, allowance: Allowance, world: World) -> bool:
    """Ask whether to begin; nothing but `yes` begins."""
    actions = [a for a in proposal.plan.actions if withheld(proposal, allowance, a) is None]
    databases = {action.address.database for action in actions}
    what = f"{count(len(actions), 'action')} to {count(len(databases), 'database')}"
    return _answer(world, f"Apply {what}? Only 'yes' is taken: ") == "yes"


def _only_unallowed(proposal: Proposal, allowance: Allowance, action: Action) -> bool:
    outcome = withheld(proposal, allowance, action)
    return outcome is not None and outcome.result is Result.NOT_ALLOWED


def _stake_lines(risk: Risk, actions: list[Action]) -> Iterator[str]:
    verb = "action" if len(actions) == 1 else "actions"
    yield f"{len(actions)} {risk.value} {verb}: this {_STAKES[risk]}."
    for action in actions[:_SHOWN]:
        yield f"  {action.address}"
    if len(actions) > _SHOWN:
        yield f"  and {len(actions) - _SHOWN} more"


def _answer(world: World, question: str) -> str:
    """One line from the terminal; the end of input is no."""
    world.stderr.write(safe_text(question))
    world.stderr.flush()
    return world.stdin.readline().strip()
