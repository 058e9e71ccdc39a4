"""A client of the service creates an addon, and `reconcile` looks after it until it is deleted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
import urllib3
from attrs import field, frozen
from e2e.command import Command
from e2e.fleet import FLEET
from live import OPERATION, MovedClock

from scalingo_sandbox import Sandbox, running

SPEC = """\
version: 1
database: orders
app: shop-web
addon: {addon}
engine: postgresql
backups: {{enabled: true, hours: [3]}}
query_stats: true
"""
# What the official Go library takes for success; any other status is an error of it.
SUCCESS: Mapping[str, int] = {"GET": 200, "POST": 201, "PATCH": 200, "DELETE": 204}


@frozen(kw_only=True)
class OfficialClient:
    """Requests as the official command line sends them: a body or a query, and exact statuses."""

    auth: str
    token: str
    pool: urllib3.PoolManager = field(
        factory=lambda: urllib3.PoolManager(retries=False, timeout=10.0)
    )

    def bearer(self) -> str:
        """Exchange the API token; the body of a POST without parameters is an object."""
        headers = urllib3.make_headers(basic_auth=f":{self.token}")
        answer = self._sent("POST", f"{self.auth}/v1/tokens/exchange", {}, headers)
        assert answer.status == 200
        return str(answer.json()["token"])

    def region(self) -> Any:
        """Look the hosts up by the name of the region."""
        listed = self("GET", f"{self.auth}/v1/regions")["regions"]
        return next(one for one in listed if one["name"] == "osc-fr1")

    def api(self, method: str, path: str, params: Mapping[str, Any] | None = None) -> Any:
        """Ask the API host."""
        return self(method, f"{self.region()['api']}/v1{path}", params)

    def database(self, app: str, addon: str) -> Any:
        """Read a database with the token of its addon."""
        url = f"{self.region()['api']}/v1/apps/{app}/addons/{addon}/token"
        token = self("POST", url, status=200)["addon"]["token"]
        url = f"{self.region()['database_api']}/api/databases/{addon}"
        return self("GET", url, token=token)["database"]

    def __call__(
        self,
        method: str,
        url: str,
        params: Mapping[str, Any] | None = None,
        *,
        status: int | None = None,
        token: str | None = None,
    ) -> Any:
        """Send one request and read its answer as JSON, where there is one."""
        headers = {"Authorization": f"Bearer {token or self.bearer()}"}
        answer = self._sent(method, url, params or {}, headers)
        assert answer.status == (status or SUCCESS[method]), answer.data
        return None if method == "DELETE" else answer.json()

    def _sent(
        self, method: str, url: str, params: Mapping[str, Any], headers: Mapping[str, str]
    ) -> urllib3.BaseHTTPResponse:
        sent = {"Accept": "application/json", "Content-Type": "application/json", **headers}
        if method in {"GET", "DELETE"}:
            query = "&".join(f"{name}={value}" for name, value in params.items())
            return self.pool.request(method, f"{url}?{query}", headers=sent)
        return self.pool.request(method, url, json=params, headers=sent)


@pytest.fixture
def clock() -> MovedClock:
    """What the sandbox's operations end by."""
    return MovedClock()


@pytest.fixture
def slow(clock: MovedClock, sandbox: Sandbox) -> Iterator[Sandbox]:
    """A sandbox in which nothing ends by itself."""
    with running(FLEET, token=sandbox.token, operation_seconds=OPERATION, now=clock) as other:
        yield other


def test_an_addon_is_looked_after_from_its_creation_to_its_end(
    command: Command, slow: Sandbox, clock: MovedClock
) -> None:
    """Pending while it is created, then planned, applied and in sync; gone once it is deleted."""
    client = OfficialClient(auth=slow.url, token=slow.token)
    app = client.api("GET", "/apps/shop-web")["app"]
    plans = client.api("GET", "/addon_providers/postgresql/plans", {"show_all": "false"})["plans"]
    ids = {plan["name"]: plan["id"] for plan in plans}
    addons = f"/apps/{app['name']}/addons"
    wanted = {
        "addon_provider_id": "postgresql",
        "plan_id": ids["postgresql-starter-512"],
        "options": None,
    }
    created = client.api("POST", addons, {"addon": wanted})
    addon = f"{addons}/{created['addon']['id']}"
    assert created["addon"]["status"] == "provisioning"

    command = command.in_environment(SCALINGO_AUTH_URL=slow.url)
    command.write(SPEC.format(addon=created["addon"]["id"]))
    assert "1 pending in 1 of 1 database" in command("plan", status=0).stdout
    clock.end_operations()
    assert client.api("GET", addon)["addon"]["status"] == "running"

    upgraded = client.api("PATCH", addon, {"addon": {"plan_id": ids["postgresql-business-1024"]}})
    assert upgraded["addon"]["plan"]["id"] == ids["postgresql-business-1024"]
    clock.end_operations()
    database = client.database(app["id"], created["addon"]["id"])
    assert (database["status"], database["plan"]) == ("running", "postgresql-business-1024")
    variables = client.api("GET", f"/apps/{app['id']}/variables", {"aliases": "false"})["variables"]
    assert set(created["variables"]) <= {one["name"] for one in variables}
    assert any(database["hostname"] in one["value"] for one in variables)

    command("apply", "--yes", status=0)
    assert "1 database in sync" in command("plan", "--detailed-exitcode", status=0).stdout
    assert client.database(app["id"], created["addon"]["id"])["periodic_backups_scheduled_at"] == [
        3
    ]

    client.api("DELETE", addon)
    listed = client.api("GET", addons)["addons"]
    assert created["addon"]["id"] not in [one["id"] for one in listed]
    assert created["addon"]["id"] in command("plan", status=1).stdout
    effects = [one["method"] for one in slow.requests()["requests"] if one["effect"]]
    assert (effects[0], effects[1], effects[-1]) == ("POST", "PATCH", "DELETE")
    client.pool.clear()
