"""One set of rules, two engines: in memory and on real servers, every rule holds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import product

import pytest
from conformance.conduct import Conductor
from conformance.page import NOT_TO_BE_HAD, PAGE, PROGRAMS, cells_of, page, seen
from conformance.rule import Kind, Rule
from conformance.rules import RULES
from conformance.trial import conducted
from engines_here import HERE, needs

from scalingo_sandbox.servers.programs import SUPPORTED, Installed

_REAL = {engine: [pytest.mark.more, needs(program)] for engine, program in PROGRAMS.items()}
"""Servers are other software, and take long; the rules in memory hold in every run."""


@pytest.fixture(scope="session")
def conductors() -> Iterator[Callable[[Kind, str], Conductor]]:
    """One sandbox for all rules of a kind and an engine, whatever order they come in."""
    with ExitStack() as begun:

        @cache
        def begin(kind: Kind, engine: str) -> Conductor:
            return begun.enter_context(conducted(kind, engine))

        yield begin


@pytest.fixture
def conductor(
    request: pytest.FixtureRequest, conductors: Callable[[Kind, str], Conductor]
) -> Conductor:
    """The client of a rule's sandbox."""
    return conductors(*request.param)


@pytest.mark.parametrize(
    ("conductor", "kind", "rule"),
    [
        pytest.param(
            place,
            place[0],
            rule,
            marks=_REAL[place[1]] if place[0] is Kind.REAL else [],
            id=f"{place[0]}-{rule.name}",
        )
        for place in product(Kind, RULES)
        for rule in RULES[place[1]]
    ],
    indirect=["conductor"],
)
def test_the_rule_holds(conductor: Conductor, kind: Kind, rule: Rule) -> None:
    """Every answer is the one of the table, and the page says what was seen."""
    fault = conductor.fault_of(rule)
    cell = seen(rule, kind, fault)
    assert (fault is None) is (cell != NOT_TO_BE_HAD), fault
    assert cells_of(PAGE.read_text(encoding="utf-8"))[rule.name, kind] == cell


def test_the_page_is_that_of_the_rules() -> None:
    """Sentences, order and remarks are those of the tables; the cells are held rule by rule."""
    text = PAGE.read_text(encoding="utf-8")
    assert page(cells_of(text)) == text


@pytest.mark.parametrize("engine", [pytest.param(one, marks=_REAL[one]) for one in PROGRAMS])
def test_the_page_names_the_series_of_the_servers(engine: str) -> None:
    """What the head of a column says is what runs here."""
    found = HERE[PROGRAMS[engine]]
    assert isinstance(found, Installed)
    assert f"{found.version}.".startswith(f"{SUPPORTED[found.program][0]}.")


def test_every_rule_has_its_own_name() -> None:
    """A name is a test and a line of the page."""
    named = [rule.name for rules in RULES.values() for rule in rules]
    assert len(set(named)) == len(named)
