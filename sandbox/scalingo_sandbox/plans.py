"""The plans of the addon providers: their names, their sizes, and what they keep."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from attrs import frozen

from scalingo_sandbox.defaults import ENGINES, object_id
from scalingo_sandbox.fleet import Engine

DEDICATED = "postgresql-ng"
_DEDICATED_PLAN = "postgresql-dr-starter-4096"
_SMALL = ("free", "starter", "sandbox")
_TIERS = ("starter", "business")
_SIZES = (1, 2, 4, 8)
_SMALLEST_MEMORY = 512
# Euros for 30 days, of a starter plan of 512 MB; the price of a minute is in the documents.
_PRICE = 7.2
_MINUTES = 30 * 24 * 60


@frozen(kw_only=True)
class Plan:
    """A plan; its name tells its tier and its memory: `mysql-starter-512`."""

    name: str
    position: int = 0

    @property
    def id(self) -> str:
        """Its id, always the same for the same name."""
        return object_id("plan", self.name)

    @property
    def is_small(self) -> bool:
        """Whether it is of the smallest tier."""
        return any(word in self.name for word in _SMALL)

    @property
    def is_cluster(self) -> bool:
        """Whether its databases have several nodes."""
        return "business" in self.name

    @property
    def memory(self) -> int:
        """Its memory, in MB."""
        size = self.name.rpartition("-")[2]
        return int(size) if size.isdecimal() and size.isascii() else _SMALLEST_MEMORY

    @property
    def manual_backups(self) -> int:
        """How many manual backups it keeps."""
        return 10 if self.is_small else 50


def plan_document(plan: Plan, region: str) -> dict[str, object]:
    """Show a plan as the addon providers do."""
    price = _PRICE * plan.memory / _SMALLEST_MEMORY
    minute = {"price": f"{price / _MINUTES:.10f}", "currency": "EUR", "period": "minute"}
    return {
        "id": plan.id,
        "name": plan.name,
        "display_name": _display_name(plan.name),
        "price": price,
        "description": f"{plan.memory} MB of memory",
        "position": plan.position,
        "on_demand": False,
        "disabled": False,
        "disabled_alternative_plan_id": None,
        "sku": f"{region}-{plan.name}",
        "pricings": {"default": minute},
        "hds_available": False,
    }


def _display_name(name: str) -> str:
    """Write `mysql-starter-512` as `Starter 512M`."""
    *_, tier, size = ("", *name.split("-"))
    return f"{tier.capitalize()} {size}M" if tier else name


def _series(smallest: str) -> tuple[Plan, ...]:
    """Give the plans that begin with the smallest: each tier in each size."""
    prefix, _, size = smallest.rpartition("-starter-")
    names = [f"{prefix}-{tier}-{int(size) * factor}" for tier in _TIERS for factor in _SIZES]
    return tuple(Plan(name=name, position=number) for number, name in enumerate(names, 1))


OFFERED: Mapping[str, tuple[Plan, ...]] = MappingProxyType(
    {engine.value: _series(facts.plan) for engine, facts in ENGINES.items()}
    | {DEDICATED: _series(_DEDICATED_PLAN)}
)
"""The plans of each addon provider, by its id."""

_KNOWN = {plan.name: plan for plans in OFFERED.values() for plan in plans}


def plan_named(name: str) -> Plan:
    """Give the plan of a name; a fleet file may name a plan that no provider offers."""
    return _KNOWN.get(name, Plan(name=name))


def provider_key(provider: str) -> str:
    """Give the present id of an addon provider; older pages write `scalingo-redis`."""
    return provider.removeprefix("scalingo-")


def engine_of(provider: str) -> Engine:
    """Tell what the addons of an offered provider are."""
    return Engine(provider_key(provider).removesuffix("-ng"))
