"""What schemathesis is told of the sandbox: credentials, a fresh fleet, a check of our own.

`st` imports it (`SCHEMATHESIS_HOOKS`) in a process of its own; see test_openapi.
"""

from __future__ import annotations

import os
from typing import Any

import schemathesis
from api.openapi_fleet import ADDONS, APP, FLEET, result_of
from api.provider_client import ProviderClient
from jsonschema import Draft202012Validator
from schemathesis import AuthContext, Case, CheckContext, HookContext, Response
from urllib3 import make_headers

from scalingo_sandbox import Sandbox

SANDBOX = Sandbox(url=os.environ["SANDBOX_URL"], token=os.environ["SANDBOX_TOKEN"])


def _bearers() -> tuple[str, dict[str, str]]:
    """Get the credentials of the API host and of every database."""
    client = ProviderClient(url=SANDBOX.url, token=SANDBOX.token)
    user = client.user_token()
    answers = {
        addon: client.send("POST", f"/v1/apps/{APP}/addons/{addon}/token", {}, bearer=user)
        for addon in ADDONS
    }
    tokens = {addon: answer.document["addon"]["token"] for addon, answer in answers.items()}
    return f"Bearer {user}", {addon: f"Bearer {token}" for addon, token in tokens.items()}


BASIC = make_headers(basic_auth=f":{SANDBOX.token}")["authorization"]
USER, DATABASES = _bearers()


# Never cached: a credential is for one kind of operation, or for one database.
@schemathesis.auth(refresh_interval=None)
class Credentials:
    """The credential that the document asks for; a database's own, where the path names one."""

    def get(self, case: Case[Any], context: AuthContext) -> str | None:
        """Choose the header."""
        schemes = {name for one in context.operation.definition.raw["security"] for name in one}
        if "apiToken" in schemes:
            return BASIC
        if "addonToken" in schemes:
            return DATABASES.get(str(case.path_parameters.get("database")), DATABASES[ADDONS[0]])
        if "userToken" in schemes:
            return USER
        return None

    def set(self, case: Case[Any], data: str, _: AuthContext) -> None:
        """Send it."""
        case.headers["Authorization"] = data


@schemathesis.hook
def before_call(_: HookContext, case: Case[Any], __: dict[str, Any]) -> None:
    """Start a request from the same fleet as every other, unless it follows from one before."""
    if case.meta is None or case.meta.phase.name != "stateful":
        SANDBOX.put_fleet(FLEET)


@schemathesis.check
def action_conformance(_: CheckContext, response: Response, case: Case[Any]) -> None:
    """An action's result has the form that the document gives it; bad parameters have none."""
    if case.operation.definition.raw["operationId"] != "performAction":
        return
    if response.status_code != 200 or response.json()["ok"] != 1:
        return
    body: Any = case.body
    assert case.meta is not None
    assert not case.meta.generation.mode.is_negative, "invalid parameters were accepted"
    components = case.operation.schema.raw_schema["components"]
    shape = result_of(components, body["action_name"])
    Draft202012Validator(shape).validate(response.json())
