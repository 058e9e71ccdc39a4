"""`reconcile schema`: the JSON Schemas, generated from the attrs classes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from reconcile.cli.options import SchemaOptions
from reconcile.cli.terminal import Terminal
from reconcile.errors import ExitStatus, ReconcileError, UsageError
from reconcile.files import put
from reconcile.model.cost import Spent
from reconcile.plan.document import OMITTED, PlanFileDocument, SavedDatabase
from reconcile.report.document import Head
from reconcile.report.explain_json import ExplanationDocument
from reconcile.report.live_json import (
    DoneDocument,
    ListingDocument,
    OperationDocument,
    QueriesDocument,
    StatesDocument,
    StatisticsDocument,
)
from reconcile.report.plan_json import FindingsDocument, PlanDocument, RunDocument
from reconcile.report.runs_json import PastRunDocument, RunsDocument
from reconcile.schema import config_schema, plan_file_schema, schema_of, spec_schema

DOCUMENTS: Mapping[str, type] = {
    "plan": PlanDocument,
    "run": RunDocument,
    "findings": FindingsDocument,
    "states": StatesDocument,
    "listing": ListingDocument,
    "queries": QueriesDocument,
    "statistics": StatisticsDocument,
    "operation": OperationDocument,
    "done": DoneDocument,
    "explanation": ExplanationDocument,
    "runs": RunsDocument,
    "past_run": PastRunDocument,
}
"""What the tool prints as JSON, by the name of its schema file."""

OFFLINE = {"findings", "runs", "past_run"}
"""The documents of commands that send nothing, so that they cost nothing."""


def run(options: SchemaOptions, terminal: Terminal) -> ExitStatus:
    """Print one schema, or write all."""
    schemas = {name: json.dumps(one, indent=2) + "\n" for name, one in all_schemas().items()}
    if options.directory is not None:
        _make_folder(options.directory)
        for name, text in schemas.items():
            put("schema", options.directory / f"{name}.schema.json", text.encode())
        return ExitStatus.DONE
    if options.name not in schemas:
        asked = f"there is no schema {options.name!r}" if options.name else "name a schema"
        raise UsageError(f"{asked}: {', '.join(schemas)}")
    unprinted = terminal.print(schemas[options.name])
    if unprinted:
        raise ReconcileError(unprinted)
    return ExitStatus.DONE


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReconcileError(f"cannot make {str(folder)!r}: {error.strerror}") from error


def all_schemas() -> Mapping[str, Mapping[str, object]]:
    """Every schema by name: of what people write, and of what the tool prints."""
    return {
        "spec": spec_schema(),
        "config": config_schema(),
        **{name: printed_schema(name) for name in DOCUMENTS},
        "plan_file": plan_file_schema(PlanFileDocument, SavedDatabase, OMITTED),
    }


def printed_schema(name: str, *, all_required: bool = True) -> Mapping[str, object]:
    """The schema of a document that the tool prints."""
    return schema_of(
        DOCUMENTS[name],
        title=f"reconcile {name}",
        ident=f"{name}.schema.json",
        head=Head,
        tail=None if name in OFFLINE else Spent,
        all_required=all_required,
    )
