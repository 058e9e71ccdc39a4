"""Paths → the desired fleet: read every spec, resolve it, and compare the specs with each other."""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from attrs import frozen

from reconcile.model.finding import Finding, only_warnings
from reconcile.model.project import DUPLICATE_HINT
from reconcile.model.state import Desired
from reconcile.spec import codes
from reconcile.spec.compose import MOST_FINDINGS, Document, too_many_findings
from reconcile.spec.config import Config, project_folders
from reconcile.spec.document import Spec, read_spec
from reconcile.spec.paths import spec_files
from reconcile.spec.policy import of_no_spec, without_limits
from reconcile.spec.resolve import resolve
from reconcile.spec.source import by_place, finding, finding_about_file, read_source
from reconcile.spec.yaml import parse


@frozen(kw_only=True)
class Loaded:
    """The databases whose specs have no error, and everything that there is to say of all.

    `paths` are the files that were found. Findings stand in the order of their places.
    """

    desired: tuple[Desired, ...]
    findings: tuple[Finding, ...]
    paths: tuple[Path, ...]

    @property
    def files(self) -> int:
        """How many files were found."""
        return len(self.paths)


def load_specs(paths: Sequence[Path], *, config: Config, today: date) -> Loaded:
    """Read all specs under the paths; never raises for bad ones. What ends does so by `today`.

    Of a path that is one file the other specs are not known, nor whether a handle is of none.
    """
    files, findings = spec_files(paths, project_folders(paths, config))
    specs: list[Spec] = []
    desired: list[Desired] = []
    problems = list(findings)
    for path in files:
        for one in read_file(path, config=config, today=today):
            problems.extend(one.faults)
            specs += [one.spec] if one.spec else []
            desired += [one.desired] if one.desired else []
    problems.extend(_across(specs))
    whole = all(os.path.isdir(path) for path in paths)  # noqa: PTH112 - pathlib raises for some
    if whole and only_warnings(problems):
        problems.extend(of_no_spec(config.ignored, [one.handle for one in desired]))
        problems.extend(without_limits(config.policy, len(desired)))
    return Loaded(desired=tuple(desired), findings=_in_order(problems, files), paths=files)


@frozen(kw_only=True)
class ReadDocument:
    """One document of a file with its faults; faults of the file itself have no document.

    `spec` is None where the header is wrong, `desired` where anything is.
    """

    faults: tuple[Finding, ...]
    document: Document | None = None
    spec: Spec | None = None
    desired: Desired | None = None


def read_file(path: Path, *, config: Config, today: date) -> Iterator[ReadDocument]:
    """Read the documents of a file of specs; never raises for bad ones."""
    source = read_source(path)
    if isinstance(source, Finding):
        yield ReadDocument(faults=(source,))
        return
    reading = parse(source)
    if not reading.documents and not reading.findings:
        yield ReadDocument(faults=(_empty(str(path)),))
    yield ReadDocument(faults=reading.findings)
    known = {fault.location for fault in reading.findings}
    found = 0
    for document in reading.documents:
        read = read_spec(document)
        # What YAML could not make a value of is no text either: one finding a place is enough.
        faults = tuple(one for one in read.findings if one.location not in known)
        resolved = _resolved(document, read.value, faults, config=config, today=today)
        yield resolved
        found += len(resolved.faults)
        if found > MOST_FINDINGS:
            yield ReadDocument(faults=(too_many_findings(document),))
            return


def _resolved(
    document: Document,
    spec: Spec | None,
    faults: tuple[Finding, ...],
    *,
    config: Config,
    today: date,
) -> ReadDocument:
    if spec is None:
        return ReadDocument(faults=faults, document=document)
    desired, of_whole = resolve(spec, config, today=today)
    faults = (*faults, *of_whole)
    return ReadDocument(
        faults=faults,
        document=document,
        spec=spec,
        desired=desired if only_warnings(faults) else None,
    )


def _empty(file: str) -> Finding:
    return finding_about_file(
        codes.EMPTY, file, "the file holds no spec", "write one, or remove the file"
    )


def _across(specs: Sequence[Spec]) -> Iterator[Finding]:
    """Specs that cannot both be meant."""
    for spec, first in _repeated(specs, lambda spec: spec.header.database):
        yield finding(
            codes.HANDLE_TWICE,
            spec.mark,
            f"the handle {spec.header.database!r} is taken by the spec at {first.mark.location}",
            "give one of the two another handle",
        )
    for spec, first in _repeated(specs, _identity):
        yield finding(
            codes.DATABASE_TWICE,
            spec.document.locations.find(("addon",) if spec.header.addon else ("app",)),
            f"this is the live database of {first.header.database!r} at {first.mark.location}",
            DUPLICATE_HINT,
        )
    connected = [spec for spec in specs if spec.header.connection is not None]
    for spec, first in _repeated(connected, _way):
        yield finding(
            codes.DATABASE_TWICE,
            spec.document.locations.find_key(("connection",)),
            f"this is the connection of {first.header.database!r} at {first.mark.location}",
            "name the connection string of this addon",
        )


def _identity(spec: Spec) -> Hashable:
    """What two specs of one live database share; all specs of a run are of one region.

    An app without an addon means its only one of the engine, so that the engine tells it.
    """
    header = spec.header
    return (header.app, header.addon) if header.addon else (header.app, header.engine)


def _way(spec: Spec) -> Hashable:
    """Where the connection string of a spec is found: one string leads to one database."""
    return spec.header.connection and spec.header.connection.dsn


def _repeated(
    specs: Iterable[Spec], key: Callable[[Spec], Hashable]
) -> Iterator[tuple[Spec, Spec]]:
    """Every spec that repeats the key of an earlier one, with that one."""
    seen: dict[Hashable, Spec] = {}
    for spec in specs:
        first = seen.setdefault(key(spec), spec)
        if first is not spec:
            yield spec, first


def _in_order(findings: Iterable[Finding], files: Sequence[Path]) -> tuple[Finding, ...]:
    """Each finding once, file by file as they were named, then by place."""
    order = {str(file): index for index, file in enumerate(files)}

    def place(one: Finding) -> tuple[int, tuple[str, int, int, str]]:
        where = by_place(one)
        return order.get(where[0], -1), where

    return tuple(sorted(dict.fromkeys(findings), key=place))
