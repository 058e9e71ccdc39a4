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
from reconcile.kinds.features import Feature, Features
from reconcile.model.change import Update
from reconcile.model.engine import Engine
from reconcile.model.plan import Plan, Proposal
from reconcile.plan.belief import check_rules
from reconcile.plan.build import build_plan
from reconcile.plan.digest import plan_id
from reconcile.plan.file import dump, is_plan_file, is_signed_with, load, sign
from reconcile.plan.strict import LARGEST, PlanFileError
from reconcile.plan.written import PlanFileDocument
from reconcile.schema import schema_of

KEY = b"0123456789abcdef"
POSTGRESQL = Engine.POSTGRESQL
BODY = ("body", "databases")
BILLING, CACHE, IOT, SHOP, VAULT = ((*BODY, number) for number in range(5))
CREATE, BLOCKED, UPDATE, DELETE = ((*SHOP, "items", number) for number in range(4))
STEP = (*BILLING, "items", 0)


def fault(text: bytes) -> str:
    """Why a text is no plan file."""
    with pytest.raises(PlanFileError) as caught:
        check_rules(load(text).proposal.plan)
    assert caught.value.status == 65
    return str(caught.value)


def test_what_is_dumped_is_loaded() -> None:
    """Items of every sort, what is unmanaged or ignored, and what the guards said."""
    assert load(dump(saved()).encode()) == saved()
    assert load(dump(sign(saved(), KEY)).encode()) == sign(saved(), KEY)


def test_what_was_dumped_is_what_our_rules_make() -> None:
    """A plan that nobody touched is believed."""
    check_rules(load(dump(saved()).encode()).proposal.plan)


def test_an_empty_plan_is_a_plan() -> None:
    """Nothing to do is something to save."""
    empty = evolve(saved(), proposal=evolve(saved().proposal, plan=Plan(), findings=(), id=""))
    kept = evolve(empty, proposal=evolve(empty.proposal, id=plan_id(Plan())))
    assert load(dump(kept).encode()) == kept


def test_the_text_is_ascii_and_of_its_schema() -> None:
    """Other programs may read it."""
    schema = schema_of(PlanFileDocument, title="plan_file", ident="x")
    for kept in (saved(), sign(saved(), KEY)):
        text = dump(kept)
        assert text.isascii()
        assert text == json.dumps(json.loads(text), indent=2) + "\n"
        Draft202012Validator(schema).validate(json.loads(text))


def test_the_id_is_the_hash_of_the_body() -> None:
    """Anybody can compute it: SHA-256 of the JSON with sorted keys and no blanks."""
    kept = document()
    assert kept["id"] == hashed(kept["body"]) == plan_id(plan())


def test_a_file_without_a_creation_time_keeps_its_id() -> None:
    """An earlier version wrote none: what is absent is left out of the id, too."""
    shop = next(one for one in plan().databases if one.handle == "shop")
    assert shop.target is not None
    known = evolve(shop, target=evolve(shop.target, created_at=NOW))
    ids = [plan_id(Plan(databases=(one,))) for one in (shop, known)]
    assert ids[0] != ids[1]
    for one, ident in zip((shop, known), ids, strict=True):
        proposal = Proposal(plan=Plan(databases=(one,)), id=ident)
        kept = evolve(saved(), proposal=proposal)
        assert ("created_at" in dump(kept)) == (one is known)
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
        ((*UPDATE, "risk"), "safe"),
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
    '{"kind": "plan_file", "format_version": "2.0"}': "format_version: '2.0' is not '1.0'",
    '{"kind": "plan_file"}': "format_version: None is not '1.0'",
    '{"kind": "plan_file", "format_version": "1.0"}': "the key 'id' is missing",
    '{"a": 1, "b": {"a": 1, "a": 1}}': "the key 'a' stands twice in one mapping",
    '{"a": 1.0}': "the number 1.0 is not whole",
    '{"a": 1e3}': "the number 1e3 is not whole",
    '{"a": NaN}': "the number NaN is not whole",
    '{"a": -Infinity}': "the number -Infinity is not whole",
    f'{{"a": {"9" * 5000}}}': "the number 999999999999999999… is larger than any in a plan file",
    f"{'[' * 100_000}{']' * 100_000}": "it is nested deeper than any plan file",
    "\ufeff{}": "not valid JSON",
}


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_no_plan_file(text: str) -> None:
    """One sentence, whatever it is."""
    assert TEXTS[text] in fault(text.encode())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"kind": "plan_file", "format_version": "1.0"}', "the key 'id' is missing"),
        (f'{{"a": {"9" * 18}}}', "it is not a plan file: reconcile plan --out FILE writes one"),
        (
            '{"kind": "plan_file", "format_version": 2}',
            "format_version: 2 is not '1.0', which this version of the tool reads: plan again",
        ),
        (f"{'[' * 100_000}{']' * 100_000}", "it is nested deeper than any plan file"),
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
    (
        (*SHOP, "target", "created_at"),
        "2025-02-05T15:38:14+01:00",
        "body.databases[3].target.created_at: '2025-02-05T15:38:14+01:00' is not a time in UTC",
    ),
    ((*SHOP, "target", "created_at"), 1, "body.databases[3].target.created_at: 1 cannot stand"),
    ((*SHOP, "ext\nra"), 1, "body.databases[3]: unknown key 'ext\\nra'"),
    ((*SHOP, "engine"), ..., "body.databases[3]: the key 'engine' is missing"),
    (
        (*SHOP, "engine"),
        "oracle",
        "body.databases[3].engine: 'oracle' is none of postgresql, mysql",
    ),
    ((*SHOP, "engine"), "influxdb", "items[0].address: influxdb has nothing to manage at 'shop/"),
    ((*SHOP, "handle"), "a/b", "body.databases[3].handle: 'a/b' is no handle"),
    ((*SHOP, "handle"), "", "body.databases[3].handle: '' is no handle"),
    ((*SHOP, "version"), "8.0.35", "body.databases[3].version: '8.0.35' is no version"),
    ((*SHOP, "version"), "newest", "body.databases[3].version: 'newest' is no version"),
    ((*SHOP, "protect"), 0, "body.databases[3].protect: 0 where true or false is due"),
    ((*SHOP, "pins"), None, "body.databases[3].pins: null where a mapping is due"),
    ((*SHOP, "pins"), "x", "body.databases[3].pins: 'x' where a mapping is due"),
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
    ((*SHOP, "items"), [], "items: the list is empty"),
    ((*SHOP, "items"), {}, "items: a mapping where a list is due"),
    ((*DELETE, "type"), "deed", "items[3].type: 'deed' is none of action, manual_step"),
    ((*DELETE, "type"), ..., "items[3].type: null is none of action"),
    ((*DELETE, "risk"), "none", "items[3].risk: 'none' is none of safe, weakens"),
    ((*DELETE, "risk"), ["safe"], "items[3].risk: a list is none of safe, weakens"),
    ((*DELETE, "address"), "shop", "items[3].address: mysql has nothing to manage at 'shop'"),
    ((*DELETE, "address"), "shop//x", "items[3].address: 'shop//x' is no address"),
    ((*DELETE, "address"), "iot/backups", "items[3].address: 'iot/backups' is not in 'shop'"),
    ((*DELETE, "address"), "shop/tables/x", "mysql has nothing to manage at 'shop/tables/x'"),
    ((*DELETE, "address"), "shop/features/x", "envelope.origins: the key 'shop/features/x' is mis"),
    ((*DELETE, "change", "verb"), "drop", "change.verb: 'drop' is none of create, update, delete"),
    ((*DELETE, "change"), "drop", "items[3].change: 'drop' cannot stand here"),
    ((*DELETE, "change", "before"), [], "change.before: a list where a mapping is due"),
    ((*DELETE, "approval", "until"), "soon", "approval.until: 'soon' is not a date"),
    ((*DELETE, "approval", "until"), "20270131", "approval.until: '20270131' is not a date"),
    ((*DELETE, "approval", "until"), 20270131, "approval.until: 20270131 where a text is due"),
    ((*UPDATE, "change", "before", "modes"), ["B", "A"], "before.modes: the list is not sorted"),
    ((*UPDATE, "change", "before", "modes"), ["A", "A"], "before.modes: the list is not sorted"),
    ((*BLOCKED, "change", "before", "hours"), [15, 14], "items[1].change.before.hours: the list"),
    ((*DELETE, "change", "before", "x"), [2, 1], "before.x: the list is not sorted"),
    ((*UPDATE, "change", "before", "modes"), ["A", 1], "before.modes: a list cannot stand here"),
    ((*UPDATE, "change", "before", "modes"), [[]], "before.modes: a list cannot stand here"),
    ((*UPDATE, "change", "after", "a b"), {}, "change.after['a b']: a mapping cannot stand here"),
    ((*UPDATE, "change", "fields", 0, "field"), None, "fields[0].field: null where a text is due"),
    ((*STEP, "statements"), "DROP", "items[0].statements: 'DROP' where a list is due"),
    ((*SHOP, "target", "connection"), ..., "target: the key 'connection' is missing"),
    ((*VAULT, "target", "connection"), [], "target.connection: a list cannot stand here"),
    (
        (*VAULT, "target", "connection", "password"),
        "hunter2",
        "body.databases[4].target.connection: unknown key 'password'",
    ),
    (
        (*VAULT, "target", "connection", "database"),
        ...,
        "target.connection: the key 'database' is missing",
    ),
    ((*VAULT, "target", "connection", "dsn"), 7, "connection.dsn: 7 where a text is due"),
    (BODY, lambda old: old[::-1], "body.databases: the databases are not in the order"),
    (BODY, lambda old: [*old, old[3]], "body.databases: the database 'shop' stands twice"),
    (("envelope", "others"), lambda old: [*old, old[0]], "the database 'lost' stands twice"),
    (("envelope", "others", 0, "handle"), "shop", "the database 'shop' stands twice"),
    (("envelope", "others", 0, "handle"), "", "envelope.others[0].handle: '' is no handle"),
    (("envelope", "made"), "2026-11-23", "envelope.made: '2026-11-23' is not a time in UTC"),
    (("envelope", "made"), "2026-11-23T12:00:00", "envelope.made: '2026-11-23T12:00:00' is not a"),
    (("envelope", "made"), "2026-11-23T12:00:00+01:00", "is not a time in UTC"),
    (("envelope", "made"), "2026-11-23T12:00:00Z", "is not a time in UTC"),
    (("envelope", "expires"), NOW.replace(year=1999).isoformat(), "envelope.expires: it is before"),
    (("envelope", "origins", "shop/backups/x"), ..., "the key 'shop/backups/x' is missing"),
    (("envelope", "origins"), {}, "envelope.origins: the key 'billing/extensions/postgis' is"),
    (("envelope", "origins"), [], "envelope.origins: a list where a mapping is due"),
    (("envelope", "unmanaged", 0), "moon/x", "unmanaged[0]: the plan has no database 'moon'"),
    (("envelope", "ignored", 0, "address"), "moon/x", "ignored[0].address: the plan has no datab"),
    (
        ("envelope", "findings", 0, "severity"),
        "low",
        "findings[0].severity: 'low' is none of error",
    ),
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


EDITS: list[tuple[tuple[str | int, ...], Any, str]] = [
    (
        (*DELETE, "risk"),
        "safe",
        "the file says of shop/logical_databases/legacy the risk 'safe' where the rules give 'lossy'",
    ),
    ((*UPDATE, "risk"), "safe", "shop/sql_mode the risk 'safe' where the rules give 'weakens'"),
    ((*CREATE, "risk"), "lossy", "the risk 'lossy' where the rules give 'safe'"),
    ((*DELETE, "reason"), "differs", "the rules give 'absent'"),
    ((*DELETE, "approval"), None, "nobody approved that 'legacy' goes"),
    ((*CREATE, "approval"), {"reason": "x", "until": "2027-01-01"}, "the approval"),
    (
        (*CREATE, "change"),
        {"verb": "delete", "before": {}, "replacement": False},
        "nobody approved that 'audit' goes",
    ),
    (
        (*DELETE, "change"),
        {"verb": "create", "after": {}, "replacement": False},
        "where the rules give Action create shop/logical_databases/legacy",
    ),
    ((*DELETE, "change", "replacement"), True, "shop"),
    ((*UPDATE, "change", "after", "modes"), ["NO_ZERO_DATE"], "the change"),
    ((*UPDATE, "change", "after", "modes"), ["NO_SUCH"], "shop"),
    ((*UPDATE, "change", "after"), {}, "'shop' has changes that make no sense: KeyError('modes')"),
    ((*UPDATE, "change", "before", "modes"), [], "the change"),
    ((*UPDATE, "change", "fields"), [], "the change"),
    ((*UPDATE, "change", "before", "protect"), True, "the change"),
    ((*IOT, "items"), lambda old: old[1:], "iot"),
    ((*IOT, "items"), lambda old: [old[0], old[2]], "iot"),
    ((*IOT, "items", 1, "change", "after", "duration"), 7, "iot"),
    ((*IOT, "items", 1, "change", "after", "duration"), "for ever", "the change"),
    ((*IOT, "items"), lambda old: [old[1], old[0], old[2]], "the file says"),
    ((*SHOP, "items"), lambda old: [old[3], *old[:3]], "the file says Action delete"),
    ((*STEP, "statements"), ["DROP TABLE customers;"], "the statements ('DROP TABLE customers;',)"),
    ((*STEP, "where"), "production", "the where 'production' where the rules give 'the default"),
    ((*STEP, "risk"), "lossy", "the risk 'lossy' where the rules give 'safe'"),
    ((*BILLING, "items"), lambda old: [*old, old[0]], "where the rules give nothing"),
    (
        (*VAULT, "target", "connection"),
        None,
        "the file says Action create vault/extensions/bool_plperl where the rules give ManualStep",
    ),
    (
        (*BILLING, "target", "connection"),
        {"dsn": "${env:A}", "database": "a"},
        "the file says ManualStep create billing/extensions/postgis where the rules give Action",
    ),
    (
        (*VAULT, "items"),
        lambda old: [old[2], *old[:2]],
        "the file says Action update vault/extensions/hstore where the rules give Action create",
    ),
]


@pytest.mark.parametrize(("path", "value", "said"), EDITS, ids=range(len(EDITS)))
def test_an_edit_that_our_rules_do_not_make(
    path: tuple[str | int, ...], value: object, said: str
) -> None:
    """With the right hash as well: every action is made anew, and compared."""
    text = spoilt(*path, value=value)
    load(text)
    found = fault(text)
    assert said in found
    assert found.endswith("; it was edited, or made by another version: plan again")


def test_an_edited_change_is_shown_beside_ours() -> None:
    """From what to what, on both sides."""
    said = (
        "the file says of shop/sql_mode the change {'before': {'modes': ()}, 'after': {'modes':"
        " ('STRICT_TRANS_TABLES', 'NO_ZERO_DATE')}} where the rules give {'before': {'modes': ()},"
        " 'after': {'modes': ('STRICT_TRANS_TABLES', 'NO_ZERO_DATE')}}; it was edited"
    )
    assert said in fault(spoilt(*UPDATE, "change", "before", "modes", value=[]))


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

    said = "body.databases: the addon 'ad-shop' stands twice"
    assert fault(spoilt(*BODY, value=moved)) == said


def test_a_value_of_another_type_is_another_value() -> None:
    """Python takes 0 for false, and the journal would tell of what was never planned."""
    spec = Features(switched={Feature.FORCE_SSL: True, Feature.PUBLICLY_AVAILABLE: True})
    live = observed({"features": {"force-ssl": {"enabled": True, "status": "ACTIVATED"}}})
    (database,) = build_plan([desired({"features": spec})], {"shop": live}).databases
    (action,) = database.actions
    check_rules(Plan(databases=(database,)))
    assert isinstance(action.change, Update)
    (field,) = action.change.fields
    change = evolve(action.change, fields=(evolve(field, before=0),))
    edited = evolve(database, items=(evolve(action, change=change),))
    said = (
        "the file says of shop/features/publicly-available the change {'before': {'enabled': False},"
        " 'after': {'enabled': True}} where the rules give {'before': {'enabled': False}"
    )
    with pytest.raises(PlanFileError) as caught:
        check_rules(Plan(databases=(edited,)))
    assert str(caught.value).startswith(said)


def test_a_step_that_was_made_an_action() -> None:
    """What a person is to do is not done for him."""

    def acted(step: dict[str, Any]) -> dict[str, Any]:
        kept = {name: step[name] for name in step if name not in {"statements", "where"}}
        return {**kept, "type": "action"}

    said = "the file says Action create billing/extensions/postgis where the rules give ManualStep"
    assert said in fault(spoilt(*STEP, value=acted))


def test_an_action_by_sql_that_was_made_a_step() -> None:
    """What was planned to be done is not left to a person."""

    def stepped(action: dict[str, Any]) -> dict[str, Any]:
        statements = ["CREATE EXTENSION plperl;"]
        more = {"statements": statements, "where": "the default logical database"}
        return {**action, "type": "manual_step", **more}

    said = "the file says ManualStep create vault/extensions/plperl where the rules give Action"
    assert said in fault(spoilt(*VAULT, "items", 0, value=stepped))


def test_which_of_a_row_comes_first_may_follow_from_what_was_live() -> None:
    """Of creations of one kind the file does not tell why they stand as they do."""
    items = document()["body"]["databases"][4]["items"]
    assert [one["address"].rpartition("/")[2] for one in items] == [
        "plperl",
        "bool_plperl",
        "hstore",
    ]
    text = spoilt(*VAULT, "items", value=lambda old: [old[1], old[0], old[2]])
    check_rules(load(text).proposal.plan)


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


@pytest.mark.parametrize(
    "value", [None, True, -1, "", "x/y", [], ["b", "a"], {}, {"verb": "x"}, ...]
)
def test_whatever_is_spoilt_is_a_fault_or_no_harm(value: object) -> None:
    """Every value at every place: one sentence, or a plan; never another exception."""
    for place in _places(document()):
        with suppress(PlanFileError):
            check_rules(load(spoilt(*place, value=value)).proposal.plan)


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
