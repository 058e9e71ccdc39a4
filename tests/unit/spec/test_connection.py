"""How a spec says where its database is reached by SQL, and that no secret is shown on the way."""

from __future__ import annotations

from pathlib import Path

import pytest
from builders import TODAY

from reconcile.errors import ExitStatus
from reconcile.model.finding import Finding
from reconcile.model.postgresql import SqlConnection
from reconcile.report.findings_text import validation_text
from reconcile.report.page import Look
from reconcile.report.plan_json import findings_json
from reconcile.spec.config import Config, load_config
from reconcile.spec.load import load_specs

pytestmark = pytest.mark.usefixtures("project")

HEAD = "version: 1\ndatabase: billing\napp: billing-api\nengine: postgresql\n"
SECRET = "hunter2"
URI = f"postgresql://app:{SECRET}@db.example.test/app"
WORDS = f"host=db.example.test user=app password={SECRET}"
REFERENCE = "'${env:BILLING_DSN}'"


def findings_of(text: str) -> tuple[Finding, ...]:
    """The findings of one spec."""
    Path("spec.yaml").write_text(text, encoding="utf-8")
    return load_specs([Path("spec.yaml")], config=Config(), today=TODAY).findings


def shown(findings: tuple[Finding, ...]) -> str:
    """All that a person and a program are shown of findings."""
    text = validation_text(findings, files=1, databases=0, look=Look())
    return text + findings_json(findings, status=ExitStatus.INVALID, files=1, databases=0)


@pytest.mark.parametrize("dsn", ["${env:BILLING_DSN}", "${file:billing.dsn}", "${file:/run/a-b}"])
def test_a_reference_and_a_name(dsn: str) -> None:
    """They arrive as they were written."""
    Path("spec.yaml").write_text(
        f"{HEAD}connection: {{dsn: '{dsn}', database: billing}}\nquery_stats: true\n",
        encoding="utf-8",
    )
    loaded = load_specs([Path("spec.yaml")], config=Config(), today=TODAY)
    assert loaded.findings == ()
    (desired,) = loaded.desired
    assert desired.connection == SqlConnection(dsn=dsn, database="billing")


def test_without_one_there_is_none() -> None:
    """Extensions are then steps for a person."""
    Path("spec.yaml").write_text(HEAD, encoding="utf-8")
    (desired,) = load_specs([Path("spec.yaml")], config=Config(), today=TODAY).desired
    assert desired.connection is None


NO_REFERENCE = (
    "S104",
    "the text is no reference to a connection string",
    "write ${env:NAME} or ${file:PATH}: a connection string holds a password, no spec does",
)
NO_NAME = (
    "S104",
    "the text is no name of a logical database",
    "write the name that the connection leads to, 63 characters at most",
)
UNSHOWN = "what stands there may be a secret, and is not shown"


@pytest.mark.parametrize(
    ("written", "place", "code", "message", "hint"),
    [
        (f"{{dsn: '{URI}', database: billing}}", "5:19", *NO_REFERENCE),
        (f"{{dsn: {WORDS}, database: billing}}", "5:19", *NO_REFERENCE),
        (f"{{dsn: '${{{SECRET}}}', database: billing}}", "5:19", *NO_REFERENCE),
        (f"{{dsn: '${{env:A}}{SECRET}', database: billing}}", "5:19", *NO_REFERENCE),
        (f"{{dsn: '${{env:{'A' * 300}}}', database: b}} # {SECRET}", "5:19", *NO_REFERENCE),
        (f"'{URI}'", "5:13", "S101", "connection is not a mapping", f"write a mapping; {UNSHOWN}"),
        (f"[{SECRET}]", "5:1", "S101", "connection is not a mapping", f"write a mapping; {UNSHOWN}"),
        (f"{{dsn: 4711, database: {SECRET}}}", "5:19", "S103", "connection.dsn is not a text", f"write a text; {UNSHOWN}"),
        (f"{{dsn: [{SECRET}], database: a}}", "5:14", "S101", "connection.dsn is not a text", f"write a text; {UNSHOWN}"),
        (f"{{dsn: {REFERENCE}, database: {{{SECRET}: 1}}}}", "5:41", "S101", "connection.database is not a text", f"write a text; {UNSHOWN}"),
        (f"{{dsn: {REFERENCE}, database: \"{SECRET}\\n\"}}", "5:51", *NO_NAME),
        (f"{{dsn: {REFERENCE}, database: '{URI}{'x' * 60}'}}", "5:51", *NO_NAME),
        (f"{{dsn: {REFERENCE}, database: a, password: {SECRET}}}", "5:54", "S102", "unknown key 'password'", "known here: database, dsn"),
        (f"{{dsn: {REFERENCE}, database: a, '{URI}': 1}}", "5:54", "S102", "unknown key 'postgresql://app:*******@db.example.test/app'", "known here: database, dsn"),
        (f"# {SECRET}", "5:1", "S106", "connection is empty", "remove the key or give a value"),
    ],
)  # fmt: skip
def test_what_is_no_reference_is_refused_and_not_shown(
    written: str, place: str, code: str, message: str, hint: str
) -> None:
    """Where it is, what is wrong and what to write; neither the value nor its line."""
    (found,) = findings_of(f"{HEAD}connection: {written}\n")
    assert (found.code, str(found.location)) == (code, f"spec.yaml:{place}")
    assert (found.message, found.hint) == (message, hint)
    assert found.excerpt is None
    assert SECRET not in shown((found,))


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (f"{{dsn: {REFERENCE}}} # {SECRET}", "connection lacks 'database'"),
        (f"{{database: billing}} # {SECRET}", "connection lacks 'dsn'"),
    ],
)
def test_both_words_have_to_be_there(written: str, message: str) -> None:
    """What is missing is said, with what it is for; the line is not shown."""
    (found,) = findings_of(f"{HEAD}connection: {written}\n")
    assert (found.code, found.message, found.excerpt) == ("S105", message, None)
    assert found.hint
    assert SECRET not in shown((found,))


@pytest.mark.parametrize(
    "text",
    [
        f"conection: {{dsn: '{URI}', database: a}}\n",
        f"conection: {{dsn: '{WORDS}', database: a}}\n",
        f"dsn: '{URI}'\n",
        f"'{URI}': a\n",
        f"addon: '{URI}'\n",
        f"extensions: {URI}\n",
        f"region: '{URI.replace('app', 'application' * 3)}'\n",
        f"connection: {{dsn: '{URI}', dsn: '{URI}'}}\n",
        f"connection: {{dsn: {URI}: x, database: a}}\n",
        f"connection: {{dsn: '{URI}'\n",
        f"connection: {{dsn: !secret '{URI}', database: a}}\n",
        f"connection: {{dsn: '{URI}\x1b', database: a}}\n",
        f"connection: {{dsn: '{URI.replace(SECRET, SECRET + '/@' + SECRET)}'\n",
        f"backups: {{hours: [99]}} # PASSWORD = {SECRET}\n",
    ],
)
def test_a_connection_string_in_the_wrong_place_is_shown_without_its_password(text: str) -> None:
    """Stars stand for it in messages and in source lines, so that the caret stays where it was."""
    findings = findings_of(HEAD + text)
    page = shown(findings)
    assert SECRET not in page
    assert "*" * len(SECRET) in page
    for found in findings:
        assert found.location is not None
        assert found.excerpt is None or found.excerpt.column == found.location.column


@pytest.mark.parametrize("engine", ["mysql", "mongodb", "redis", "influxdb", "opensearch"])
def test_only_postgresql_is_reached_by_sql(engine: str) -> None:
    """Nothing of another engine is changed that way."""
    head = HEAD.replace("postgresql", engine)
    text = f"{head}connection: {{dsn: {REFERENCE}, database: a}}\nbackups: {{enabled: true}}\n"
    (found,) = findings_of(text)
    assert (found.code, str(found.location)) == ("S201", "spec.yaml:5:1")
    assert found.message == "only postgresql has something that is changed over a connection"
    assert found.hint == "take it out"


@pytest.mark.parametrize("at", ["engines: {postgresql: {", "labels: {a=b: {"])
def test_no_default_is_a_connection(at: str) -> None:
    """One string leads to one database."""
    text = f"version: 1\ndefaults: {{{at}connection: {{dsn: '{URI}', database: a}}}}}}}}\n"
    Path("reconcile.yaml").write_text(text, encoding="utf-8")
    _config, (found,) = load_config(None, today=TODAY)
    assert (found.code, found.message) == ("S102", "unknown key 'connection'")
    assert SECRET not in shown((found,))
