"""MariaDB: bootstrapped from the SQL files of its package, without its script for that."""

from __future__ import annotations

import os
from pathlib import Path

from scalingo_sandbox.servers.recipes.recipe import DATA, Recipe, Site, Template, write_private
from scalingo_sandbox.servers.server import HOST, Server

_USER = "root"

_TABLES = (
    "mysql_system_tables.sql",
    "mysql_performance_tables.sql",
    "mysql_system_tables_data.sql",
    "maria_add_gis_sp_bootstrap.sql",
    "mysql_sys_schema.sql",
)

_SMALL = (
    "--character-set-server=utf8mb4",
    "--innodb-buffer-pool-size=8M",
    "--innodb-log-file-size=4M",
    "--innodb-log-buffer-size=2M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-use-native-aio=OFF",
    "--aria-pagecache-buffer-size=1M",
    "--key-buffer-size=1M",
    "--skip-log-bin",
)
"""What is stored need not outlive the sandbox, and several servers share the machine."""


def _template(site: Site) -> Template:
    (site.folder / DATA).mkdir()
    statements = "\n".join(
        (
            "CREATE DATABASE mysql;",
            "USE mysql;",
            "SET @auth_root_socket=NULL;",
            *(_share(site).joinpath(name).read_text(encoding="utf-8") for name in _TABLES),
            _accounts(site.password),
        )
    )
    script = write_private(site.folder / "bootstrap.sql", statements)
    return Template(argv=(*_base(site), "--bootstrap"), stdin=script, secrets=(script,))


def _accounts(password: str) -> str:
    """Leave one account: of this user, from this machine, with a password."""
    account = f"{_USER}@'{HOST}'"
    return "\n".join(
        (
            "DELETE FROM mysql.global_priv WHERE User <> 'mariadb.sys';",
            "DELETE FROM mysql.db;",
            "FLUSH PRIVILEGES;",
            f"CREATE USER {account} IDENTIFIED BY '{password}';",
            f"GRANT ALL PRIVILEGES ON *.* TO {account} WITH GRANT OPTION;\n",
        )
    )


def _command(site: Site) -> tuple[str, ...]:
    return (
        *_base(site),
        f"--port={site.port}",
        f"--bind-address={HOST}",
        "--skip-name-resolve",
        "--socket=mariadb.sock",
        f"--pid-file={site.folder / 'mariadb.pid'}",
        "--max-connections=60",
        *site.options,
    )


def _base(site: Site) -> tuple[str, ...]:
    as_root = ("--user=root",) if os.getuid() == 0 else ()
    share = _share(site)
    return (
        *site.installed.command,
        "--no-defaults",
        f"--basedir={share.parent.parent}",
        f"--lc-messages-dir={share}",
        f"--datadir={site.folder / DATA}",
        f"--tmpdir={site.folder}",
        *_SMALL,
        *as_root,
    )


def _share(site: Site) -> Path:
    """The folder of its messages and SQL files, beside sbin."""
    return Path(site.installed.command[0]).parent.parent / "share" / "mysql"


def _admits(server: Server) -> bool:
    import pymysql  # noqa: PLC0415 - of the extra, and wanted for this program only

    try:
        pymysql.connect(
            host=server.host, port=server.port, user=server.user, password=server.password,
            connect_timeout=2, read_timeout=2,
        ).close()  # fmt: skip
    except pymysql.MySQLError:
        return False
    return True


RECIPE = Recipe(user=_USER, template=_template, command=_command, admits=_admits)
