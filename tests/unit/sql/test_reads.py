"""The driver is an extra: what is said without it, and that nothing loads it before its time."""

from __future__ import annotations

import subprocess
import sys

CODE = """
import sys
from reconcile.model.postgresql import SqlConnection, ApiView
from reconcile.sql.reads import SqlReads
from reconcile.sql.writes import SqlWrites
assert "psycopg" not in sys.modules
sys.modules["psycopg"] = None  # what is imported without being there
environment = {"RECONCILE_ENV_ALLOW": "SHOP", "SHOP": "postgresql://u:canary@127.0.0.1:1/shop"}
reads = SqlReads(environment)
said = ApiView(addon="ad-1", version="17.4", extensions={})
print(reads.inspect(SqlConnection(dsn="${env:SHOP}", database="shop"), said))
"""


def test_without_the_driver_a_connection_cannot_be_used() -> None:
    """The sentence says what to install; nothing of the rest needs it."""
    result = subprocess.run(
        [sys.executable, "-c", CODE], check=True, capture_output=True, text=True
    )
    assert "P121" in result.stdout
    assert "'${env:SHOP}' needs the driver psycopg" in result.stdout
    assert "pip install 'scalingo-reconcile[sql]'" in result.stdout
    assert "canary" not in result.stdout + result.stderr
