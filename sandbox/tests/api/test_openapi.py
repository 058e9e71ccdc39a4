"""The OpenAPI document, and what schemathesis makes of the sandbox by it."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from api.openapi_fleet import ADDONS, APP, FLEET, narrowed, result_of
from api.provider_client import ProviderClient, SimulatedClock
from jsonschema import Draft202012Validator

from scalingo_sandbox import Sandbox, running
from scalingo_sandbox.actions import ACTIONS
from scalingo_sandbox.application import ENDPOINTS
from scalingo_sandbox.openapi import openapi_document
from scalingo_sandbox.openapi.operations import DESCRIBED
from scalingo_sandbox.wire import host_of

pytestmark = pytest.mark.more

HERE = Path(__file__).parent
PUBLISHED = HERE.parents[2] / "schemas" / "openapi.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """Give the document."""
    return openapi_document()


@pytest.fixture(scope="module")
def still_sandbox() -> Iterator[Sandbox]:
    """Run a sandbox whose operations end at once and whose clock stands still."""
    with running(FLEET, operation_seconds=0, now=SimulatedClock()) as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(still_sandbox: Sandbox) -> Sandbox:
    """Give it as it was at the start."""
    still_sandbox.put_fleet(FLEET)
    still_sandbox.clear()
    return still_sandbox


@pytest.fixture
def client(sandbox: Sandbox) -> Iterator[ProviderClient]:
    """Give a client of it."""
    client = ProviderClient(url=sandbox.url, token=sandbox.token)
    yield client
    client.pool.clear()


def _operations(document: Mapping[str, Any]) -> dict[tuple[str, str], dict[str, Any]]:
    return {
        (method.upper(), path): operation
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    }


# -- the document ---------------------------------------------------------------------------------


def test_the_published_document_is_not_stale() -> None:
    """The file is what the module prints; write it again with `make schemas`."""
    command = [sys.executable, "-m", "scalingo_sandbox.openapi"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert PUBLISHED.read_text(encoding="utf-8") == printed


def test_every_endpoint_of_the_provider_is_described(document: dict[str, Any]) -> None:
    """The document and the route table have the same rows, but for the sandbox's own door."""
    routed = {(one.method, one.path) for one in ENDPOINTS if host_of(one.path) is not None}
    assert set(_operations(document)) == routed
    assert {one.answer.__name__ for one in ENDPOINTS if host_of(one.path)} == set(DESCRIBED)


def test_the_document_is_one(document: dict[str, Any]) -> None:
    """It is OpenAPI 3.1, its schemas are JSON Schema, and its operations have names of their own."""
    schemathesis.openapi.from_dict(document).validate()
    for name, shape in document["components"]["schemas"].items():
        Draft202012Validator.check_schema(shape)
        assert f'"#/components/schemas/{name}"' in json.dumps(document), name
    names = [operation["operationId"] for operation in _operations(document).values()]
    assert len(names) == len(set(names))


def test_every_reference_and_link_leads_somewhere(document: dict[str, Any]) -> None:
    """A `$ref` names a component, and a link an operation and its parameters."""
    text = json.dumps(document)
    for kind, name in re.findall(r'"#/components/(\w+)/([\w-]+)"', text):
        assert name in document["components"][kind]
    by_name = {one["operationId"]: one for one in _operations(document).values()}
    for operation in _operations(document).values():
        for response in operation["responses"].values():
            for link in response.get("links", {}).values():
                taken = [one["$ref"] for one in by_name[link["operationId"]]["parameters"]]
                wanted = [f"#/components/parameters/{name}" for name in link["parameters"]]
                assert set(wanted) <= set(taken)


def test_every_example_has_the_shape_it_is_an_example_of(document: dict[str, Any]) -> None:
    """What the document shows as a request is one."""
    for operation in _operations(document).values():
        for content in operation.get("requestBody", {}).get("content", {}).values():
            shape = {**content["schema"], "components": document["components"]}
            for example in content["examples"].values():
                Draft202012Validator(shape).validate(example["value"])


def test_the_document_is_served_without_credentials(
    sandbox: Sandbox, client: ProviderClient, document: dict[str, Any]
) -> None:
    """The sandbox gives the same one, and does not count the request as one of a client."""
    answer = client.send("GET", "/_sandbox/openapi.json")
    assert (answer.status, answer.document) == (200, document)
    assert sandbox.requests()["requests"] == []


# -- the sandbox, held to it ----------------------------------------------------------------------


def _schemathesis(sandbox: Sandbox, document: Path) -> subprocess.CompletedProcess[str]:
    """Run `st` in a process and a folder of its own: no plugin, no warning, no file gets here."""
    command = [sys.executable, "-m", "schemathesis.cli", "--no-color"]
    command += ["--config-file", str(HERE / "schemathesis.toml")]
    command += ["run", str(document), "--url", sandbox.url]
    environment = {
        **os.environ,
        "NO_PROXY": "127.0.0.1",
        "PYTHONPATH": str(HERE.parent),
        "SCHEMATHESIS_HOOKS": "api.openapi_hooks",
        "SANDBOX_URL": sandbox.url,
        "SANDBOX_TOKEN": sandbox.token,
    }
    return subprocess.run(
        command, cwd=document.parent, env=environment, capture_output=True, text=True, check=False
    )


def _refused(document: Mapping[str, Any], sandbox: Sandbox) -> list[str]:
    """List the operations that were not once answered with their success status."""
    answered = [
        (one["method"], one["path"], str(one["status"])) for one in sandbox.requests()["requests"]
    ]
    return [
        operation["operationId"]
        for (method, path), operation in _operations(document).items()
        if not any(
            (method, next(iter(operation["responses"]))) == (sent, status)
            and re.fullmatch(re.sub("{.*?}", "[^/]+", path), target)
            for sent, target, status in answered
        )
    ]


def test_the_sandbox_does_what_the_document_says(
    sandbox: Sandbox, document: dict[str, Any], tmp_path: Path
) -> None:
    """Whatever schemathesis sends is answered as described, and every operation succeeds once.

    Valid and invalid, with and without credentials, alone and one after another by the links.
    """
    held_to = tmp_path / "openapi.json"
    held_to.write_text(json.dumps(narrowed(document)), encoding="utf-8")
    finished = _schemathesis(sandbox, held_to)
    assert finished.returncode == 0, finished.stdout + finished.stderr
    assert _refused(document, sandbox) == []


@pytest.mark.parametrize("name", ACTIONS)
def test_an_action_is_answered_as_described(
    client: ProviderClient, document: dict[str, Any], name: str
) -> None:
    """The example succeeds wherever the action is offered, with a result of the action's own."""
    body = _operations(document)["POST", "/api/databases/{database}/action"]["requestBody"]
    example = body["content"]["application/json"]["examples"][name]["value"]
    shape = Draft202012Validator(result_of(narrowed(document)["components"], name))
    offering = [f"ad-{engine}" for engine in ACTIONS[name].engines]
    for addon in set(offering).intersection(ADDONS):
        answer = client.send(
            "POST", f"/api/databases/{addon}/action", example, bearer=_bearer(client, addon)
        )
        shape.validate(answer.document)


def _bearer(client: ProviderClient, addon: str) -> str:
    path = f"/v1/apps/{APP}/addons/{addon}/token"
    answer = client.send("POST", path, {}, bearer=client.user_token())
    return str(answer.document["addon"]["token"])


def test_a_request_beyond_the_limit_is_answered_as_described(document: dict[str, Any]) -> None:
    """429, in plain text."""
    with running(FLEET, rate_limit=1, now=SimulatedClock()) as sandbox:
        client = ProviderClient(url=sandbox.url, token=sandbox.token)
        token = client.user_token()
        answers = [client.send("GET", "/v1/apps", bearer=token) for _ in range(2)]
        client.pool.clear()
    assert [answer.status for answer in answers] == [200, 429]
    (content_type, content), *_ = document["components"]["responses"]["429"]["content"].items()
    assert answers[1].headers["Content-Type"].startswith(content_type)
    assert answers[1].body.decode() == content["schema"]["const"]
