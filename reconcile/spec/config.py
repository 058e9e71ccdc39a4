"""`reconcile.yaml`: what a project's specs have in common.

It names no host and holds no secret: both come from the environment or a flag, so that a change
to a file of the project cannot send the token elsewhere.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from attrs import evolve, field, fields, frozen, has

from reconcile.model.constraint import (
    InvalidValueError,
    KeyPath,
    NotByDefaultError,
    limit_by_default,
)
from reconcile.model.cost import Budget
from reconcile.model.engine import Engine
from reconcile.model.finding import Finding
from reconcile.model.policy import Ignored, Policy
from reconcile.spec import codes
from reconcile.spec.compose import Document
from reconcile.spec.convert import Converted, convert, refusal
from reconcile.spec.document import read_kinds
from reconcile.spec.paths import CONFIG_NAME, OTHER_CONFIG_NAMES, file_fault
from reconcile.spec.policy import endings, policy_of, read_ignore
from reconcile.spec.source import (
    Locations,
    Source,
    by_place,
    finding,
    finding_about_file,
    read_source,
)
from reconcile.spec.written import WrittenConfig
from reconcile.spec.yaml import parse

_SENDS_ELSEWHERE = re.compile(r"host|url|uri|endpoint|server|token|secret|password|webhook|proxy")
_ONLY_FROM_OUTSIDE = "hosts and secrets come from the environment or a flag, never from this file"


@frozen(kw_only=True)
class DefaultSet:
    """The defaults of one engine or label; `name` says which, `path` where they are written."""

    name: str
    kinds: Mapping[str, Any]
    protect: bool
    locations: Locations
    path: KeyPath


@frozen(kw_only=True)
class Config:
    """A project's configuration; without a `file`, all of it is left out."""

    version: Literal[1] = 1
    region: str | None = None
    request_budget: Budget = field(factory=Budget)
    engines: Mapping[Engine, DefaultSet] = field(factory=dict)
    labels: Mapping[str, DefaultSet] = field(factory=dict)
    ignored: tuple[Ignored, ...] = ()
    policy: Policy = field(factory=Policy)
    file: str | None = None

    def ignored_in(self, handle: str) -> tuple[Ignored, ...]:
        """The ignored differences of one database."""
        return tuple(one for one in self.ignored if one.address.database == handle)


def load_config(
    path: Path | None, specs: Sequence[Path] = (), *, today: date
) -> tuple[Config, tuple[Finding, ...]]:
    """Read a configuration; never raises for a bad one: findings then say what is wrong.

    Without a path, the `reconcile.yaml` in the current directory or next to the `specs` is read, or
    in a folder around them: what protects a database does not depend on the current directory. Two
    different ones are a finding. What ends does so by `today`.
    """
    found = [path] if path is not None else configs_around(specs)
    if not found:
        return Config(), ()
    misnamed = [one for one in found if path is None and one.name != CONFIG_NAME]
    if misnamed:
        return Config(), tuple(_misnamed(one) for one in misnamed)
    named, *others = found
    source = _ambiguous(named, others[0]) if others else _source(named)
    if isinstance(source, Finding):
        return Config(), (source,)
    reading = parse(source)
    if reading.findings or len(reading.documents) != 1:
        return Config(), reading.findings or (_not_one(str(named), len(reading.documents)),)
    config, findings = _read(reading.documents[0], today)
    return evolve(config, file=str(named)), findings


def _source(path: Path) -> Source | Finding:
    """The text of a configuration; a link stays in its folder or in the current one."""
    if not os.path.exists(path):  # noqa: PTH110 - pathlib raises for names that are too long
        return _missing(path)
    inside = [os.path.realpath(folder) for folder in (path.parent, Path())]
    return file_fault(path, inside) or read_source(path)


def configs_around(specs: Sequence[Path]) -> list[Path]:
    """The nearest configuration of the current directory and of each path, each once.

    A file with almost its name counts, for it would be left out in silence otherwise.
    """
    found: dict[str, Path] = {}
    for start in (Path(), *specs):
        for folder in (start, *_parents(start)):
            candidates = [folder / name for name in (CONFIG_NAME, *OTHER_CONFIG_NAMES)]
            # Also what cannot be read: a configuration is never left out in silence.
            there = [one for one in candidates if os.path.lexists(one)]
            for one in there:
                found.setdefault(os.path.realpath(one), one)
            if there:
                break
    return list(found.values())


def project_folders(paths: Sequence[Path], config: Config) -> list[Path]:
    """The folder of the configuration in use, and of the nearest one, else the current folder."""
    nearest = [found.parent for found in configs_around(paths)] or [Path()]
    in_use = [Path(config.file).parent] if config.file else []
    return list({os.path.realpath(one): one for one in (*in_use, *nearest)}.values())


def _parents(path: Path) -> Sequence[Path]:
    try:
        return Path(os.path.abspath(path)).parents  # noqa: PTH100 - links stay as they are
    except OSError:
        return ()  # the current directory is gone


def _ambiguous(one: Path, other: Path) -> Finding:
    message = f"both {str(one)!r} and {str(other)!r} could be meant"
    return finding_about_file(codes.AMBIGUOUS_CONFIG, str(one), message, "name one with --config")


def _misnamed(path: Path) -> Finding:
    if os.path.lexists(path.with_name(CONFIG_NAME)):
        hint = f"move what it says into {CONFIG_NAME}, and remove it"
    else:
        hint = f"rename it: mv {path} {path.with_name(CONFIG_NAME)}"
    message = f"{path.name!r} is not read: the configuration is named {CONFIG_NAME!r}"
    return finding_about_file(codes.CONFIG_NAMED_OTHERWISE, str(path), message, hint)


def _missing(path: Path) -> Finding:
    message = f"there is no file {str(path)!r}"
    return finding_about_file(
        codes.NO_SUCH_PATH, str(path), message, "check --config, or where the link leads"
    )


def _not_one(file: str, count: int) -> Finding:
    if not count:
        return finding_about_file(codes.EMPTY, file, "the file is empty", "start with version: 1")
    message = f"the file holds {count} documents where one is due"
    return finding_about_file(codes.NOT_YAML, file, message, "take the '---' lines out")


def _read(document: Document, today: date) -> tuple[Config, tuple[Finding, ...]]:
    outside = [key for key in document.value if _SENDS_ELSEWHERE.search(key.lower())]
    given = {key: value for key, value in document.value.items() if key not in outside}
    converted = convert(document, WrittenConfig, value=given)
    findings = [*(_from_outside(document, key) for key in outside), *converted.findings]
    if converted.value is None:
        return Config(), tuple(findings)
    written = converted.value.defaults
    by_engine = {
        engine: _default_set(document, ("defaults", "engines", engine.value), values, engine)
        for engine, values in written.engines.items()
    }
    by_label = {
        pair: _default_set(document, ("defaults", "labels", pair), values, None)
        for pair, values in written.labels.items()
    }
    for _default, problems in (*by_engine.values(), *by_label.values()):
        findings.extend(problems)
    ignored, of_ignored = read_ignore(document, converted.value.ignore, today=today)
    findings.extend((*of_ignored, *endings(document, converted.value, today)))
    config = Config(
        region=converted.value.region,
        request_budget=converted.value.request_budget,
        engines={engine: default for engine, (default, _problems) in by_engine.items()},
        labels={pair: default for pair, (default, _problems) in by_label.items()},
        ignored=ignored,
        policy=policy_of(document, converted.value),
    )
    return config, tuple(sorted(findings, key=by_place))


def _from_outside(document: Document, key: str) -> Finding:
    mark = document.locations.find_key((key,))
    return finding(codes.UNKNOWN_KEY, mark, f"unknown key {key!r}", _ONLY_FROM_OUTSIDE)


def _default_set(
    document: Document,
    path: KeyPath,
    values: Mapping[str, Any],
    engine: Engine | None,
) -> tuple[DefaultSet, tuple[Finding, ...]]:
    protect = _protect(document, path, values)
    given = {key: value for key, value in values.items() if key != "protect"}
    kinds, findings = read_kinds(document, path, engine, given, others=("protect",))
    losses = {key: tuple(_losses(document, value, (*path, key))) for key, value in kinds.items()}
    unfit = [found for of_kind in losses.values() for found in of_kind]
    read = DefaultSet(
        name=" ".join(("label" if engine is None else "engine", str(path[-1]))),
        kinds={key: value for key, value in kinds.items() if not losses[key]},
        protect=protect.value is True,
        locations=document.locations,
        path=path,
    )
    return read, (*protect.findings, *findings, *unfit)


def _protect(document: Document, path: KeyPath, values: Mapping[str, Any]) -> Converted[bool]:
    if "protect" not in values:
        return Converted()
    place = (*path, "protect")
    read = convert(document, bool, at=place)
    if read.value is False:
        error = NotByDefaultError("take protection away")
        return Converted(findings=(refusal(document.locations, place, error),))
    return read


def _losses(document: Document, value: Any, path: KeyPath) -> Iterator[Finding]:
    """Where a value takes something away, which only the spec of that one database may say."""
    if isinstance(value, tuple):
        for index, part in enumerate(value):
            yield from _losses(document, part, (*path, index))
    if not has(type(value)):
        return
    for attribute in fields(type(value)):
        part, place = getattr(value, attribute.name), (*path, attribute.name)
        limit = limit_by_default(attribute)
        if limit is None:
            yield from _losses(document, part, place)
        elif part is not None:
            try:
                limit.check(part)
            except InvalidValueError as error:
                yield refusal(document.locations, place, error)
