"""Which live database a spec means."""

from __future__ import annotations

import pytest
from attrs import evolve
from unit.api.loopback import Addon, PlainClock, Provider, reply, serving, unheard

from reconcile.api.reads import Reads, connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import Connection
from reconcile.errors import AnswerError, ApiError, NotFoundError
from reconcile.model.engine import Engine
from reconcile.model.request import RESOURCE
from reconcile.model.target import Hosts, Target

APPS = [
    ("shop-web", Addon(id="ad-1", resource_id="shop-1", engine="mysql")),
    ("shop-web", Addon(id="ad-2", resource_id="shop-2", engine="scalingo-redis")),
    ("two", Addon(id="ad-3", resource_id="two-1", engine="postgresql")),
    ("two", Addon(id="ad-4", resource_id="two-2", engine="postgresql-ng")),
    ("one", Addon(id="ad-5", resource_id="one-1", engine="redis")),
]


def find(
    app: str, addon: str | None, engine: Engine | None = Engine.MYSQL
) -> tuple[Target, Provider]:
    """Find a target; the provider tells what that took."""
    with serving(*APPS) as provider:
        reads = connect_reading(
            Surroundings(
                environment=provider.environment, region=None, notify=unheard, clock=PlainClock()
            )
        )
        with reads:
            target = reads.targets.find(app=app, addon=addon, engine=engine)
            here = Hosts(auth=provider.url, api=provider.url, database=provider.url)
            assert target.hosts == here
            return target, provider


@pytest.mark.parametrize(
    ("app", "addon", "engine", "found", "requests"),
    [
        ("shop-web", "ad-1", Engine.MYSQL, "ad-1", 1),
        ("shop-web", "shop-1", Engine.MYSQL, "ad-1", 2),
        ("shop-web", None, Engine.MYSQL, "ad-1", 2),
        ("shop-web", None, Engine.REDIS, "ad-2", 2),
        ("two", "two-2", Engine.POSTGRESQL, "ad-4", 2),
        ("two", "two-2", None, "ad-4", 2),
        ("one", None, None, "ad-5", 2),
    ],
)
def test_an_addon_is_found_by_id_by_resource_or_as_the_only_one(
    app: str, addon: str | None, engine: Engine | None, found: str, requests: int
) -> None:
    """An id costs one request, anything else the list before it."""
    target, provider = find(app, addon, engine)
    assert (target.addon, target.app) == (found, app)
    assert engine in {None, target.engine}
    assert len(provider.sent("api")) == requests


def test_the_live_engine_counts_not_the_specs() -> None:
    """A difference is the planner's to see."""
    target, _ = find("shop-web", "ad-1", Engine.POSTGRESQL)
    assert (target.engine, target.plan) == (Engine.MYSQL, "mysql-starter-512")


@pytest.mark.parametrize(
    ("app", "addon", "engine", "error", "words"),
    [
        (
            "two",
            None,
            Engine.POSTGRESQL,
            ApiError,
            "several postgresql addons: name one as addon: ad-3 (postgresql, resource two-1), ad-4",
        ),
        (
            "two",
            None,
            Engine.MYSQL,
            NotFoundError,
            "'two' has no mysql addon: it has ad-3 (postgresql, resource two-1), ad-4",
        ),
        ("two", "shop-1", Engine.MYSQL, NotFoundError, "has no addon 'shop-1': it has ad-3"),
        ("empty", None, Engine.MYSQL, NotFoundError, "has no mysql addon: it has none"),
        ("empty", None, None, NotFoundError, "has no addon: it has none"),
        ("two", None, None, ApiError, "has several addons: name one as addon: ad-3"),
    ],
)
def test_what_is_not_clear_names_the_candidates(
    app: str, addon: str | None, engine: Engine | None, error: type[ApiError], words: str
) -> None:
    """So that the spec can be put right without a look elsewhere."""
    with pytest.raises(ApiError) as caught:
        find(app, addon, engine)
    assert type(caught.value) is error
    assert words in str(caught.value)


@pytest.mark.parametrize("addons", [None, {}, [1], "x", [{"resource_id": "shop-1"}]])
def test_a_list_of_another_shape_is_an_error(
    provider: Provider, connection: Connection, addons: object
) -> None:
    """No traceback."""
    provider.odd["api"].append(reply(200, {"addons": addons}))
    with pytest.raises(AnswerError):
        connection.reads.targets.find(app="shop-web", addon="shop-1", engine=Engine.MYSQL)


def test_an_addon_that_is_gone_is_no_candidate(provider: Provider, connection: Connection) -> None:
    """The list keeps deprovisioned ones."""
    gone = {**Addon(id="ad-0").listed(), "deprovisioned_at": "2024-01-01T00:00:00Z"}
    provider.odd["api"].append(reply(200, {"addons": [gone, Addon().listed()]}))
    target = connection.reads.targets.find(app="shop-web", addon=None, engine=Engine.MYSQL)
    assert target.addon == "ad-1"


@pytest.mark.parametrize("name", ["..", ".", ""])
def test_a_name_that_would_change_the_path_is_not_sent(
    provider: Provider, connection: Connection, name: str
) -> None:
    """Percent-encoding leaves dots alone."""
    with pytest.raises(ApiError, match="is no name of an app"):
        connection.reads.targets.find(app=name, addon=None, engine=Engine.MYSQL)
    assert provider.sent("api") == []
    assert connection.spent().requests["api"] == 0


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("a/../b", "/v1/apps/a%2F..%2Fb/addons"),
        ("a?x=1#y", "/v1/apps/a%3Fx%3D1%23y/addons"),
        ("é b", "/v1/apps/%C3%A9%20b/addons"),
        ("a\r\nX: y", "/v1/apps/a%0D%0AX%3A%20y/addons"),
        ("%2e%2e", "/v1/apps/%252e%252e/addons"),
    ],
)
def test_names_are_percent_encoded(
    provider: Provider, connection: Connection, name: str, path: str
) -> None:
    """A name is one segment of a path, whatever is in it."""
    with pytest.raises(NotFoundError):
        connection.reads.targets.find(app=name, addon=None, engine=Engine.MYSQL)
    assert provider.sent("api")[0].path == path


def test_the_regions_are_asked_once_and_only_if_needed(provider: Provider) -> None:
    """Both hosts given: none; else one request, in the account's name."""
    environment = {
        key: value for key, value in provider.environment.items() if key != "SCALINGO_DB_URL"
    }
    provider.regions = [{"name": "osc-fr1", "api": provider.url, "database_api": provider.url}]
    with connect_reading(
        Surroundings(environment=environment, region=None, notify=unheard, clock=PlainClock())
    ) as reads:
        for _ in range(3):
            target = reads.targets.find(app="shop-web", addon="ad-1", engine=Engine.MYSQL)
            reads.client.call(target, RESOURCE)
    paths = [one.path for one in provider.sent("auth")]
    assert paths == ["/v1/tokens/exchange", "/v1/regions"]
    assert "authorization" in provider.sent("auth")[1].headers


@pytest.mark.parametrize("host", ["auth", "api", "database"])
def test_a_target_of_other_hosts_gets_nothing(
    provider: Provider, connection: Connection, host: str
) -> None:
    """A plan file cannot send a token elsewhere, whichever host it names."""
    reads: Reads = connection.reads
    target = reads.targets.find(app="shop-web", addon="ad-1", engine=Engine.MYSQL)
    hosts = evolve(target.hosts, **{host: "https://evil.example.org"})
    elsewhere = evolve(target, hosts=hosts)
    with pytest.raises(ApiError, match=r"was made for the host 'https://evil.example.org'"):
        reads.client.call(elsewhere, RESOURCE)
    with pytest.raises(ApiError, match="nothing was sent"):
        connection.writes.prepare(elsewhere)
    assert provider.sent("database") == []
