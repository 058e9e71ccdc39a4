"""Lists of names in PostgreSQL's settings, read as the server reads them."""

from __future__ import annotations

import pytest

from reconcile.sql.catalog import listed


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", set()),
        ("  ", set()),
        ("citext", {"citext"}),
        ("cube,earthdistance", {"cube", "earthdistance"}),
        (" cube ,\tearthdistance\n", {"cube", "earthdistance"}),
        ("PostGIS, uuid-ossp", {"postgis", "uuid-ossp"}),
        ('"PostGIS","uuid-ossp"', {"PostGIS", "uuid-ossp"}),
        ('"a,b" , "with ""quotes"""', {"a,b", 'with "quotes"'}),
        ("cube,cube", {"cube"}),
        # What the server cannot read allows nothing.
        ("cube,", set()),
        (",cube", set()),
        ("cube,,citext", set()),
        ("cube citext", set()),
        ('"cube', set()),
        ('"cube"x', set()),
    ],
)
def test_a_list_of_names_is_split_as_the_server_splits_it(text: str, names: set[str]) -> None:
    """Bare names have no capitals, quoted ones are as they are written."""
    assert listed(text) == names
