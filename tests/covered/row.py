"""One endpoint or action of the provider's API, and who of ours stands behind it."""

from __future__ import annotations

from attrs import frozen

from reconcile.api.routes import Route
from reconcile.model.request import Call, Effect

API_TEXT, NEWER = "API text", "newer documents"


@frozen(kw_only=True)
class Row:
    """A row of the table; `tests/e2e/test_api_coverage.py` proves every word of it.

    call      the call that the client sends; None for a request that only leads to a database
    database  APP/ADDON of the one that is asked
    client    its class and method
    command   a command line that sends it once; `spec` is what its project wants, `status` its end
    missing   a path that the provider does not know, so that the command asks at the row's
    kinds     the kinds that read by it, look up by it, or change by it
    sandbox   who answers it there, below `scalingo_sandbox`
    heading   under which the API text lists an action
    """

    name: str
    route: Route
    call: Call | None = None
    database: str
    client: str
    command: str
    status: int = 0
    spec: str = ""
    missing: str = ""
    kinds: tuple[str, ...] = ()
    sandbox: str
    source: str = API_TEXT
    heading: str = ""

    @property
    def what(self) -> str:
        """The action's name, or method and path."""
        return (self.call and self.call.action_name) or str(self.route)


def row(
    call: Call,
    *,
    name: str,
    database: str,
    command: str,
    sandbox: str,
    kinds: tuple[str, ...] = (),
    source: str = API_TEXT,
    status: int = 0,
    spec: str = "",
    missing: str = "",
    heading: str = "",
) -> Row:
    """The row of a call, with the client that its effect asks for."""
    client = "WriteClient" if call.effect is Effect.CHANGE else "ReadClient"
    method = "start" if call.starts_operation else "call"
    return Row(
        name=name,
        route=Route.of_call(call),
        call=call,
        database=database,
        client=f"{client}.{method}",
        command=command,
        status=status,
        spec=spec,
        missing=missing,
        kinds=kinds,
        sandbox=sandbox,
        source=source,
        heading=heading,
    )
