"""Where credentials come from, and in which order."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from unit.api.loopback import API_TOKEN, unheard

from reconcile.api.identity import ApiToken, Identity, ReadyToken, identity_of
from reconcile.api.login import login_file, stored_token
from reconcile.api.reads import connect_reading
from reconcile.api.surroundings import Surroundings
from reconcile.errors import CredentialsError, UsageError

AUTH = "https://auth.scalingo.com"
STORED = "tk-us-stored-canary"
READY = "ready-canary"


def login(token: object = STORED) -> dict[str, Any]:
    """What the provider's tool stores for one host."""
    return {"tokens": {"token": token}, "user": {"username": "x"}}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with the stored login of the provider's auth host."""
    store(tmp_path, {"auth_config_data": {"auth.scalingo.com": login()}})
    return tmp_path


def store(home: Path, document: object) -> Path:
    """Write a login as it is, text or JSON."""
    path = home / ".config" / "scalingo" / "auth"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def identity(environment: dict[str, str], databases: int | None = 1, auth: str = AUTH) -> Identity:
    """Who we are with this environment."""
    return identity_of(environment, auth=auth, databases=databases)


def secret(one: Identity) -> str:
    """The token itself."""
    return one.credential.secret


def test_the_order_is_api_token_login_ready_token(home: Path) -> None:
    """The first that is there counts, and the others are not looked at."""
    environment = {
        "SCALINGO_API_TOKEN": API_TOKEN,
        "HOME": str(home),
        "DB_BEARER_TOKEN": READY,
    }
    first = identity(environment, databases=7)
    assert (type(first), secret(first)) == (ApiToken, API_TOKEN)
    del environment["SCALINGO_API_TOKEN"]
    second = identity(environment, databases=7)
    assert (type(second), secret(second)) == (ApiToken, STORED)
    del environment["HOME"]
    third = identity(environment)
    assert (type(third), secret(third)) == (ReadyToken, READY)


def test_a_broken_login_does_not_matter_beside_an_api_token(home: Path) -> None:
    """It is not read."""
    store(home, "{")
    assert secret(identity({"SCALINGO_API_TOKEN": API_TOKEN, "HOME": str(home)})) == API_TOKEN


@pytest.mark.parametrize("token", [None, "", "  "])
def test_without_any_it_names_the_ways_in_order(tmp_path: Path, token: str | None) -> None:
    """And where the login would be."""
    environment = {"HOME": str(tmp_path)}
    if token is not None:
        environment |= {"SCALINGO_API_TOKEN": token, "DB_BEARER_TOKEN": token}
    with pytest.raises(CredentialsError) as caught:
        connect_reading(Surroundings(environment=environment, region=None, notify=unheard))
    assert str(caught.value) == (
        "no credentials: set SCALINGO_API_TOKEN to an API token, made in the provider's dashboard"
        " under profile, API tokens; or log in with the provider's command-line tool, which stores"
        f" it in '{tmp_path}/.config/scalingo/auth'; or, for one database only, set"
        " DB_BEARER_TOKEN and DB_API_URL"
    )


def test_without_a_home_no_file_is_named() -> None:
    """There is none."""
    with pytest.raises(CredentialsError, match="command-line tool; or, for one"):
        identity({})


@pytest.mark.parametrize("token", ["canary\r\nX-Evil: 1", "canary secret", "canaryé", "canary\0"])
@pytest.mark.parametrize("variable", ["SCALINGO_API_TOKEN", "DB_BEARER_TOKEN"])
def test_a_token_that_is_none_is_named_and_not_shown(variable: str, token: str) -> None:
    """It could end a header early; it may still be a secret."""
    with pytest.raises(CredentialsError, match=f"^{variable}: a token holds") as caught:
        identity({variable: token})
    assert "canary" not in str(caught.value)


@pytest.mark.parametrize("variable", ["SCALINGO_API_TOKEN", "DB_BEARER_TOKEN"])
def test_a_newline_at_the_end_of_a_token_does_not_matter(variable: str) -> None:
    """Files and secret stores add one."""
    assert secret(identity({variable: f" {API_TOKEN}\n"})) == API_TOKEN


@pytest.mark.parametrize(
    ("databases", "about"), [(0, "0"), (2, "2"), (50, "50"), (None, "more than one")]
)
def test_a_ready_token_is_for_one_database(databases: int | None, about: str) -> None:
    """It would be refused for every other, after half of the run."""
    with pytest.raises(UsageError) as caught:
        identity({"DB_BEARER_TOKEN": READY}, databases)
    assert str(caught.value) == (
        f"DB_BEARER_TOKEN serves one database only, and this run is about {about}: select one, or"
        " set SCALINGO_API_TOKEN"
    )


@pytest.mark.parametrize(
    ("environment", "file"),
    [
        ({"HOME": "/h"}, "/h/.config/scalingo/auth"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "/c"}, "/h/.config/scalingo/auth"),
        ({"XDG_CONFIG_HOME": "/c"}, "/c/scalingo/auth"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": "c"}, "/h/.config/scalingo/auth"),
        ({"HOME": "/h", "XDG_CONFIG_HOME": ""}, "/h/.config/scalingo/auth"),
        ({"HOME": "h"}, None),
        ({}, None),
    ],
)
def test_the_place_of_the_login(environment: dict[str, str], file: str | None) -> None:
    """The XDG specification: a path that is not absolute is to be ignored."""
    found = login_file(environment)
    assert (None if found is None else str(found)) == file


def test_a_login_in_another_place_is_found(tmp_path: Path) -> None:
    """The tool itself knows only the home; where somebody keeps it elsewhere, it counts."""
    environment = {"HOME": str(tmp_path / "home"), "XDG_CONFIG_HOME": str(tmp_path / "config")}
    assert login_file(environment) == tmp_path / "home" / ".config" / "scalingo" / "auth"
    kept = tmp_path / "config" / "scalingo" / "auth"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}", encoding="utf-8")
    assert login_file(environment) == kept


@pytest.mark.parametrize(
    ("key", "auth"),
    [
        ("auth.scalingo.com", AUTH),
        ("Auth.Scalingo.com", AUTH),
        ("https://auth.scalingo.com", AUTH),
        ("https://auth.scalingo.com/", AUTH),
        ("auth.example.org:8443", "https://auth.example.org:8443"),
        ("auth.example.org", "https://auth.example.org:8443"),
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
    ],
)
def test_a_login_is_found_by_its_auth_host(tmp_path: Path, key: str, auth: str) -> None:
    """The tool writes the name without a port; a URL is read as well."""
    path = store(tmp_path, {"auth_config_data": {"other.example.org": login("x"), key: login()}})
    assert stored_token(path, auth) == STORED


@pytest.mark.parametrize(
    "key",
    [
        "auth.scalingo.com.evil.org",
        "scalingo.com",
        "xauth.scalingo.com",
        "api.scalingo.com",
        "auth.scalingo.com:8443",
        "http://auth.scalingo.com",
        "https://auth.scalingo.com/v1",
        "https://auth.scalingo.com@evil.org",
        "https://[::1",
        "",
    ],
)
def test_a_login_for_another_host_is_none_for_this_one(tmp_path: Path, key: str) -> None:
    """A token goes only to the host that it was stored for, whatever else is odd there."""
    path = store(tmp_path, {"auth_config_data": {key: login(), "evil.org": "odd"}})
    assert stored_token(path, AUTH) is None


@pytest.mark.parametrize(
    "logins", [{}, None, {"auth.scalingo.com": None}], ids=["empty", "null", "logged-out"]
)
def test_a_file_without_logins_is_no_login(tmp_path: Path, logins: object) -> None:
    """The next way is tried."""
    assert stored_token(store(tmp_path, {"auth_config_data": logins}), AUTH) is None


def test_no_file_is_no_login(tmp_path: Path) -> None:
    """Nor is a file in place of its directory."""
    assert stored_token(tmp_path / "auth", AUTH) is None
    (tmp_path / "scalingo").write_text("")
    assert stored_token(tmp_path / "scalingo" / "auth", AUTH) is None


ODD = {
    "empty": "",
    "torn": '{"auth_config_data": {"auth.scalingo.com": {"tokens": {"token": "canary',
    "no object": "[]",
    "null": "null",
    "of an old form": {"auth.scalingo.com": {"auth_token": "canary"}},
    "a list": {"auth_config_data": ["canary"]},
    "a text": {"auth_config_data": {"auth.scalingo.com": "canary"}},
    "no tokens": {"auth_config_data": {"auth.scalingo.com": {"user": "canary"}}},
    "tokens null": {"auth_config_data": {"auth.scalingo.com": {"tokens": None}}},
    "no text": {"auth_config_data": {"auth.scalingo.com": login(7)}},
    "empty token": {"auth_config_data": {"auth.scalingo.com": login("")}},
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("form", ODD)
def test_an_odd_login_names_the_file_and_shows_nothing_of_it(tmp_path: Path, form: str) -> None:
    """There is a token in it."""
    path = store(tmp_path, ODD[form])
    with pytest.raises(CredentialsError) as caught:
        identity({"HOME": str(tmp_path), "DB_BEARER_TOKEN": READY})
    assert str(caught.value) == (
        f"the login in {str(path)!r} is of a form that is not known here: log in once more with"
        " the provider's command-line tool, or set SCALINGO_API_TOKEN"
    )
    assert caught.value.__cause__ is None


def test_a_stored_token_that_is_none_names_the_file(tmp_path: Path) -> None:
    """As one from a variable names that."""
    path = store(tmp_path, {"auth_config_data": {"auth.scalingo.com": login("canary x")}})
    with pytest.raises(CredentialsError) as caught:
        identity({"HOME": str(tmp_path)})
    assert str(caught.value).startswith(f"the login in {str(path)!r}: a token holds")
    assert "canary" not in str(caught.value)


def test_a_login_that_cannot_be_read_names_the_file(tmp_path: Path) -> None:
    """A directory, a pipe that would be waited for, a link that leads nowhere."""
    (tmp_path / "dir").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with (tmp_path / "large").open("wb") as file:
        file.truncate(3 << 30)
    for name, reason in {
        "dir": "is a directory",
        "pipe": "it is a pipe, not a regular file",
        "large": "larger than 1048576 bytes",
    }.items():
        with pytest.raises(CredentialsError, match=f"{name}' cannot be read: {reason}: log in"):
            stored_token(tmp_path / name, AUTH)
    (tmp_path / "loop").symlink_to("loop")
    with pytest.raises(CredentialsError, match="loop' cannot be read: too many levels"):
        stored_token(tmp_path / "loop", AUTH)
