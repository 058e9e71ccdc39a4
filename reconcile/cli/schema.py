"""`reconcile schema`: the JSON Schemas, generated from the attrs classes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from reconcile.cli.options import SchemaOptions
from reconcile.cli.world import World
from reconcile.errors import ExitStatus, ReconcileError, UsageError
from reconcile.files import put
from reconcile.plan.written import PlanFileDocument
from reconcile.report.documents import DOCUMENTS
from reconcile.report.live_documents import LIVE_DOCUMENTS
from reconcile.report.runs_documents import RUNS_DOCUMENTS
from reconcile.schema import config_schema, schema_of, spec_schema


def run(options: SchemaOptions, world: World) -> ExitStatus:
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
    unprinted = world.print(schemas[options.name])
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
    printed = {
        name: _printed(name, cls, all_required=True)
        for name, cls in {**DOCUMENTS, **LIVE_DOCUMENTS, **RUNS_DOCUMENTS}.items()
    }
    return {
        "spec": spec_schema(),
        "config": config_schema(),
        **printed,
        "plan_file": _printed("plan_file", PlanFileDocument, all_required=False),
    }


def _printed(name: str, cls: type, *, all_required: bool) -> Mapping[str, object]:
    return schema_of(
        cls, title=f"reconcile {name}", ident=f"{name}.schema.json", all_required=all_required
    )
