"""PostgreSQL: data that need not outlive the sandbox, and nothing outside its folder."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from pathlib import Path

from scalingo_sandbox.servers.recipes.recipe import DATA, Recipe, Site, Template, write_private
from scalingo_sandbox.servers.server import HOST, Server

_USER = "postgres"

_SETTINGS: Mapping[str, str] = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    # Files of the data folder instead of /dev/shm, which nobody would tidy up after a kill.
    "dynamic_shared_memory_type": "mmap",
    "shared_preload_libraries": "pg_stat_statements",
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "32MB",
    "min_wal_size": "2MB",
    "shared_buffers": "16MB",
    "max_connections": "60",
    "autovacuum": "off",
    "jit": "off",
}


def _template(site: Site) -> Template:
    secret = write_private(site.folder / "password", site.password)
    initdb = str(Path(site.installed.command[0]).with_name("initdb"))
    argv = (
        initdb, "-D", DATA, "-U", _USER, "-A", "scram-sha-256", f"--pwfile={secret.name}",
        "-E", "UTF8", "--locale-provider=libc", "--locale=C.UTF-8",
        "--no-sync", "--no-instructions", "--wal-segsize=1",
    )  # fmt: skip
    return Template(argv=argv, secrets=(secret,))


def _command(site: Site) -> tuple[str, ...]:
    settings = [word for name, value in _SETTINGS.items() for word in ("-c", f"{name}={value}")]
    return (*site.installed.command, "-D", DATA, "-p", str(site.port), *settings, *site.options)


def _admits(server: Server) -> bool:
    import psycopg  # noqa: PLC0415 - of the extra, and wanted for this program only

    try:
        psycopg.connect(
            host=server.host, port=server.port, user=server.user, password=server.password,
            dbname=_USER, connect_timeout=2,
        ).close()  # fmt: skip
    except psycopg.OperationalError:
        return False
    return True


RECIPE = Recipe(
    user=_USER,
    template=_template,
    command=_command,
    admits=_admits,
    refuses_root=True,
    # Its immediate end: a kill would leave a segment of shared memory.
    end=signal.SIGQUIT,
)
