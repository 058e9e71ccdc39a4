"""Scenarios over fleets like that of the demo, as data.

Where inputs that failed once are tried:

| input | test |
|---|---|
| a proxy for `https` is asked with CONNECT | `unknown` below |
| the next version is only an id | `tests/unit/kinds/test_engine_version.py`; the sandbox shows a version |
| extensions that are dropped in one statement | `manual-steps` below |
| an extension in use is blocked before a backup | `tests/e2e/test_extensions_by_sql.py`, `test_what_is_in_use_…` |
| the setting of pg_extwlist decides | `tests/e2e/test_extensions_by_sql.py`, `test_the_setting_of_…` |
| a second spec protects the same database | `tests/e2e/test_project.py`, `test_any_spec_protects_…` |
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from blackbox.fleet import (
    BILLING,
    CATALOG,
    NAMES,
    SEARCH,
    SESSIONS,
    SHOP,
    TELEMETRY,
    fleet,
    spec,
)
from blackbox.harness import SANDBOX, Fault, File, Killed, Live, Run, Scenario, Shown

LEGACY = "lossy=shop/logical_databases/legacy"
SHOP_WANTED = """\
labels: {team: commerce}
backups: {enabled: true, hours: [3]}
sql_mode: [STRICT_TRANS_TABLES, NO_ENGINE_SUBSTITUTION]
logical_databases:
  present: [shop, audit]
  absent:
    - {name: legacy, reason: moved to audit, until: SOON}
"""
"""Of `SHOP`: one to create, two to change, one to delete."""
SHOP_SAFE = SHOP_WANTED.partition("  absent")[0]
SHOP_LOSS = (
    f"logical_databases:{SHOP_WANTED.partition('logical_databases:')[2].replace(', audit', '')}"
)
BUSY = fleet(SHOP, SESSIONS, BILLING, TELEMETRY)


def _edited(change: Callable[[Any], object]) -> Callable[[str], str]:
    """A change of a JSON file."""

    def edit(text: str) -> str:
        document = json.loads(text)
        change(document)
        return json.dumps(document)

    return edit


def _older(document: dict[str, Any]) -> None:
    document["format_version"] = "0.9"


IN_SYNC = Scenario(
    fleet=fleet(SHOP, SESSIONS, BILLING, TELEMETRY, CATALOG, SEARCH),
    files={
        **spec(
            "shop",
            SHOP,
            """\
labels: {team: commerce, env: production}
backups: {enabled: true, hours: [14]}
engine_version: "8.4.8-1"
sql_mode: NO_ENGINE_SUBSTITUTION
logical_databases: [shop, legacy]
maintenance_window: {weekday: tuesday, hour: 21}
""",
        ),
        **spec("sessions", SESSIONS, "labels: {team: commerce}\nfeatures: {redis-cache: true}\n"),
        **spec(
            "billing",
            BILLING,
            'labels: {team: finance}\nextensions: [{name: pg_trgm, version: "1.5.0"}]\nquery_stats: true\n',
        ),
        **spec(
            "telemetry",
            TELEMETRY,
            "retention_policies: [{name: 7-days, duration: 7d}, {name: autogen, duration: INF, default: true}]\n",
        ),
        **spec("catalog", CATALOG, "logical_databases: [catalog]\n"),
        **spec("search", SEARCH, "backups: {enabled: false}\n"),
    },
    steps=(
        Run("validate"),
        Run("plan --detailed-exitcode"),
        Run("apply --yes"),
        Run("drift --only label:team=commerce --exclude sessions -v"),
        Run("runs"),
    ),
)
CREATE_CHANGE_DELETE = Scenario(
    fleet=fleet(SHOP),
    files=spec("shop", SHOP, SHOP_WANTED),
    steps=(
        Run("plan"),
        Run("apply"),
        Run("apply --yes --allow lossy"),
        Run(f"apply --yes --allow {LEGACY}"),
        Run(f"apply --yes --allow {LEGACY}"),
        Run("runs"),
        Run("runs show latest"),
    ),
)
PROTECTED = Scenario(
    fleet=fleet(SHOP),
    files=spec(
        "shop",
        SHOP,
        f"protect: true\n{SHOP_WANTED}    - {{name: scratch, reason: a test, until: 2020-01-31}}\n",
    ),
    steps=(
        Run("plan", report=False),
        Run(f"apply --yes --allow {LEGACY}"),
        Run("databases delete shop legacy --confirm legacy"),
        Run("databases reset shop-web/ad-shop legacy --confirm legacy"),
        Run("databases create shop reports"),
    ),
)
PINS = Scenario(
    fleet=fleet(SHOP, TELEMETRY),
    files={
        **spec("shop", SHOP, f"resource_id: shop-web-9999\n{SHOP_SAFE}"),
        **spec("telemetry", TELEMETRY, "region: osc-secnum-fr1\nbackups: {hours: [4]}\n"),
    },
    steps=(
        Run("plan", report=False),
        Run("apply --yes"),
        Run("sql-mode set shop ANSI_QUOTES --yes"),
    ),
)
ALLOWANCES = Scenario(
    fleet=fleet(SESSIONS),
    files=spec("sessions", SESSIONS, "backups: {enabled: false}\nfeatures: {force-ssl: true}\n"),
    steps=(
        Run("apply --yes --allow weakens=shop/backups"),
        Run("apply --yes --allow disruptive --no-wait"),
        Run("drift"),
        Run("apply --yes --allow disruptive --allow weakens=sessions/backups"),
    ),
    operations_end=False,
)
DRY_RUNS = Scenario(
    fleet=BUSY,
    files={
        **spec("shop", SHOP, f'{SHOP_WANTED}engine_version: "8.4"\n'),
        **spec("sessions", SESSIONS, "maintenance_window: {weekday: sunday, hour: 4}\n"),
        **spec("billing", BILLING, "query_stats: true\nextensions: [citext]\n"),
        **spec(
            "telemetry",
            TELEMETRY,
            "retention_policies: [{name: 30-days, duration: 30d, default: true}]\n",
        ),
    },
    steps=(
        Run("apply --dry-run"),
        Run("apply --dry-run --only shop --backup-first"),
        Run("upgrade shop --dry-run"),
        Run("restore billing --to 2020-01-03T12:00:00Z --dry-run"),
        Run("databases delete shop legacy --dry-run"),
        Run("queries terminate billing 2000 --dry-run"),
    ),
)
MANUAL_STEPS = Scenario(
    fleet=fleet(
        {
            **BILLING,
            "extensions": [
                *BILLING["extensions"],
                {"name": "cube", "version": "1.5"},
                {"name": "earthdistance", "version": "1.1"},
            ],
        }
    ),
    files=spec(
        "billing",
        BILLING,
        """\
extensions:
  present: [citext, {name: pg_trgm, version: "1.6"}]
  absent:
    - {name: cube, reason: unused, until: SOON}
    - {name: earthdistance, reason: unused, until: SOON}
query_stats: false
""",
    ),
    steps=(
        Run("plan", report=False),
        Run("apply --yes"),
        Run("explain billing/extensions/cube"),
        Run("extensions list billing"),
    ),
)
BLOCKED = Scenario(
    fleet=fleet(
        {**SHOP, "backups": {"enabled": True, "hours": [2, 14]}},
        {**SESSIONS, "backups": {"enabled": False, "hours": [0]}},
        {**BILLING, "next_version": None},
        TELEMETRY,
    ),
    files={
        **spec(
            "shop",
            SHOP,
            """\
backups: {enabled: true, hours: [3]}
sql_mode: [NO_AUTO_CREATE_USER]
engine_version: "8.0.36"
logical_databases:
  present: [legacy]
  absent:
    - {name: shop, reason: moved, until: SOON}
  others: report
""",
        ),
        **spec("sessions", SESSIONS, "backups: {hours: [3]}\nfeatures: {redis-cache: true}\n"),
        **spec("billing", BILLING, 'engine_version: {version: ">=18.1", allow_major: 18}\n'),
        **spec("telemetry", TELEMETRY, "retention_policies: [{name: 7-days, duration: 14d}]\n"),
    },
    steps=(
        Run("plan", report=False),
        Run("apply --yes"),
        Run("explain telemetry/retention_policies/7-days"),
        Run("explain P231"),
    ),
)
REPLACED_POLICY = Scenario(
    fleet=fleet(
        {**TELEMETRY, "retention_policies": [{"name": "main", "duration": "7d", "default": True}]}
    ),
    files=spec(
        "telemetry",
        TELEMETRY,
        "retention_policies: [{name: main, duration: 14d, default: true, on_change: replace}]\n",
    ),
    steps=(
        Run("plan"),
        Run("apply --yes --allow lossy=telemetry/retention_policies/main"),
        File(
            "specs/telemetry.yaml",
            "version: 1\ndatabase: telemetry\napp: iot\nengine: influxdb\n"
            "retention_policies:\n  - {name: main, duration: 14d, on_change: replace}\n"
            "  - {name: next, duration: 30d, default: true}\n",
        ),
        Run("plan"),
        Run("apply --yes --allow lossy=telemetry/retention_policies/main"),
        Run("retention list telemetry"),
        Run("runs show latest"),
    ),
)
NOT_READY = Scenario(
    fleet=fleet(
        {**SHOP, "status": "updating"},
        {**SESSIONS, "status": "stopped"},
        {**TELEMETRY, "addon_status": "suspended"},
        {**CATALOG, "addon_status": "frozen"},
    ),
    files={
        **spec("shop", SHOP, SHOP_SAFE),
        **spec("sessions", SESSIONS, "backups: {hours: [3]}\n"),
        **spec("telemetry", TELEMETRY, "backups: {hours: [3]}\n"),
        **spec("catalog", CATALOG, "backups: {hours: [3]}\n"),
    },
    steps=(
        Run("plan", report=False),
        Run("drift --only shop"),
        Run("apply --yes"),
        Run("backups set sessions --hour 4"),
        Run("databases create shop audit"),
    ),
)
UNKNOWN = Scenario(
    fleet=BUSY,
    files={
        **spec("shop", SHOP, SHOP_SAFE),
        **spec("no-app", {**SHOP, "app": "shop-webb", "id": "ad-lost"}, "backups: {hours: [3]}\n"),
        **spec("no-addon", {**BILLING, "id": "ad-none"}, "backups: {hours: [3]}\n"),
        **spec("wrong-engine", {**SESSIONS, "engine": "mongodb"}, "backups: {hours: [3]}\n"),
        **spec("telemetry", TELEMETRY, "backups: {hours: [3]}\n"),
    },
    steps=(
        Fault("status", {"status": 403, "times": None, "match": {"path": "*/addons/ad-iot/token"}}),
        Run("plan", report=False),
        Run("apply --yes"),
        Fault("html", {"status": 502, "times": None, "match": {"path": "/api/databases/ad-shop"}}),
        Run("drift --only shop"),
        Fault(),
        Run("plan", environment={"SCALINGO_API_TOKEN": "tk-us-wrong"}),
        Run("plan", environment={"SCALINGO_API_TOKEN": None}),
        Run("plan --only shop", environment={"SCALINGO_AUTH_URL": "http://127.0.0.1:9"}),
        Run(
            "plan --only shop",
            environment={
                "SCALINGO_AUTH_URL": "https://auth.example.invalid",
                "HTTPS_PROXY": SANDBOX,
            },
        ),
    ),
)
PLAN_FILE = Scenario(
    fleet=fleet(SHOP),
    files=spec("shop", SHOP, SHOP_WANTED),
    steps=(
        Run("plan --out shop.plan.json"),
        Shown("shop.plan.json"),
        Run("show-plan shop.plan.json"),
        Live("ad-shop", {"backups": {"enabled": True, "hours": [3]}}),
        Run("apply --plan shop.plan.json --dry-run"),
        Run("apply --plan shop.plan.json --yes"),
        Run("apply --plan shop.plan.json --yes --allow lossy"),
        Run("apply --plan shop.plan.json --yes --allow lossy"),
    ),
)
STALE_PLAN = Scenario(
    fleet=fleet(SHOP),
    files=spec("shop", SHOP, SHOP_WANTED),
    steps=(
        Run("plan --out shop.plan.json"),
        Live("ad-shop", {"backups": {"enabled": True, "hours": [5]}}),
        Run("apply --plan shop.plan.json --yes --allow lossy"),
        Live("ad-shop", {"backups": {"enabled": True, "hours": [14]}}),
        File("specs/shop.yaml", lambda text: text.partition("  absent")[0]),
        Run("apply --plan shop.plan.json --yes --allow lossy"),
        File("specs/shop.yaml", None),
        Run("apply --plan shop.plan.json --yes --allow lossy"),
    ),
)
DAMAGED_PLAN = Scenario(
    fleet=fleet(SHOP),
    files=spec("shop", SHOP, SHOP_WANTED),
    steps=(
        Run("plan --out shop.plan.json"),
        File("shop.plan.json", _edited(_older)),
        Run("apply --plan shop.plan.json --yes"),
        Run("plan --out shop.plan.json", environment={"RECONCILE_PLAN_KEY": "x" * 16}),
        File("shop.plan.json", lambda text: text.replace("audit", "audio")),
        Run("apply --plan shop.plan.json --yes"),
        File("shop.plan.json", lambda text: text.replace("audio", "audit")),
        Run("show-plan shop.plan.json"),
        Run("apply --plan shop.plan.json --yes", environment={"RECONCILE_PLAN_KEY": "y" * 16}),
        File("shop.plan.json", lambda text: text.partition("shop/sql_mode")[0]),
        Run("apply --plan shop.plan.json --yes"),
        Run("show-plan shop.plan.json"),
        Run("apply --plan none.plan.json --yes"),
    ),
)
DRIFT = Scenario(
    fleet=fleet(SHOP, CATALOG),
    files={
        **spec(
            "shop",
            SHOP,
            """\
backups: {enabled: true, hours: [14]}
sql_mode: NO_ENGINE_SUBSTITUTION
ignore:
  - {path: backups/hours, reason: moved for a migration, until: SOON}
  - {path: logical_databases/scratch, reason: "tests: go on", until: SOON}
logical_databases: {present: [shop], others: report}
""",
        ),
        **spec("catalog", CATALOG, "logical_databases: [catalog]\n"),
    },
    steps=(
        Run("drift"),
        Live("ad-shop", {"backups": {"enabled": False, "hours": [0]}, "sql_mode": "ANSI_QUOTES"}),
        Run("drift"),
        Run("explain shop"),
        Live("ad-shop", {"logical_databases": NAMES[:1]}),
        Run("apply --yes"),
    ),
)
SHOW = Scenario(
    fleet=fleet(SHOP, SESSIONS, BILLING, TELEMETRY, SEARCH),
    files=spec("shop", SHOP, SHOP_SAFE),
    steps=(
        Run("show shop shop-web/ad-sessions"),
        Run("show billing-api/ad-billing iot/ad-iot catalog/ad-search"),
        Run("databases list shop"),
        Run("sql-mode get shop"),
        Run("stats list billing-api/ad-billing --top 1"),
        Run("show shopp"),
    ),
)
VALIDATE = Scenario(
    fleet=fleet(),
    files={
        "reconcile.yaml": """\
version: 1
region: osc-fr1
limits: {share: 100}
guards:
  G101: {severity: off, reason: in the way, until: SOON}
  G105: {severity: warning, reason: dumps are kept elsewhere, until: 2020-01-31}
ignore:
  - {path: nothing/backups, reason: gone, until: SOON}
defaults:
  engines:
    redis: {sql_mode: [TRADITIONAL], backups: {enabled: false}}
""",
        **spec(
            "shop",
            SHOP,
            """\
backup: {hours: [3]}
backups: {enabled: yes, hours: [3, 3, 24]}
sql_mode: [STRICT_TRANS_TABLE]
engine_version: 8.4
logical_databases:
  present: [shop, legacy, a/b]
  absent:
    - {name: legacy, until: 2020-01-31}
    - {name: scratch, reason: unused, until: 2020-01-31}
extensions: [citext]
""",
        ),
        "specs/broken.yaml": "version: 1\ndatabase: [shop\n",
        "specs/double.yaml": "version: 1\nversion: 1\n",
        "specs/empty.yaml": "",
        "specs/more/billing.yaml": """\
version: 1
database: Billing!
app: billing-api
engine: postgres
---
version: 1
database: shop
app: shop-web
addon: ad-shop
engine: mysql
protect:
""",
    },
    steps=(
        Run("validate"),
        File("reconcile.yaml", lambda text: re.sub("(?m)^  G101.*\n", "", text)),
        Run("validate specs/more"),
        Run("validate nowhere.yaml"),
        File("reconcile.yaml", "version: 1\n"),
        File("specs/broken.yaml", None),
        File("specs/double.yaml", None),
        File("specs/empty.yaml", None),
        File("specs/more/billing.yaml", None),
        File("specs/shop.yaml", "version: 1\ndatabase: shop\napp: shop-web\nengine: mysql\n"),
        Run("validate"),
    ),
)
EXPLAIN = Scenario(
    fleet=fleet(SHOP),
    files={
        **spec("shop", SHOP, SHOP_WANTED.partition("backups")[0] + SHOP_LOSS),
        "reconcile.yaml": """\
version: 1
limits: {backup_hours: 30}
guards:
  G104: {severity: warning, reason: few databases, until: SOON}
defaults:
  labels:
    team=commerce: {backups: {enabled: true, hours: [3]}}
""",
    },
    steps=(
        Run("explain G105"),
        Run("explain G104"),
        Run("explain shop"),
        Run("explain shop/backups"),
        Run("explain shop/logical_databases/scratch"),
        Run("explain shop/extensions"),
        Run("explain Q999"),
    ),
)
CHANGES = Scenario(
    fleet=BUSY,
    files={
        **spec("shop", SHOP, "backups: {enabled: true}\n"),
        **spec("telemetry", TELEMETRY, "backups: {enabled: true}\n"),
    },
    steps=(
        Run("databases create shop audit"),
        Run("databases create shop audit"),
        Run("databases delete shop legacy"),
        Run("databases delete shop legacy --confirm legacy"),
        Run("databases reset shop scratch --confirm scratch"),
        Run("databases delete shop shop --confirm shop"),
        Run("sql-mode set shop STRICT_ALL_TABLES,ANSI_QUOTES"),
        Run("sql-mode set shop ANSI_QUOTES --yes"),
        Run("retention add telemetry 30-days 30d --default"),
        Run("retention delete telemetry 7-days --confirm 7-days"),
        Run("backups set telemetry --hour 5"),
        Run("runs"),
    ),
)
ORDERS = Scenario(
    fleet=BUSY,
    files={
        **spec("shop", SHOP, "backups: {enabled: true}\n"),
        **spec("billing", BILLING, "backups: {enabled: true}\n"),
    },
    steps=(
        Run("queries list billing --longer-than 1s"),
        Run("queries cancel billing 2000 --yes"),
        Run("queries terminate billing 2001 --yes"),
        Run("queries terminate billing 2002 --yes"),
        Run("stats reset billing --yes"),
        Run("restore billing --to 2020-01-03T12:00:00Z --confirm billing"),
        Run("restore billing --to 2019-01-03T12:00:00Z --confirm billing"),
        Run("upgrade shop --yes"),
        Run("upgrade shop --yes"),
        Run("runs show latest"),
    ),
)
UPGRADES = Scenario(
    fleet=fleet(SHOP, BILLING, {**TELEMETRY, "next_version": "2.0.0-1"}),
    files={
        **spec("shop", SHOP, 'engine_version: ">=8.4.10"\n'),
        **spec("billing", BILLING, 'engine_version: "17.10"\n'),
        **spec("telemetry", TELEMETRY, 'engine_version: ">=1.9"\n'),
    },
    steps=(
        Fault("status", {"status": 404, "match": {"path": "/api/database_type_versions/*"}}),
        Run("plan --only shop"),
        Run("plan"),
        Run("apply --yes --allow disruptive=shop/engine_version --backup-first"),
        Live("ad-shop", {"next_version": "8.4.12-1"}),
        File("specs/shop.yaml", lambda text: text.replace(">=8.4.10", ">=8.4.12")),
        Live("ad-shop", {"failing_operations": "disk full"}),
        Run("apply --yes --allow disruptive=shop/engine_version --only shop"),
    ),
)
GUARDS = Scenario(
    fleet=fleet(
        {**SHOP, "stored_backups": []},
        SESSIONS,
        TELEMETRY,
        CATALOG,
    ),
    files={
        **spec("shop", SHOP, SHOP_LOSS),
        **spec("sessions", SESSIONS, "backups: {enabled: false}\n"),
        **spec(
            "telemetry",
            TELEMETRY,
            "retention_policies:\n  absent:\n    - {name: autogen, reason: unused, until: SOON}\n",
        ),
        **spec("catalog", CATALOG, "backups: {enabled: false}\n"),
    },
    steps=(
        Run("plan"),
        Run("apply --yes --allow lossy --allow weakens", report=False),
        Run("plan --only telemetry"),
        Run("plan --only shop"),
        Run("plan --only sessions --only catalog"),
        Run("apply --yes --only sessions --allow weakens"),
        File(
            "reconcile.yaml",
            """\
version: 1
limits: {databases: 4}
guards:
  G105: {severity: warning, reason: dumps are kept elsewhere, until: SOON}
  G106: {severity: off, reason: the application makes one, until: SOON}
""",
        ),
        Run("plan"),
        Run(
            f"apply --yes --allow {LEGACY} --allow lossy=telemetry/retention_policies/autogen"
            " --backup-first"
        ),
    ),
)
BUDGET = Scenario(
    fleet=BUSY,
    files={
        **spec("shop", SHOP, SHOP_SAFE),
        **spec("telemetry", TELEMETRY, "backups: {hours: [4]}\n"),
        "reconcile.yaml": "version: 1\nrequest_budget: {database: 3}\n",
    },
    steps=(
        Run("plan --max-wait 10s"),
        Run("plan --only telemetry --max-wait 10s"),
        File("reconcile.yaml", None),
        Fault("status", {"status": 429, "retry_after": 1, "match": {"host": "api"}}),
        Fault("status", {"status": 503, "match": {"host": "database"}}),
        Run("plan --only telemetry"),
        Fault(),
        Run("apply --yes", environment={"RECONCILE_TOKEN_CACHE": "on"}),
        Run("drift", environment={"RECONCILE_TOKEN_CACHE": "on"}),
    ),
)
KILLED = Scenario(
    fleet=fleet(SHOP),
    files=spec("shop", SHOP, SHOP_WANTED),
    steps=(
        Killed("apply --yes", "after", {"action_name": "create-database"}),
        Run("runs"),
        Killed("apply --yes", "before", {"action_name": "set-sqlmode"}),
        Run("apply --yes"),
        Run("runs show latest"),
        Killed(
            "databases reset shop legacy --confirm legacy",
            "after",
            {"action_name": "reset-database"},
        ),
        Run("drift"),
        Run("apply --yes"),
    ),
)
REPORTS = Scenario(
    fleet=fleet(SHOP),
    files=spec("shop", SHOP, SHOP_SAFE),
    steps=(
        Run("plan --format json --report text=plan.txt --report json=plan.json"),
        Shown("plan.txt"),
        Run("plan --report json=none/plan.json"),
        Run("plan --report json=specs/shop.yaml"),
        Run("plan --report html=plan.html"),
        Run("apply --yes --format json"),
        Run("databases list shop --format json"),
        Run("runs --format json"),
    ),
)
FAILURES = Scenario(
    fleet=fleet(SHOP, TELEMETRY),
    files={
        **spec("shop", SHOP, SHOP_SAFE),
        **spec("telemetry", TELEMETRY, "backups: {hours: [4]}\n"),
    },
    steps=(
        Fault("status", {"status": 422, "match": {"method": "PATCH", "path": "*/ad-shop"}}),
        Fault("drop-after", {"match": {"method": "PATCH", "path": "*/ad-iot"}}),
        Run("apply --yes"),
        Fault(),
        Fault("status", {"status": 422, "match": {"action_name": "set-sqlmode"}}),
        Run("sql-mode set shop ANSI_QUOTES --yes"),
        Run("runs show latest"),
    ),
)

SCENARIOS: Mapping[str, Scenario] = {
    "in-sync": IN_SYNC,
    "create-change-delete": CREATE_CHANGE_DELETE,
    "protected": PROTECTED,
    "pins": PINS,
    "allowances": ALLOWANCES,
    "dry-runs": DRY_RUNS,
    "manual-steps": MANUAL_STEPS,
    "blocked": BLOCKED,
    "replaced-policy": REPLACED_POLICY,
    "not-ready": NOT_READY,
    "unknown": UNKNOWN,
    "plan-file": PLAN_FILE,
    "stale-plan": STALE_PLAN,
    "damaged-plan": DAMAGED_PLAN,
    "drift": DRIFT,
    "show": SHOW,
    "validate": VALIDATE,
    "explain": EXPLAIN,
    "changes": CHANGES,
    "orders": ORDERS,
    "upgrades": UPGRADES,
    "guards": GUARDS,
    "budget": BUDGET,
    "killed": KILLED,
    "reports": REPORTS,
    "failures": FAILURES,
}
