"""How one server is started: its data, its process, and the wait for the first login."""

from __future__ import annotations

import shutil
import subprocess
import time
from itertools import count
from pathlib import Path

from attrs import frozen

from scalingo_sandbox.servers.ports import Ports, is_taken
from scalingo_sandbox.servers.privileges import Guise, bound, guise
from scalingo_sandbox.servers.processes import Command, Process, Processes
from scalingo_sandbox.servers.programs import Installed
from scalingo_sandbox.servers.recipes import RECIPES
from scalingo_sandbox.servers.recipes.recipe import DATA, Recipe, Site
from scalingo_sandbox.servers.server import Server, ServerError, Wish

_READY_WITHIN = 15.0
_TEMPLATE_WITHIN = 60.0
_TRIES = 3
_FIRST_PAUSE = 0.004
_LONGEST_PAUSE = 0.05
_LOG = "log"
_LOG_LINES = 3
_LOG_TEXT = 600


@frozen(kw_only=True)
class Running:
    """A server with its process and its folder."""

    server: Server
    process: Process
    folder: Path


class _PortTakenError(Exception):
    """Somebody else was quicker to listen on the chosen port."""


class Starter:
    """Starts servers whose accounts have one password; safe to use from several threads."""

    def __init__(self, processes: Processes, password: str) -> None:
        self._processes = processes
        self._password = password
        self._ports = Ports()
        self._numbers = count(1)

    def template(self, installed: Installed) -> Path | None:
        """Make the data folder that servers of a program start from; None where they need none."""
        recipe = RECIPES[installed.program]
        if recipe.template is None:
            return None
        site = Site(installed=installed, folder=self._folder(), password=self._password)
        title = f"a data folder of {installed.program.product} {installed.version}"
        try:
            template = recipe.template(site)
        except OSError as error:
            raise ServerError(f"{title} cannot be made: {error}") from None
        process = self._spawn(site, recipe, template.argv, template.stdin)
        if not process.wait(_TEMPLATE_WITHIN):
            self._processes.end(process)
        for secret in template.secrets:
            secret.unlink()
        if process.status != 0:
            raise ServerError(f"{title} cannot be made: {self._log_end(site)}")
        return site.folder / DATA

    def start(self, wish: Wish, installed: Installed, template: Path | None) -> Running:
        """Start a server with a copy of the template's data, and wait until it lets us in."""
        for _ in range(_TRIES):
            try:
                return self._try(wish, installed, template)
            except _PortTakenError:
                continue
        raise ServerError(
            f"{installed.program.product} for {wish.name!r} found its port taken {_TRIES} times: too"
            " many programs open ports here; start again"
        )

    def end(self, running: Running) -> None:
        """End a server and remove its folder."""
        self._discard(running.process, running.folder)

    def _try(self, wish: Wish, installed: Installed, template: Path | None) -> Running:
        recipe = RECIPES[installed.program]
        site = Site(
            installed=installed,
            folder=self._folder(),
            password=self._password,
            port=self._ports.choose(),
            spare_port=self._ports.choose(),
            options=wish.options,
        )
        _fill(site, template)
        process = self._spawn(site, recipe, recipe.command(site), None)
        try:
            server = _server(site, recipe)
            self._await(wish, site, process, server)
        except BaseException:
            self._discard(process, site.folder)
            raise
        return Running(server=server, process=process, folder=site.folder)

    def _folder(self) -> Path:
        folder = self._processes.folder / str(next(self._numbers))
        folder.mkdir()
        return folder

    def _spawn(
        self, site: Site, recipe: Recipe, argv: tuple[str, ...], stdin: Path | None
    ) -> Process:
        user: Guise = guise(refuses_root=recipe.refuses_root)
        user.own(site.folder)
        return self._processes.spawn(
            Command(
                argv=(*user.words, *bound(argv, recipe.end)),
                cwd=site.folder,
                environment=site.installed.environment,
                log=site.folder / _LOG,
                stdin=stdin,
                end=recipe.end,
            )
        )

    def _await(self, wish: Wish, site: Site, process: Process, server: Server) -> None:
        admits = RECIPES[server.program].admits
        deadline = time.monotonic() + _READY_WITHIN
        pause = _FIRST_PAUSE
        # A stranger on its port may let us in: it counts only while the process runs.
        while not (admits(server) and process.runs):
            if not process.runs:
                self._explain(wish, site, process)
            if time.monotonic() > deadline:
                raise ServerError(
                    f"{_title(site)} for {wish.name!r} let nobody in within {_READY_WITHIN:g}"
                    f" seconds: {self._log_end(site)}"
                )
            process.wait(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _explain(self, wish: Wish, site: Site, process: Process) -> None:
        if is_taken(site.port) or is_taken(site.spare_port):
            raise _PortTakenError
        raise ServerError(
            f"{_title(site)} for {wish.name!r} ended with status {process.status} before it let"
            f" anybody in: {self._log_end(site)}"
        )

    def _log_end(self, site: Site) -> str:
        """The last lines of its log, quoted, without the password."""
        try:
            text = (site.folder / _LOG).read_text(encoding="utf-8", errors="replace")
        except OSError:
            text = ""
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        end = " | ".join(lines[-_LOG_LINES:]).replace(self._password, "…")
        return f"its log ends {end[-_LOG_TEXT:]!r}" if end else "its log is empty"

    def _discard(self, process: Process, folder: Path) -> None:
        if process.runs:
            self._processes.end(process)
        shutil.rmtree(folder, ignore_errors=True)


def _title(site: Site) -> str:
    return f"{site.installed.program.product} {site.installed.version}"


def _server(site: Site, recipe: Recipe) -> Server:
    return Server(
        program=site.installed.program,
        version=site.installed.version,
        port=site.port,
        user=recipe.user,
        password=site.password if recipe.user else "",
    )


def _fill(site: Site, template: Path | None) -> None:
    data = site.folder / DATA
    if template is None:
        data.mkdir()
        return
    # Log files of a database are mostly holes: a plain copy would write them out.
    command = ("cp", "-a", "--sparse=always", str(template), str(data))
    try:
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own words
    except (OSError, subprocess.SubprocessError) as error:
        raise ServerError(f"the data of {_title(site)} cannot be copied: {error}") from None
