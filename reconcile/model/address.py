"""Identity: what an entry of a plan is about."""

from __future__ import annotations

from attrs import frozen


@frozen(kw_only=True, order=True)
class Address:
    """`database`, `database/kind` or `database/kind/name`: the only code that formats or parses it.

    A handle and a kind never hold a slash; a name may, so it is what follows the second one.
    """

    database: str
    kind: str = ""
    name: str = ""

    def __str__(self) -> str:
        return "/".join(part for part in (self.database, self.kind, self.name) if part)

    @classmethod
    def parse(cls, text: str) -> Address:
        """Read an address as people write it. Raises ValueError when a part is empty."""
        parts = text.split("/", 2)
        if not all(parts):
            raise ValueError(f"{text!r} is no address: write database/kind or database/kind/name")
        database, kind, name = (*parts, "", "")[:3]
        return cls(database=database, kind=kind, name=name)
