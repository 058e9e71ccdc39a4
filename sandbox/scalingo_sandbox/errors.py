"""What can go wrong, as values that know how they are answered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import frozen


@frozen(kw_only=True)
class Problem:
    """One fault of a fleet document: a path such as `apps[0].addons[1].status`, and a sentence."""

    path: str
    message: str


class FleetError(Exception):
    """A fleet document that cannot be served; `problems` holds every fault that was found."""

    def __init__(self, source: str, problems: Iterable[Problem]) -> None:
        self.source = source
        self.problems = tuple(problems)
        super().__init__(source, self.problems)

    def __str__(self) -> str:
        count = len(self.problems)
        lines = [f"{self.source}: {count} problem{'s' if count != 1 else ''}"]
        lines += [
            f"  {problem.path or 'the document'}: {problem.message}" for problem in self.problems
        ]
        return "\n".join(lines)

    def by_path(self) -> dict[str, list[str]]:
        """Group the sentences by path, the shape of a 422 body."""
        grouped: dict[str, list[str]] = {}
        for problem in self.problems:
            grouped.setdefault(problem.path or "fleet", []).append(problem.message)
        return grouped


class PortInUse(Exception):  # noqa: N818  the name is part of the interface
    """The asked-for port is taken by another program; `port` is its number."""

    def __init__(self, port: int) -> None:
        self.port = port
        super().__init__(f"port {port} of 127.0.0.1 is in use; choose another, or 0 for a free one")


class ApiError(Exception):
    """A request answered with an error status and a JSON body."""

    def __init__(self, status: int, document: Mapping[str, object]) -> None:
        self.status = status
        self.document = document
        super().__init__(status, document)


class EngineRefusal(Exception):  # noqa: N818  a refusal is an answer, not a defect
    """A database engine said no; `sqlstate` is PostgreSQL's code where there is one."""

    def __init__(self, message: str, *, sqlstate: str | None = None) -> None:
        self.message = message
        self.sqlstate = sqlstate
        super().__init__(message)


def unauthorized(reason: str) -> ApiError:
    """Make the 401 `{"error"}`."""
    return ApiError(401, {"error": reason})


def forbidden(reason: str, *, code: str) -> ApiError:
    """Make the 403 `{"error","code"}`."""
    return ApiError(403, {"error": reason, "code": code})


def not_found(resource: str) -> ApiError:
    """Make the 404 `{"resource","error"}`."""
    return ApiError(404, {"resource": resource, "error": "not found"})


def conflict(reason: str) -> ApiError:
    """Make the 409 `{"error"}`."""
    return ApiError(409, {"error": reason})


def malformed(reason: str) -> ApiError:
    """Make the 400 `{"error"}`."""
    return ApiError(400, {"error": reason})


def invalid(errors: Mapping[str, list[str]]) -> ApiError:
    """Make the 422 `{"errors":{"field":["message"]}}`."""
    return ApiError(422, {"errors": dict(errors)})


def missing(field: str) -> ApiError:
    """Make the 422 for a field that a request to the API host lacks."""
    return invalid({field: ["missing field"]})
