"""Objects inside a resource: short ones on a line, long ones as a block."""

from __future__ import annotations

from builders import target

from reconcile.model.state import Inspected
from reconcile.report.live_text import states_text
from reconcile.report.page import Look

INSTANCE = {
    "id": "3fd941f4-6760-5494-9b9f-ae3de9c74a7c",
    "hostname": "3fd941f4-6760-5494-9b9f-ae3de9c74a7c.shop-web-4822.redis.sandbox.invalid",
    "port": 30000,
}


def test_short_objects_take_a_line_and_long_ones_a_block() -> None:
    """A host name is never broken: it is there to be copied."""
    resource = {"features": [{"name": "force-ssl", "status": "ACTIVATED"}], "instances": [INSTANCE]}
    lines = states_text(
        {"shop": Inspected(target=target(), resource=resource)}, Look(width=60)
    ).splitlines()
    assert lines == [
        "shop",
        "  features",
        "    name force-ssl  status ACTIVATED",
        "  instances",
        f"    - id        {INSTANCE['id']}",
        f"      hostname  {INSTANCE['hostname']}",
        "      port      30000",
        "",
    ]
