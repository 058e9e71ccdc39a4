"""What a sandbox saw happen, and what journals say of it, in the same words: address and verb."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from attrs import frozen

from scalingo_sandbox import Sandbox
from scalingo_sandbox.client import LoggedRequest

_NAMED_ACTIONS = {
    "create-database": ("logical_databases", "create"),
    "delete-database": ("logical_databases", "delete"),
    "add-retention-policy": ("retention_policies", "create"),
    "del-retention-policy": ("retention_policies", "delete"),
}
_ACCEPTED = {200, 201, 202, 204}
_ACTIONS = {"set-sqlmode": "sql_mode", "pg-stat-statements-enable": "query_stats"}


@frozen(order=True)
class Deed:
    """One change of one address, such as `create` of `shop/logical_databases/audit`.

    A backup is an `order` of the whole database, `shop`.
    """

    address: str
    verb: str

    def __str__(self) -> str:
        return f"{self.verb} {self.address}"

    @property
    def database(self) -> str:
        """The handle of its database."""
        return self.address.partition("/")[0]


def deed_of(request: LoggedRequest, handles: Mapping[str, str]) -> Deed:
    """What a changing request of an apply is about; `handles` are those of the addons."""
    addon, _, rest = request["path"].removeprefix("/api/databases/").partition("/")
    if rest == "backups":
        return Deed(handles[addon], "order")
    kind, verb = _kind_and_verb(request, rest)
    return Deed(f"{handles[addon]}/{kind}", verb)


def _kind_and_verb(request: LoggedRequest, rest: str) -> tuple[str, str]:
    asked: dict[str, Any] = request["asked"] or {}
    action = request["action_name"] or ""
    if action in _NAMED_ACTIONS:
        kind, verb = _NAMED_ACTIONS[action]
        params = asked["params"]
        return f"{kind}/{params.get('database_name') or params.get('name')}", verb
    if action:
        return _ACTIONS[action], "update"
    if rest == "features":
        name = asked["feature"]["name"] if request["method"] == "POST" else asked["feature"]
        return f"features/{name}", "update"
    if rest == "upgrade":
        return "engine_version", "update"
    (kind,) = {
        name.removesuffix("_enabled").removesuffix("_scheduled_at") for name in asked["database"]
    }
    return kind.removeprefix("periodic_"), "update"


def effects(sandbox: Sandbox, handles: Mapping[str, str]) -> Counter[Deed]:
    """What took effect, and how often."""
    return Counter(deed_of(one, handles) for one in sandbox.requests()["requests"] if one["effect"])


def accepted(sandbox: Sandbox, handles: Mapping[str, str]) -> Counter[Deed]:
    """What took effect or was answered as if: it may have been so already."""
    return Counter(
        deed_of(one, handles)
        for one in sandbox.requests()["requests"]
        if one["effect"] or (one["changes"] and one["status"] in _ACCEPTED)
    )


def lines(journal: Path) -> list[dict[str, Any]]:
    """The whole lines of a journal; a process that was killed may leave half a one."""
    whole = journal.read_text(encoding="utf-8").split("\n")[:-1]
    return [json.loads(line) for line in whole]


def _told(journals: Iterable[Path], event: str) -> Iterator[tuple[Deed, dict[str, Any]]]:
    for journal in journals:
        for line in lines(journal):
            if line["event"] == event:
                yield Deed(line["address"], line["verb"]), line


def begun(journals: Iterable[Path]) -> Counter[Deed]:
    """What the journals say was about to be done, and how often."""
    return Counter(deed for deed, _line in _told(journals, "started"))


def claimed(journals: Iterable[Path]) -> Counter[Deed]:
    """What the journals say was done, and how often."""
    finished = _told(journals, "finished")
    return Counter(deed for deed, line in finished if line["result"] == "done")


def settled(journals: Iterable[Path], run: str) -> dict[Deed, str]:
    """What later runs found out of the open ends of a run."""
    found = _told(journals, "settled")
    return {deed: line["result"] for deed, line in found if line.get("run") == run}


def assert_truth(sandbox: Sandbox, handles: Mapping[str, str], journals: list[Path]) -> None:
    """No effect without its intent on disk, and none claimed that was not there."""
    happened = effects(sandbox, handles)
    assert not happened - begun(journals), "an effect that no journal announced"
    assert not claimed(journals) - happened, "a journal claims what did not happen"
