"""The contents of an InfluxDB 1.x database, on its server."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from attrs import evolve

from scalingo_sandbox.contents import RetentionPolicy
from scalingo_sandbox.engines import influxdb as rules
from scalingo_sandbox.engines.logical import default_name
from scalingo_sandbox.engines.naming import NAMING
from scalingo_sandbox.fleet import Database, Engine
from scalingo_sandbox.real import logical
from scalingo_sandbox.real.influxdb_access import Access
from scalingo_sandbox.servers.server import Server

_CREATE_DATABASE = "CREATE DATABASE {}"
_CREATE_POLICY = "CREATE RETENTION POLICY {} ON {} DURATION %s REPLICATION 1"
# Made and dropped at once, so that no other policy is the default.
_NOBODY = "sandbox_nobody"
_SYSTEM = NAMING[Engine.INFLUXDB].reserved


class InfluxDB:
    """One InfluxDB server as the contents of one database.

    The logical database of the retention policies stays the one that it was at first.
    """

    def __init__(self, server: Server, database: Database) -> None:
        self._access = Access(server)
        self._home = default_name(database)

    @property
    def dsn(self) -> str:
        """The URL of the logical database with the policies, as the server's administrator."""
        return self._access.dsn(self._home)

    def seed(self, database: Database) -> None:
        """Make the logical databases, their measurements and the policies."""
        self.create(self._home)
        self.impose(self.observed(database), database)

    def observed(self, database: Database) -> Database:
        """Give the database as the server has it; a duration of the same length stays as it is."""
        names = self._names()
        listed = database.logical_databases
        if listed is not None:
            tables = {name: len(self._measurements(name)) for name in names}
            listed = logical.observed(listed, tables)
        policies = self._policies(database) if self._home in names else ()
        return evolve(
            database,
            logical_databases=listed,
            retention_policies=policies,
            dropped_default=_dropped_default(database, policies),
        )

    def check(self, present: Database, wanted: Database) -> None:
        """The server alone knows what it refuses."""

    def impose(self, present: Database, wanted: Database) -> None:
        """Lead the policies and the logical databases."""
        # The policies first: with a dropped one its points would go.
        if _settings(present) != _settings(wanted):
            self._lead_policies(present.retention_policies or (), wanted)
        logical.lead(self, present, wanted)

    def perform(self, database: Database, name: str, params: object) -> object:
        """Perform an action on the server."""
        action = _ACTIONS.get(name)
        if action is None:
            return logical.perform_by_rule(self, database, name, params)
        return action(self, params)

    def close(self) -> None:
        """Close the connection."""
        self._access.close()

    def create(self, name: str) -> None:
        """Make an empty logical database."""
        self._access.run(_CREATE_DATABASE, name)

    def drop(self, name: str) -> None:
        """Remove a logical database with all its points and policies."""
        self._access.run("DROP DATABASE {}", name)

    def lead_tables(self, name: str, count: int) -> None:
        """Make a logical database hold so many measurements, of one point each."""
        for measurement in self._measurements(name):
            self._access.run("DROP MEASUREMENT {}", measurement, inside=name)
        self._access.write(name, (f"table_{number} value=0" for number in range(1, count + 1)))

    def list_policies(self, _: object) -> list[dict[str, object]]:
        """Answer `list-retention-policies`, in the server's order and words."""
        return [
            {"name": name, "duration": duration, "default": default}
            for name, duration, default in self._shown_policies()
        ]

    def add_policy(self, params: object) -> None:
        """Perform `add-retention-policy`; the server judges all but what makes no InfluxQL."""
        self._add(rules.asked_policy(params))

    def delete_policy(self, params: object) -> None:
        """Perform `del-retention-policy`; the server says yes to a missing one."""
        self._drop(rules.asked_policy_name(params))

    def _add(self, policy: RetentionPolicy) -> None:
        # InfluxQL quotes no duration. It was looked at where it came in, as the only text that is
        # written into a statement as it is.
        rules.refuse_no_duration(policy.duration)
        statement = _CREATE_POLICY % policy.duration + (" DEFAULT" if policy.default else "")
        self._access.run(statement, policy.name, self._home)

    def _drop(self, name: str) -> None:
        self._access.run("DROP RETENTION POLICY {} ON {}", name, self._home)

    def _lead_policies(self, present: Sequence[RetentionPolicy], wanted: Database) -> None:
        policies = wanted.retention_policies or ()
        held = {_essence(policy) for policy in present} & {_essence(policy) for policy in policies}
        for policy in present:
            if _essence(policy) not in held:
                self._drop(policy.name)
        default = next((policy.name for policy in policies if policy.default), None)
        if default is None:
            self._drop_a_default(_dropped_default(wanted, policies) or _NOBODY)
        for policy in policies:
            if _essence(policy) not in held:
                self._add(evolve(policy, default=False))
        if default is not None:
            self._access.run("ALTER RETENTION POLICY {} ON {} DEFAULT", default, self._home)

    def _drop_a_default(self, name: str) -> None:
        # No statement takes the default from a policy. It goes to this one, and goes with it.
        self._add(RetentionPolicy(name=name, default=True))
        self._drop(name)

    def _names(self) -> tuple[str, ...]:
        names = (row[0] for row in self._access.run("SHOW DATABASES"))
        return tuple(name for name in names if name not in _SYSTEM)

    def _measurements(self, name: str) -> tuple[str, ...]:
        return tuple(row[0] for row in self._access.run("SHOW MEASUREMENTS ON {}", name))

    def _policies(self, database: Database) -> tuple[RetentionPolicy, ...]:
        spelled = {policy.name: policy.duration for policy in database.retention_policies or ()}
        return tuple(
            RetentionPolicy(
                name=name, duration=_spelled(shown, spelled.get(name, "INF")), default=default
            )
            for name, shown, default in self._shown_policies()
        )

    def _shown_policies(self) -> list[tuple[str, str, bool]]:
        rows = self._access.run("SHOW RETENTION POLICIES ON {}", self._home)
        return [(name, duration, default) for name, duration, _, _, default in rows]


def _spelled(shown: str, known: str) -> str:
    """Give a duration of the server's in InfluxQL, as it is known if that is of the same length."""
    if rules.show_duration(rules.parse_duration(known)) == shown:
        return known
    return rules.written_duration(shown)


def _dropped_default(database: Database, policies: Sequence[RetentionPolicy]) -> str | None:
    """Conclude what no server tells: which policy that is gone was the last default."""
    if any(policy.default for policy in policies):
        return None
    before = database.retention_policies or ()
    last = next((policy.name for policy in before if policy.default), database.dropped_default)
    return None if last in {policy.name for policy in policies} else last


def _settings(database: Database) -> tuple[object, ...]:
    return database.retention_policies, database.dropped_default


def _essence(policy: RetentionPolicy) -> tuple[str, int]:
    return policy.name, rules.parse_duration(policy.duration)


_ACTIONS: Mapping[str, Callable[[InfluxDB, object], object]] = MappingProxyType(
    {
        "list-retention-policies": InfluxDB.list_policies,
        "add-retention-policy": InfluxDB.add_policy,
        "del-retention-policy": InfluxDB.delete_policy,
    }
)
