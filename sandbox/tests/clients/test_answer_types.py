"""The provider's JavaScript client types what it gives: the sandbox's answers have those types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from api.provider_client import MYSQL, OLD_MYSQL
from clients.javascript import JavaScriptClient, needs_client
from clients.typescript import Typed, type_errors

pytestmark = needs_client


def _answers(client: JavaScriptClient) -> Iterator[Typed]:
    """Call each function that is about databases and what leads to them."""
    providers = client.call("Addons.listProviders")
    mysql = {"addon_provider_id": "mysql", "plan_id": providers[1]["plans"][1]["id"]}
    for name, *given in (
        ("Regions.all",),
        ("Apps.all",),
        ("Apps.find", "web"),
        ("Apps.create", {"name": "my-new-app"}),
        ("Apps.rename", "my-new-app", "my-new-app", "my-other-app"),
        ("Addons.listCategories",),
        ("Addons.listProviders",),
        ("Addons.listProviders", None, True, True),
        ("Environment.for", "web"),
        ("Environment.create", "web", {"name": "A", "value": "b"}),
        ("Environment.bulkUpdate", "web", [{"name": "A", "value": "c"}]),
    ):
        yield Typed(name, client.call(name, *given))
    for type_, name, *given in (
        ("readonly Short<Addon>[]", "Addons.for", "web"),
        ("readonly Short<Addon>[]", "Addons.for", "big"),
        ("Short<Addon>", "Addons.getAddon", "web", MYSQL),
        ("Short<Addon>", "Addons.create", "web", mysql),
        ("Short<AddonSso>", "Addons.sso", "web", MYSQL),
    ):
        yield Typed(name, client.call(name, *given), type_)
    resumed = client.call("Addons.resume", "web", OLD_MYSQL)
    yield Typed("Addons.resume", resumed, "{ addon: Short<Addon>; message: string }")
    # The client gives the whole document here; its type is that of what is under the root.
    listed = client.call("Databases.all", {"dashboard": True})["databases"]
    yield Typed("Databases.all", listed, "Fixed<DashboardDatabase[]>")


def test_answers_have_the_types_of_the_client(client: JavaScriptClient, tmp_path: Path) -> None:
    """Each field that the types name is there, with a value of its type or null."""
    assert type_errors(_answers(client), tmp_path) == ""


def test_a_wrong_type_is_found(client: JavaScriptClient, tmp_path: Path) -> None:
    """A field that is missing, and one of another type, do not compile."""
    (category,) = client.call("Addons.listCategories")
    nameless = {key: value for key, value in category.items() if key != "name"}
    wrong = [Typed("Addons.listCategories", [one]) for one in (nameless, category | {"name": 1})]
    assert len(re.findall(r"^answers\.ts", type_errors(wrong, tmp_path), re.MULTILINE)) == 2
