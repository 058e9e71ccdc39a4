"""Where the tokens of a run may be seen: on the disk, in files of ours alone, and nowhere else."""

from __future__ import annotations

import base64
import json
import stat
import traceback
from collections.abc import Iterator
from pathlib import Path

import pytest
from attrs import evolve
from unit.api.loopback import API_TOKEN, HOUR, NOW, PlainClock, Provider, jwt, reply, truncated
from unit.api.walk import reachable

from reconcile.api.secret import Credential
from reconcile.api.surroundings import Surroundings
from reconcile.api.writes import Connection, connect_writing
from reconcile.errors import ReconcileError
from reconcile.model.engine import Engine
from reconcile.model.request import RESOURCE, Effect, action
from reconcile.model.target import Target

STORED = "tk-us-stored-canary"
READY = jwt(77, exp=NOW + HOUR)
CREATE = action("create-database", {"database_name": "x"}, effect=Effect.CHANGE)


class Shown:
    """All that a run has shown."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def raised(self, error: BaseException) -> None:
        """An error as a handler, a log or a traceback would show it."""
        self.texts += [str(error), repr(error), repr(vars(error)), repr(error.args)]
        self.texts += traceback.format_exception(error)

    def held(self, connection: Connection) -> None:
        """Every value behind a connection, as a debugger or a failed assertion would show it."""
        self.texts += [repr(one) for one in reachable(connection)]


@pytest.fixture
def shown() -> Shown:
    """What is looked at in the end."""
    return Shown()


@pytest.fixture
def by_account(provider: Provider, clock: PlainClock, shown: Shown, tmp_path: Path) -> Surroundings:
    """An API token in the environment, tokens on the disk."""
    return Surroundings(
        environment=provider.environment,
        region=None,
        notify=shown.texts.append,
        trace=shown.texts.append,
        clock=clock,
        tokens=tmp_path / "tokens",
        databases=1,
    )


@pytest.fixture
def by_login(by_account: Surroundings, provider: Provider, tmp_path: Path) -> Surroundings:
    """The login of the provider's tool."""
    file = tmp_path / "home" / ".config" / "scalingo" / "auth"
    file.parent.mkdir(parents=True)
    file.write_text(
        json.dumps({"auth_config_data": {"127.0.0.1": {"tokens": {"token": STORED}}}}), "utf-8"
    )
    file.chmod(0o600)
    environment = {**provider.environment, "HOME": str(tmp_path / "home")}
    del environment["SCALINGO_API_TOKEN"]
    return evolve(by_account, environment=environment)


@pytest.fixture
def by_ready_token(by_account: Surroundings, provider: Provider) -> Surroundings:
    """A token for one database."""
    environment = {"DB_API_URL": provider.url, "DB_BEARER_TOKEN": READY}
    return evolve(by_account, environment=environment)


@pytest.fixture(params=["by_account", "by_login", "by_ready_token"])
def surroundings(request: pytest.FixtureRequest) -> Surroundings:
    """Each way to be somebody."""
    found: Surroundings = request.getfixturevalue(request.param)
    return found


def secrets(provider: Provider) -> set[str]:
    """Every spelling of every token of the run."""
    tokens = provider.tokens | {API_TOKEN, STORED, READY}
    encoded = {base64.b64encode(f":{token}".encode()).decode() for token in tokens}
    headers = {Credential.basic(token).header() for token in tokens}
    return tokens | encoded | headers | {token[:20] for token in tokens}


def sent(surroundings: Surroundings, role: str) -> str:
    """What a host is sent first, and so can repeat."""
    given = surroundings.environment
    match role:
        case "auth":
            token = given.get("SCALINGO_API_TOKEN", STORED)
            return f"{token} {Credential.basic(token).header()}"
        case "api":
            return jwt(1, exp=NOW + HOUR)
        case _:
            return given.get("DB_BEARER_TOKEN", "addon-token-canary-2")


@pytest.fixture(params=[None, "auth", "api", "database"])
def _repeating(
    request: pytest.FixtureRequest, provider: Provider, surroundings: Surroundings
) -> None:
    """A host that answers with all that it was sent, or none."""
    role = request.param
    if role is None:
        return
    every = sent(surroundings, role)
    provider.odd[role].extend(
        [
            reply(500, {"error": every}),
            reply(200, {"ok": 0, "error": every, "addon": every, "database": every}),
            reply(403, f"<title>{every}</title>"),
            reply(302, "", Location=f"https://evil.example.org/{every}"),
            *[truncated(every.encode())] * 4,
        ]
    )


def rows(directory: Path) -> Iterator[Path]:
    """All files and directories there."""
    yield from directory.rglob("*")


def assert_only_private_files_hold(directory: Path, secret: str) -> None:
    """No name tells it, and no file that anybody else may read."""
    for path in rows(directory):
        assert secret not in str(path)
        if path.is_file() and secret.encode() in path.read_bytes():
            assert stat.S_IMODE(path.stat().st_mode) == 0o600


def use(connection: Connection, shown: Shown, clock: PlainClock, tries: int = 1) -> None:
    """Read, prepare and write; what fails is looked at."""
    for _ in range(tries):
        clock.go_on(61)  # a failure is remembered for a minute
        try:
            target: Target = connection.reads.targets.find(
                app="shop-web", addon="ad-1", engine=Engine.MYSQL
            )
            shown.texts.append(repr(target))
            connection.reads.client.call(target, RESOURCE)
            connection.writes.prepare(target)
            connection.writes.call(target, CREATE)
        except ReconcileError as error:
            shown.raised(error)
        shown.held(connection)


@pytest.mark.usefixtures("_repeating")
def test_no_token_is_seen_anywhere_but_in_private_files(
    provider: Provider,
    surroundings: Surroundings,
    clock: PlainClock,
    shown: Shown,
    tmp_path: Path,
) -> None:
    """Not even where a host answers with all that it was sent."""
    with connect_writing(surroundings) as connection:
        use(connection, shown, clock, tries=8)
    provider.revoked |= provider.tokens
    with connect_writing(surroundings) as connection:
        use(connection, shown, clock, tries=2)
    assert any("HTTP 200" in text for text in shown.texts)
    assert any("Credential(scheme='Bearer')" in text for text in shown.texts)
    for secret in secrets(provider):
        assert not [text for text in shown.texts if secret in text]
        assert_only_private_files_hold(tmp_path, secret)


def test_what_is_kept_is_two_tokens_and_never_the_api_token(
    provider: Provider,
    by_account: Surroundings,
    clock: PlainClock,
    shown: Shown,
    tmp_path: Path,
) -> None:
    """The one that opens everything for ever is on no disk."""
    with connect_writing(by_account) as connection:
        use(connection, shown, clock)
    contents = [path.read_text() for path in sorted((tmp_path / "tokens").iterdir())]
    assert len(contents) == 2
    for token in provider.tokens - {API_TOKEN}:
        assert len([text for text in contents if token in text]) == 1
    assert not [text for text in contents if API_TOKEN in text]


def test_a_ready_token_is_not_kept(
    by_ready_token: Surroundings, clock: PlainClock, shown: Shown, tmp_path: Path
) -> None:
    """Whoever gives it keeps it."""
    with connect_writing(by_ready_token) as connection:
        use(connection, shown, clock)
    assert not list(rows(tmp_path))
