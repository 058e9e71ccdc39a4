"""Valid YAML that no spec may say: each fault has its code, its place and a way out."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest
from builders import TODAY

from reconcile.model.finding import Finding
from reconcile.spec import codes
from reconcile.spec.config import Config
from reconcile.spec.load import load_specs

HEADS = {
    engine: f"version: 1\ndatabase: shop\napp: shop-web\nengine: {engine}\n"
    for engine in ("mysql", "postgresql", "influxdb", "redis", "mongodb")
}
MYSQL, POSTGRESQL, INFLUXDB, REDIS, MONGODB = HEADS.values()
REMOVAL = "logical_databases:\n  absent:\n    - {name: legacy, reason: gone, until: 2027-01-31}\n"


class Bad(NamedTuple):
    """A text and what is to be said of it; `token` is what the caret points at."""

    text: str
    code: str
    place: str
    token: str
    message: str
    hint: str


CASES = {
    "header": {
        "no version": Bad("database: shop\napp: a\nengine: redis\n", "S105", "1:1", "database: shop", "the document lacks 'version'", "format"),
        "no database": Bad("version: 1\napp: a\nengine: redis\n", "S105", "1:1", "version: 1", "lacks 'database'", "database: the handle"),
        "no app": Bad("version: 1\ndatabase: a\nengine: redis\n", "S105", "1:1", "version: 1", "lacks 'app'", "app: the application"),
        "no engine": Bad("version: 1\ndatabase: a\napp: a\n", "S105", "1:1", "version: 1", "lacks 'engine'", "engine: "),
        "another version": Bad(MYSQL.replace("1", "2", 1), "S104", "1:10", "2", "version is 2", "write 1"),
        "version as text": Bad(MYSQL.replace("1", '"1"', 1), "S104", "1:10", '"1"', "version is '1'", "write 1"),
        "version true": Bad(MYSQL.replace("1", "true", 1), "S104", "1:10", "true", "version is True", "write 1"),
        "version 1.0": Bad(MYSQL.replace("1", "1.0", 1), "S104", "1:10", "1.0", "version is 1.0", "write 1"),
        "version null": Bad(MYSQL.replace("1", "", 1), "S106", "1:1", "version", "version is empty", "give a value"),
        "handle with capitals": Bad(MYSQL.replace("shop", "Shop", 1), "S104", "2:11", "Shop", "'Shop' is no handle", "lower-case"),
        "handle with a slash": Bad(MYSQL.replace("shop", "a/b", 1), "S104", "2:11", "a/b", "'a/b' is no handle", "lower-case"),
        "long handle": Bad(MYSQL.replace("shop", "a" * 64, 1), "S104", "2:11", "a" * 64, "is no handle", "63 at most"),
        "handle with an escape": Bad(MYSQL.replace("shop", '"a\\n"', 1), "S104", "2:11", '"a\\n"', "is no handle", "lower-case"),
        "app that leaves its path": Bad(MYSQL.replace("shop-web", "../x"), "S104", "3:6", "../x", "name or id", "letters"),
        "engine nearly right": Bad(MYSQL.replace("mysql", "mysq"), "S104", "4:9", "mysq", "engine is 'mysq', which is not known", "did you mean 'mysql'?"),
        "engine unheard of": Bad(MYSQL.replace("mysql", "db2"), "S104", "4:9", "db2", "not known", "known here: elasticsearch, "),
        "engine in capitals": Bad(MYSQL.replace("mysql", "MySQL"), "S104", "4:9", "MySQL", "not known", "mysql"),
        "no addon given": Bad(MYSQL + "addon:\n", "S106", "5:1", "addon", "addon is empty", "remove the key"),
        "label as number": Bad(MYSQL + "labels: {year: 2026}\n", "S103", "5:16", "2026", "labels.year is the number 2026", 'quote it: "2026"'),
        "label as flag": Bad(MYSQL + "labels: {on-call: true}\n", "S103", "5:19", "true", "read as true", 'quote it: "true"'),
        "label as date": Bad(MYSQL + "labels: {since: 2026-01-01}\n", "S103", "5:17", "2026-01-01", "the date 2026-01-01", 'quote it: "2026-01-01"'),
        "label without value": Bad(MYSQL + "labels: {env: }\n", "S106", "5:10", "env", "labels.env is empty", "give a value"),
        "label that is no word": Bad(MYSQL + "labels: {env: a b}\n", "S104", "5:15", "a b", "no value of a label", "letters"),
        "label key that is no word": Bad(MYSQL + "labels: {a=b: c}\n", "S104", "5:10", "a=b", "no key of a label", "letters"),
        "labels as list": Bad(MYSQL + "labels: [a]\n", "S101", "5:1", "labels", "labels is a list where a mapping is due", ""),
        "protect: yes": Bad(MYSQL + "protect: yes\n", "S101", "5:10", "yes", "is the text 'yes' where true or false", "reads 'yes' as text: write true"),
        "protect: no": Bad(MYSQL + "protect: no\n", "S101", "5:10", "no", "true or false", "YAML 1.2 reads 'no' as text: write false"),
        "protect: On": Bad(MYSQL + "protect: On\n", "S101", "5:10", "On", "true or false", "write true"),
        "protect: off": Bad(MYSQL + "protect: off\n", "S101", "5:10", "off", "true or false", "write false"),
        "protect quoted": Bad(MYSQL + 'protect: "true"\n', "S101", "5:10", '"true"', "true or false", "without quotes"),
        "protect: 1": Bad(MYSQL + "protect: 1\n", "S101", "5:10", "1", "is the number 1 where true or false", "write true or false"),
    },
    "keys": {
        "nearly a kind": Bad(MYSQL + "backup: {hours: [3]}\n", "S102", "5:1", "backup", "unknown key 'backup'", "did you mean 'backups'?"),
        "nearly a header key": Bad(MYSQL + "label: {}\n", "S102", "5:1", "label", "unknown key 'label'", "did you mean 'labels'?"),
        "nothing like it": Bad(MYSQL + "zzz: 1\n", "S102", "5:1", "zzz", "unknown key 'zzz'", "known here: addon, app, backups"),
        "inside a kind": Bad(MYSQL + "backups: {hour: [3]}\n", "S102", "5:11", "hour", "unknown key 'hour'", "did you mean 'hours'?"),
        "inside an entry": Bad(MYSQL + REMOVAL.replace("reason", "why"), "S102", "7:22", "why", "unknown key 'why'", "name, reason, until"),
        "connection of another engine": Bad(MYSQL + "connection: {dsn: '${env:A}', database: a}\n", "S201", "5:1", "connection", "only postgresql has something that is changed over a connection", "take it out"),
        "no such kind for the engine": Bad(REDIS + "sql_mode: []\n", "S201", "5:1", "sql_mode", "redis has no sql_mode", "redis has: backups"),
        "a kind without value": Bad(MYSQL + "backups:\n", "S106", "5:1", "backups", "backups is empty", "remove the key or give a value"),
    },
    "backups": {
        "text": Bad(MYSQL + "backups: nightly\n", "S101", "5:10", "nightly", "the text 'nightly' where a mapping is due", ""),
        "list": Bad(MYSQL + "backups: [3]\n", "S101", "5:1", "backups", "a list where a mapping is due", ""),
        "nothing": Bad(MYSQL + "backups: {}\n", "S104", "5:1", "backups", "names nothing to manage", "write enabled"),
        "hour without list": Bad(MYSQL + "backups: {hours: 3}\n", "S101", "5:18", "3", "backups.hours is the number 3 where a list", "write [3]"),
        "no hours": Bad(MYSQL + "backups: {hours: []}\n", "S104", "5:11", "hours", "hours is empty", "write one hour"),
        "hour twice": Bad(MYSQL + "backups: {hours: [3, 3]}\n", "S203", "5:22", "3", "3 is listed twice under hours", "keep one"),
        "hour 24": Bad(MYSQL + "backups: {hours: [24]}\n", "S104", "5:19", "24", "24 is no hour of the day", "from 0 to 23"),
        "hour -1": Bad(MYSQL + "backups: {hours: [-1]}\n", "S104", "5:19", "-1", "-1 is no hour", "from 0 to 23"),
        "hour that begins with 0": Bad(MYSQL + "backups: {hours: [010]}\n", "S012", "5:19", "010", "'010' is read as different values", "not beginning with 0"),
        "binary hour": Bad(MYSQL + "backups: {hours: [0b11]}\n", "S012", "5:19", "0b11", "'0b11' is read as different values", "digits alone"),
        "hour with an underscore": Bad(MYSQL + "backups: {hours: [1_0]}\n", "S012", "5:19", "1_0", "'1_0' is read as different values", "digits alone"),
        "hour as text": Bad(MYSQL + 'backups: {hours: ["3"]}\n', "S101", "5:19", '"3"', "hours[0] is the text '3'", "write 3 without quotes"),
        "time of day": Bad(MYSQL + "backups:\n  hours:\n    - 3:30\n", "S101", "7:7", "3:30", "the text '3:30' where a whole number", "without a fraction"),
        "half an hour": Bad(MYSQL + "backups: {hours: [3.5]}\n", "S101", "5:19", "3.5", "the number 3.5 where a whole number", "without a fraction"),
        "hour 3.0": Bad(MYSQL + "backups: {hours: [3.0]}\n", "S101", "5:19", "3.0", "the number 3.0", "without a fraction"),
        "hour true": Bad(MYSQL + "backups: {hours: [true]}\n", "S101", "5:19", "true", "is true where a whole number", "number"),
        "hour null": Bad(MYSQL + "backups: {hours: [null]}\n", "S106", "5:19", "null", "backups.hours[0] is empty", "give a value"),
        "enabled null": Bad(MYSQL + "backups: {enabled: ~}\n", "S106", "5:20", "~", "backups.enabled is empty", "remove the key"),
    },
    "sql_mode": {
        "unknown": Bad(MYSQL + "sql_mode: [ANSI, FOO]\n", "S104", "5:18", "FOO", "'FOO' is no SQL mode", "none of the 35"),
        "nearly": Bad(MYSQL + "sql_mode: [STRICT_TRANS_TABLE]\n", "S104", "5:12", "STRICT_TRANS_TABLE", "no SQL mode", "did you mean 'STRICT_TRANS_TABLES'?"),
        "in a text": Bad(MYSQL + "sql_mode: ANSI,FOO\n", "S104", "5:11", "ANSI,FOO", "'FOO' is no SQL mode", "none of the 35"),
        "empty word": Bad(MYSQL + "sql_mode: ANSI,,ANSI\n", "S104", "5:11", "ANSI,,ANSI", "'' is no SQL mode", ""),
        "number": Bad(MYSQL + "sql_mode: 4194304\n", "S101", "5:11", "4194304", "where a list or a text with commas is due", "write [4194304]"),
        "mapping": Bad(MYSQL + "sql_mode: {modes: []}\n", "S101", "5:1", "sql_mode", "a mapping where a list or a text", ""),
    },
    "logical_databases": {
        "number as name": Bad(MYSQL + "logical_databases: [1]\n", "S103", "5:21", "1", "logical_databases[0] is the number 1", 'quote it: "1"'),
        "list in a list": Bad(MYSQL + "logical_databases: [[a]]\n", "S101", "5:21", "[a]", "logical_databases[0] is a list where a text", ""),
        "text": Bad(MYSQL + "logical_databases: shop\n", "S101", "5:20", "shop", "where a list or a mapping is due", "write [shop]"),
        "empty name": Bad(MYSQL + 'logical_databases: [""]\n', "S104", "5:21", '""', "'' is no name", "1 to 128"),
        "long for MySQL": Bad(MYSQL + f"logical_databases: [{'a' * 65}]\n", "S104", "5:21", "a" * 65, "mysql allows 64", "another name"),
        "forbidden by MongoDB": Bad(MONGODB + "logical_databases: [a.b]\n", "S104", "5:21", "a.b", "mongodb forbids '.'", "another name"),
        "blank in front": Bad(MYSQL + "logical_databases: [' a']\n", "S104", "5:21", "' a'", "' a' is no name", "without blanks at either end"),
        "blank at the end": Bad(MYSQL + "logical_databases: ['a ']\n", "S104", "5:21", "'a '", "'a ' is no name", "without blanks at either end"),
        "wide blank in front": Bad(MYSQL + 'logical_databases: ["\\u3000a"]\n', "S104", "5:21", '"\\u3000a"', "is no name", "without blanks"),
        "filler": Bad(MYSQL + 'logical_databases: ["a\\u3164"]\n', "S104", "5:21", '"a\\u3164"', "is no name", "that can be seen"),
        "soft hyphen": Bad(MYSQL + 'logical_databases: ["a\\u00adb"]\n', "S104", "5:21", '"a\\u00adb"', "is no name", "that can be seen"),
        "tag": Bad(MYSQL + 'logical_databases: ["a\\U000e0041"]\n', "S104", "5:21", '"a\\U000e0041"', "is no name", "that can be seen"),
        "this folder": Bad(MYSQL + "logical_databases: [.]\n", "S104", "5:21", ".", "'.' is no name", "not . or .."),
        "folder above": Bad(POSTGRESQL + "logical_databases: [..]\n", "S104", "5:21", "..", "'..' is no name", "not . or .."),
        "of MySQL itself": Bad(MYSQL + "logical_databases: [sys]\n", "S104", "5:21", "sys", "mysql keeps its own data there", "another name"),
        "of MongoDB itself": Bad(MONGODB + REMOVAL.replace("legacy", "Admin"), "S104", "7:14", "Admin", "mongodb keeps its own data there", "take it out"),
        "beyond U+FFFF": Bad(MYSQL + "logical_databases: [a😀]\n", "S104", "5:21", "a😀", "mysql forbids '😀', a character beyond U+FFFF", "another name"),
        "slash": Bad(MYSQL + "logical_databases: [a/b]\n", "S209", "5:21", "a/b", "holds a slash", "unless the database is there already"),
        "one name to MongoDB": Bad(MONGODB + "logical_databases: [Shop, shop]\n", "S203", "5:27", "shop", "'shop' and 'Shop' are one name, which is listed twice", "keep one"),
        "present and absent to MongoDB": Bad(MONGODB + REMOVAL + "  present: [Legacy]\n", "S204", "7:14", "legacy", "'legacy' and 'Legacy' are one name, which is listed under present and under absent", "decide"),
        "present and absent but for case": Bad(MYSQL + REMOVAL + "  present: [Legacy]\n", "S208", "7:14", "legacy", "'legacy' is listed under absent, and 'Legacy' under present", "the right one goes"),
        "present and absent but for form": Bad(MYSQL + REMOVAL.replace("legacy", '"caf\\u00e9"') + '  present: ["cafe\\u0301"]\n', "S208", "7:14", '"caf\\u00e9"', "'caf\\xe9' is listed under absent, and 'cafe\\u0301' under present", "the right one goes"),
        "empty list": Bad(MYSQL + "logical_databases: []\n", "S207", "5:1", "logical_databases", "an empty list manages nothing", "take the key out"),
        "invisible reason": Bad(MYSQL + REMOVAL.replace("gone", '"\\u200b"'), "S104", "7:30", '"\\u200b"', "is no reason", "that can be seen"),
        "reason of fillers": Bad(MYSQL + REMOVAL.replace("gone", '"\\u3164 \\u2800"'), "S104", "7:30", '"\\u3164 \\u2800"', "is no reason", "that can be seen"),
        "reason of joiners": Bad(MYSQL + REMOVAL.replace("gone", '"\\u200d\\ufe0f"'), "S104", "7:30", '"\\u200d\\ufe0f"', "is no reason", "that can be seen"),
        "reason with an escape": Bad(MYSQL + REMOVAL.replace("gone", '"a\\e[31m"'), "S104", "7:30", '"a\\e[31m"', "is no reason", "in one line"),
        "end far away": Bad(MYSQL + REMOVAL.replace("2027-01-31", "9999-12-31"), "S310", "7:43", "9999-12-31", "the approval to delete 'legacy' ends on 9999-12-31, more than two years", "by which it is settled"),
        "end long past": Bad(MYSQL + REMOVAL.replace("2027-01-31", "0001-01-01"), "S311", "7:43", "0001-01-01", "the approval to delete 'legacy' ended on 0001-01-01: nothing is deleted", "renew"),
        "twice": Bad(MYSQL + "logical_databases: [a, b, a]\n", "S203", "5:27", "a", "'a' is listed twice", "keep one"),
        "absent twice": Bad(MYSQL + REMOVAL + "    - {name: legacy, reason: gone, until: 2027-01-31}\n", "S203", "8:14", "legacy", "'legacy' is listed twice under absent", "keep one"),
        "present and absent": Bad(MYSQL + REMOVAL + "  present: [legacy]\n", "S204", "7:14", "legacy", "under present and under absent", "decide"),
        "absent as names": Bad(MYSQL + "logical_databases: {absent: [legacy]}\n", "S101", "5:30", "legacy", "absent[0] is the text 'legacy' where a mapping", ""),
        "without a reason": Bad(MYSQL + REMOVAL.replace("reason: gone, ", ""), "S105", "7:7", "{name: legacy, until: 2027-01-31}", "absent[0] lacks 'reason'", "why it may go"),
        "without an end": Bad(MYSQL + REMOVAL.replace(", until: 2027-01-31", ""), "S105", "7:7", "{name: legacy, reason: gone}", "lacks 'until'", "last day"),
        "blank reason": Bad(MYSQL + REMOVAL.replace("gone", "' '"), "S104", "7:30", "' '", "is no reason", "in one line"),
        "end as text": Bad(MYSQL + REMOVAL.replace("2027-01-31", "soon"), "S101", "7:43", "soon", "the text 'soon' where a date", "2027-01-31"),
        "quoted end": Bad(MYSQL + REMOVAL.replace("2027-01-31", "'2027-01-31'"), "S101", "7:43", "'2027-01-31'", "where a date is due", "without quotes"),
        "end with a time": Bad(MYSQL + "logical_databases:\n  absent:\n  - name: a\n    reason: b\n    until: 2027-01-31 10:00:00\n", "S101", "9:12", "2027-01-31 10:00:00", "where a date is due", "year-month-day"),
        "others nearly": Bad(MYSQL + "logical_databases: {others: reprt}\n", "S104", "5:29", "reprt", "others is 'reprt', which is not known", "did you mean 'report'?"),
        "others no word": Bad(MYSQL + "logical_databases: {others: true}\n", "S103", "5:29", "true", "read as true", 'quote it'),
    },
    "extensions": {
        "unquoted version": Bad(POSTGRESQL + "extensions:\n  - {name: a, version: 14.10}\n", "S103", "6:24", "14.10", "14.10 is read as the number 14.1", 'quote it: "14.10"'),
        "whole number as version": Bad(POSTGRESQL + "extensions: [{name: a, version: 3}]\n", "S103", "5:33", "3", "version is the number 3 where a text", 'quote it: "3"'),
        "underscores in a number": Bad(POSTGRESQL + "extensions: [1_0]\n", "S012", "5:14", "1_0", "'1_0' is read as different values by YAML 1.1 and 1.2", "quote it if it is text"),
        "octal": Bad(POSTGRESQL + "extensions: [0o17]\n", "S103", "5:14", "0o17", "read as the number 15", 'quote it: "0o17"'),
        "empty version": Bad(POSTGRESQL + "extensions: [{name: a, version: }]\n", "S106", "5:24", "version", "extensions[0].version is empty", "remove"),
        "version with a quote": Bad(POSTGRESQL + "extensions: [{name: a, version: \"1'\"}]\n", "S104", "5:33", "\"1'\"", "no version of an extension", "3.4.2"),
        "no name": Bad(POSTGRESQL + 'extensions: [{version: "1"}]\n', "S105", "5:14", '{version: "1"}', "extensions[0] lacks 'name'", "name: "),
        "one as text": Bad(POSTGRESQL + "extensions: postgis\n", "S101", "5:13", "postgis", "where a list or a mapping", "write [postgis]"),
        "owned by query_stats": Bad(POSTGRESQL + "extensions: [pg_stat_statements]\n", "S206", "5:14", "pg_stat_statements", "managed by query_stats", "query_stats: true"),
        "SQL as name": Bad(POSTGRESQL + "extensions: [a; DROP]\n", "S104", "5:14", "a; DROP", "no name of an extension", "letters"),
    },
    "engine_version": {
        "number": Bad(POSTGRESQL + "engine_version: 16.4\n", "S103", "5:17", "16.4", "engine_version is the number 16.4", 'quote it: "16.4"'),
        "number that is another": Bad(POSTGRESQL + "engine_version: 14.10\n", "S103", "5:17", "14.10", "14.10 is read as the number 14.1", 'quote it: "14.10"'),
        "whole number": Bad(MYSQL + "engine_version: 8\n", "S103", "5:17", "8", "is the number 8 where a text", 'quote it: "8"'),
        "number in a mapping": Bad(MYSQL + "engine_version: {version: 8.0}\n", "S103", "5:27", "8.0", "version is the number 8.0", 'quote it: "8.0"'),
        "word": Bad(MYSQL + "engine_version: latest\n", "S104", "5:17", "latest", "'latest' is no version to ask for", "latest-minor"),
        "range": Bad(MYSQL + 'engine_version: "<9"\n', "S104", "5:17", '"<9"', "no version to ask for", ">=17.4"),
        "list": Bad(MYSQL + "engine_version: [8]\n", "S101", "5:1", "engine_version", "engine_version is a list", ""),
        "major as text": Bad(MYSQL + 'engine_version: {version: ">=8", allow_major: "9"}\n', "S101", "5:47", '"9"', "where a whole number", "write 9 without quotes"),
        "major 0": Bad(MYSQL + 'engine_version: {version: ">=8", allow_major: 0}\n', "S104", "5:47", "0", "0 is no major version", "from 1"),
        "major alone": Bad(MYSQL + "engine_version: {allow_major: 9}\n", "S105", "5:1", "engine_version", "engine_version lacks 'version'", "quoted"),
        "nothing": Bad(MYSQL + "engine_version:\n", "S106", "5:1", "engine_version", "engine_version is empty", "give a value"),
    },
    "maintenance_window": {
        "nothing named": Bad(MYSQL + "maintenance_window: {}\n", "S104", "5:1", "maintenance_window", "names nothing to manage", "write weekday"),
        "day nearly": Bad(MYSQL + "maintenance_window: {weekday: tusday}\n", "S104", "5:31", "tusday", "weekday is 'tusday', which is not known", "did you mean 'tuesday'?"),
        "day in capitals": Bad(MYSQL + "maintenance_window: {weekday: Tuesday}\n", "S104", "5:31", "Tuesday", "not known", "did you mean 'tuesday'?"),
        "day as number": Bad(MYSQL + "maintenance_window: {weekday: 2}\n", "S103", "5:31", "2", "is the number 2 where a text", "quote"),
        "hour 24": Bad(MYSQL + "maintenance_window: {hour: 24}\n", "S104", "5:28", "24", "24 is no hour of the day", "from 0 to 23"),
        "hours": Bad(MYSQL + "maintenance_window: {hours: 3}\n", "S102", "5:22", "hours", "unknown key 'hours'", "did you mean 'hour'?"),
        "text": Bad(MYSQL + "maintenance_window: tuesday\n", "S101", "5:21", "tuesday", "where a mapping is due", ""),
    },
    "features": {
        "nothing named": Bad(MYSQL + "features: {}\n", "S104", "5:1", "features", "names nothing to manage", "force-ssl: true"),
        "nearly": Bad(MYSQL + "features: {force_ssl: true}\n", "S104", "5:12", "force_ssl", "features.force_ssl is 'force_ssl', which is not known", "did you mean 'force-ssl'?"),
        "list": Bad(MYSQL + "features: [force-ssl]\n", "S101", "5:1", "features", "features is a list where a mapping is due", ""),
        "text": Bad(MYSQL + "features: force-ssl\n", "S101", "5:11", "force-ssl", "where a mapping is due", ""),
        "on": Bad(MYSQL + "features: {force-ssl: on}\n", "S101", "5:23", "on", "features.force-ssl is the text 'on' where true or false", "write true"),
        "empty": Bad(MYSQL + "features: {force-ssl: }\n", "S106", "5:12", "force-ssl", "features.force-ssl is empty", "give a value"),
        "of Redis": Bad(MYSQL + "features: {redis-cache: false}\n", "S201", "5:25", "false", "mysql has no redis-cache", "force-ssl and"),
        "public alone": Bad(REDIS + "features: {publicly-available: true}\n", "S104", "5:32", "true", "publicly-available needs force-ssl", "write force-ssl: true beside it"),
        "public without TLS": Bad(REDIS + "features: {publicly-available: true, force-ssl: false}\n", "S104", "5:32", "true", "does not turn on", "force-ssl: true"),
    },
    "query_stats": {
        "text": Bad(POSTGRESQL + "query_stats: on\n", "S101", "5:14", "on", "is the text 'on'", "write true"),
        "mapping": Bad(POSTGRESQL + "query_stats: {enabled: true}\n", "S101", "5:1", "query_stats", "query_stats is a mapping where true or false", "write true or false"),
        "null": Bad(POSTGRESQL + "query_stats: null\n", "S106", "5:14", "null", "query_stats is empty", "remove the key"),
    },
    "retention_policies": {
        "backslash": Bad(INFLUXDB + "retention_policies: [{name: 'a\\b', duration: 1h}]\n", "S104", "5:29", "'a\\b'", "influxdb refuses it", "without / and"),
        "slash": Bad(INFLUXDB + "retention_policies: [{name: a/b, duration: 1h}]\n", "S104", "5:29", "a/b", "influxdb refuses it", "without / and"),
        "blank of another width": Bad(INFLUXDB + 'retention_policies: [{name: "a\\u00a0b", duration: 1h}]\n', "S104", "5:29", '"a\\u00a0b"', "influxdb refuses it", "other than a space"),
        "no time": Bad(INFLUXDB + "retention_policies: [{name: a, duration: 0h}]\n", "S104", "5:42", "0h", "'0h' means for ever", "write INF for ever"),
        "no duration": Bad(INFLUXDB + "retention_policies:\n  - name: a\n", "S105", "6:5", "name: a", "retention_policies[0] lacks 'duration'", "how long"),
        "another unit": Bad(INFLUXDB + "retention_policies: [{name: a, duration: 30D}]\n", "S104", "5:42", "30D", "invalid duration '30D'", "units"),
        "short": Bad(INFLUXDB + "retention_policies: [{name: a, duration: 30m}]\n", "S104", "5:42", "30m", "shorter than", "1h or more"),
        "number": Bad(INFLUXDB + "retention_policies: [{name: a, duration: 30}]\n", "S103", "5:42", "30", "the number 30 where a text", 'quote it: "30"'),
        "two defaults": Bad(INFLUXDB + "retention_policies:\n  - {name: a, duration: 1d, default: true}\n  - {name: b, duration: 1d, default: true}\n", "S205", "7:38", "true", "'b' is a second default, after 'a'", "one policy"),
        "name as short form": Bad(INFLUXDB + "retention_policies: [30-days]\n", "S101", "5:22", "30-days", "where a mapping is due", ""),
    },
}  # fmt: skip
BAD = [
    pytest.param(bad, id=f"{group}: {name}")
    for group, cases in CASES.items()
    for name, bad in cases.items()
]


def findings_of(text: str) -> tuple[Finding, ...]:
    """The findings of one spec."""
    path = Path("spec.yaml")
    path.write_text(text, encoding="utf-8")
    return load_specs([path], config=Config(), today=TODAY).findings


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("bad", BAD)
def test_a_fault_is_named_where_it_stands(bad: Bad) -> None:
    """Code, place, what the caret underlines, what is wrong and what to write."""
    found = next(one for one in findings_of(bad.text) if one.code == bad.code)
    assert str(found.location) == f"spec.yaml:{bad.place}"
    assert bad.message in found.message
    assert bad.hint in (found.hint or "")
    excerpt = found.excerpt
    assert excerpt is not None
    assert excerpt.text[excerpt.column - 1 :][: excerpt.width] == bad.token


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize("bad", BAD)
def test_a_fault_is_named_once(bad: Bad) -> None:
    """Nothing is said twice of one place."""
    found = findings_of(bad.text)
    assert len({(one.code, one.location, one.message) for one in found}) == len(found)


@pytest.mark.usefixtures("project")
def test_all_faults_of_a_spec_are_found_at_once() -> None:
    """One run shows everything, sorted by place: header, keys, values, rules."""
    text = (
        "version: 1\n"
        "database: Shop\n"
        "app: shop-web\n"
        "engine: mysql\n"
        "protect: no\n"
        "backup: {}\n"
        "backups: {enabled: yes, hours: [24]}\n"
        "logical_databases: [a, a]\n"
        "extensions: []\n"
    )
    found = [(str(one.location).removeprefix("spec.yaml:"), one.code) for one in findings_of(text)]
    assert found == [
        ("2:11", "S104"), ("5:10", "S101"), ("6:1", "S102"), ("7:20", "S101"), ("7:33", "S104"),
        ("8:24", "S203"), ("9:1", "S201"),
    ]  # fmt: skip


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("text", "places"),
    [
        (
            INFLUXDB + "retention_policies:\n"
            "  - {name: a, duration: 1d, default: true}\n"
            "  - {name: b, duration: soon}\n"
            "  - {name: a, duration: 2d}\n"
            "  - {name: c, duration: 3d, default: true}\n",
            [("7:25", "S104"), ("8:12", "S203"), ("9:38", "S205")],
        ),
        (
            MYSQL + "logical_databases:\n"
            "  present: [5, one, one]\n"
            "  absent: [{name: one, reason: x}, {name: one, reason: x, until: 2099-01-01}]\n",
            [("6:13", "S103"), ("6:21", "S203"), ("7:12", "S105"), ("7:43", "S204")],
        ),
        (MYSQL + "logical_databases: {presnt: [a], absent: []}\n", [("5:21", "S102")]),
        (MYSQL + "backups: {hours: [x]}\n", [("5:19", "S101")]),
        (
            MYSQL + "backups: {enabled: maybe, hours: [3, 3]}\n",
            [("5:20", "S101"), ("5:38", "S203")],
        ),
        (
            MYSQL + "logical_databases:\n"
            "  present: [one, one]\n"
            "  absent: [{name: one, reason: x, until: 2099-01-01}]\n"
            "  others: maybe\n",
            [("6:18", "S203"), ("7:19", "S204"), ("8:11", "S104")],
        ),
        (
            MYSQL + "logical_databases: {present: [a, a], absnt: []}\n",
            [("5:34", "S203"), ("5:38", "S102")],
        ),
        (MYSQL + "features: {force-ssl: maybe, publicly-available: true}\n", [("5:23", "S101")]),
    ],
    ids=[
        "short form",
        "two lists",
        "unknown key",
        "nothing left",
        "field",
        "choice",
        "typo",
        "switch",
    ],
)
def test_entries_are_checked_next_to_what_cannot_be_read(
    text: str, places: list[tuple[str, str]]
) -> None:
    """Each finding at its own place; nothing is said of what could be due to the first fault."""
    found = findings_of(text)
    assert [(str(one.location).removeprefix("spec.yaml:"), one.code) for one in found] == places


@pytest.mark.usefixtures("project")
def test_an_alias_is_blamed_where_it_repeats() -> None:
    """A value that fits where it was written and not where it is repeated."""
    found = findings_of(MYSQL + "labels: {a: &a b}\nbackups: {hours: [*a]}\n")
    assert [str(one.location) for one in found] == ["spec.yaml:6:19"]


@pytest.mark.usefixtures("project")
def test_a_huge_value_does_not_flood_the_message() -> None:
    """A message stays a sentence, whatever it quotes."""
    (found,) = findings_of(MYSQL + f"sql_mode: [{'x' * 100_000}]\n")
    assert len(found.message) < 500


def test_every_code_has_a_meaning() -> None:
    """So that each that the cases above expect can be explained."""
    assert {bad.code for cases in CASES.values() for bad in cases.values()} <= codes.MEANINGS.keys()
