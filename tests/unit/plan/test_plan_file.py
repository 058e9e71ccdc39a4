"""Plan files: what is written comes back, and what was spoilt is told, with its place."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve
from builders import desired, observed, removal
from jsonschema import Draft202012Validator
from unit.plan.plan_files import NOW, document, hashed, plan, saved, spoilt

from reconcile.kinds.extensions import Extensions
from reconcile.model.engine import Engine
from reconcile.model.plan import Plan, Proposal
from reconcile.plan.build import build_plan
from reconcile.plan.document import OMITTED, PlanFileDocument, SavedDatabase, plan_id
from reconcile.plan.plan_file import (
    LARGEST,
    PlanFileError,
    dump,
    is_plan_file,
    is_signed_with,
    load,
    sign,
)
from reconcile.schema import plan_file_schema

KEY = b"0123456789abcdef"
POSTGRESQL = Engine.POSTGRESQL
BODY = ("body", "databases")
BILLING, CACHE, IOT, SHOP, VAULT = ((*BODY, number) for number in range(5))
CREATE, BLOCKED, UPDATE, DELETE = ((*SHOP, "items", number) for number in range(4))
STEP = (*BILLING, "items", 0)


def fault(text: bytes) -> str:
    """Why a text is no plan file."""
    with pytest.raises(PlanFileError) as caught:
        load(text)
    assert caught.value.status == 65
    return str(caught.value)


def test_what_is_dumped_is_loaded() -> None:
    """Items of every sort, what is unmanaged or ignored, and what the guards said."""
    assert load(dump(saved()).encode()) == saved()
    assert load(dump(sign(saved(), KEY)).encode()) == sign(saved(), KEY)


def test_an_empty_plan_is_a_plan() -> None:
    """Nothing to do is something to save."""
    empty = evolve(saved(), proposal=evolve(saved().proposal, plan=Plan(), findings=(), id=""))
    kept = evolve(empty, proposal=evolve(empty.proposal, id=plan_id(Plan())))
    assert load(dump(kept).encode()) == kept


def test_the_text_is_ascii_and_of_its_schema() -> None:
    """Other programs may read it."""
    schema = plan_file_schema(PlanFileDocument, SavedDatabase, OMITTED)
    for kept in (saved(), sign(saved(), KEY)):
        text = dump(kept)
        assert text.isascii()
        assert text == json.dumps(json.loads(text), indent=2) + "\n"
        Draft202012Validator(schema).validate(json.loads(text))


def test_the_id_is_the_hash_of_the_body() -> None:
    """Anybody can compute it: SHA-256 of the JSON with sorted keys and no blanks."""
    kept = document()
    assert kept["id"] == hashed(kept["body"]) == plan_id(plan())


def test_the_id_tells_when_the_database_was_created() -> None:
    """A database that was made again under its name is another one."""
    shop = next(one for one in plan().databases if one.handle == "shop")
    assert shop.target is not None
    known = evolve(shop, target=evolve(shop.target, created_at=NOW))
    ids = [plan_id(Plan(databases=(one,))) for one in (shop, known)]
    assert ids[0] != ids[1]
    for one, ident in zip((shop, known), ids, strict=True):
        proposal = Proposal(plan=Plan(databases=(one,)), id=ident)
        kept = evolve(saved(), proposal=proposal)
        assert load(dump(kept).encode()) == kept


def test_the_body_says_nothing_of_what_does_not_decide() -> None:
    """No place of a spec, no database in sync or unread, nothing unmanaged."""
    text = json.dumps(document()["body"])
    for word in ("specs/", "quiet", "lost", "unnamed", "G105"):
        assert word not in text
        assert word in json.dumps(document()["envelope"])


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("envelope", "expires"), (NOW + timedelta(days=9)).isoformat()),
        (("envelope", "scope", "fleet"), 1000),
        (("envelope", "findings"), []),
        ((*SHOP, "protect"), True),
        ((*SHOP, "target", "plan"), "other"),
    ],
)
def test_a_signature_is_over_all_of_it(path: tuple[str | int, ...], value: object) -> None:
    """Also over the envelope, which the id is not made of."""
    signed = sign(saved(), KEY)
    assert is_signed_with(signed, KEY)
    assert not is_signed_with(signed, KEY[::-1])
    assert not is_signed_with(saved(), KEY)
    edited = load(spoilt(*path, value=value))
    assert not is_signed_with(evolve(edited, signature=signed.signature), KEY)


def test_a_signature_may_be_anything() -> None:
    """Also text that is no hexadecimal, or not ASCII."""
    signature = {"algorithm": "hmac-sha256", "value": "é" * 64}
    assert not is_signed_with(load(spoilt("signature", value=signature)), KEY)


TEXTS = {
    "": "not valid JSON, at line 1, column 1",
    "[]": "it is not a plan file: reconcile plan --out FILE writes one",
    '{"kind": "plan"}': "it is not a plan file",
    '{"kind": "plan_file", "format_version": "1.0"}': "format_version: '1.0' is not '2.0'",
    '{"kind": "plan_file"}': "format_version: None is not '2.0'",
    '{"kind": "plan_file", "format_version": "2.0"}': "the key 'id' is missing",
    '{"a": 1, "b": {"a": 1, "a": 1}}': "the key 'a' stands twice in one mapping",
    '{"a": 1.0}': "the number 1.0 is not whole",
    '{"a": 1e3}': "the number 1e3 is not whole",
    '{"a": NaN}': "the number NaN is not whole",
    '{"a": -Infinity}': "the number -Infinity is not whole",
    f'{{"a": {"9" * 5000}}}': "the number 999999999999999999… is larger than any that is written",
    f"{'[' * 100_000}{']' * 100_000}": "it is nested deeper than anything that this tool writes",
    "\ufeff{}": "not valid JSON",
}


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_plan_file(text: str) -> None:
    """One sentence, whatever it is."""
    assert TEXTS[text] in fault(text.encode())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '{"kind": "plan_file", "format_version": "2.0"}',
            "the key 'id' is missing; the key 'envelope' is missing; the key 'signature' is missing",
        ),
        (f'{{"a": {"9" * 18}}}', "it is not a plan file: reconcile plan --out FILE writes one"),
        (
            '{"kind": "plan_file", "format_version": 2}',
            "format_version: 2 is not '2.0', which this version of the tool reads: plan again",
        ),
        (
            f"{'[' * 100_000}{']' * 100_000}",
            "it is nested deeper than anything that this tool writes",
        ),
    ],
    ids=range(4),
)
def test_a_fault_of_the_whole(text: str, said: str) -> None:
    """Word for word: what is wrong, and what to do."""
    assert fault(text.encode()) == said


def test_a_plan_may_expire_at_once() -> None:
    """Then nobody can apply it; it is none that was edited."""
    assert load(spoilt("envelope", "expires", value=NOW.isoformat())).expires == NOW


def test_bytes_that_are_no_text() -> None:
    """Told with the place of the first."""
    assert fault(b'{"a": "\xff"}') == "it is not UTF-8 text, at byte 7"


def test_a_file_may_not_be_of_any_size() -> None:
    """Nothing of a larger one is looked at."""
    assert "larger than the 67108864 bytes" in fault(b" " * (LARGEST + 1))


def test_the_wrong_hash() -> None:
    """A file that was damaged says so."""
    expected = (
        "id: it is not the SHA-256 of the body: the file is damaged or was edited, plan again"
    )
    assert fault(spoilt("id", value="0" * 64, rehash=False)) == expected
    assert fault(spoilt(*SHOP, "protect", value=True, rehash=False)) == expected


SHAPES: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("extra",), 1, "unknown key 'extra'"),
    (
        (*SHOP, "target", "created_at"),
        "yesterday",
        "body.databases[3].target.created_at: 'yesterday' is not a time in UTC",
    ),
    ((*SHOP, "ext\nra"), 1, "body.databases[3]: unknown key 'ext\\nra'"),
    ((*SHOP, "engine"), ..., "body.databases[3]: the key 'engine' is missing"),
    ((*SHOP, "engine"), "oracle", "body.databases[3].engine: 'oracle' is none of postgresql"),
    (
        (*SHOP, "engine"),
        "influxdb",
        "databases[3].desired: influxdb has nothing to manage at 'sql_",
    ),
    ((*SHOP, "handle"), "a/b", "body.databases[3].handle: 'a/b' is no handle"),
    ((*SHOP, "handle"), "", "body.databases[3].handle: '' is no handle"),
    ((*SHOP, "facts", "version"), "8.0.35", "databases[3].facts.version: '8.0.35' is no version"),
    ((*SHOP, "protect"), 0, "body.databases[3].protect: 0 where true or false is due"),
    ((*SHOP, "pins"), None, "body.databases[3].pins: null where a mapping is due"),
    (
        ("envelope", "origins"),
        lambda old: {**old, "a//": old["cache"]},
        "envelope.origins['a//']: 'a//' is no address",
    ),
    ((*SHOP, "target"), None, "body.databases[3].target: null where a mapping is due"),
    ((*SHOP, "target", "app"), "other", "target.app: 'other' is not 'shop-web'"),
    ((*SHOP, "target", "engine"), "db2", "target.engine: 'db2' is none of postgresql"),
    *(
        (
            (*SHOP, *place),
            "",
            f"body.databases[3].target.{place[1]}: an empty text tells nothing of which database",
        )
        for place in (
            ("target", "region"),
            ("target", "addon"),
            ("target", "hosts", "auth"),
            ("target", "hosts", "api"),
            ("target", "hosts", "database"),
        )
    ),
    (
        SHOP,
        lambda old: {**old, "app": "", "target": {**old["target"], "app": ""}},
        "body.databases[3].target.app: an empty text tells nothing of which database",
    ),
    ((*SHOP, "target", "addon"), 7, "target.addon: 7 where a text is due"),
    ((*SHOP, "desired", "tables"), {}, "desired: mysql has nothing to manage at 'tables'"),
    ((*SHOP, "desired", "backups"), ..., "databases[3].desired: its kinds are not those that were"),
    ((*SHOP, "observed", "backups"), ..., "databases[3].desired: its kinds are not those that"),
    (
        (*SHOP, "desired", "backups", "hours"),
        [True],
        "desired.backups.hours[0]: true where a whole",
    ),
    ((*SHOP, "desired", "backups", "days"), 3, "databases[3].desired.backups: unknown key 'days'"),
    ((*SHOP, "desired", "sql_mode"), ["ANSI"], "desired.sql_mode: a list where a mapping is due"),
    ((*SHOP, "observed", "backups", "", "hours"), [1.5], "the number 1.5 is not whole"),
    ((*SHOP, "observed", "backups", "", "hours"), {}, "hours: a mapping cannot stand here"),
    ((*SHOP, "observed", "sql_mode"), {}, "databases[3]: it makes no sense: KeyError('')"),
    ((*SHOP, "observed", "sql_mode", "", "modes"), 3, "databases[3]: it makes no sense: TypeError"),
    ((*VAULT, "target", "connection"), [], "target.connection: a list where a mapping is due"),
    (
        (*VAULT, "target", "connection", "password"),
        "hunter2",
        "body.databases[4].target.connection: unknown key 'password'",
    ),
    ((*VAULT, "target", "connection", "dsn"), 7, "connection.dsn: 7 where a text is due"),
    (("body",), [], "body.databases: a list is due"),
    ((*BODY,), {}, "body.databases: a list is due"),
    (BODY, lambda old: [*old, 7], "body.databases[5]: 7 where a mapping is due"),
    (BODY, lambda old: [*old, old[3]], "the database 'shop' stands twice"),
    (("envelope", "others"), lambda old: [*old, old[0]], "the database 'lost' stands twice"),
    (("envelope", "others", 0, "handle"), "shop", "the database 'shop' stands twice"),
    (("envelope", "others", 0, "handle"), "", "envelope.others[0].handle: '' is no handle"),
    (("envelope", "made"), "2026-11-23T12:00:00Z", "envelope.made: '2026-11-23T12:00:00Z' is not"),
    (("envelope", "expires"), NOW.replace(year=1999).isoformat(), "envelope.expires: it is before"),
    (("envelope", "origins", "shop/backups/x"), ..., "the key 'shop/backups/x' is missing"),
    (("envelope", "origins"), {}, "envelope.origins: the key 'billing/extensions/postgis' is"),
    (("envelope", "origins"), [], "envelope.origins: a list where a mapping is due"),
    (("envelope", "unmanaged", 0), "moon/x", "unmanaged[0]: the plan has no database 'moon'"),
    (("envelope", "ignored", 0, "address"), "moon/x", "ignored[0]: the plan has no database"),
    (("envelope", "findings", 0, "severity"), "low", "severity: 'low' is none of error"),
    (("envelope", "findings", 0, "address"), "a//", "findings[0].address: 'a//' is no address"),
    (("envelope", "scope", "only"), [1], "envelope.scope.only[0]: 1 where a text is due"),
    (("envelope", "scope", "digests"), {"a": None}, "scope.digests.a: null where a text is due"),
    (("signature",), {}, "signature: the key 'algorithm' is missing"),
    (("signature",), {"algorithm": "none", "value": ""}, "'none' is none of hmac-sha256"),
]
_ADDED = ("envelope", "origins", "shop/backups/x")


@pytest.mark.parametrize(("path", "value", "said"), SHAPES, ids=range(len(SHAPES)))
def test_of_another_shape(path: tuple[str | int, ...], value: object, said: str) -> None:
    """What cannot be meant is told with its place, whatever the hash."""
    if path == _ADDED:
        path, value = ("envelope", "origins"), _with_unused
        said = "envelope.origins: the plan has no item 'shop/backups/x'"
    assert said in fault(spoilt(*path, value=value))


def _with_unused(origins: dict[str, Any]) -> dict[str, Any]:
    return {**origins, "shop/backups/x": origins["cache"]}


CREATED = {"verb": "create", "after": {}, "replacement": False}
EDITS: list[tuple[tuple[str | int, ...], Any, str]] = [
    ((*DELETE, "risk"), "safe", "shop.items[3].risk 'safe', 'lossy'"),
    ((*DELETE, "risk"), ["safe"], "shop.items[3].risk a list, 'lossy'"),
    ((*UPDATE, "risk"), "safe", "shop.items[2].risk 'safe', 'weakens'"),
    ((*CREATE, "risk"), "lossy", "shop.items[0].risk 'lossy', 'safe'"),
    ((*DELETE, "reason"), "differs", "shop.items[3].reason 'differs', 'absent'"),
    ((*DELETE, "type"), ..., "shop.items[3].type nothing, 'action'"),
    (
        (*DELETE, "address"),
        "iot/x",
        "shop.items[3].address 'iot/x', 'shop/logical_databases/legacy'",
    ),
    ((*DELETE, "approval"), None, "shop.items[3].approval null, a mapping"),
    ((*DELETE, "approval", "until"), "3000-01-01", "approval.until '3000-01-01', '2999-12-31'"),
    ((*CREATE, "approval"), {"reason": "x", "until": "2027-01-01"}, "approval a mapping, null"),
    ((*DELETE, "change"), CREATED, "shop.items[3].change.verb 'create', 'delete'"),
    ((*DELETE, "change", "replacement"), True, "change.replacement true, false"),
    ((*DELETE, "change", "before", "x"), [2, 1], "shop.items[3].change.before.x a list, nothing"),
    ((*BLOCKED, "message"), "all is well", "shop.items[1].message 'all is well', "),
    ((*BLOCKED, "change", "before", "hours"), [15, 14], "change.before.hours[0] 15, 14"),
    ((*UPDATE, "change", "after", "modes"), ["A"], "change.after.modes[0] 'A', 'STRICT_TRANS_T"),
    (
        (*UPDATE, "change", "after", "a b"),
        {},
        "shop.items[2].change.after['a b'] a mapping, nothing",
    ),
    ((*UPDATE, "change", "before", "modes"), [], "change.before.modes[0] nothing, 'ANSI_QUOTES'"),
    ((*UPDATE, "change", "fields"), [], "change.fields[0] nothing, a mapping"),
    ((*IOT, "items"), lambda old: old[1:], "iot.items[0].change.verb"),
    ((*IOT, "items"), lambda old: [old[0], old[2]], "iot.items[1].type"),
    ((*IOT, "items"), lambda old: [old[1], old[0], old[2]], "iot.items[0].change.verb"),
    ((*SHOP, "items"), lambda old: [*old, old[3]], "shop.items[4] a mapping, nothing"),
    ((*SHOP, "items"), [], "shop.items[0] nothing, a mapping"),
    ((*SHOP, "items"), {}, "shop.items a mapping, a list"),
    (
        (*STEP, "statements"),
        ["DROP TABLE x;"],
        "billing.items[0].statements[0] 'DROP TABLE x;', ",
    ),
    ((*STEP, "where"), "production", "billing.items[0].where 'production', 'the default logical"),
    ((*STEP, "type"), "action", "billing.items[0].type 'action', 'manual_step'"),
    ((*VAULT, "items", 0, "type"), "manual_step", "vault.items[0].type 'manual_step', 'action'"),
    ((*VAULT, "items"), lambda old: [old[1], old[0], old[2]], "vault.items[0].address"),
    ((*VAULT, "target", "connection"), None, "vault.items[0].type 'action', 'manual_step'"),
    (
        (*BILLING, "target", "connection"),
        {"dsn": "${env:A}", "database": "a"},
        "billing.items[0].type 'manual_step', 'action'",
    ),
    ((*SHOP, "target", "connection"), ..., "shop.target.connection nothing, null"),
    ((*SHOP, "target", "addon_status"), "running", "shop.target.addon_status 'running', nothing"),
    ((*SHOP, "facts", "operation"), "6aa1", "shop.desired.backups a mapping, nothing"),
    ((*SHOP, "desired", "sql_mode", "modes"), ["ANSI"], "shop.items[2]"),
    ((*SHOP, "desired", "backups", "enabled"), False, "shop.items"),
    (
        (*SHOP, "desired", "logical_databases", "absent"),
        [],
        "shop.observed.logical_databases.legacy",
    ),
    ((*SHOP, "observed", "sql_mode", "", "modes"), ["B", "A"], "shop.observed.sql_mode"),
    (
        (*SHOP, "observed", "sql_mode", "", "modes"),
        ["ANSI_QUOTES"],
        "shop.items[2].change.before.modes[1]",
    ),
    (
        (*SHOP, "observed", "logical_databases", "other"),
        {},
        "logical_databases.other a mapping, not",
    ),
    (
        (*SHOP, "observed", "logical_databases", "audit"),
        {},
        "shop.desired.logical_databases.present",
    ),
    (BODY, lambda old: old[::-1], "billing.handle 'vault', 'billing'"),
    (("body", "more"), 1, "body.more 1, nothing"),
    (("body", "format_version"), "1.0", "body.format_version '1.0', '2.0'"),
]


@pytest.mark.parametrize(("path", "value", "said"), EDITS, ids=range(len(EDITS)))
def test_an_edit_that_our_rules_do_not_make(
    path: tuple[str | int, ...], value: object, said: str
) -> None:
    """With the right hash as well: the inputs are planned anew, and all is compared."""
    found = fault(spoilt(*path, value=value))
    assert found.endswith("; it was edited, or made by another version: plan again")
    for handle, number in {"billing": 0, "iot": 2, "shop": 3, "vault": 4}.items():
        found = found.replace(f"body.databases[{number}]", handle)
    told = found.replace(": the file says", "").replace(" where the rules give", ",")
    assert said in told


def test_an_approval_of_a_step_by_hand_is_kept() -> None:
    """A person who drops an extension may have to show it."""
    spec = desired({"extensions": Extensions(absent=(removal("postgis"),))}, engine=POSTGRESQL)
    live = observed({"extensions": {"postgis": {"version": "3.4"}}}, engine=POSTGRESQL)
    made = build_plan([spec], {"shop": live})
    kept = evolve(
        saved(), proposal=evolve(saved().proposal, plan=made, findings=(), id=plan_id(made))
    )
    assert load(dump(kept).encode()).proposal.plan == made


def test_one_live_database_stands_once() -> None:
    """Whatever its handles: two would be at work on it beside each other."""

    def moved(databases: list[dict[str, Any]]) -> list[dict[str, Any]]:
        other = databases[3]["target"]
        hosts, addon = other["hosts"], other["addon"]
        target = {**databases[1]["target"], "hosts": hosts, "addon": addon}
        return [databases[0], {**databases[1], "target": target}, *databases[2:]]

    said = "the addon 'ad-shop' stands twice"
    assert fault(spoilt(*BODY, value=moved)) == said


HUNTER = "hunter2"


@pytest.mark.parametrize(
    "dsn",
    [
        f"postgresql://app:{HUNTER}@db.example.test/app",
        f"host=db.example.test password={HUNTER}",
        f"${{env:A}}{HUNTER}",
        f"{HUNTER}${{env:A}}",
        f"${{{HUNTER}}}",
        f"${{env:{HUNTER}",
        f"${{env:1{HUNTER}}}",
        f"${{env:A B{HUNTER}}}",
        f"${{ENV:{HUNTER}}}",
        f"${{file:a {HUNTER}}}",
        f"${{file:{HUNTER}\n}}",
        f"${{env:A}}\n{HUNTER}",
        f"${{exec:{HUNTER}}}",
        "${file:}",
        "${env:A}\n",
        "",
    ],
)
def test_a_connection_string_in_a_plan_file_is_refused_and_not_shown(dsn: str) -> None:
    """A plan says where one is found, and nothing else."""
    said = fault(spoilt(*VAULT, "target", "connection", "dsn", value=dsn))
    place = "body.databases[4].target.connection.dsn"
    assert said == f"{place}: it is no reference such as ${{env:NAME}}"


def _places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every place in a document."""
    children = value.items() if isinstance(value, dict) else enumerate(value)
    for key, child in children:
        yield (*path, key)
        if isinstance(child, dict | list):
            yield from _places(child, (*path, key))


@pytest.mark.parametrize("value", [None, -1, "x/y", ["b", "a"], {"verb": "x"}, ...])
def test_whatever_is_spoilt_is_a_fault_or_no_harm(value: object) -> None:
    """Every value at every place of the inputs: one sentence, or a plan; never another exception."""
    for place in _places(document()):
        if place[0] == "body" and "items" not in place[:-1]:
            with suppress(PlanFileError):
                load(spoilt(*place, value=value))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b'{"kind": "plan_file", "format_version": "9"}', True),
        (b'{"kind": "run"}', False),
        (b'["plan_file"]', False),
        (b"version: 1", False),
    ],
)
def test_a_plan_file_is_told_from_what_else_may_be_there(text: bytes, expected: bool) -> None:
    """Of any version, damaged or not."""
    assert is_plan_file(text) is expected


@pytest.mark.parametrize("code", [0xD800, 0xDBFF, 0xDC00, 0xDFFF])
def test_half_a_character_is_no_text(code: int) -> None:
    """JSON may name the half of a surrogate pair alone, as a value or as a key."""
    half = chr(code)
    place = "body.databases[3].target.addon"
    said = f"{place}: half of a character, which no text holds"
    assert fault(spoilt(*SHOP, "target", "addon", value=f"ad{half}")) == said
    key = spoilt("envelope", "scope", "digests", value={f"a{half}": "0"})
    assert fault(key) == "a key holds half of a character, which no text does"


def test_characters_beside_the_halves_are_text() -> None:
    """The last before them, the first after them, and a whole pair."""
    digests = {"a\ud7ff": "0", "b\ue000": "1", "c\U0001f600": "2"}
    kept = load(spoilt("envelope", "scope", "digests", value=digests))
    assert kept.scope.digests == digests
