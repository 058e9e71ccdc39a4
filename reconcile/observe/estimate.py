"""What reading databases will cost, before a single request was sent. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from reconcile.kinds import KINDS
from reconcile.model.cost import Budget, Estimate, InHand, estimated
from reconcile.model.request import RESOURCE, Call
from reconcile.model.state import Desired
from reconcile.model.target import ADDON_ID
from reconcile.observe.reach import PROOF


def estimate(
    desired: Sequence[Desired],
    *,
    in_hand: InHand,
    budget: Budget,
    recent: Mapping[str, Sequence[float]] | None = None,
    requests_of: Callable[[Desired], int] | None = None,
) -> Estimate:
    """What `observe` will ask for these databases if nothing goes wrong.

    What it takes to have access to them; then the requests of each, as `requests_of` counts them:
    by default `reads_of`. What cannot be foreseen is left out: a lookup that the answers
    call for, and databases that turn out not to be idle. `recent` as in `estimated`.
    """
    database = sum(map(requests_of or reads_of, desired))
    return estimated(
        {**access_to(desired, in_hand=in_hand), "database": database}, budget, recent=recent
    )


def access_to(desired: Sequence[Desired], *, in_hand: InHand) -> dict[str, int]:
    """The requests, by host, until these databases can be asked.

    A token each for the account and for every addon, the list of regions, a list of addons for
    each application whose addon is not named by its id.
    """
    unnamed = {one.app for one in desired if not _by_id(one)}
    tokens = sum((one.app, one.addon) not in in_hand.addons for one in desired)
    asks_account = bool(tokens or unnamed or not in_hand.hosts)
    return {
        "auth": (asks_account and not in_hand.account) + (not in_hand.hosts),
        "api": len(unnamed) + tokens,
    }


def reads_of(desired: Desired) -> int:
    """How many requests read a database once it was found: its resource, and each distinct read."""
    reads = [kind.read for kind in KINDS if kind.name in desired.kinds]
    return len(_distinct([RESOURCE, *reads]))


def looks_of(desired: Desired) -> int:
    """How many requests read again what differs: where it is changed by SQL, two for the proof."""
    kinds = [kind for kind in KINDS if kind.name in desired.kinds]
    by_sql = any(kind.sql for kind in kinds)
    proof = PROOF if by_sql and desired.connection is not None else ()
    return len(_distinct([RESOURCE, *(kind.read for kind in kinds), *proof]))


def _by_id(desired: Desired) -> bool:
    return desired.addon is not None and desired.addon.startswith(ADDON_ID)


def _distinct(calls: Iterable[Call]) -> list[Call]:
    found: list[Call] = []
    for call in calls:
        if call not in found:
            found.append(call)
    return found
