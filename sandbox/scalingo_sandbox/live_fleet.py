"""The owner of the present fleet: the only mutable state that clients can see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import evolve, frozen

from scalingo_sandbox.fleet import App, Database, Fleet
from scalingo_sandbox.operations import is_busy, settled


@frozen(kw_only=True)
class Place:
    """A database and the app that owns it."""

    app: App
    database: Database


class LiveFleet:
    """A complete fleet and its indexes; `revision` grows with every change of a value."""

    def __init__(self, fleet: Fleet) -> None:
        self.revision = 0
        self._install(fleet)

    def _install(self, fleet: Fleet) -> None:
        self._fleet = fleet
        self._apps = {str(app.id): app for app in fleet.apps} | {a.name: a for a in fleet.apps}
        self._homes = {addon.id: app for app in fleet.apps for addon in app.addons}
        self._databases = {addon.id: addon for addon in fleet.databases()}
        self._busy = {addon.id for addon in fleet.databases() if is_busy(addon)}

    @property
    def region(self) -> str:
        """The region's name."""
        return self._fleet.region

    @property
    def apps(self) -> tuple[App, ...]:
        """The apps, whose databases may have changed meanwhile."""
        return self._fleet.apps

    def app(self, name_or_id: str) -> App | None:
        """Find an app by its name or id, with its databases as they are now."""
        app = self._apps.get(name_or_id)
        return None if app is None else self._current(app)

    def _current(self, app: App) -> App:
        return evolve(app, addons=tuple(place.database for place in self.addons(app)))

    def addons(self, app: App) -> Iterator[Place]:
        """List an app's databases as they are now."""
        for addon in app.addons:
            yield Place(app=app, database=self._databases[addon.id])

    def place(self, addon_id: str) -> Place | None:
        """Find a database by its addon id."""
        database = self._databases.get(addon_id)
        return None if database is None else Place(app=self._homes[addon_id], database=database)

    def database(self, addon_id: str) -> Database:
        """Give the database with an addon id of the fleet."""
        return self._databases[addon_id]

    def learn(self, database: Database) -> None:
        """Put a database in the place of the one with its id; that is no change by the API."""
        self._databases[database.id] = database
        (self._busy.add if is_busy(database) else self._busy.discard)(database.id)

    def change(self, database: Database) -> None:
        """Put a database in the place of the one with its id, as a change if it is another."""
        if database != self._databases[database.id]:
            self.learn(database)
            self.revision += 1

    def change_app(self, app: App) -> None:
        """Put an app in the place of the one with its id, as a change if it is another."""
        self.change_apps(app if one.id == app.id else one for one in self.snapshot().apps)

    def change_apps(self, apps: Iterable[App]) -> None:
        """Serve these apps from now on, as a change if they are others."""
        present = self.snapshot()
        changed = evolve(present, apps=tuple(apps))
        if changed != present:
            self.replace(changed)

    def due(self, now: float) -> Iterator[Database]:
        """Give those that are another at a moment, in seconds of the epoch, as they then are."""
        for addon_id in sorted(self._busy):
            present = self._databases[addon_id]
            if (after := settled(present, now)) != present:
                yield after

    def replace(self, fleet: Fleet) -> None:
        """Serve another complete fleet from now on."""
        self._install(fleet)
        self.revision += 1

    def snapshot(self) -> Fleet:
        """Give the fleet as it is now."""
        return evolve(self._fleet, apps=tuple(self._current(app) for app in self.apps))
