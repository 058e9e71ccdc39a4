"""Strategies: databases whose default policy often goes, and what goes on in an apply of them."""

from __future__ import annotations

from itertools import compress

from attrs import evolve, frozen
from builders import removal
from hypothesis import strategies as st
from strategies import Case, cases

from reconcile.apply.allowance import Allow, Allowance
from reconcile.kinds.retention_policies import KIND, OnChange, RetentionPolicies, RetentionPolicy
from reconcile.model.engine import Engine
from reconcile.model.plan import Plan
from reconcile.model.run import Result
from reconcile.model.state import KindState

NAMES = ("a", "b", "c")
ANSWERS = [
    *[(Result.DONE, True)] * 6,
    *(
        (Result.FAILED, False),
        (Result.FAILED, True),
        (Result.UNKNOWN, True),
        (Result.UNKNOWN, False),
    ),
]
"""What is said of a request, and whether it has its effect."""


@frozen
class Part:
    """What goes on in one apply: which names may be lost, and how requests end."""

    allowed: frozenset[str]
    answers: tuple[tuple[Result, bool], ...]
    from_file: bool

    def allowance(self, plan: Plan) -> Allowance:
        """The allowance of these names."""
        allows = (
            Allow(risk=action.risk, address=action.address)
            for action in plan.actions
            if action.address.name in self.allowed
        )
        return Allowance(allows=tuple(allows))


parts = st.builds(
    Part,
    st.tuples(*[st.booleans()] * 3).map(lambda each: frozenset(compress(NAMES, each))),
    st.lists(st.sampled_from(ANSWERS), max_size=8).map(tuple),
    st.booleans(),
)

durations = st.sampled_from(["1h", "2h"])


@st.composite
def policies(draw: st.DrawFn, handle: str = "shop") -> Case:
    """A database with a default policy, and a spec that often lets it go, or names another."""
    case = draw(cases(handle, of=Engine.INFLUXDB, unnamed={"engine_version", "features"}))
    default, *others = draw(st.permutations(NAMES))
    successor = draw(st.sampled_from([others[0], others[0], None]))
    there = draw(st.sampled_from([{default, others[0]}, {*NAMES}, {default}]))
    state: KindState = {
        name: {"duration": draw(durations), "default": name == default} for name in there
    }
    going = draw(st.sampled_from([{default}, set[str](), {default, others[1]}]))
    present = tuple(
        RetentionPolicy(
            name=name,
            duration=draw(durations),
            default=True if name == successor else draw(st.sampled_from([None, False])),
            on_change=draw(st.sampled_from([OnChange.REPLACE, OnChange.REPLACE, OnChange.BLOCK])),
        )
        for name in NAMES
        if name not in going
    )
    spec = RetentionPolicies(present=present, absent=tuple(map(removal, sorted(going))))
    kinds = {**case.desired.kinds, KIND.name: spec}
    states = {**case.observed.states, KIND.name: state}
    return Case(
        desired=evolve(case.desired, kinds=kinds), observed=evolve(case.observed, states=states)
    )
