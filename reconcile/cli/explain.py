"""`reconcile explain`: why there is a code, or why a plan makes of an address what it does."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date

from reconcile.cli.options import ExplainOptions
from reconcile.cli.present import present, reading_status
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus, UsageError
from reconcile.guard import GUARD_BY_CODE
from reconcile.kinds import KIND_BY_NAME
from reconcile.model.address import Address
from reconcile.model.explanation import CodeExplained
from reconcile.model.finding import Rule, rule_of
from reconcile.model.plan import Plan, Proposal
from reconcile.model.policy import Policy
from reconcile.model.state import Desired
from reconcile.model.text import nearest
from reconcile.observe.observer import observe_database
from reconcile.plan import codes as of_plans
from reconcile.plan.build import plan_database
from reconcile.plan.document import plan_id
from reconcile.plan.explain import explain, narrowed
from reconcile.report.explain_json import address_json, code_json
from reconcile.report.explain_text import address_text, code_text
from reconcile.spec import codes as of_specs
from reconcile.workflow.fleet import Fleet, fleet_without_specs, valid_fleet
from reconcile.workflow.propose import About, Planner, reading, tell_warnings

MEANINGS: Mapping[str, str] = {
    **of_specs.MEANINGS,
    **of_plans.MEANINGS,
    **{code: guard.meaning for code, guard in GUARD_BY_CODE.items()},
}
"""Every code, with its meaning."""

_RULES = {
    **of_specs.RULES,
    **of_plans.RULES,
    **{code: Rule(why=guard.why, advice=guard.advice) for code, guard in GUARD_BY_CODE.items()},
}
_CODE = re.compile(r"[A-Za-z]\d{3}")


def run(options: ExplainOptions, terminal: Terminal) -> ExitStatus:
    """Explain what was asked about. Raises UsageError for what is neither code nor address."""
    if _CODE.fullmatch(options.subject):
        return _explain_code(options, terminal)
    return _explain_address(options, terminal)


def _explain_code(options: ExplainOptions, terminal: Terminal) -> ExitStatus:
    """Offline; only the limits and waivers of guards are looked up in reconcile.yaml."""
    code = options.subject.upper()
    if code not in MEANINGS:
        family = [one for one in MEANINGS if one[0] == code[0]] or MEANINGS
        raise UsageError(f"there is no code {code!r}{_guess(code, family)}")
    policy = Policy()
    if code in GUARD_BY_CODE:
        policy = fleet_without_specs(options.selection, today=terminal.today()).config.policy
    explained = code_explained(code, policy, today=terminal.today())
    return present(
        options.output,
        terminal,
        text=lambda look: code_text(explained, look),
        json=lambda: code_json(explained),
        status=ExitStatus.DONE,
    )


def code_explained(code: str, policy: Policy, *, today: date) -> CodeExplained:
    """What there is to say of a code under a policy. Raises KeyError for one that is not there."""
    waiver, guard = policy.waivers.get(code), GUARD_BY_CODE.get(code)
    return CodeExplained(
        code=code,
        meaning=MEANINGS[code],
        rule=rule_of(code, _RULES),
        limits={name: getattr(policy, name) for name in (guard.limits if guard else ())},
        waivable=guard is not None and guard.waivable,
        waiver=waiver,
        ended=waiver is not None and waiver.until < today,
    )


def _explain_address(options: ExplainOptions, terminal: Terminal) -> ExitStatus:
    fleet = valid_fleet(options.selection, today=terminal.today())
    tell_warnings(fleet, terminal)
    address, desired = _named(options.subject, fleet)
    with reading(About(config=fleet.config, databases=1), terminal) as reads:
        observation = observe_database(desired.as_written(), reads, inspect=terminal.sql.inspect)
        plan = Plan(databases=(plan_database(desired, observation),))
        planner = Planner(fleet=fleet, reads=reads, process=terminal)
        proposal = planner.judge(Proposal(plan=plan, id=plan_id(plan)))
        spent = reads.spent()
    explained = explain(address, desired, observation, proposal)
    status = reading_status(
        proposal, remains_counts=False, interrupted=terminal.interruption.status
    )
    return present(
        options.output,
        terminal,
        text=lambda look: address_text(explained, look),
        json=lambda: address_json(explained, status=status, spent=spent),
        status=status,
        spent=spent,
    )


def _named(subject: str, fleet: Fleet) -> tuple[Address, Desired]:
    """An address, and what is wanted of the kinds that it is about. Raises UsageError."""
    try:
        address = Address.parse(subject)
    except ValueError as error:
        raise UsageError(str(error)) from None
    desired = {one.handle: one for one in fleet.desired}.get(address.database)
    if desired is None:
        known = [*(one.handle for one in fleet.desired), *MEANINGS]
        raise UsageError(
            f"{address.database!r} is neither a handle of the specs nor a code"
            f"{_guess(address.database, known)}"
        )
    if address.kind:
        _check_kind(address, desired)
    return address, narrowed(desired, address)


def _check_kind(address: Address, desired: Desired) -> None:
    """Raise UsageError for a kind that the database's engine does not have, and its like."""
    kind = KIND_BY_NAME.get(address.kind)
    if kind is None or desired.engine not in kind.offers:
        offered = [one.name for one in KIND_BY_NAME.values() if desired.engine in one.offers]
        raise UsageError(
            f"{desired.engine.value} has no {address.kind!r}{_guess(address.kind, offered)}"
        )
    if address.name and kind.parts and address.name not in kind.parts:
        raise UsageError(f"{kind.name} has no {address.name!r}{_guess(address.name, kind.parts)}")


def _guess(word: str, known: Iterable[str]) -> str:
    near = nearest(word, known)
    return f": did you mean {near!r}?" if near else ""
