"""The API host: the environment variables of an app, its own and those of its addons."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from attrs import evolve
from starlette.responses import Response

from scalingo_sandbox.addons_api import app_of, variables_of
from scalingo_sandbox.defaults import object_id
from scalingo_sandbox.endpoint import endpoints
from scalingo_sandbox.errors import invalid, missing, not_found
from scalingo_sandbox.fleet import VARIABLE_NAME, VARIABLE_VALUE, App, Variable
from scalingo_sandbox.service import Service
from scalingo_sandbox.wire import Call, Credential, JsonReply


def _own(app: App) -> dict[str, str]:
    return {variable.name: variable.value for variable in app.variables}


def _present(service: Service, app: App) -> dict[str, str]:
    """Give every variable by its name; the app's own wins over one of an addon."""
    return variables_of(service, app) | _own(app)


def variable_id(app: App, name: str) -> str:
    """Give the id of a variable of an app, always the same for the same name."""
    return object_id("variable", str(app.id), name)


def _document(app: App, name: str, value: str) -> dict[str, str]:
    return {"id": variable_id(app, name), "name": name, "value": value}


def list_variables(service: Service, call: Call) -> Response:
    """List the variables of an app and its addons: `{"variables":[{"id","name","value"}]}`.

    With `aliases=false` an alias has the value of the variable that it stands for.
    """
    app = app_of(service, call)
    present = _present(service, app)
    if call.query.get("aliases") == "false":
        present = {name: _resolved(value, present) for name, value in present.items()}
    shown = [_document(app, name, value) for name, value in present.items()]
    return JsonReply({"variables": shown})


def _resolved(value: str, present: Mapping[str, str]) -> str:
    return present.get(value[1:], value) if value.startswith("$") else value


def _read(wanted: object) -> Variable:
    """Read a variable of a request, or answer 422."""
    fields = wanted if isinstance(wanted, Mapping) else {}
    name = fields.get("name")
    if not isinstance(name, str) or not re.fullmatch(VARIABLE_NAME.pattern, name, re.ASCII):
        raise invalid({"name": [f"must be {VARIABLE_NAME.wanted}"]})
    return Variable(name=name, value=_value(fields))


def _value(fields: Mapping[str, object]) -> str:
    value = fields.get("value")
    if not isinstance(value, str) or not re.fullmatch(VARIABLE_VALUE.pattern, value):
        raise invalid({"value": [f"must be {VARIABLE_VALUE.wanted}"]})
    return value


def _store(service: Service, app: App, wanted: Iterable[Variable]) -> None:
    values = _own(app) | {variable.name: variable.value for variable in wanted}
    _keep(service, app, values)


def _keep(service: Service, app: App, values: Mapping[str, str]) -> None:
    kept = tuple(Variable(name=name, value=value) for name, value in values.items())
    service.fleet.change_app(evolve(app, variables=kept))


def set_variable(service: Service, call: Call) -> Response:
    """Set one variable: `{"variable":{…}}`, 201 for a new one, else 200."""
    app = app_of(service, call)
    variable = _read(call.rooted("variable"))
    status = 200 if variable.name in _present(service, app) else 201
    _store(service, app, [variable])
    shown = _document(app, variable.name, variable.value)
    return JsonReply({"variable": shown}, status_code=status)


def set_variables(service: Service, call: Call) -> Response:
    """Set several variables, all or none: `{"variables":[…]}`, those of the request."""
    app = app_of(service, call)
    wanted = call.mapping().get("variables")
    if not isinstance(wanted, list):
        raise missing("variables")
    variables = [_read(one) for one in wanted]
    _store(service, app, variables)
    shown = [_document(app, one.name, one.value) for one in variables]
    return JsonReply({"variables": shown})


def _name_of(app: App, names: Iterable[str], wanted: object) -> str:
    """Find the name of a variable by its id, or answer 404."""
    for name in names:
        if variable_id(app, name) == wanted:
            return name
    raise not_found("variable")


def change_variable(service: Service, call: Call) -> Response:
    """Change the value of a variable: `{"variable":{…}}`."""
    app = app_of(service, call)
    name = _name_of(app, _present(service, app), call.params["variable"])
    variable = Variable(name=name, value=_value(call.rooted("variable")))
    _store(service, app, [variable])
    return JsonReply({"variable": _document(app, name, variable.value)})


def delete_variable(service: Service, call: Call) -> Response:
    """Delete a variable: 204; one of an addon goes with the addon."""
    return _without(service, app_of(service, call), [call.params["variable"]])


def delete_variables(service: Service, call: Call) -> Response:
    """Delete several variables, all or none: 204; the body lists their ids."""
    app = app_of(service, call)
    ids = call.mapping().get("variable_ids")
    if not isinstance(ids, list):
        raise missing("variable_ids")
    return _without(service, app, ids)


def _without(service: Service, app: App, ids: Iterable[object]) -> Response:
    own, present = _own(app), _present(service, app)
    gone = {_name_of(app, present, one) for one in ids}
    if not gone <= own.keys():
        raise invalid({"variable": ["belongs to an addon and goes with it"]})
    _keep(service, app, {name: value for name, value in own.items() if name not in gone})
    return Response(status_code=204)


ENDPOINTS = endpoints(
    Credential.USER,
    "/v1/apps/{app}/variables",
    {
        "GET": list_variables,
        "POST": set_variable,
        "PUT": set_variables,
        "DELETE": delete_variables,
        "PATCH /{variable}": change_variable,
        "DELETE /{variable}": delete_variable,
    },
)
