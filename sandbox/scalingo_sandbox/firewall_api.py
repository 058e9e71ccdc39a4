"""The database API: the rules of the firewall, which say from where a database can be reached."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import ip_network

from attrs import asdict, evolve
from starlette.responses import Response

from scalingo_sandbox.clock import iso
from scalingo_sandbox.database_api import place_of
from scalingo_sandbox.defaults import object_id
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import invalid, missing, not_found
from scalingo_sandbox.fleet import Database
from scalingo_sandbox.records import FirewallRule, RuleType
from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential, JsonReply


def managed_range(region: str) -> dict[str, str]:
    """Show the one range of addresses that a rule can name: the platform's in this region."""
    return {"id": object_id("range", region), "name": f"Apps in {region}"}


def _document(database: Database, rule: FirewallRule) -> dict[str, object]:
    return asdict(rule) | {"database_id": database.id}


def _one(database: Database, rule: FirewallRule, status: int = 200) -> Response:
    return JsonReply({"rule": _document(database, rule)}, status_code=status)


def list_firewall_rules(service: Service, call: Call) -> Response:
    """List the rules of the firewall, oldest first: `{"rules":[…]}`."""
    database = place_of(service, call).database
    return JsonReply({"rules": [_document(database, one) for one in database.firewall_rules]})


def list_managed_ranges(service: Service, _: Call) -> Response:
    """List the ranges of addresses that a rule can name: `{"ranges":[{"id","name"}]}`."""
    return JsonReply({"ranges": [managed_range(service.fleet.region)]})


def _wanted(call: Call) -> Mapping[str, object]:
    """Read a rule; the command line sends it alone, JavaScript clients under `firewall_rule`."""
    body = call.mapping()
    return call.rooted("firewall_rule") if "firewall_rule" in body else body


def _text(wanted: Mapping[str, object], field: str) -> str:
    text = wanted.get(field, "")
    if not isinstance(text, str):
        raise invalid({field: ["must be a string"]})
    return text


def _read(service: Service, call: Call, wanted: Mapping[str, object]) -> FirewallRule:
    """Make the rule of a request, or answer 422."""
    given = {field: _text(wanted, field) for field in ("type", "cidr", "range_id", "label")}
    if given["type"] not in list(RuleType):
        raise invalid({"type": [f"must be {' or '.join(RuleType)}"]})
    rule = FirewallRule(
        id=object_id("rule", call.path, iso(service.now()), str(service.fleet.revision)),
        type=RuleType(given["type"]),
        label=given["label"],
    )
    if rule.type is RuleType.CUSTOM_RANGE:
        return evolve(rule, cidr=_network(given["cidr"]))
    if given["range_id"] != managed_range(service.fleet.region)["id"]:
        raise invalid({"range_id": ["is not a managed range"]})
    return evolve(rule, range_id=given["range_id"])


def _network(cidr: str) -> str:
    try:
        ip_network(cidr)
    except ValueError as error:
        raise invalid({"cidr": [str(error)]}) from None
    return cidr


def create_firewall_rule(service: Service, call: Call) -> Response:
    """Let a range of addresses reach the database: 201 `{"rule":{…}}`."""
    database = place_of(service, call).database
    rule = _read(service, call, _wanted(call))
    for present in database.firewall_rules:
        if (present.cidr, present.range_id) == (rule.cidr, rule.range_id):
            raise invalid({"cidr" if rule.cidr else "range_id": ["has already been taken"]})
    service.fleet.change(evolve(database, firewall_rules=(*database.firewall_rules, rule)))
    return _one(database, rule, 201)


def _find(database: Database, call: Call) -> FirewallRule:
    for rule in database.firewall_rules:
        if rule.id == call.params["rule"]:
            return rule
    raise not_found("firewall_rule")


def change_firewall_rule(service: Service, call: Call) -> Response:
    """Give a rule another label: `{"rule":{…}}`; its range stays."""
    database = place_of(service, call).database
    rule = _find(database, call)
    wanted = call.rooted("firewall_rule")
    if "label" not in wanted:
        raise missing("label")
    changed = evolve(rule, label=_text(wanted, "label"))
    rules = tuple(changed if one.id == rule.id else one for one in database.firewall_rules)
    service.fleet.change(evolve(database, firewall_rules=rules))
    return _one(database, changed)


def delete_firewall_rule(service: Service, call: Call) -> Response:
    """Delete a rule of the firewall: 204."""
    database = place_of(service, call).database
    gone = _find(database, call)
    kept = tuple(one for one in database.firewall_rules if one.id != gone.id)
    service.fleet.change(evolve(database, firewall_rules=kept))
    return Response(status_code=204)


ENDPOINTS = (
    *endpoints(
        Credential.DATABASE,
        "/api/databases/{database}/firewall_rules",
        {
            "GET": list_firewall_rules,
            "POST": create_firewall_rule,
            "PATCH /{rule}": change_firewall_rule,
            "DELETE /{rule}": delete_firewall_rule,
        },
    ),
    *endpoints(
        Credential.ANY_DATABASE, "/api/firewall/managed_ranges", {"GET": list_managed_ranges}
    ),
)
