"""JSON and reports: every document fits its schema and says the truth about its run."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from e2e.command import Command, Finished
from e2e.fleet import (
    BILLING,
    CACHE,
    FLEET,
    INVALID,
    IOT,
    IOT_ADDON,
    SHOP,
    SHOP_HEAD,
    SHOP_WITHOUT_LEGACY,
)
from jsonschema import Draft202012Validator

from scalingo_sandbox import Sandbox, running

pytestmark = pytest.mark.more

ROOT = Path(__file__).resolve().parents[2]
NAMES = (
    "spec",
    "config",
    "plan",
    "run",
    "findings",
    "states",
    "listing",
    "queries",
    "statistics",
    "operation",
    "done",
    "explanation",
    "runs",
    "past_run",
    "plan_file",
)
STRANGE = SHOP_HEAD + "sql_mode: [NO_AUTO_CREATE_USER]\nlogical_databases:\n  others: report\n"
"""A mode that MySQL 8 does not know, and names that nobody owns: blocked."""


@pytest.fixture(scope="module")
def schemas(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Draft202012Validator]:
    """Every schema as the command prints it."""
    command = Command(directory=tmp_path_factory.mktemp("schemas"), environment={})
    printed = {name: command("schema", name, status=0).document() for name in NAMES}
    for one in printed.values():
        Draft202012Validator.check_schema(one)
    return {name: Draft202012Validator(one) for name, one in printed.items()}


def assert_fits(done: Finished, schemas: dict[str, Draft202012Validator]) -> dict[str, Any]:
    """The document of a run fits the schema of its kind and says the run's status."""
    document = done.document()
    errors = [error.message for error in schemas[document["kind"]].iter_errors(document)]
    assert errors == []
    assert document["exit_status"] == done.status
    assert document["format_version"] == "2.0"
    assert done.stdout.isascii()
    return document


def test_every_document_of_a_whole_life_fits_its_schema(
    command: Command, sandbox: Sandbox, schemas: dict[str, Draft202012Validator]
) -> None:
    """Plan, drift, dry run, partial and full apply, blocked, pending, unknown, failed, invalid."""
    json_ = ("--format", "json")
    fleet = (SHOP_WITHOUT_LEGACY, BILLING, IOT, CACHE)
    command.write(*fleet)
    found = [assert_fits(command(name, *json_), schemas) for name in ("plan", "drift", "validate")]
    found.append(assert_fits(command("apply", "--dry-run", *json_), schemas))
    command.write(STRANGE, BILLING + "protect: true\n", IOT)
    sandbox.change(IOT_ADDON, current_operation_id="609145e66ffbd934f6745bb4")
    found.append(assert_fits(command("plan", *json_), schemas))
    sandbox.put_fleet(FLEET)
    command.write(*fleet)
    sandbox.fault("status", status=422, match={"action_name": "add-retention-policy"})
    sandbox.fault("drop-after", match={"action_name": "pg-stat-statements-enable"})
    allow = ("--allow", "lossy=shop/logical_databases/legacy")
    found.append(assert_fits(command("apply", "--yes", *allow, *json_), schemas))
    sandbox.fault("status", status=500, times=None, match={"path": "/api/databases/ad-shop"})
    found.append(assert_fits(command("drift", *json_), schemas))
    command.write(INVALID)
    found += [
        assert_fits(command(*arguments, *json_, status=65), schemas)
        for arguments in (("validate",), ("plan",), ("drift",), ("apply", "--yes"))
    ]
    types = {
        entry["type"]
        for document in found
        if document["kind"] != "findings"
        for database in document["databases"]
        for entry in database["items"]
    }
    assert types == {"action", "manual_step", "blocked", "pending"}
    results = {outcome["result"] for one in found for outcome in one.get("outcomes", ())}
    assert results == {"done", "failed", "not allowed", "not sent"}


def test_reports_are_what_the_formats_print(
    command: Command, schemas: dict[str, Draft202012Validator]
) -> None:
    """Several reports at once, each the same as stdout in its format."""
    command.write(SHOP, BILLING)
    reports = ("--report", "json=out.json", "--report", "text=out.txt", "--report", "json=b.json")
    done = command("plan", *reports, status=0)
    assert (command.directory / "out.txt").read_text(encoding="utf-8") == done.stdout
    document = json.loads((command.directory / "out.json").read_text(encoding="utf-8"))
    assert not list(schemas["plan"].iter_errors(document))
    assert (command.directory / "b.json").read_bytes() == (
        command.directory / "out.json"
    ).read_bytes()
    assert command("plan", "--format", "json", status=0).document() == document


def test_a_report_may_hold_an_equals_sign_in_its_path(command: Command) -> None:
    """Only the first one divides."""
    command.write(SHOP)
    command("plan", "--report", "json=a=b.json", status=0)
    assert (command.directory / "a=b.json").exists()


def test_the_same_fleet_gives_the_same_bytes(command: Command) -> None:
    """Order is a promise: a plan can be compared with one of yesterday."""
    command.write(SHOP, BILLING, IOT, CACHE)
    first = command("plan", "--format", "json").stdout
    command.write(CACHE, IOT, BILLING, SHOP)
    again = json.loads(command("plan", "--format", "json").stdout)
    for documents in (first, again):
        listed = json.loads(documents) if isinstance(documents, str) else documents
        for item in _items(listed):
            del item["place"]
        assert [one["handle"] for one in listed["databases"]] == [
            "billing",
            "sessions",
            "shop",
            "telemetry",
        ]
    command.write(SHOP, BILLING, IOT, CACHE)
    assert command("plan", "--format", "json").stdout == first


def _items(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """All items of a plan."""
    for database in document["databases"]:
        yield from database["items"]


def test_the_schemas_of_the_repository_are_the_printed_ones(
    schemas: dict[str, Draft202012Validator],
) -> None:
    """What an editor loads from schemas/ is what the program checks and prints."""
    for name, validator in schemas.items():
        path = ROOT / "schemas" / f"{name}.schema.json"
        assert json.loads(path.read_text(encoding="utf-8")) == validator.schema, (
            f"make schemas: {name}"
        )


def test_all_schemas_can_be_written_at_once(command: Command) -> None:
    """`schema --write DIR` writes each under its name; a folder that cannot be is a sentence."""
    command("schema", "--write", "out", status=0)
    written = {path.name for path in (command.directory / "out").iterdir()}
    assert written == {f"{name}.schema.json" for name in NAMES}
    (command.directory / "file").write_text("", encoding="utf-8")
    done = command("schema", "--write", "file", status=1)
    assert done.stderr.startswith("reconcile: cannot make 'file'")


def test_the_specs_of_the_tests_fit_the_schema_of_specs(
    schemas: dict[str, Draft202012Validator],
) -> None:
    """What `validate` takes, an editor takes, too; and what it refuses is refused."""
    from ruamel.yaml import YAML  # noqa: PLC0415 - a reader that shares nothing with the product

    def fits(text: str) -> bool:
        document = YAML(typ="safe", pure=True).load(text.replace("2099-12-31", "'2099-12-31'"))
        return schemas["spec"].is_valid(document)

    assert all(fits(text) for text in (SHOP, SHOP_WITHOUT_LEGACY, BILLING, IOT, CACHE))
    assert not fits(INVALID)


def test_verbose_shows_each_request(command: Command) -> None:
    """-v names every request on stderr, and leaves stdout as it was."""
    command.write(SHOP)
    quiet = command("plan", status=0)
    loud = command("plan", "-v", status=0)
    assert loud.stdout == quiet.stdout
    for part in ("/v1/tokens/exchange", "/api/databases/ad-shop", "get-sqlmode", "list-databases"):
        assert part in loud.stderr, loud.stderr


def test_help_fits_a_terminal_and_names_what_there_is(command: Command) -> None:
    """Every command explains itself within 80 columns, and lists no command that is not there."""
    text = command("--help", status=0).stdout
    listed = text.split("Commands:\n")[1].split("\n\n")[0].splitlines()
    names = [line.split()[0] for line in listed]
    assert {"plan", "apply", "drift", "validate", "schema", "sandbox"} <= set(names)
    for name in names:
        page = command(name, "--help", status=0).stdout
        assert [line for line in page.splitlines() if len(line) > 80] == []
        assert command(name, "-h", status=0).stdout == page
    assert [line for line in text.splitlines() if len(line) > 80] == []


def test_the_list_of_commands_cuts_no_sentence(command: Command) -> None:
    """Each command is summed up in a sentence that fits its line."""
    listed = command("--help", status=0).stdout.split("Commands:\n")[1].split("\n\n")[0]
    assert [line for line in listed.splitlines() if line.endswith("...")] == []


def test_the_version_is_one_line(command: Command) -> None:
    """`--version` gives program and version, on stdout."""
    done = command("--version", status=0)
    assert done.stdout.count("\n") == 1
    assert done.stdout.startswith("reconcile ")
    assert done.stderr == ""


def test_without_arguments_the_help_is_shown(command: Command) -> None:
    """Somebody who types only the name reads a page, not one long line of escapes."""
    done = command(status=64)
    assert "Commands:\n" in done.stdout + done.stderr, str(done)


def test_a_path_may_come_from_elsewhere(command: Command, tmp_path: Path) -> None:
    """Specs are read from any path, with spaces and letters of any language."""
    with running(FLEET, token=command.environment["SCALINGO_API_TOKEN"]) as other:
        place = tmp_path / "où ça"
        place.mkdir()
        (place / "é.yaml").write_text(SHOP, encoding="utf-8")
        elsewhere = command.in_environment(SCALINGO_AUTH_URL=other.url)
        assert "où ça/é.yaml" in elsewhere("plan", "où ça", status=0).stdout
