"""What is to be known of a plan that a file keeps, beside the plan."""

from __future__ import annotations

from datetime import datetime
from enum import Enum

from attrs import frozen


class Seal(Enum):
    """Whether a plan file was signed: checked with our key, or taken as it is."""

    UNSIGNED = "not signed"
    UNCHECKED = "signed, not checked"
    VERIFIED = "signed"


@frozen(kw_only=True)
class Record:
    """When a plan was made and until when it may be applied, in UTC, by which version of the tool.

    `now` is when that was looked at.
    """

    made: datetime
    expires: datetime
    version: str
    seal: Seal
    now: datetime

    @property
    def expired(self) -> bool:
        """Whether its time is over."""
        return self.now > self.expires
