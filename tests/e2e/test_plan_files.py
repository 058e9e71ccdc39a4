"""A plan that was saved is applied as it is, or it is said why not."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from stat import S_IMODE
from typing import Any

import pytest
from e2e.command import Command, changing, effects, journal_entries, live, logical
from e2e.fleet import (
    BILLING,
    CACHE,
    IOT,
    SHOP,
    SHOP_ADDON,
    SHOP_HEAD,
    SHOP_WITHOUT_LEGACY,
)
from e2e.plan_file import APPLY, FILE, KEY, LOSING, edit, saved
from e2e.terminal import on_terminal
from jsonschema import Draft202012Validator

from scalingo_sandbox import Sandbox

pytestmark = pytest.mark.more


def expire(document: dict[str, Any]) -> None:
    """Let a plan's time be over."""
    document["envelope"] |= {
        "made": "2026-01-01T00:00:00+00:00",
        "expires": "2026-01-02T00:00:00+00:00",
    }


@pytest.fixture
def planned(sandbox: Sandbox, command: Command) -> Command:
    """A project whose plan of three safe actions was saved; what that took is forgotten."""
    command.write(SHOP)
    command("plan", "--out", FILE, status=0)
    sandbox.clear()
    return command


@pytest.fixture
def losing(sandbox: Sandbox, command: Command) -> Command:
    """The same with a plan that deletes a logical database."""
    command.write(SHOP_WITHOUT_LEGACY)
    command("plan", "--out", FILE, status=0)
    sandbox.clear()
    return command


def database_requests(sandbox: Sandbox) -> list[tuple[str, str, str | None]]:
    """What was asked of the database host, in order."""
    return [
        (one["method"], one["path"].removeprefix("/api/databases/"), one["action_name"])
        for one in sandbox.requests()["requests"]
        if one["path"].startswith("/api/databases")
    ]


def test_it_is_saved_for_nobody_else_to_read(planned: Command) -> None:
    """With mode 0600, in its schema, and told in the last line."""
    document, path = saved(planned), planned.directory / FILE
    assert S_IMODE(path.stat().st_mode) == 0o600
    schema = json.loads(planned("schema", "plan_file", status=0).stdout)
    Draft202012Validator(schema).validate(document)
    told = planned.runs[0].stderr.splitlines()[-1]
    expires = document["envelope"]["expires"].replace("T", " ")[:19]
    expected = f"saved: {FILE}, plan {document['id'][:12]}, expires {expires} UTC, not signed"
    assert told == expected
    assert list(planned.directory.glob(".*.plan*")) == []


def test_only_what_it_touches_is_read(sandbox: Sandbox, command: Command) -> None:
    """The kinds of its actions, of the databases that have some; before and after."""
    mode_is_as_wanted = SHOP.replace(
        "[STRICT_TRANS_TABLES, NO_ENGINE_SUBSTITUTION]", "[NO_ENGINE_SUBSTITUTION]"
    )
    command.write(
        mode_is_as_wanted,
        "version: 1\ndatabase: c\napp: shop-web\naddon: ad-cache\nengine: postgresql\nbackups: {hours: [1]}\n",
    )
    command("plan", "--out", FILE, status=0)
    sandbox.clear()
    done = command(*APPLY, status=0)
    read = [("GET", SHOP_ADDON, None), ("POST", f"{SHOP_ADDON}/action", "list-databases")]
    made = [("POST", f"{SHOP_ADDON}/action", "create-database"), ("PATCH", SHOP_ADDON, None)]
    assert database_requests(sandbox) == [*read, *made, *read]
    told = [one for one in done.stderr.splitlines() if one.startswith("applying")]
    assert told == ["applying: 9 requests, under a second, at most 10 min"]
    assert "9 requests sent: 2 auth, 1 api, 6 database" in done.stderr


@pytest.mark.parametrize("line", [("apply", "--plan", FILE, "--dry-run"), LOSING])
def test_what_the_first_look_costs_is_shown_before(losing: Command, line: tuple[str, ...]) -> None:
    """As `plan` and `apply` show it, with the same bound."""
    done = losing(*line, status=2 if "--dry-run" in line else 0)
    first = "reading 1 database: 5 requests, under a second, at most 10 min"
    assert done.stderr.splitlines()[0] == first


def test_a_first_look_that_takes_too_long_is_not_begun(sandbox: Sandbox, losing: Command) -> None:
    """--max-wait holds for it; the third request a minute comes too late."""
    config = "version: 1\nrequest_budget: {database: 1}\n"
    (losing.directory / "reconcile.yaml").write_text(config, encoding="utf-8")
    refused = losing(*LOSING, "--max-wait", "1s", status=1)
    assert "reconcile: reading 1 database takes about" in refused.stderr
    assert sandbox.requests()["requests"] == []


def test_two_files_with_one_id_are_two_plans(sandbox: Sandbox, planned: Command) -> None:
    """The same difference is back, and a new plan of it is applied; the old file is not."""
    old = (planned.directory / FILE).read_bytes()
    planned(*APPLY, status=0)
    sandbox.change(SHOP_ADDON, backups={"enabled": True, "hours": [14]})
    databases = [{"name": "shop", "protected": True}, {"name": "legacy"}]
    sandbox.change(SHOP_ADDON, sql_mode="NO_ENGINE_SUBSTITUTION", logical_databases=databases)
    planned("plan", "--out", FILE, status=0)
    assert saved(planned)["id"] == json.loads(old)["id"]
    sandbox.clear()
    planned(*APPLY, status=0)
    assert len(changing(sandbox)) == 3
    (planned.directory / FILE).write_bytes(old)
    assert "[G109]" in planned(*APPLY, status=3).stdout


@pytest.mark.parametrize("line", [0, 1, -1])
def test_a_damaged_journal_lets_no_loss_happen_twice(
    sandbox: Sandbox, losing: Command, line: int
) -> None:
    """A name that was made again since is not deleted; the journal is named."""
    losing(*LOSING, status=0)
    (journal,) = losing.journals()
    lines = journal.read_bytes().splitlines(keepends=True)
    lines[line] = lines[line].replace(b'"event"', b'"evemt"', 1)
    journal.write_bytes(b"".join(lines))
    databases = [{"name": "shop", "protected": True}, {"name": "legacy", "tables": 17}]
    sandbox.change(SHOP_ADDON, logical_databases=databases)
    refused = losing(*LOSING)
    assert "[G109]" in refused.stdout
    assert journal.stem in "".join(refused.stdout.split())
    assert refused.status in {2, 3}
    assert logical(sandbox, SHOP_ADDON) == {"shop", "legacy"}


def test_where_no_journal_knows_of_it_all_is_already_done(
    sandbox: Sandbox, planned: Command
) -> None:
    """Nothing is sent that changes anything, and there is nothing left to do."""
    planned(*APPLY, status=0)
    sandbox.clear()
    again = planned(*APPLY, "--state-dir", "other", status=0)
    assert changing(sandbox) == []
    assert "3 already done" in again.stdout
    assert "Converged." in again.stdout


def test_what_changed_elsewhere_makes_nothing_stale(sandbox: Sandbox, planned: Command) -> None:
    """Only what an action is about is compared."""
    databases = [{"name": "shop", "protected": True}, {"name": "legacy"}, {"name": "new"}]
    sandbox.change(SHOP_ADDON, logical_databases=databases, version="8.0.35-1")
    planned(*APPLY, status=0)
    assert logical(sandbox, SHOP_ADDON) == {"shop", "legacy", "new", "audit"}


def test_a_spec_without_an_addon_has_to_lead_to_the_database_of_a_loss(
    sandbox: Sandbox, losing: Command
) -> None:
    """One that may mean another addon is not a word for a loss in this one."""
    fleet = sandbox.fleet()
    addons = fleet["apps"][0]["addons"]
    addons.append({"id": "ad-other", "resource_id": "shop-web-9", "engine": "mysql"})
    sandbox.put_fleet(fleet)
    (path,) = (losing.directory / "specs").iterdir()
    path.write_text(path.read_text(encoding="utf-8").replace("addon: ad-shop\n", ""), "utf-8")
    refused = losing(*LOSING, status=2)
    assert "[G111]" in refused.stdout
    assert logical(sandbox, SHOP_ADDON) == {"shop", "legacy"}


@pytest.mark.parametrize("key", [None, KEY])
@pytest.mark.parametrize(
    "spec",
    [
        f"{SHOP_HEAD}logical_databases: [shop]\n",
        f"{SHOP_HEAD}backups: {{enabled: true, hours: [4]}}\n",
    ],
    ids=["dropped", "another value"],
)
def test_what_the_spec_no_longer_asks_for_is_stale(
    sandbox: Sandbox, losing: Command, key: str | None, spec: str
) -> None:
    """A signature does not replace a spec that exists; nothing is converged."""
    environment = {"RECONCILE_PLAN_KEY": key}
    losing("plan", "--out", FILE, status=0, environment=environment)
    losing.write(spec)
    stale = losing(*LOSING, status=2, environment=environment)
    assert "stale: the spec no longer asks for this, nothing was sent: plan again" in stale.stdout
    lines = [" ".join(line.split()) for line in stale.stdout.splitlines()]
    at = lines.index("before enabled, hours 14")
    assert lines[at + 1 : at + 3] == ["expected enabled, hours 14", "now enabled, hours 14"]
    assert "Converged" not in stale.stdout
    assert ("Not converged. What is left:" in stale.stdout) == ("[4]" in spec)
    assert changing(sandbox) == []


def test_a_spec_that_wants_more_by_now_is_not_converged(sandbox: Sandbox, planned: Command) -> None:
    """The plan is applied as it is, and what the spec wants since is told."""
    planned.write(SHOP.replace("[shop, audit]", "[shop, audit, more]"))
    left = planned(*APPLY, status=2)
    assert len(effects(sandbox)) == 3
    assert "Not converged. What is left:" in left.stdout
    assert "logical_databases/more" in left.stdout
    assert "audit" not in left.stdout.split("What is left:")[1]


def test_what_is_asked_about_is_true_by_now(sandbox: Sandbox, losing: Command) -> None:
    """What is done already is left out, and no managed name is called unmanaged."""
    sandbox.change(SHOP_ADDON, logical_databases=[{"name": "shop", "protected": True}])
    with on_terminal(losing, "apply", "--plan", FILE, piped={"stdout"}) as terminal:
        terminal.read_until("Apply 1 action to 1 database? Only 'yes' is taken: ")
        assert "legacy" not in terminal.shown
        assert "unmanaged" not in terminal.shown
        terminal.type("yes\n")
        done = terminal.finish()
    assert done.status == 0, str(done)
    assert "Applied: 2 actions, 1 done and 1 already done." in done.stdout
    assert "unmanaged" not in done.stdout


def test_a_signature_answers_for_a_loss(sandbox: Sandbox, losing: Command) -> None:
    """Made with the key and checked with it; another one, or none, is an error."""
    (losing.directory / "specs").rename(losing.directory / ".gone")
    losing("plan", ".gone", "--out", FILE, status=0, environment={"RECONCILE_PLAN_KEY": KEY})
    sandbox.clear()
    other = losing(*LOSING, status=65, environment={"RECONCILE_PLAN_KEY": KEY.upper()})
    assert "its signature is not one of RECONCILE_PLAN_KEY" in other.stderr
    short = losing(*LOSING, status=64, environment={"RECONCILE_PLAN_KEY": "short"})
    assert "RECONCILE_PLAN_KEY is shorter than 16 bytes" in short.stderr
    (losing.directory / ".gone").rename(losing.directory / ".away")
    unchecked = losing(*LOSING, status=3)
    assert "its signature is not checked" in unchecked.stderr
    assert "[G110]" in unchecked.stdout
    assert sandbox.requests()["requests"] == []
    shown = losing("show-plan", FILE, status=0, environment={"RECONCILE_PLAN_KEY": KEY})
    assert shown.stdout.split("\n")[0].endswith(", signed")
    losing(*LOSING, status=0, environment={"RECONCILE_PLAN_KEY": KEY})
    assert logical(sandbox, SHOP_ADDON) == {"shop"}
    for path in losing.directory.rglob("*"):
        assert not path.is_file() or KEY not in path.read_text(encoding="utf-8")


def test_where_there_is_a_key_a_plan_has_to_be_signed(sandbox: Sandbox, planned: Command) -> None:
    """Else whoever edits a file takes the signature out."""
    refused = planned(*APPLY, status=65, environment={"RECONCILE_PLAN_KEY": KEY})
    assert "it is not signed, and RECONCILE_PLAN_KEY is set" in refused.stderr
    edit(
        planned,
        lambda document: document.update(signature={"algorithm": "hmac-sha256", "value": "0" * 64}),
    )
    planned(*APPLY, status=65, environment={"RECONCILE_PLAN_KEY": KEY})
    planned("show-plan", FILE, status=65, environment={"RECONCILE_PLAN_KEY": KEY})
    assert sandbox.requests()["requests"] == []


def test_a_spec_that_protects_by_now_counts(sandbox: Sandbox, losing: Command) -> None:
    """Whatever the file says, and whatever the database is called there."""
    head = SHOP_HEAD.replace("database: shop", "database: renamed")
    losing.write(SHOP_WITHOUT_LEGACY.replace(SHOP_HEAD, f"{head}protect: true\n"))
    refused = losing(*LOSING, status=2)
    assert "[G101]" in refused.stdout
    assert "legacy" in logical(sandbox, SHOP_ADDON)


def test_guards_look_again(sandbox: Sandbox, losing: Command) -> None:
    """Backups that are gone since, and a limit that was set since."""
    sandbox.change(SHOP_ADDON, stored_backups=[])
    refused = losing(*LOSING, status=2)
    assert "[G105]" in refused.stdout
    assert "legacy" in logical(sandbox, SHOP_ADDON)
    sandbox.clear()
    override = f"G105={saved(losing)['id'][:12]}"
    losing(*LOSING, "--override", override, "--state-dir", "other", status=0)
    assert logical(sandbox, SHOP_ADDON) == {"shop"}


@contextmanager
def listener() -> Iterator[tuple[str, list[object]]]:
    """Another host: its URL, and the connections that it gets."""
    seen: list[object] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.1)
        over = threading.Event()

        def serve() -> None:
            while not over.is_set():
                try:
                    connection, address = server.accept()
                except TimeoutError:
                    continue
                seen.append(address)
                connection.close()

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}", seen
        finally:
            over.set()
            thread.join()


@pytest.mark.parametrize("host", ["auth", "api", "database"])
def test_another_host_in_the_file_gets_nothing(
    sandbox: Sandbox, losing: Command, host: str
) -> None:
    """Hosts come from outside only: what the file says of them is compared, if at all."""
    with listener() as (url, connections):

        def elsewhere(document: dict[str, Any]) -> None:
            document["body"]["databases"][0]["target"]["hosts"][host] = url

        edit(losing, elsewhere)
        losing(*LOSING)
        losing(*LOSING, "--dry-run")
        losing("show-plan", FILE, status=0)
        assert connections == []
    assert "legacy" in logical(sandbox, SHOP_ADDON)


def test_another_addon_in_the_file_is_not_changed(sandbox: Sandbox, planned: Command) -> None:
    """The live database has to be the one that the plan was made for."""

    def elsewhere(document: dict[str, Any]) -> None:
        document["body"]["databases"][0]["target"]["addon"] = "ad-cache"

    edit(planned, elsewhere)
    refused = planned(*APPLY, status=3)
    assert "no spec here is about the live database of 'shop'" in refused.stdout
    assert sandbox.requests()["requests"] == []
    (planned.directory / "specs").rename(planned.directory / ".gone")
    refused = planned(*APPLY, status=2)
    assert "it was planned for resource id 'shop-web-4821'" in refused.stdout
    assert changing(sandbox) == []


def test_a_plan_of_what_nobody_may_read_is_not_saved(command: Command) -> None:
    """It would ask for nothing, and look as if nothing were left."""
    command.write(SHOP)
    run = command(
        "plan", "--out", FILE, environment={"SCALINGO_API_TOKEN": "tk-us-wrong"}, status=77
    )
    assert f"nobody could be authenticated, the plan was not saved to '{FILE}'" in run.stderr
    assert not (command.directory / FILE).exists()


def test_it_is_written_whole_or_not_at_all(sandbox: Sandbox, planned: Command) -> None:
    """Never through a link; what was there stays; nothing is read for what cannot be saved."""
    target = planned.directory / "target"
    target.write_text("precious", encoding="utf-8")
    (planned.directory / "link").symlink_to(target)
    refusals = {
        "link": "cannot write the plan 'link': it is a link",
        "specs": "cannot write the plan 'specs': it is a folder",
        "/dev/null": "cannot write the plan '/dev/null': it is a device, a pipe or a socket",
        "no/such/plan": "cannot write the plan 'no/such/plan': there is no folder 'no/such'",
        "target": "cannot write the plan 'target': it exists and is not a plan file: choose another"
        " name",
    }
    for place, words in refusals.items():
        run = planned("plan", "--out", place, status=64)
        assert (run.stdout, run.stderr) == ("", f"reconcile: {words}\n")
    assert sandbox.requests()["requests"] == []
    assert target.read_text(encoding="utf-8") == "precious"
    target.write_text("", encoding="utf-8")
    planned("plan", "--out", "target", status=0)
    assert json.loads(target.read_text(encoding="utf-8"))["kind"] == "plan_file"
    before = saved(planned)
    planned("plan", "--out", FILE, status=0)
    assert saved(planned)["id"] == before["id"]


@pytest.mark.parametrize("name", [b"specs/caf\xe9.yaml", b"caf\xe9/spec.yaml"])
def test_a_spec_whose_path_is_no_text_is_refused_first(
    sandbox: Sandbox, command: Command, name: bytes
) -> None:
    """The file could not be read again. A plan that is not saved may be of it."""
    place = command.directory / os.fsdecode(name)
    place.parent.mkdir()
    place.write_text(SHOP, encoding="utf-8")
    folder = os.fsdecode(name).partition("/")[0]
    run = command("plan", folder, "--out", FILE, status=64)
    assert "caf\\udce9" in run.stderr
    assert "the path is not UTF-8, rename it" in run.stderr
    assert sandbox.requests()["requests"] == []
    command("plan", folder, status=0)


def test_a_plan_of_nothing_is_saved_and_applied(sandbox: Sandbox, command: Command) -> None:
    """Whoever waits for the file finds it."""
    command.write(f"{SHOP_HEAD}backups: {{enabled: true, hours: [14]}}\n")
    command("plan", "--out", FILE, status=0)
    sandbox.clear()
    assert "No action was planned" in command(*APPLY, status=0).stdout
    assert sandbox.requests()["requests"] == []


def test_what_is_left_of_a_fleet(sandbox: Sandbox, command: Command) -> None:
    """What the plan leaves to a person is left, and told; databases in sync stay so."""
    command.write(SHOP, BILLING, IOT, CACHE)
    command("plan", "--out", FILE, "--only", "shop", "--only", "billing", status=0)
    sandbox.clear()
    left = command(*APPLY, "--format", "json", status=2).document()
    assert left["results"] == {"done": 5}
    assert left["left"]["manual_steps"] == 1
    assert left["left"]["actions"] == 0
    assert len(effects(sandbox)) == 5
    assert live(sandbox, "ad-cache")["backups"]["enabled"] is True


def test_its_databases_are_chosen_already(planned: Command) -> None:
    """Paths and choices are of specs, which the file stands for."""
    for others in (("specs",), ("--only", "shop"), ("--exclude", "x")):
        said = planned("apply", "--plan", FILE, "--yes", *others, status=64).stderr
        assert "--plan holds its databases already" in said


def test_the_journal_tells_the_commit_that_the_plan_was_made_from(
    sandbox: Sandbox, command: Command
) -> None:
    """Whatever is checked out where it is applied, where the file is signed."""
    command.write(SHOP)
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@b.test"]
    for words in (["init", "-q"], ["add", "specs"], ["commit", "-qm", "specs"]):
        subprocess.run([*git, *words], cwd=command.directory, check=True)
    command("plan", "--out", FILE, environment={"RECONCILE_PLAN_KEY": KEY}, status=0)
    commit = saved(command)["envelope"]["scope"]["commit"]
    assert commit["dirty"] is False
    subprocess.run(
        [*git, "commit", "-q", "--allow-empty", "-m", "x"], cwd=command.directory, check=True
    )
    command(*APPLY, environment={"RECONCILE_PLAN_KEY": KEY}, status=0)
    (begun, *_rest) = journal_entries(command.journals()[-1])
    assert begun["commit"] == commit
    assert changing(sandbox)


def test_a_feature_goes_public_beside_an_ignored_one(sandbox: Sandbox, command: Command) -> None:
    """What a spec ignores is not in the plan, which asks for all that the spec may ask for."""
    sandbox.change(SHOP_ADDON, features=[{"name": "force-ssl", "status": "ACTIVATED"}])
    ignored = "ignore: [{path: features/force-ssl, reason: by hand, until: 2099-01-01}]\n"
    command.write(f"{SHOP_HEAD}features: {{force-ssl: true, publicly-available: true}}\n{ignored}")
    command("plan", "--out", FILE, status=0)
    command("show-plan", FILE, status=0)
    command(*APPLY, "--allow", "weakens", status=0)
    features = {one["name"] for one in live(sandbox, SHOP_ADDON)["features"]}
    assert features == {"force-ssl", "publicly-available"}


def test_what_needs_more_than_the_plan_holds_is_stale(sandbox: Sandbox, command: Command) -> None:
    """The run read it, so that it knows what is left."""
    sandbox.change(SHOP_ADDON, features=[{"name": "force-ssl", "status": "ACTIVATED"}])
    command.write(f"{SHOP_HEAD}features: {{force-ssl: true, publicly-available: true}}\n")
    command("plan", "--out", FILE, status=0)
    sandbox.change(SHOP_ADDON, features=[])
    done = command(*APPLY, "--allow", "weakens", "--format", "json", status=2).document()
    assert done["results"] == {"stale": 1}
    assert done["left"]["actions"] == 2
    assert effects(sandbox) == []


def test_an_edited_action_is_not_believed(sandbox: Sandbox, losing: Command) -> None:
    """A risk that was written down does not pass for harmless; the hash may be right."""

    def harmless(document: dict[str, Any]) -> None:
        document["body"]["databases"][0]["items"][-1]["risk"] = "safe"

    edit(losing, harmless)
    said = "risk: the file says 'safe' where the rules give 'lossy'"
    assert said in losing(*APPLY, status=65).stderr
    assert said in losing("show-plan", FILE, status=65).stderr
    assert sandbox.requests()["requests"] == []


def test_what_no_spec_may_ask_no_file_may(sandbox: Sandbox, planned: Command) -> None:
    """The change is whole in itself, but the hour is none."""

    def late(document: dict[str, Any]) -> None:
        (change,) = (
            one["change"]
            for one in document["body"]["databases"][0]["items"]
            if one["address"] == "shop/backups"
        )
        change["after"]["hours"] = [99]
        change["fields"] = [{**change["fields"][-1], "field": "hours", "after": [99]}]

    edit(planned, late)
    refused = planned(*APPLY, status=65)
    assert "change.after.hours[0]: the file says 99 where the rules give 3" in refused.stderr
    assert sandbox.requests()["requests"] == []


def test_its_time_is_over(sandbox: Sandbox, planned: Command) -> None:
    """It is refused before anything is asked of anybody, and still shown."""
    edit(planned, expire)
    assert "[G108]" in planned(*APPLY, status=3).stdout
    assert "[G108]" in planned(*APPLY, "--dry-run", status=3).stdout
    assert sandbox.requests()["requests"] == []
    assert "expired" in planned("show-plan", FILE, status=0).stdout


def test_what_is_done_already_needs_no_permission(sandbox: Sandbox, losing: Command) -> None:
    """A deletion that somebody made meanwhile is neither asked about nor called not allowed."""
    sandbox.change(SHOP_ADDON, logical_databases=[{"name": "shop", "protected": True}])
    done = losing(*APPLY, status=0)
    assert "already done: nothing was sent" in done.stdout
    assert "not allowed" not in done.stdout
    assert effects(sandbox) == [("PATCH", None)]
