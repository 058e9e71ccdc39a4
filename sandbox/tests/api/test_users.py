"""Users: five calls, and passwords that are said once."""

from __future__ import annotations

from typing import Any

import pytest
from api.provider_client import MYSQL, Answer, ProviderClient

from scalingo_sandbox import Sandbox

OWN = {"name": "u_my_db_123", "read_only": False, "protected": True}
REPORTING = {"name": "reporting", "read_only": True, "protected": False}
PASSWORD = {"password": "x" * 24, "password_confirmation": "x" * 24}


def _ask(client: ProviderClient, method: str, user: str = "", document: Any = None) -> Answer:
    wanted = None if document is None else {"database_user": document}
    return client.database(method, MYSQL, wanted, suffix=f"/users{user}")


def _create(client: ProviderClient, **values: object) -> Answer:
    return _ask(client, "POST", "", {"name": "reporting", "read_only": True} | values)


def _listed(client: ProviderClient) -> list[dict[str, Any]]:
    answer = _ask(client, "GET")
    assert (answer.status, answer.document.keys()) == (200, {"database-users"})
    users: list[dict[str, Any]] = answer.document["database-users"]
    return users


def _effect(sandbox: Sandbox) -> bool:
    return sandbox.requests()["requests"][-1]["effect"]


def test_a_database_has_a_user_of_its_own(client: ProviderClient) -> None:
    """A fleet without users has a protected one; the list's key has a hyphen."""
    assert _listed(client) == [OWN]


def test_a_created_user_is_answered_in_both_known_shapes(
    client: ProviderClient, sandbox: Sandbox
) -> None:
    """201, flat and under `database_user`, with a password that no other answer repeats."""
    answer = _create(client)
    password = answer.document["password"]
    shown = REPORTING | {"password": password}
    assert (answer.status, answer.document) == (201, {**shown, "database_user": shown})
    assert len(password) > 24
    assert _effect(sandbox)
    assert _listed(client) == [OWN, REPORTING]
    assert password not in str(sandbox.fleet())


def test_a_given_password_is_not_repeated(client: ProviderClient, sandbox: Sandbox) -> None:
    """Who gave it knows it."""
    answer = _create(client, **PASSWORD)
    assert (answer.status, answer.document) == (201, {**REPORTING, "database_user": REPORTING})
    assert PASSWORD["password"] not in str(sandbox.fleet())
    assert PASSWORD["password"] not in str(sandbox.requests())


def test_a_reset_gives_another_password(client: ProviderClient, sandbox: Sandbox) -> None:
    """Each time a new one, and each time an effect."""
    passwords = {_create(client).document["password"]}
    for _ in range(2):
        answer = _ask(client, "POST", "/reporting/reset_password")
        shown = REPORTING | {"password": answer.document["password"]}
        assert (answer.status, answer.document) == (200, {**shown, "database_user": shown})
        assert _effect(sandbox)
        passwords.add(answer.document["password"])
    assert len(passwords) == 3


def test_a_password_is_changed(client: ProviderClient, sandbox: Sandbox) -> None:
    """200 without the password, and an effect."""
    _create(client)
    answer = _ask(client, "PATCH", "/reporting", PASSWORD)
    assert (answer.status, answer.document) == (200, {**REPORTING, "database_user": REPORTING})
    assert _effect(sandbox)


def test_a_user_is_deleted(client: ProviderClient, sandbox: Sandbox) -> None:
    """204 without a body; a second time it is not found."""
    _create(client)
    answer = _ask(client, "DELETE", "/reporting")
    assert (answer.status, answer.body) == (204, b"")
    assert _effect(sandbox)
    assert _listed(client) == [OWN]
    assert _ask(client, "DELETE", "/reporting").status == 404


@pytest.mark.parametrize(
    ("method", "suffix"), [("DELETE", ""), ("PATCH", ""), ("POST", "/reset_password")]
)
def test_a_protected_user_stays(client: ProviderClient, method: str, suffix: str) -> None:
    """It cannot be deleted, and its password is the provider's."""
    answer = _ask(client, method, f"/u_my_db_123{suffix}", PASSWORD)
    errors = {"name": ["is protected and cannot be changed"]}
    assert (answer.status, answer.document) == (422, {"errors": errors})
    assert _listed(client) == [OWN]


NAMED = "must be 6 to 32 small letters, digits and single '-', none of them first or last"
NO_PASSWORD = "must have 24 to 64 characters"


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        *[
            ({"name": name}, {"name": [NAMED]})
            for name in (
                "",
                "short",
                "a b c d",
                "réporting",
                "Reporting",
                "a--bcde",
                "a" * 33,
                3,
                None,
            )
        ],
        ({"read_only": "yes"}, {"read_only": ["must be true or false"]}),
        ({"password": ""}, {"password": [NO_PASSWORD]}),
        ({"password": 3}, {"password": [NO_PASSWORD]}),
        ({"password": "a" * 65, "password_confirmation": "a" * 65}, {"password": [NO_PASSWORD]}),
        ({"password": "a" * 24}, {"password_confirmation": ["must be the same as the password"]}),
        ({"password_confirmation": "a"}, {"password": [NO_PASSWORD]}),
        ({"name": "", "read_only": 1}, {"name": [NAMED], "read_only": ["must be true or false"]}),
    ],
)
def test_an_unfit_user_is_a_422(
    client: ProviderClient, values: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    """Every unfit value is named, and nobody is created."""
    answer = _create(client, **values)
    assert (answer.status, answer.document) == (422, {"errors": errors})
    assert _listed(client) == [OWN]


def test_a_change_without_a_password_is_a_422(client: ProviderClient) -> None:
    """There is nothing else to change."""
    _create(client)
    answer = _ask(client, "PATCH", "/reporting", {"read_only": True})
    assert (answer.status, answer.document) == (422, {"errors": {"password": [NO_PASSWORD]}})


def test_a_name_is_taken_once(client: ProviderClient) -> None:
    """A second user of it is a 422."""
    _create(client)
    answer = _create(client)
    assert (answer.status, answer.document) == (422, {"errors": {"name": ["is already taken"]}})


CALLS = [
    ("GET", ""),
    ("POST", ""),
    ("PATCH", "/u_my_db_123"),
    ("POST", "/u_my_db_123/reset_password"),
    ("DELETE", "/u_my_db_123"),
]


@pytest.mark.parametrize(("method", "user"), CALLS[1:])
def test_a_stopped_database_takes_no_changes(
    client: ProviderClient, sandbox: Sandbox, method: str, user: str
) -> None:
    """Its server is not there to be told; the list is still shown."""
    sandbox.change(MYSQL, status="stopped")
    answer = _ask(client, method, user, {"name": "x"} | PASSWORD)
    assert (answer.status, answer.document) == (409, {"error": "the database is stopped"})
    assert _listed(client) == [OWN]
