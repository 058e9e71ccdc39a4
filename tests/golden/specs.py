"""Specs with faults, as people write them."""

from __future__ import annotations

from collections.abc import Mapping

HEAD = "version: 1\ndatabase: shop\napp: shop-web\nengine: mysql\n"
POSTGRESQL = "version: 1\ndatabase: billing\napp: billing-api\nengine: postgresql\n"

SPECS: Mapping[str, Mapping[str, str]] = {
    "valid": {
        "shop.yaml": HEAD + "backups: {enabled: true, hours: [3]}\n",
        "billing.yaml": POSTGRESQL + "query_stats: true\n",
    },
    "several_errors": {
        "shop.yaml": HEAD
        + "backup: {hours: [3]}\n"
        + "backups:\n"
        + "  enabled: yes\n"
        + "  hours: [24, 3.5]\n"
        + "sql_mode: [STRICT_TRANS_TABLE]\n"
        + "logical_databases:\n"
        + "  present: [shop, 1, shop]\n"
        + "  absent:\n"
        + "    - {name: legacy, until: 2027-01-31}\n",
        "billing.yaml": POSTGRESQL
        + "labels:\n"
        + "  env:\n"
        + "extensions:\n"
        + "  - {name: postgis, version: 14.10}\n"
        + "  - pg_stat_statements\n"
        + "sql_mode: []\n",
        "copy.yaml": HEAD + "retention_policies: []\n",
    },
    "tab": {"shop.yaml": HEAD + "backups:\n\tenabled: yes\n", "empty.yaml": ""},
    "not_yaml": {"shop.yaml": HEAD + "backups: {enabled: true, hours: [3:30]}\n"},
    "tab_after": {"shop.yaml": HEAD + "backups:\n  enabled:\t\t\tyes\n"},
    "secrets": {
        "string.yaml": POSTGRESQL
        + "connection: {dsn: 'postgresql://app:hunter2@db.example.test/app', database: app}\n",
        "password.yaml": POSTGRESQL.replace("billing", "orders")
        + "connection:\n  dsn: ${env:ORDERS_DSN}\n  database: orders\n  password: hunter2\n",
        "text.yaml": POSTGRESQL.replace("billing", "stock")
        + "connection: postgresql://app:hunter2@db.example.test/app\n",
        "number.yaml": POSTGRESQL.replace("billing", "carts")
        + "connection: {dsn: 4711, database: carts}\n",
    },
    "wide": {
        "shop.yaml": HEAD
        + "labels: {データベース: ok, 名前: 2026}\nlogical_databases: [漢字, 漢字]\n",
    },
    "long": {
        "shop.yaml": HEAD
        + "sql_mode: [STRICT_TRANS_TABLES, NO_ZERO_DATE, ERROR_FOR_DIVISION_BY_ZERO, NO_ZERO_IN,"
        + " NO_ENGINE_SUBSTITUTION]\n",
        "billing.yaml": POSTGRESQL
        + f"logical_databases: [{', '.join(f'name_{number}' for number in range(60))}, name_0]\n",
        f"{'deep-' * 20}.yaml": HEAD.replace("shop", "another") + f"labels: {{env: {'a' * 300}}}\n",
    },
    "hostile": {
        "shop.yaml": HEAD
        + 'labels: {env: "\\e[31mred\\n\\u202e"}\n'
        + 'logical_databases: ["[red]x[/red]", ":smile:", "a\\nb", "[red]x[/red]"]\n',
        "escape.yaml": HEAD + "labels: {env: \x1b[31m}\n",
        "turned.yaml": HEAD + "labels: {env: a\u202eb}\n",
        "not\n\x1b[31mutf8.yaml": HEAD,
    },
}
