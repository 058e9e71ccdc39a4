"""What holds of every endpoint of the provider: who may ask."""

from __future__ import annotations

import re

import pytest
from api.provider_client import MYSQL, POSTGRESQL, ProviderClient

from scalingo_sandbox.endpoint import Endpoint
from scalingo_sandbox.provider import ENDPOINTS
from scalingo_sandbox.wire import Credential


def of(*credentials: Credential) -> pytest.MarkDecorator:
    """The endpoints that ask for one of these."""
    asking = [one for one in ENDPOINTS if one.credential in credentials]
    names = [f"{one.method} {one.path}" for one in asking]
    return pytest.mark.parametrize("endpoint", asking, ids=names)


def path_of(endpoint: Endpoint) -> str:
    """Its path, of a database that is there, and of nothing else that is."""
    return re.sub("{.*?}", "x", endpoint.path.replace("{database}", MYSQL))


@of(Credential.USER, Credential.DATABASE, Credential.ANY_DATABASE)
def test_no_token_of_another_kind_is_taken(client: ProviderClient, endpoint: Endpoint) -> None:
    """None, junk and the API token itself are 401 with an error; so is an addon's for the user's."""
    strangers = [None, "junk", "é", client.token]
    if endpoint.credential is Credential.USER:
        strangers.append(client.addon_token(MYSQL))
    for bearer in strangers:
        answer = client.send(endpoint.method, path_of(endpoint), {}, bearer=bearer)
        assert (answer.status, answer.document.keys()) == (401, {"error"})


@of(Credential.DATABASE)
def test_a_database_is_for_its_own_token(client: ProviderClient, endpoint: Endpoint) -> None:
    """That of another addon is a 403 with a code."""
    foreign = client.addon_token(POSTGRESQL)
    answer = client.send(endpoint.method, path_of(endpoint), {}, bearer=foreign)
    assert (answer.status, answer.document.keys()) == (403, {"error", "code"})


@of(Credential.ANY_DATABASE)
def test_what_belongs_to_no_database_is_not_found(
    client: ProviderClient, endpoint: Endpoint
) -> None:
    """With a token of any addon, or of the user: the answer names what is missing."""
    if "{" not in endpoint.path:
        return
    for bearer in (client.addon_token(MYSQL), client.user_token()):
        answer = client.send(endpoint.method, path_of(endpoint), {}, bearer=bearer)
        assert (answer.status, answer.document["error"]) == (404, "not found")
