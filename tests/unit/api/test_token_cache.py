"""Tokens that outlive a run."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest
from unit.api.kept import COLD, WARM, documents, files, read, run, with_environment
from unit.api.loopback import (
    HOUR,
    Addon,
    PlainClock,
    Provider,
    jwt,
    reply,
    serving,
)

from reconcile.api.reads import connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.errors import AccessError
from reconcile.model.engine import Engine


def test_a_warm_run_asks_the_database_host_only(surroundings: Surroundings, tokens: Path) -> None:
    """No exchange and no addon token; the facts of the grant are kept with it."""
    with connect_reading(surroundings) as reads:
        first = reads.targets.find(app="shop-web", addon="ad-1", engine=Engine.MYSQL)
    assert run(surroundings) == WARM
    with connect_reading(surroundings) as reads:
        assert reads.targets.find(app="shop-web", addon="ad-1", engine=None) == first
    assert set(documents(tokens)) == {"account", "addon"}


def test_what_is_said_of_a_suspended_addon_is_not_kept(
    provider: Provider, surroundings: Surroundings
) -> None:
    """The next run asks again: it may run by then."""
    provider.apps = (("shop-web", Addon(status="suspended")),)
    assert run(surroundings) == COLD
    assert run(surroundings) == {**COLD, "auth": 0}
    provider.apps = (("shop-web", Addon()),)
    assert run(surroundings) == {**COLD, "auth": 0}
    assert run(surroundings) == WARM


def test_the_regions_hosts_are_kept_as_well(
    provider: Provider, surroundings: Surroundings, tokens: Path
) -> None:
    """Else each run would ask for the list, and for a token to ask with."""
    provider.regions = [{"name": "osc-fr1", "api": provider.url, "database_api": provider.url}]
    surroundings = with_environment(surroundings, SCALINGO_API_URL=None, SCALINGO_DB_URL=None)
    assert run(surroundings) == {**COLD, "auth": 2}
    assert run(surroundings) == WARM
    assert set(documents(tokens)) == {"account", "addon", "hosts"}


def test_kept_hosts_are_under_the_rules_of_listed_ones(
    provider: Provider, surroundings: Surroundings, tokens: Path
) -> None:
    """A file cannot send a token where a list cannot."""
    provider.regions = [{"name": "osc-fr1", "api": provider.url, "database_api": provider.url}]
    surroundings = with_environment(surroundings, SCALINGO_DB_URL=None)
    run(surroundings)
    path, document = documents(tokens)["hosts"]
    for host in ("https://evil.example.org", 7, None):
        document["holds"]["database_api"] = host
        path.write_text(json.dumps(document))
        assert run(surroundings) == {"auth": 1, "api": 0, "database": 1}


def test_an_applications_addons_are_not_kept(surroundings: Surroundings) -> None:
    """Which addon is the only one can change from one run to the next; its token cannot."""
    assert run(surroundings, None) == {"auth": 1, "api": 2, "database": 1}
    assert run(surroundings, None) == {"auth": 0, "api": 1, "database": 1}


@pytest.mark.parametrize(
    ("name", "cost"),
    [
        ("SCALINGO_AUTH_URL", COLD),
        ("SCALINGO_API_URL", {**WARM, "api": 1}),
        ("SCALINGO_DB_URL", {**WARM, "api": 1}),
    ],
)
def test_a_token_is_for_the_hosts_it_was_made_for(
    surroundings: Surroundings, name: str, cost: dict[str, int]
) -> None:
    """Another service does not get what was kept for this one."""
    run(surroundings)
    with serving() as other:
        assert run(with_environment(surroundings, **{name: other.url})) == cost
    assert run(surroundings) == WARM


def test_a_token_is_for_one_account(surroundings: Surroundings) -> None:
    """Another one begins anew."""
    run(surroundings)
    assert run(with_environment(surroundings, SCALINGO_API_TOKEN="tk-us-another")) == COLD
    assert run(surroundings) == WARM


def test_a_moved_file_is_not_believed(
    provider: Provider, surroundings: Surroundings, tokens: Path
) -> None:
    """What it is about stands in it, and has to be what its name says."""
    run(surroundings)
    path, _ = documents(tokens)["addon"]
    other = with_environment(surroundings, SCALINGO_API_TOKEN="tk-us-another")
    run(other)
    (theirs,) = [one for one in files(tokens) if "addon-token-canary-4" in one.read_text()]
    theirs.write_bytes(path.read_bytes())
    assert run(other) == {"auth": 0, "api": 1, "database": 1}
    sent = provider.sent("database")[-1].headers["authorization"]
    assert sent == "Bearer addon-token-canary-5"


@pytest.mark.parametrize(
    ("later", "cost"),
    [
        (HOUR - 301, WARM),
        (HOUR - 299, COLD),
        (HOUR + 1, COLD),
        (-2 * HOUR, COLD),
    ],
)
def test_what_has_ended_is_renewed(
    surroundings: Surroundings, clock: PlainClock, later: float, cost: dict[str, int]
) -> None:
    """Five minutes early; and what ends too late was kept while the clock was wrong."""
    run(surroundings)
    clock.go_on(later)
    assert run(surroundings) == cost


def test_what_nobody_asks_for_again_is_swept(
    surroundings: Surroundings, clock: PlainClock, tokens: Path
) -> None:
    """Tokens of addons that are gone would stay for ever."""
    run(with_environment(surroundings, SCALINGO_API_TOKEN="tk-us-another"))
    run(surroundings)
    assert len(files(tokens)) == 4
    clock.go_on(HOUR + 1)
    run(surroundings)
    assert len(files(tokens)) == 2


def test_a_kept_token_that_is_refused_is_renewed_once(
    provider: Provider, surroundings: Surroundings, tokens: Path
) -> None:
    """It is taken from the disk, and the next run finds the new one."""
    run(surroundings)
    provider.revoked.add("addon-token-canary-2")
    assert run(surroundings) == {"auth": 0, "api": 1, "database": 2}
    assert "addon-token-canary-2" not in str(documents(tokens))
    assert run(surroundings) == WARM


def test_a_refused_account_token_is_renewed_as_well(
    provider: Provider, surroundings: Surroundings
) -> None:
    """Both that were kept, each once."""
    run(surroundings)
    provider.revoked |= provider.tokens
    assert run(surroundings) == {"auth": 1, "api": 2, "database": 2}
    assert run(surroundings) == WARM


def test_a_run_takes_up_what_another_has_renewed(
    provider: Provider, surroundings: Surroundings
) -> None:
    """Two processes with the same unfit token make one new one, and none takes the other's away."""
    run(surroundings)
    with connect_reading(surroundings) as one, connect_reading(surroundings) as other:
        read(one)
        read(other)
        provider.revoked.add("addon-token-canary-2")
        read(one)
        read(other)
        assert [dict(reads.spent().requests)["api"] for reads in (one, other)] == [1, 0]
    assert run(surroundings) == WARM


def test_many_threads_that_are_refused_make_one_new_token(
    provider: Provider, surroundings: Surroundings
) -> None:
    """The account's and the addon's."""
    run(surroundings)
    provider.revoked |= provider.tokens
    together = Barrier(16)
    with connect_reading(surroundings) as reads, ThreadPoolExecutor(16) as threads:

        def work(_: int) -> None:
            together.wait()
            read(reads)

        list(threads.map(work, range(16)))
        counts = dict(reads.spent().requests)
    assert (counts["auth"], counts["api"]) == (1, 2)


def test_where_every_token_is_refused_few_are_made(
    provider: Provider, surroundings: Surroundings
) -> None:
    """Fifty databases do not make fifty exchanges."""
    provider.odd["api"].extend([reply(401, {"error": "no"})] * 200)
    with connect_reading(surroundings) as reads:
        for number in range(50):
            with pytest.raises(AccessError):
                read(reads, f"ad-{number}")
        assert dict(reads.spent().requests) == {"auth": 2, "api": 51, "database": 0}


def test_a_long_lived_account_token_is_kept_for_an_hour(
    provider: Provider, surroundings: Surroundings, clock: PlainClock, tokens: Path
) -> None:
    """No longer than anything else on the disk."""
    provider.life = lambda: {"exp": clock.now() + 10 * HOUR}
    run(surroundings)
    _, document = documents(tokens)["account"]
    assert document["ends"] == clock.now() + HOUR
    assert document["holds"]["token"] == jwt(1, exp=clock.now() + 10 * HOUR)
