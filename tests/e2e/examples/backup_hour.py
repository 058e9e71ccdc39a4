"""The hour of the day (UTC) at which periodic backups start: the smallest kind, for a test.

`test_extending.py` copies this file into `kinds/` and adds its line to `KINDS`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from attrs import frozen

from reconcile.kinds.backups import Hour
from reconcile.kinds.kind import Asked, Feasible, Judgement, Kind, Sides, Wanted, after_of
from reconcile.model.change import Change, Risk, Update
from reconcile.model.constraint import ShortForm, described
from reconcile.model.request import Call, update
from reconcile.model.state import ITSELF, Elements, Facts, NotOffered, Parsed


@frozen(kw_only=True)
class BackupHour:
    """The hour of the day (UTC) at which periodic backups start."""

    __short_form__ = ShortForm(key="hour", only=True)

    hour: Hour = described("The hour.", examples=(3,))


class _BackupHourKind(Kind[BackupHour]):
    """The hour of periodic backups."""

    name = "backup_hour"
    title = "Backup hour"
    spec_type = BackupHour
    parts = ("hour",)

    def parse(self, resource: Mapping[str, Any]) -> Parsed:
        hours = resource.get("periodic_backups_scheduled_at")
        if not hours:
            return NotOffered(message="the database resource says nothing of a backup hour")
        return {ITSELF: {"hour": hours[0]}}

    def normalize(self, spec: BackupHour, live: Elements, _facts: Facts) -> Sides:
        return Sides(wanted=Wanted(present={ITSELF: {"hour": spec.hour}}), live=live)

    def judge(self, _change: Change, _live: Elements, _facts: Facts) -> Judgement:
        return Feasible(risk=Risk.SAFE)

    def requests(self, change: Change) -> tuple[Call, ...]:
        hour = cast("Update", change).after["hour"]
        return (update({"periodic_backups_scheduled_at": hour}),)

    def to_spec(self, live: Elements) -> BackupHour:
        return BackupHour(hour=cast("int", live[ITSELF]["hour"]))

    def meant(self, asked: Sequence[Asked]) -> BackupHour:
        return BackupHour(hour=cast("int", after_of(asked)["hour"]))


KIND = _BackupHourKind()
