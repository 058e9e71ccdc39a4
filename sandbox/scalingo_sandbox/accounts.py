"""The auth host: the exchange of the API token, the regions, the user."""

from __future__ import annotations

from starlette.responses import Response

from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential, JsonReply

_ID = "us-5c599fd6-0000-4000-8000-000000000001"
OWNER: dict[str, object] = {
    "id": _ID,
    "username": "sandbox",
    "email": "sandbox@sandbox.invalid",
    "flags": {},
}
_USER = OWNER | {
    "uuid": _ID,
    "fullname": "Sandbox",
    "company": "Sandbox",
    "location": "",
    "created_at": "2025-01-07T10:00:09.498+01:00",
    "free_trial_started_at": None,
    "free_trial_end_time": None,
    "suspended_at": None,
    "suspension_reason": None,
    "tos_accepted": True,
    "email_newsletter": False,
    "referral_url": "https://sandbox.invalid/referral",
    "referral_clicks": 0,
    "limits": {},
}


def exchange_token(service: Service, call: Call) -> Response:
    """Exchange the API token for the bearer token of the API host: `{"token"}`."""
    call.readable()
    return JsonReply({"token": service.tokens.for_user()})


def list_regions(service: Service, _: Call) -> Response:
    """List the regions and their hosts: one, whose hosts are all this server."""
    region = service.fleet.region
    shown = {
        "name": region,
        "display_name": f"Sandbox ({region})",
        "api": service.url,
        "dashboard": f"https://dashboard.{region}.sandbox.invalid",
        "database_api": service.url,
        "ssh": f"ssh.{region}.sandbox.invalid:22",
        "default": True,
    }
    return JsonReply({"regions": [shown]})


def show_account(_: Service, __: Call) -> Response:
    """Show whose token it is."""
    return JsonReply({"user": _USER})


ENDPOINTS = (
    *endpoints(Credential.BASIC, "/v1", {"POST /tokens/exchange": exchange_token}),
    *endpoints(Credential.NONE, "/v1", {"GET /regions": list_regions}),
    *endpoints(Credential.USER, "/v1", {"GET /users/self": show_account}),
)
