"""Try a rule on a sandbox, with requests as any client would send them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, assert_never

import urllib3
from attrs import define, field
from conformance.fleet import AT_FIRST, DATABASES, FLEETS
from conformance.rule import Ask, PidOf, Rule, Sql, Step, Tables, faults, unless

from scalingo_sandbox import Sandbox, SandboxRefusal

NOTHING = object()
"""Stands for parameters that are not sent at all."""


@define(kw_only=True)
class Conductor:
    """A client of one sandbox that keeps its tokens."""

    sandbox: Sandbox
    _pool: urllib3.PoolManager = field(
        factory=lambda: urllib3.PoolManager(retries=False, timeout=30.0)
    )
    _tokens: dict[str, str] = field(factory=dict)

    def fault_of(self, rule: Rule) -> str | None:
        """Try a rule on contents as they were at first; say what did not hold, None if all did."""
        self.sandbox.change(rule.database, **AT_FIRST[rule.database])
        for step in rule.steps:
            fault = self._fault_of_step(rule.database, step)
            if fault is not None:
                return f"{step}: {fault}"
        return None

    def _fault_of_step(self, addon: str, step: Step) -> str | None:
        match step:
            case Ask():
                return faults(step.answer, self.act(addon, step.action, self._filled(addon, step)))
            case Sql():
                return self._fault_of_sql(addon, step)
            case Tables(counts):
                found = self._tables(addon)
                return unless(found == dict(counts), found, dict(counts))
            case _:
                assert_never(step)

    def _tables(self, addon: str) -> dict[str, int]:
        (held,) = [
            database
            for app in self.sandbox.fleet()["apps"]
            for database in app["addons"]
            if database["id"] == addon
        ]
        return {one["name"]: one["tables"] for one in held["logical_databases"]}

    def _fault_of_sql(self, addon: str, step: Sql) -> str | None:
        tag = sqlstate = None
        refused: object = None
        try:
            tag = self.sandbox.sql(addon, step.statement)
        except SandboxRefusal as refusal:
            refused, sqlstate = refusal.document, refusal.document["sqlstate"]
        return unless(
            (tag, sqlstate) == (step.tag, step.sqlstate), refused or tag, step.tag or step.sqlstate
        )

    def _filled(self, addon: str, step: Ask) -> object:
        """The parameters, with the process of a session in the place of its text."""
        params = step.params
        if not isinstance(params, Mapping) or not isinstance(params.get("pid"), PidOf):
            return params
        listed = self.act(addon, "pg-list-queries", NOTHING)["result"]
        (pid,) = [one["pid"] for one in listed if params["pid"].text in one["query"]]
        return {**params, "pid": pid}

    def act(self, addon: str, action: str, params: object) -> dict[str, Any]:
        """Perform an action; give its document, which has the status 200 even when it refuses."""
        body = {"action_name": action} | ({} if params is NOTHING else {"params": params})
        headers = {"Authorization": f"Bearer {self._token(addon)}"}
        url = f"{self.sandbox.url}/api/databases/{addon}/action"
        # In ASCII: what JSON can say of a string, UTF-8 need not be able to.
        text = json.dumps(body)
        answer = self._pool.request("POST", url, body=text, headers=headers)
        assert answer.status == 200, answer.data
        document: dict[str, Any] = answer.json()
        return document

    def _token(self, addon: str) -> str:
        if addon not in self._tokens:
            (app,) = FLEETS[DATABASES[addon]]["apps"]
            basic = urllib3.make_headers(basic_auth=f":{self.sandbox.token}")
            account = self._post("/v1/tokens/exchange", basic)["token"]
            bearer = {"Authorization": f"Bearer {account}"}
            path = f"/v1/apps/{app['name']}/addons/{addon}/token"
            self._tokens[addon] = self._post(path, bearer)["addon"]["token"]
        return self._tokens[addon]

    def _post(self, path: str, headers: Mapping[str, str]) -> Any:
        answer = self._pool.request("POST", self.sandbox.url + path, json={}, headers=headers)
        assert answer.status == 200, answer.data
        return answer.json()

    def close(self) -> None:
        """Close its connections."""
        self._pool.clear()
