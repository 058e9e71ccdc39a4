"""Extensions over a connection: what the server would refuse is not sent, with the exact words."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from attrs import evolve
from builders import CONNECTION, desired, facts, observed, package, reached, removal

from reconcile.kinds import extension_rules, extensions
from reconcile.kinds.extensions import Extension, Extensions
from reconcile.kinds.kind import Others
from reconcile.model.address import Address
from reconcile.model.change import Change, Create, Delete, Risk, Update, verb_of
from reconcile.model.engine import Engine
from reconcile.model.item import Action, Blocked, Item, ManualStep
from reconcile.model.postgresql import NoSqlAccess, Package, Reach, Uses
from reconcile.model.state import Elements
from reconcile.plan.build import plan_database

LIVE: Elements = {
    "plpgsql": {"version": "v1.0"},
    "cube": {"version": "v1.4"},
    "earthdistance": {"version": "1.1"},
}
CUBE = Extension(name="cube", version="1.5")
NOWHERE = "set it as the role: ALTER ROLE CURRENT_USER SET search_path = public; then plan again"
ROLE = "let the connection string name a role that may, or ask the provider to enable it"
OWNER = "let the connection string name the role that owns it, or ask the provider"


def items_of(spec: Extensions, reach: Reach | None, live: Elements = LIVE) -> tuple[Item, ...]:
    """What is planned over a connection."""
    one = desired({"extensions": spec}, engine=Engine.POSTGRESQL, connection=CONNECTION)
    known = facts(Engine.POSTGRESQL, reach=reach)
    found = observed({"extensions": live}, engine=Engine.POSTGRESQL, live=known)
    return plan_database(one, found).items


def added(*names: str, version: str | None = None) -> Extensions:
    """A spec with more extensions."""
    return Extensions(present=tuple(Extension(name=name, version=version) for name in names))


def dropped(*names: str) -> Extensions:
    """A spec with less."""
    return Extensions(absent=tuple(removal(name) for name in names))


OFFERED = {
    "hstore": package(),
    "dblink": package(superuser=True),
    "pg_trgm": package(superuser=True, trusted=True),
}


@pytest.mark.parametrize(
    ("spec", "reach", "statements"),
    [
        (added("hstore"), reached(OFFERED), ["CREATE EXTENSION hstore;"]),
        (added("hstore"), reached(OFFERED, superuser=False), ["CREATE EXTENSION hstore;"]),
        (added("dblink"), reached(OFFERED), ["CREATE EXTENSION dblink;"]),
        (
            added("pg_trgm"),
            reached(OFFERED, superuser=False, may_create=True),
            ["CREATE EXTENSION pg_trgm;"],
        ),
        (
            added("hstore", version="v1.0"),
            reached(OFFERED),
            ["CREATE EXTENSION hstore VERSION '1.0';"],
        ),
        (
            Extensions(present=(CUBE,)),
            reached(updates={"cube": ["1.5", "1.6"]}),
            ["ALTER EXTENSION cube UPDATE TO '1.5';"],
        ),
        (
            Extensions(present=(CUBE,)),
            reached(updates={"cube": ["1.5"]}, superuser=False, owned=["cube"]),
            ["ALTER EXTENSION cube UPDATE TO '1.5';"],
        ),
        (
            added("hstore", version="1.0.0"),
            reached(OFFERED),
            ["CREATE EXTENSION hstore VERSION '1.0';"],
        ),
        (
            added("dblink", "pg_trgm"),
            reached(OFFERED, superuser=False, allowed=["dblink", "pg_trgm"]),
            ["CREATE EXTENSION dblink;", "CREATE EXTENSION pg_trgm;"],
        ),
        (
            Extensions(present=(CUBE,), absent=(removal("earthdistance"),)),
            reached(updates={"cube": ["1.5"]}, superuser=False, allowed=["cube", "earthdistance"]),
            ["ALTER EXTENSION cube UPDATE TO '1.5';", "DROP EXTENSION earthdistance;"],
        ),
        (
            dropped("earthdistance"),
            reached(used_by={"cube": Uses(names=("view v",))}),
            ["DROP EXTENSION earthdistance;"],
        ),
        (dropped("earthdistance"), reached(), ["DROP EXTENSION earthdistance;"]),
        (
            dropped("earthdistance"),
            reached(superuser=False, owned=["earthdistance"]),
            ["DROP EXTENSION earthdistance;"],
        ),
        (added("hstore"), None, ["CREATE EXTENSION hstore;"]),
        (
            added("hstore"),
            reached({"hstore": evolve(package(), names_schema=True)}, has_schema=False),
            ["CREATE EXTENSION hstore;"],
        ),
        (dropped("cube"), None, ["DROP EXTENSION cube;"]),
        (added("cube", "plpgsql"), reached(), []),
    ],
)
def test_what_the_server_allows_is_an_action(
    spec: Extensions, reach: Reach | None, statements: list[str]
) -> None:
    """By whoever may; where nobody looked, it was judged before."""
    actions = [entry for entry in items_of(spec, reach) if isinstance(entry, Action)]
    made = [extensions.KIND.requests(action.change) for action in actions]
    assert [str(one) for (one,) in made] == statements
    assert len(items_of(spec, reach)) == len(actions)


def test_a_drop_is_lossy_and_approved() -> None:
    """As by hand; what adds or updates loses nothing."""
    spec = Extensions(present=(CUBE, Extension(name="hstore")), absent=(removal("earthdistance"),))
    reach = reached(OFFERED, updates={"cube": ["1.5"]})
    actions = [entry for entry in items_of(spec, reach) if isinstance(entry, Action)]
    told = [(verb_of(one.change).value, one.risk, one.approval is None) for one in actions]
    assert told == [
        ("create", Risk.SAFE, True),
        ("update", Risk.SAFE, True),
        ("delete", Risk.LOSSY, False),
    ]


def test_without_a_connection_it_is_a_step_for_a_person() -> None:
    """Whatever was found over one."""
    one = desired({"extensions": added("hstore")}, engine=Engine.POSTGRESQL)
    known = evolve(facts(Engine.POSTGRESQL, reach=reached(OFFERED)), connection=CONNECTION)
    found = observed({"extensions": {}}, engine=Engine.POSTGRESQL, live=known)
    (step,) = plan_database(one, found).items
    assert isinstance(step, ManualStep)
    assert step.statements == ("CREATE EXTENSION hstore;",)


MANY = {f"1.{number}": package() for number in range(10)}


@pytest.mark.parametrize(
    ("spec", "reach", "code", "message", "hint"),
    [
        (
            added("hstroe"),
            reached(OFFERED),
            "P251",
            "the server has no package of the extension 'hstroe'",
            "did you mean 'hstore'?",
        ),
        (
            added("postgis"),
            reached({**OFFERED, "postgres_fdw": package()}),
            "P251",
            "the server has no package of the extension 'postgis'",
            "take it out, or ask the provider for it",
        ),
        (
            added("hstore", version="1.1"),
            reached(OFFERED),
            "P252",
            "the server does not offer version '1.1' of 'hstore'",
            "written as the server does, there is: '1.0'",
        ),
        (
            added("hstore"),
            evolve(reached(OFFERED), newest={}),
            "P252",
            "the server does not offer a default version of 'hstore'",
            "written as the server does, there is: '1.0'",
        ),
        (
            added("hstore", version="2"),
            evolve(reached(), offers={"hstore": MANY}),
            "P252",
            "the server does not offer version '2' of 'hstore'",
            (
                "written as the server does, there is: 2 more, '1.2', '1.3', '1.4', '1.5', '1.6', '1.7',"
                " '1.8', '1.9'"
            ),
        ),
        (
            added("hstore", version="2"),
            evolve(reached(), offers={"hstore": dict(list(MANY.items())[:8])}),
            "P252",
            "the server does not offer version '2' of 'hstore'",
            (
                "written as the server does, there is: '1.0', '1.1', '1.2', '1.3', '1.4', '1.5', '1.6',"
                " '1.7'"
            ),
        ),
        (
            Extensions(present=(CUBE,)),
            reached(updates={"cube": ["1.6", "1.4.1"]}),
            "P252",
            "no update leads from 1.4 to version '1.5' of 'cube'",
            "written as the server does, there is: '1.4.1', '1.6'",
        ),
        (
            Extensions(present=(CUBE,)),
            reached(superuser=False),
            "P252",
            "no update leads from 1.4 to version '1.5' of 'cube'",
            "name no version, or the live one",
        ),
        (
            added("dblink"),
            reached(OFFERED, superuser=False, may_create=True),
            "P255",
            "the connection's role may not enable 'dblink': only a superuser may",
            ROLE,
        ),
        (
            added("pg_trgm"),
            reached(OFFERED, superuser=False),
            "P255",
            (
                "the connection's role may not enable 'pg_trgm': it has no right to create in the"
                " database"
            ),
            ROLE,
        ),
        (
            Extensions(present=(CUBE,)),
            reached(updates={"cube": ["1.5"]}, superuser=False, owned=["earthdistance"]),
            "P255",
            "the connection's role may not change 'cube': it belongs to another role",
            OWNER,
        ),
        (
            dropped("earthdistance"),
            reached(superuser=False, owned=["cube"]),
            "P255",
            "the connection's role may not change 'earthdistance': it belongs to another role",
            OWNER,
        ),
        (
            added("pg_trgm"),
            reached(OFFERED, superuser=False, may_create=True, allowed=["hstore"]),
            "P259",
            "the server does not allow 'pg_trgm': its extwlist.extensions does not list it",
            "take it out of the spec, or ask the provider",
        ),
        (
            added("hstore"),
            reached(OFFERED, has_schema=False),
            "P260",
            "'hstore' cannot be enabled: no schema of the role's search_path exists",
            NOWHERE,
        ),
        (
            added("hstore"),
            reached(OFFERED, superuser=False, allowed=["hstore"], has_schema=False),
            "P260",
            "'hstore' cannot be enabled: no schema of the role's search_path exists",
            NOWHERE,
        ),
        (
            dropped("earthdistance"),
            reached(superuser=False, owned=["earthdistance"], allowed=[]),
            "P259",
            "the server does not allow 'earthdistance': its extwlist.extensions does not list it",
            "take it out of the spec, or ask the provider",
        ),
        (
            dropped("earthdistance"),
            reached(used_by={"earthdistance": Uses(names=("table a", "view b"))}),
            "P256",
            "'earthdistance' is in use by table a, view b",
            "change or drop these first: DROP EXTENSION takes nothing else along",
        ),
        (
            dropped("earthdistance"),
            reached(used_by={"earthdistance": Uses(names=("table a", "view b"), more=7)}),
            "P256",
            "'earthdistance' is in use by table a, view b and 7 more",
            "change or drop these first: DROP EXTENSION takes nothing else along",
        ),
        (
            Extensions(present=(Extension(name="cube", version="1.3.9"),)),
            reached(updates={"cube": ["1.3.9"]}),
            "P257",
            "the live version '1.4' of 'cube' is newer than '1.3.9'",
            "write version '1.4' or no version: an extension is never downgraded",
        ),
        (
            Extensions(present=(Extension(name="cube", version="1.next"),)),
            reached(updates={"cube": ["1.next"]}),
            "P258",
            "versions '1.4' (live) and '1.next' of 'cube' cannot be compared",
            "write version '1.4' or no version, or update it yourself",
        ),
        (
            added("earth_tiles"),
            reached({"earth_tiles": package("cube", "hstore")}),
            "P253",
            "'earth_tiles' requires 'hstore': not enabled, or to be dropped",
            "list that under present as well: nothing is ever enabled along with another",
        ),
        (
            added("earth_tiles"),
            reached({"earth_tiles": package("postgis", "hstore")}),
            "P253",
            "'earth_tiles' requires 'hstore', 'postgis': not enabled, or to be dropped",
            "list that under present as well: nothing is ever enabled along with another",
        ),
        (
            added("pg_stat_kcache"),
            reached({"pg_stat_kcache": package("cube", "plpgsql", "pg_stat_statements")}),
            "P253",
            "'pg_stat_kcache' requires 'pg_stat_statements': not enabled, or to be dropped",
            "apply query_stats: true before",
        ),
        (
            dropped("cube"),
            reached(needed_by={"cube": ("earthdistance",)}),
            "P254",
            "'cube' is needed by 'earthdistance': not to be dropped",
            "list that under absent as well: nothing is ever dropped along with another",
        ),
        (
            added("hstore"),
            NoSqlAccess(code="P121", message="the variable 'X' is not set", hint="set it"),
            "P121",
            "the variable 'X' is not set",
            "set it",
        ),
        (
            dropped("cube"),
            NoSqlAccess(code="P122", message="it leads elsewhere", hint="lead it here"),
            "P122",
            "it leads elsewhere",
            "lead it here",
        ),
    ],
)
def test_what_the_server_would_refuse_is_blocked(
    spec: Extensions, reach: Reach, code: str, message: str, hint: str
) -> None:
    """Why, and the way out; nothing of it is sent."""
    (entry,) = items_of(spec, reach)
    assert isinstance(entry, Blocked)
    assert entry.change is not None
    assert (entry.code, entry.message, entry.hint) == (code, message, hint)


def at(name: str) -> Address:
    """The address of an extension."""
    return Address(database="shop", kind="extensions", name=name)


def updated(name: str, version: str) -> Update:
    """An update of an extension."""
    return Update(
        address=at(name), before={"version": "1.4"}, after={"version": version}, fields=()
    )


REQUIRING: Mapping[str, Package] = {"a": package("cube", "b", "plpgsql"), "c": package()}
REACH = reached(REQUIRING, needed_by={"cube": ("earthdistance", "z")})


@pytest.mark.parametrize(
    ("change", "reach", "names"),
    [
        (Create(address=at("a"), after={}), REACH, {"b", "cube"}),
        (Create(address=at("a"), after={"version": "1.0"}), REACH, {"b", "cube"}),
        (Create(address=at("a"), after={"version": "2.0"}), REACH, set()),
        (Create(address=at("c"), after={}), REACH, set()),
        (updated("a", "1.0"), REACH, {"b", "cube"}),
        (Delete(address=at("cube"), before={}), REACH, {"earthdistance", "z"}),
        (Delete(address=at("a"), before={}), REACH, set()),
        (Create(address=at("a"), after={}), None, set()),
        (Delete(address=at("cube"), before={}), NoSqlAccess(code="P", message="", hint=""), set()),
    ],
)
def test_what_has_to_come_before(change: Change, reach: Reach | None, names: set[str]) -> None:
    """What it requires, but the language that is always there; of a drop what requires it."""
    known = evolve(facts(Engine.POSTGRESQL, reach=reach), connection=CONNECTION)
    assert extension_rules.needs(change, known) == names


@pytest.mark.parametrize(
    ("spec", "live", "differs"),
    [
        (added("cube"), LIVE, False),
        (added("hstore"), LIVE, True),
        (added("plpgsql"), {}, False),
        (added("cube", version="1.4.0"), LIVE, False),
        (added("cube", version="v1.4"), LIVE, False),
        (added("cube", version="1.5"), LIVE, True),
        (dropped("cube"), LIVE, True),
        (dropped("hstore"), LIVE, False),
        (Extensions(), LIVE, False),
        (Extensions(others=Others.REPORT), LIVE, False),
    ],
)
def test_a_connection_is_worth_a_look_where_something_differs(
    spec: Extensions, live: Elements, differs: bool
) -> None:
    """And nowhere else: extensions that the spec does not name are no reason."""
    assert extensions.KIND.by_sql(spec, live, facts(Engine.POSTGRESQL)) is differs


def test_versions_are_listed_as_a_person_would() -> None:
    """1.10 is newer than 1.9, and of many the newest are shown."""
    offers = {f"1.{number}": package() for number in range(12)}
    reach = evolve(reached(), offers={"hstore": offers})
    place = Address(database="db", kind="extensions", name="hstore")
    refused = extension_rules.refusal(Create(address=place, after={"version": "9"}), {}, reach)
    assert refused is not None
    newest = "'1.4', '1.5', '1.6', '1.7', '1.8', '1.9', '1.10', '1.11'"
    assert refused.hint == f"written as the server does, there is: 4 more, {newest}"


def test_a_version_is_spelled_as_the_server_spells_it() -> None:
    """As the spec has it where that is offered; else the one that is equal but for v and .0."""
    offers = {"hstore": {"1.0": package(), "1.0.0": package(), "v2.0": package()}}
    reach = evolve(reached(), offers=offers, newest={"hstore": "1.0"})
    spelled = {"1.0": "1.0", "1.0.0": "1.0.0", "v1": "1.0", "2": "v2.0"}
    for written, expected in spelled.items():
        (action,) = items_of(added("hstore", version=written), reach)
        assert isinstance(action, Action)
        (statement,) = extensions.KIND.requests(action.change)
        assert str(statement) == f"CREATE EXTENSION hstore VERSION '{expected}';"


def test_what_another_one_needs_stays_as_long_as_that_stays() -> None:
    """Something uses the one that depends on it: neither is dropped, whatever the spec lists."""
    reach = reached(
        needed_by={"cube": ("earthdistance",)},
        used_by={"earthdistance": Uses(names=("column e of table public.t",))},
    )
    entries = items_of(dropped("cube", "earthdistance"), reach)
    codes = [(one.address.name, one.code) for one in entries if isinstance(one, Blocked)]
    assert codes == [("cube", "P254"), ("earthdistance", "P256")]
