"""The questions of `apply`: which risks are allowed, and whether to begin."""

from __future__ import annotations

from collections.abc import Iterator

from reconcile.apply.allowance import Allowance, withheld
from reconcile.cli.terminal import Terminal
from reconcile.model.change import Risk
from reconcile.model.item import Action
from reconcile.model.plan import Proposal
from reconcile.model.run import Result
from reconcile.model.text import count
from reconcile.report.plan_text import plan_text
from reconcile.report.words import STAKES

_SHOWN = 10


def show_plan(proposal: Proposal, terminal: Terminal) -> None:
    """Show what is asked about, on stderr: stdout is for results."""
    terminal.write_stderr(plan_text(proposal, terminal.look(terminal.stderr)) + "\n")


def ask(proposal: Proposal, allowance: Allowance, terminal: Terminal) -> Allowance | None:
    """Ask what is allowed and whether to begin; None where the answer is no.

    Where nothing may run there is nothing to ask: the allowance comes back as it is.
    """
    allowance = _ask_risks(proposal, allowance, terminal)
    actions = [a for a in proposal.plan.actions if withheld(proposal, allowance, a) is None]
    if terminal.interruption.stop.is_set():
        return None
    if not actions:
        return allowance
    databases = {action.address.database for action in actions}
    what = f"{count(len(actions), 'action')} to {count(len(databases), 'database')}"
    yes = terminal.ask(f"Apply {what}? Only 'yes' is taken: ") == "yes"
    return allowance if yes and not terminal.interruption.stop.is_set() else None


def _ask_risks(proposal: Proposal, allowance: Allowance, terminal: Terminal) -> Allowance:
    """Ask about each risk that is in the plan and not allowed yet; the answer is its name."""
    for risk in STAKES:
        actions = [
            action
            for action in proposal.plan.actions
            if action.risk is risk and _only_unallowed(proposal, allowance, action)
        ]
        if not actions or terminal.interruption.stop.is_set():
            continue
        for text in _stake_lines(risk, actions):
            terminal.tell(text)
        question = f"Type {risk.value!r} to allow it, anything else leaves it out: "
        if terminal.ask(question) == risk.value:
            allowance = allowance.plus(risk)
    return allowance


def _only_unallowed(proposal: Proposal, allowance: Allowance, action: Action) -> bool:
    outcome = withheld(proposal, allowance, action)
    return outcome is not None and outcome.result is Result.NOT_ALLOWED


def _stake_lines(risk: Risk, actions: list[Action]) -> Iterator[str]:
    verb = "action" if len(actions) == 1 else "actions"
    yield f"{len(actions)} {risk.value} {verb}: this {STAKES[risk]}."
    # The two halves of a replacement have one address.
    addresses = list(dict.fromkeys(str(action.address) for action in actions))
    for address in addresses[:_SHOWN]:
        yield f"  {address}"
    if len(addresses) > _SHOWN:
        yield f"  and {len(addresses) - _SHOWN} more"
