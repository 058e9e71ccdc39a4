"""What guards may know beside the plan."""

from __future__ import annotations

from datetime import date

from attrs import frozen


@frozen(kw_only=True)
class Context:
    """`today` is the date in UTC."""

    today: date
