"""Plans that a file keeps, to look at: fresh or over, signed or not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from attrs import evolve
from golden.fleets import MANUAL, NOW

from reconcile.model.plan import Record, Seal

SAVED = evolve(MANUAL, id="5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef")
_FRESH = Record(
    made=NOW,
    expires=NOW + timedelta(days=1),
    version="0.1.0",
    seal=Seal.VERIFIED,
    now=NOW + timedelta(minutes=5),
)
RECORDS: Mapping[str, Record] = {
    "signed": _FRESH,
    "hostile": evolve(_FRESH, seal=Seal.UNSIGNED, version="0.1\x1b[2J\n[red]\u202e"),
}
