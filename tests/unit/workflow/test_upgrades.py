"""Upgrades: one step, to a version that is told if the provider tells it."""

from __future__ import annotations

import pytest
from unit.api.loopback import Provider, Reply, reply
from unit.workflow.conftest import Found, sent

from reconcile.errors import ApiError, ReconcileError
from reconcile.kinds.engine_version import EngineVersion
from reconcile.model.change import Risk
from reconcile.model.request import UPGRADE
from reconcile.workflow.commands import Upgrade
from reconcile.workflow.prepare import prepare
from reconcile.workflow.prepared import OtherwiseError

HERE = {"version_id": "v164", "next_version_id": "v166"}
NO_WAY_BACK = "the database restarts, an upgrade can take long, and there is no way back"
NOT_SAID = "the provider does not say which version is next: it may be a major one"


def version(major: object, minor: object = 6, patch: object = 0, build: object = 1) -> object:
    """A version in the provider's form."""
    return {"id": "v166", "major": major, "minor": minor, "patch": patch, "build": build}


@pytest.mark.parametrize(
    ("following", "what", "consequences"),
    [
        (version(16), "upgrade billing from 16.4.0-1 to 16.6.0-1", (NO_WAY_BACK,)),
        (
            version(17, 2),
            "upgrade billing from 16.4.0-1 to 17.2.0-1",
            (NO_WAY_BACK, "this is a major upgrade, from 16 to 17"),
        ),
        *(
            (odd, "upgrade billing from 16.4.0-1 to the next version", (NO_WAY_BACK, NOT_SAID))
            for odd in (
                *({}, "16.6", 7, [], version(None), version("17"), version(True)),
                *(version(16, None, "x", []), version(16, 4), version(16, -1), version(15)),
            )
        ),
    ],
)
def test_what_is_at_stake(
    provider: Provider, found: Found, following: object, what: str, consequences: tuple[str, ...]
) -> None:
    """From which version to which, with what is known of it; one request."""
    subject = found(**HERE)
    document = {"database_type_version": {"id": "v164", "next_upgrade": following}}
    provider.odd["database"].append(reply(200, document))
    order = prepare(Upgrade(), subject).order
    assert (order.what, order.consequences) == (what, consequences)
    assert (order.risk, order.confirm, order.call) == (Risk.DISRUPTIVE, None, UPGRADE)
    assert sent(provider) == ["GET /api/database_type_versions/v164"]


@pytest.mark.parametrize(
    ("second", "to", "consequences"),
    [
        (reply(200, {"database_type_version": version(16)}), "16.6.0-1", (NO_WAY_BACK,)),
        (reply(404), "the next version", (NO_WAY_BACK, NOT_SAID)),
        (
            reply(200, {"database_type_version": version("16")}),
            "the next version",
            (NO_WAY_BACK, NOT_SAID),
        ),
    ],
    ids=["told", "not there", "odd"],
)
def test_a_next_version_that_is_only_an_id_is_looked_up(
    provider: Provider, found: Found, second: Reply, to: str, consequences: tuple[str, ...]
) -> None:
    """As for the managed kind: `next_upgrade` is a bare id, and its number takes one request more."""
    subject = found(**HERE)
    document = {"database_type_version": {"id": "v164", "next_upgrade": "v166"}}
    provider.odd["database"].extend([reply(200, document), second])
    order = prepare(Upgrade(), subject).order
    assert (order.what, order.consequences) == (
        f"upgrade billing from 16.4.0-1 to {to}",
        consequences,
    )
    versions = "/api/database_type_versions"
    assert sent(provider) == [f"GET {versions}/v164", f"GET {versions}/v166"]


@pytest.mark.parametrize(
    ("rule", "told"), [("16.4", True), (">=16.4", False), ("latest-minor", False), ("16", False)]
)
def test_a_step_past_the_spec_is_told(
    provider: Provider, found: Found, rule: str, *, told: bool
) -> None:
    """Also where nobody is asked: every plan would show it as blocked afterwards."""
    subject = found(**HERE)
    document = {"database_type_version": {"id": "v164", "next_upgrade": version(16)}}
    provider.odd["database"].append(reply(200, document))
    prepared = prepare(Upgrade(), subject, EngineVersion(version=rule))
    assert [f"the spec of 'billing' asks for {rule!r}" in note for note in prepared.notes] == (
        [True] if told else []
    )


@pytest.mark.parametrize(
    "answer",
    [
        reply(404, {"error": "no"}),
        reply(200, {"database_type_version": {"id": "v164"}}),
        reply(200, {"database_type_version": []}),
    ],
)
def test_a_provider_that_does_not_say_is_not_guessed_for(
    provider: Provider, found: Found, answer: object
) -> None:
    """It may be a major one, and that is affected."""
    subject = found(**HERE)
    provider.odd["database"].append(answer)  # type: ignore[arg-type]
    assert prepare(Upgrade(), subject).order.consequences == (NO_WAY_BACK, NOT_SAID)


@pytest.mark.parametrize("ident", [None, "", 7, []])
def test_without_a_version_id_nothing_is_asked(
    provider: Provider, found: Found, ident: object
) -> None:
    """As older answers, which have none."""
    order = prepare(Upgrade(), found(version_id=ident)).order
    assert order.consequences == (NO_WAY_BACK, NOT_SAID)
    assert sent(provider) == []


def test_an_unknown_version_is_called_one(provider: Provider, found: Found) -> None:
    """Where the resource does not say what runs."""
    order = prepare(Upgrade(), found(version_id=None, readable_version=None)).order
    assert order.what == "upgrade billing from an unknown version to the next version"
    assert sent(provider) == []


NEWEST = "'billing' is at the newest version, 16.4.0-1"


def test_the_newest_version_is_known_from_the_resource(provider: Provider, found: Found) -> None:
    """Which says that there is no next one: nothing is asked."""
    prepared = prepare(Upgrade(), found(version_id="v172", next_version_id=None))
    assert prepared.nothing == NEWEST
    assert sent(provider) == []


def test_the_newest_version_is_known_from_the_versions(provider: Provider, found: Found) -> None:
    """Where the resource, as older ones, says nothing of a next one."""
    subject = found(version_id="v172")
    document = {"database_type_version": {"id": "v172", "next_upgrade": None}}
    provider.odd["database"].append(reply(200, document))
    assert prepare(Upgrade(), subject).nothing == NEWEST


def test_a_provider_that_cannot_be_asked_is_an_error(provider: Provider, found: Found) -> None:
    """Nobody upgrades to what might have been known."""
    subject = found(**HERE)
    provider.odd["database"].append(reply(500, {"error": "no"}))
    with pytest.raises(ApiError, match="HTTP 500"):
        prepare(Upgrade(), subject)


@pytest.mark.parametrize(
    "resource", [{"status": "upgrading"}, {"current_operation_id": "609145e6"}]
)
def test_a_busy_database_is_left_alone(
    provider: Provider, found: Found, resource: dict[str, object]
) -> None:
    """A second upgrade would go one step too far."""
    with pytest.raises(ReconcileError, match=r"wait until|follow it with"):
        prepare(Upgrade(), found(**HERE, **resource))
    assert sent(provider) == []


@pytest.mark.parametrize(
    ("before", "now", "happened"),
    [
        ("v164", "v166", True),
        ("v164", "v164", None),
        ("v164", None, None),
        (None, "v166", None),
    ],
)
def test_another_version_proves_it(
    provider: Provider, found: Found, before: str | None, now: str | None, *, happened: bool | None
) -> None:
    """The same one proves nothing: the request may still be on its way."""
    subject = found(version_id=before)
    if before is not None:
        provider.odd["database"].append(reply(404))
    prepared = prepare(Upgrade(), subject)
    provider.odd["database"].append(reply(200, {"database": {"version_id": now}}))
    assert prepared.happened() is happened


@pytest.mark.parametrize(
    ("now", "happened"),
    [
        ("16.6.0-1", True),
        ("16.4.0-1", None),
        (None, None),
        ("16.8.0-1", "the provider went to 16.8.0-1, planned was 16.6.0-1"),
        ("17.2.0-1", "the provider went to 17.2.0-1, planned was 16.6.0-1"),
    ],
)
def test_only_the_planned_version_proves_it(
    provider: Provider, found: Found, now: str | None, happened: bool | str | None
) -> None:
    """An upgrade takes no target: another version, or another major, is told as what it is."""
    subject = found(**HERE)
    document = {"database_type_version": {"id": "v164", "next_upgrade": version(16)}}
    provider.odd["database"].append(reply(200, document))
    prepared = prepare(Upgrade(), subject)
    resource = {"version_id": "v999", "readable_version": now}
    provider.odd["database"].append(reply(200, {"database": resource}))
    if isinstance(happened, str):
        with pytest.raises(OtherwiseError, match=happened):
            prepared.happened()
    else:
        assert prepared.happened() is happened
