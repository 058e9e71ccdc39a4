"""A plan that a file keeps, for a person: what it is, until when it holds, and the plan itself."""

from __future__ import annotations

from reconcile.model.plan import Proposal, Record, Seal, short_id
from reconcile.model.text import duration, moment
from reconcile.report.page import BLANK, Line, Look, line, render
from reconcile.report.plan_text import plan_lines

_SEALS = {
    Seal.UNSIGNED: ("not signed", "yellow"),
    Seal.UNCHECKED: ("signed, not checked", "yellow"),
    Seal.VERIFIED: ("signed", "green"),
}


def saved_text(proposal: Proposal, record: Record, look: Look) -> str:
    """Render a saved plan."""
    return render([record_line(proposal.id, record), BLANK, *plan_lines(proposal)], look)


def record_line(ident: str, record: Record) -> Line:
    """Which plan it is, and whether it may still be applied."""
    left = (record.expires - record.now).total_seconds()
    expiry = f"expired {duration(-left)} ago" if record.expired else f"expires in {duration(left)}"
    return line(
        0,
        ("Plan ", "bold"),
        (short_id(ident), "bold"),
        f", made {moment(record.made)} by version {record.version}, ",
        (expiry, "bold red" if record.expired else ""),
        ", ",
        _SEALS[record.seal],
    )
