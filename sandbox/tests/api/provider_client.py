"""A plain client of the provider's API: urllib3 and nothing of the product."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import urllib3
from attrs import define, field, frozen

MYSQL = "ad-00000000-0000-4000-8000-000000000001"
OLD_MYSQL = "ad-00000000-0000-4000-8000-000000000002"
POSTGRESQL = "ad-00000000-0000-4000-8000-000000000003"
LISTED_POSTGRESQL = "ad-00000000-0000-4000-8000-000000000004"
MONGODB = "ad-00000000-0000-4000-8000-000000000005"
INFLUXDB = "ad-00000000-0000-4000-8000-000000000006"
REDIS = "ad-00000000-0000-4000-8000-000000000007"
STOPPED = "ad-00000000-0000-4000-8000-000000000008"
DEDICATED = "ad-00000000-0000-4000-8000-000000000009"

QUERY = {"pid": 2000, "query": "SELECT 1", "state": "active"}
STATEMENT = {"query": "SELECT $1", "calls": 3}

FLEET: Mapping[str, Any] = {
    "version": 1,
    "apps": [
        {
            "name": "web",
            "id": "5c599fd6f18b3202f7ab4e66",
            "addons": [
                {
                    "id": MYSQL,
                    "engine": "mysql",
                    "resource_id": "my-db-123",
                    "version": "8.0.35-1",
                    "next_version": "8.0.36-1",
                    "logical_databases": [
                        {"name": "web", "protected": True, "tables": 4},
                        {"name": "legacy", "tables": 2},
                    ],
                },
                {"id": OLD_MYSQL, "engine": "mysql", "version": "5.7.42-1"},
                {"id": REDIS, "engine": "redis", "provider": "scalingo-redis"},
            ],
        },
        {
            "name": "api",
            "addons": [
                {
                    "id": POSTGRESQL,
                    "engine": "postgresql",
                    "queries": [QUERY, {"pid": 2001, "query": "COMMIT", "state": "idle"}],
                    "statements": [STATEMENT],
                },
                {
                    "id": LISTED_POSTGRESQL,
                    "engine": "postgresql",
                    "logical_databases": [{"name": "api", "protected": True}],
                },
                {"id": MONGODB, "engine": "mongodb"},
                {"id": INFLUXDB, "engine": "influxdb"},
                {
                    "id": STOPPED,
                    "engine": "mysql",
                    "status": "stopped",
                    "current_operation_id": "609145e66ffbd934f6745bb4",
                },
            ],
        },
        {
            "name": "big",
            "dedicated": True,
            "addons": [{"id": DEDICATED, "engine": "postgresql", "cluster": True}],
        },
    ],
}
APPS = {addon["id"]: app["name"] for app in FLEET["apps"] for addon in app["addons"]}
ABSENT = object()


@frozen(kw_only=True)
class Answer:
    """A whole answer."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def document(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


@define(kw_only=True)
class SimulatedClock:
    """A clock that stands still until a test moves it; its time is a whole minute at first."""

    seconds: float = 1_767_603_600.0

    def __call__(self) -> float:
        """Give the seconds of the epoch."""
        return self.seconds


@frozen(kw_only=True)
class ProviderClient:
    """Requests to the three hosts at `url`; it repeats none. `apps` tells whose a database is."""

    url: str
    token: str
    apps: Mapping[str, str] = field(factory=lambda: APPS)
    pool: urllib3.PoolManager = field(
        factory=lambda: urllib3.PoolManager(retries=False, timeout=60.0)
    )

    def send(
        self,
        method: str,
        path: str,
        document: Any = None,
        *,
        bearer: str | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send one request."""
        sent = dict(headers or {})
        if bearer is not None:
            sent["Authorization"] = f"Bearer {bearer}"
        if document is not None:
            body = json.dumps(document).encode()
        response = self.pool.request(method, self.url + path, body=body, headers=sent)
        return Answer(status=response.status, headers=response.headers, body=response.data)

    def exchange(self, *, user: str = "", password: str | None = None) -> Answer:
        """Exchange an API token, the right one by default."""
        credentials = f"{user}:{self.token if password is None else password}"
        headers = urllib3.make_headers(basic_auth=credentials)
        return self.send("POST", "/v1/tokens/exchange", {}, headers=headers)

    def user_token(self) -> str:
        """Get a token for the API host."""
        return str(self.exchange().document["token"])

    def addon_token(self, addon: str) -> str:
        """Get a token for one database."""
        path = f"/v1/apps/{self.apps[addon]}/addons/{addon}/token"
        answer = self.send("POST", path, {}, bearer=self.user_token())
        return str(answer.document["addon"]["token"])

    def database(
        self, method: str, addon: str, document: Any = None, *, suffix: str = ""
    ) -> Answer:
        """Send one request about a database, with a fresh token."""
        path = f"/api/databases/{quote(addon)}{suffix}"
        return self.send(method, path, document, bearer=self.addon_token(addon))

    def action(self, addon: str, name: str, params: Any = ABSENT) -> Any:
        """Perform an action that must be answered with 200; give its document."""
        document = {"action_name": name} | ({} if params is ABSENT else {"params": params})
        answer = self.database("POST", addon, document, suffix="/action")
        assert answer.status == 200
        return answer.document

    def result(self, addon: str, name: str, params: Any = ABSENT) -> Any:
        """Perform an action that must succeed; give its result."""
        document = self.action(addon, name, params)
        assert document.keys() == {"ok", "result"}, document
        assert document["ok"] == 1
        return document["result"]

    def refusal(self, addon: str, name: str, params: Any = ABSENT) -> str:
        """Perform an action that must be refused; give the sentence."""
        document = self.action(addon, name, params)
        assert document.keys() == {"ok", "error"}, document
        assert document["ok"] == 0
        return str(document["error"])

    def door(self, method: str, path: str, document: Any = None) -> Answer:
        """Knock at the sandbox's own door."""
        return self.send(method, f"/_sandbox/{path}", document, bearer=self.token)
