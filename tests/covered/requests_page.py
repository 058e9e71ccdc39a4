"""What runs cost, as a page: docs/requests.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from covered.requests import ALL
from covered.scenario import Scenario

PAGE = Path(__file__).resolve().parents[2] / "docs" / "requests.md"

_INTRODUCTION = """\
# What a run costs

The API host takes 60 requests a minute, so a run asks for as little as it can, says beforehand what
that is, and afterwards what it was. Every number here is held by
[test_request_counts.py](../tests/e2e/test_request_counts.py), as the sandbox counted it; `make docs`
writes this page from [the rows](../tests/covered/requests.py).

- A token for the account, the list of regions, and a token for each addon come first. They are kept
  for an hour, for the next run; not with `CI=true`, nor with `RECONCILE_TOKEN_CACHE=off`.
- A spec that names its addon by id saves the listing of the application's addons.
- A database takes one request for its resource, and one for each further kind that its spec names.
- What is touched is read once more just before its first action and before each that disrupts or
  loses, and again at the end.
- A database that may lose data takes one request more for its backups, and one for the recovery
  window where its engine has one.

*Foretold* is what the run says on stderr before it begins, first for reading and then for applying.
With `--max-wait` a run that takes longer than that is not begun, and nothing is sent after it. Without
`--max-wait` reading ends after three times its estimate, or after 10 minutes if that is longer, and so
does applying, which gets `--timeout` more for each operation or backup that it waits for; a host
that refuses (429) is waited for 10 minutes in all, and closed for a minute after six refusals in a row.

`reconcile.yaml` says how much may be asked for: `request_budget: {api: 60, database: 120}` are
requests a minute; without a word the API host gets 60, and the database host has no limit. A run that
may spend all 60 counts what other runs of the account on the same machine sent within the minute, waits
for it, and says so in its estimate.
"""
_TITLES: Mapping[str, str] = {
    "tokens": "Tokens: `plan` of MySQL databases with backups, sql_mode and logical_databases",
    "kinds": "Kinds: `plan` of one database with one kind",
    "fleetwide": "Commands about a fleet: one MySQL with three changes to make, or with a deletion",
    "one": "Commands about one database",
}


def page() -> str:
    """The whole page."""
    parts = [f"## {_TITLES[key]}\n\n{_table(scenarios)}" for key, scenarios in ALL.items()]
    return "\n".join([_INTRODUCTION, *parts])


def _table(scenarios: Iterable[Scenario]) -> str:
    lines = [
        "| run | auth | API | database | estimated | why it differs |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
        *(_line(one) for one in scenarios),
    ]
    return "\n".join(lines) + "\n"


def _line(one: Scenario) -> str:
    estimated = " + ".join(str(number) for number in one.estimated)
    name = f"`{one.name}`" if one.name == one.command else one.name
    cells = (name, *(str(number) for number in one.requests), estimated, one.because)
    return f"| {' | '.join(cells)} |"
