"""What an answer means: the document that was asked for, or an error in one sentence.

Source: the wire contract, "Limits and errors" and "Actions". A failed action can come with any
status, so its `ok` decides; only 401 and 403 come before it, for there the action was not reached.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from math import isinf
from typing import Any

from reconcile.api.routes import ACTION, ADDON_TOKEN, EXCHANGE, Answer, Route
from reconcile.errors import (
    DOUBT,
    AccessError,
    AnswerError,
    ApiError,
    NotFoundError,
    NotOfferedError,
    OutcomeUnknownError,
)
from reconcile.model.request import Effect
from reconcile.model.text import safe_text

_SHOWN = 120
_REFUSED_ACCESS = frozenset({401, 403})
_TITLE = re.compile(r"<title[^>]*>(.*?)</title", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<(?:script|style).*?</(?:script|style)\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL)
_OPERATION = re.compile(r"[0-9A-Za-z_-]{1,128}")
_OPERATION_PATH = re.compile(
    r"[^?#]*/api/(?:databases/[^/?#]+/)?operations/([^/?#]+)/?(?:[?#].*)?", re.DOTALL
)
_TOKENS = frozenset({EXCHANGE, ADDON_TOKEN})
"""Routes whose successes hold a token: nothing of them is ever shown."""
_NO_DOCUMENT = object()
_TOO_DEEP = object()
_DEEPEST = 100
"""Levels of the deepest document: who walks through one goes down by calling itself."""


def document_of(answer: Answer) -> Mapping[str, Any]:
    """The JSON object of a success.

    Raises AccessError (401, 403), NotFoundError (404), AnswerError (no JSON object), ApiError for
    other statuses; for a change whose effect stays open, OutcomeUnknownError.
    """
    if not _succeeded(answer):
        raise _failure(answer)
    document = _decoded(answer)
    if isinstance(document, dict):
        return document
    if document is _TOO_DEEP:
        raise _unfit(answer, "what is nested too deeply")
    raise _unfit(answer, "where a JSON object is due", said=_said(answer))


def rooted(answer: Answer, root: str) -> Any:
    """The value under the root key of a success. Raises as `document_of`."""
    document = document_of(answer)
    if root not in document:
        said = "" if answer.request.route in _TOKENS else _said(answer)
        raise _unfit(answer, f"without {root!r}", said=said)
    return document[root]


def unwrapped(answer: Answer, roots: Mapping[Route, str | None]) -> Any:
    """An action's result, or the value under its route's root key. Raises as those two.

    Without a root key, the whole document.
    """
    route = answer.request.route
    if route == ACTION:
        return result_of(answer)
    root = roots[route]
    return document_of(answer) if root is None else rooted(answer, root)


def operation_of(answer: Answer) -> str:
    """The id of the operation that an answer says was started.

    It stands in the body, as `operation_id` or `operation.id`, or ends the path of the Location
    header; of that nothing but the id is used, wherever it may point. Raises as `document_of`,
    and OutcomeUnknownError where it is in none of the three.
    """
    located = _OPERATION_PATH.fullmatch(answer.location or "")
    for ident in (*_named_operations(answer), located and located[1]):
        if isinstance(ident, str) and _OPERATION.fullmatch(ident):
            return ident
    raise OutcomeUnknownError(
        f"{answer.request}: accepted, but the answer names no operation to follow", under_way=True
    )


def _named_operations(answer: Answer) -> list[object]:
    """What the body of a success says of an operation; its Location may do where it is no JSON."""
    if not _succeeded(answer):
        raise _failure(answer)
    document = _decoded(answer)
    if not isinstance(document, dict):
        return []
    inner = document.get("operation")
    return [document.get("operation_id"), inner.get("id") if isinstance(inner, dict) else None]


def result_of(answer: Answer) -> Any:
    """The result of an action that succeeded, None where it has none.

    Raises NotOfferedError with the provider's message for `ok: 0`, else as `document_of`.
    """
    document = _decoded(answer)
    if not isinstance(document, dict) or answer.status in _REFUSED_ACCESS:
        document = document_of(answer)
    match document.get("ok"):
        case 1:
            return document.get("result")
        case 0:
            said = _shown(answer, _sentence(document) or "no reason given")
            raise NotOfferedError(
                f"{answer.request}: the provider refused it: {said!r}", said=safe_text(said)
            )
        case other:
            document_of(answer)
            raise _unfit(answer, f"with {_shown(answer, repr(other))} as 'ok'")


def _succeeded(answer: Answer) -> bool:
    return 200 <= answer.status < 300  # noqa: PLR2004 - RFC 9110


def _decoded(answer: Answer) -> Any:
    """The decoded body; _NO_DOCUMENT where it is no JSON, _TOO_DEEP where it is one in vain."""
    try:
        document = json.loads(answer.body, parse_constant=_refused, parse_float=_finite)
    except RecursionError:
        return _TOO_DEEP
    except ValueError:
        return _NO_DOCUMENT
    return _TOO_DEEP if _is_too_deep(document) else document


def _refused(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")


def _finite(text: str) -> float:
    number = float(text)
    if isinf(number):
        raise ValueError("a number that is too large")
    return number


def _is_too_deep(document: object) -> bool:
    """Level by level: what is being checked is whether it bears recursion."""
    level = [document]
    for _ in range(_DEEPEST):
        level = [inner for one in level for inner in _inside(one) if isinstance(inner, dict | list)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterable[object]:
    """The values in an object or a list; none in anything else."""
    match value:
        case dict():
            return value.values()
        case list():
            return value
        case _:
            return ()


def _failure(answer: Answer) -> ApiError:
    sentence = f"{answer.request}: HTTP {answer.status}, {_said(answer)}"
    if answer.status in _REFUSED_ACCESS:
        return AccessError(sentence)
    if answer.status == 404:  # noqa: PLR2004 - RFC 9110
        return NotFoundError(sentence)
    refused = 400 <= answer.status < 500  # noqa: PLR2004 - RFC 9110
    if answer.request.effect is Effect.CHANGE and not refused:
        return OutcomeUnknownError(
            f"{sentence}{DOUBT}",
            under_way=answer.status == 504,  # noqa: PLR2004 - RFC 9110: a gateway gave up waiting
        )
    if 300 <= answer.status < 400:  # noqa: PLR2004 - RFC 9110
        return ApiError(
            f"{answer.request}: HTTP {answer.status}, a redirect, which is never followed"
        )
    return ApiError(sentence)


def _unfit(answer: Answer, fault: str, *, said: str = "") -> ApiError:
    """The error for a success that does not say what it should."""
    sentence = f"{answer.request}: HTTP {answer.status}, {said or 'answered'} {fault}"
    if answer.request.effect is Effect.CHANGE:
        return OutcomeUnknownError(f"{sentence}{DOUBT}")
    return AnswerError(sentence)


def _said(answer: Answer) -> str:
    """The first words of a body, for a message."""
    if answer.request.route in _TOKENS and _succeeded(answer):
        return "something"
    document = _decoded(answer)
    if isinstance(document, dict) and _sentence(document):
        return repr(_shown(answer, _sentence(document)))
    text = answer.body[: 64 * _SHOWN].decode(errors="replace")
    title = _TITLE.search(text)
    words = " ".join(_TAG.sub(" ", title[1] if title else text).split())
    return repr(_shown(answer, words)) if words else "an empty answer"


def _sentence(document: Mapping[str, Any]) -> str:
    """The message of the error shapes: {error}, {resource,error}, {errors:{field:[message]}}."""
    errors = document.get("errors")
    if isinstance(errors, dict):
        return "; ".join(f"{field}: {_joined(messages)}" for field, messages in errors.items())
    error = document.get("error")
    if not error:
        return ""
    resource = document.get("resource")
    return f"{resource}: {error}" if isinstance(resource, str) else _joined(error)


def _joined(messages: object) -> str:
    listed = messages if isinstance(messages, list) else [messages]
    return ", ".join(str(message) for message in listed)


def _shown(answer: Answer, text: str) -> str:
    """A text from outside, bounded, without the credentials; it is quoted or made safe."""
    plain = answer.hide(text)
    return plain if len(plain) <= _SHOWN else f"{plain[:_SHOWN]}…"
