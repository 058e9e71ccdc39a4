"""Tokens: made once, renewed in time, never shown."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
from attrs import asdict
from unit.api.loopback import (
    API_TOKEN,
    HOUR,
    NOW,
    Addon,
    PlainClock,
    Provider,
    Reply,
    jwt,
    reply,
    serving,
    unheard,
)

from reconcile.api.reads import Reads, connect_reading
from reconcile.api.secret import Credential, Secrets
from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import Connection
from reconcile.errors import AccessError, AnswerError, ApiError, CredentialsError
from reconcile.model.engine import Engine
from reconcile.model.request import RESOURCE
from reconcile.model.target import Target


def find(connection: Connection | Reads, addon: str = "ad-1") -> Target:
    """Find the target of an addon."""
    reads = connection.reads if isinstance(connection, Connection) else connection
    return reads.targets.find(app="shop-web", addon=addon, engine=Engine.MYSQL)


def test_the_exchange_sends_the_token_as_a_password(
    provider: Provider, connection: Connection
) -> None:
    """HTTP Basic without a user, an empty object; then Bearer tokens."""
    connection.reads.client.call(find(connection), RESOURCE)
    exchange, token, resource = provider.requests
    assert exchange.headers["authorization"] == Credential.basic(API_TOKEN).header()
    assert exchange.headers["authorization"] == "Basic OnRrLXVzLWNhbmFyeS0wMTIzNDU2Nzg5"
    assert (exchange.body, token.body) == (b"{}", b"{}")
    assert token.headers["authorization"] == f"Bearer {jwt(1, exp=NOW + HOUR)}"
    assert resource.headers["authorization"] == "Bearer addon-token-canary-2"


def test_fifty_threads_need_one_exchange_and_one_token_per_addon(clock: PlainClock) -> None:
    """Who comes late waits for the first one's answer."""
    addons = [("shop-web", Addon(id=f"ad-{n}")) for n in range(5)]
    with serving(*addons) as provider:
        reads = connect_reading(
            Surroundings(environment=provider.environment, region=None, notify=unheard, clock=clock)
        )
        with reads, ThreadPoolExecutor(50) as threads:
            targets = list(threads.map(lambda n: find(reads, f"ad-{n % 5}"), range(50)))
            list(threads.map(lambda target: reads.client.call(target, RESOURCE), targets))
            assert dict(reads.spent().requests) == {"auth": 1, "api": 5, "database": 50}
        assert len(provider.sent("auth")) == 1
        assert len({one.path for one in provider.sent("api")}) == len(provider.sent("api")) == 5


def test_an_application_is_listed_once_for_all(clock: PlainClock) -> None:
    """The addons of an application are shared by its specs."""
    with serving(("shop-web", Addon())) as provider:
        reads = connect_reading(
            Surroundings(environment=provider.environment, region=None, notify=unheard, clock=clock)
        )
        with reads, ThreadPoolExecutor(16) as threads:
            found = threads.map(
                lambda _: reads.targets.find(app="shop-web", addon=None, engine=Engine.MYSQL),
                range(32),
            )
            assert {target.addon for target in found} == {"ad-1"}
        assert len(provider.sent("api")) == 2


def test_a_refused_exchange_is_asked_once_for_all(provider: Provider, clock: PlainClock) -> None:
    """Fifty databases do not make fifty failed logins."""
    provider.odd["auth"].extend([reply(401, {"error": "bad token"})] * 50)
    reads = connect_reading(
        Surroundings(environment=provider.environment, region=None, notify=unheard, clock=clock)
    )

    def attempt(_: int) -> str:
        with pytest.raises(CredentialsError) as caught:
            find(reads)
        return str(caught.value)

    with reads, ThreadPoolExecutor(50) as threads:
        messages = set(threads.map(attempt, range(50)))
    assert messages == {"POST /v1/tokens/exchange: HTTP 401, 'bad token': check SCALINGO_API_TOKEN"}
    assert len(provider.requests) == 1


def test_a_failure_that_passes_is_not_remembered_for_long(
    provider: Provider, connection: Connection, clock: PlainClock
) -> None:
    """A run that waits an hour for something else asks again."""
    provider.odd["auth"].append(reply(500, {"error": "x"}))
    for _ in range(3):
        with pytest.raises(ApiError, match="HTTP 500"):
            find(connection)
    assert len(provider.requests) == 1
    clock.go_on(61)
    assert find(connection).addon == "ad-1"


@pytest.mark.parametrize(
    "claims",
    [
        {"exp": NOW + HOUR},
        {"exp": NOW + HOUR, "iat": NOW},
        {"exp": NOW + HOUR, "iat": NOW - HOUR},
        {"exp": NOW + 2 * HOUR, "iat": NOW + HOUR},
        {"exp": NOW - HOUR, "iat": NOW - 2 * HOUR},
        {"exp": NOW - HOUR},
        {},
    ],
)
@pytest.mark.parametrize(
    "lasting",
    [(301, 1), (299, 2)],
)
def test_the_account_token_is_renewed_under_five_minutes(
    provider: Provider,
    connection: Connection,
    clock: PlainClock,
    claims: Mapping[str, float],
    lasting: tuple[int, int],
) -> None:
    """`exp` is read, not verified; a machine whose clock is wrong is not punished for it."""
    left, exchanges = lasting
    provider.life = lambda: claims
    find(connection)
    clock.go_on(HOUR - left)
    connection.reads.targets.find(app="other", addon="ad-1", engine=Engine.MYSQL)
    assert len(provider.sent("auth")) == exchanges


@pytest.mark.parametrize(
    "token", ["opaque", "a.b.c", "eyJ.e30.x", "a.W10.b", "a.eyJleHAiOiJ4In0.b"]
)
def test_an_account_token_of_another_form_is_used_as_it_is(
    provider: Provider, connection: Connection, token: str
) -> None:
    """What cannot be read lives an hour."""
    provider.odd["auth"].append(reply(200, {"token": token}))
    find(connection)
    assert provider.sent("api")[0].headers["authorization"] == f"Bearer {token}"


@pytest.mark.parametrize(("left", "tokens"), [(301, 1), (299, 2)])
def test_an_addon_token_is_renewed_under_five_minutes(
    provider: Provider, connection: Connection, clock: PlainClock, left: int, tokens: int
) -> None:
    """Its hour counts from before it was asked for; `prepare` has a good one in hand."""
    target = find(connection)
    clock.go_on(HOUR - left)
    connection.writes.prepare(target)
    connection.reads.client.call(target, RESOURCE)
    assert len(provider.sent("api")) == tokens


def test_a_refused_addon_token_is_renewed_once_by_all_threads(
    provider: Provider, clock: PlainClock
) -> None:
    """The one who finds it out first renews it for the others."""
    reads = connect_reading(
        Surroundings(environment=provider.environment, region=None, notify=unheard, clock=clock)
    )
    with reads, ThreadPoolExecutor(8) as threads:
        target = find(reads)
        provider.revoked.add("addon-token-canary-2")
        list(threads.map(lambda _: reads.client.call(target, RESOURCE), range(8)))
    assert len(provider.sent("api")) == 2
    assert 9 <= len(provider.sent("database")) <= 16


def test_a_refused_account_token_is_renewed_once(
    provider: Provider, connection: Connection
) -> None:
    """A second refusal is about the application, not about the token."""
    provider.odd["api"].extend([reply(401, {"error": "no"})])
    find(connection)
    assert (len(provider.sent("auth")), len(provider.sent("api"))) == (2, 2)
    assert connection.spent().retries == 1
    provider.odd["api"].extend([reply(401, {"error": "no"})] * 2)
    with pytest.raises(AccessError) as caught:
        find(connection, "ad-2")
    assert caught.value.unauthenticated


BAD_GRANTS = [
    reply(200, {"addon": None}),
    reply(200, {"addon": []}),
    reply(200, {}),
    reply(200, {"addon": {"id": "ad-1"}}),
    reply(200, {"addon": {"id": "ad-1", "token": ""}}),
    reply(200, {"addon": {"id": "ad-1", "token": 7}}),
    reply(200, {"addon": {"id": "ad-1", "token": "canary\nx"}}),
    reply(200, {"addon": {"id": "ad-2", "token": "canary"}}),
    reply(200, b'{"addon": {"token": "canary"'),
    reply(200, "<html>canary</html>"),
]


@pytest.mark.parametrize("answer", BAD_GRANTS)
def test_a_grant_of_another_shape_shows_nothing_of_it(
    provider: Provider, connection: Connection, answer: Reply
) -> None:
    """There is a token in it."""
    provider.odd["api"].append(answer)
    with pytest.raises(AnswerError) as caught:
        find(connection)
    assert "canary" not in str(caught.value)


def test_odd_extras_of_a_grant_do_not_matter(provider: Provider, connection: Connection) -> None:
    """Only the token is needed; the rest may be missing."""
    answer = {"addon": {"token": "t", "plan": None, "addon_provider": "x", "resource_id": 3}}
    provider.odd["api"].append(reply(200, answer))
    target = find(connection)
    assert (target.addon, target.resource_id, target.engine, target.plan) == (
        "ad-1",
        "",
        None,
        None,
    )


def test_a_credential_does_not_show_itself() -> None:
    """Nor do the values that hold one."""
    credential = Credential.basic(API_TOKEN)
    assert repr(credential) == "Credential(scheme='Basic')"
    assert asdict(credential)["secret"] == API_TOKEN


@pytest.mark.parametrize("make", [Credential.basic, Credential.bearer])
@pytest.mark.parametrize("safe", ["/", ""])
def test_a_token_in_an_address_is_hidden(make: Callable[[str], Credential], safe: str) -> None:
    """As it was given and as it is sent, whichever characters are percent-encoded."""
    credential = make("tk/us+can=ary?%>>")
    secrets = Secrets()
    secrets.keep(credential)
    for plain in (credential.secret, credential.header().split()[1]):
        text = f"https://host/?token={quote(plain, safe=safe)}&more"
        assert secrets.hide(text) == "https://host/?token=[hidden]&more"
