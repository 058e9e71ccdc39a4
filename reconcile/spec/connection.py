"""How a spec says where its database is reached by SQL: the place of a secret, never the secret."""

from __future__ import annotations

from typing import Annotated

from attrs import frozen

from reconcile.kinds.listing import READABLE
from reconcile.model.constraint import Secretless, described
from reconcile.model.postgresql import REFERENCE

# Not a connection string: that holds a password.
DsnReference = Annotated[
    str,
    Secretless(
        pattern=REFERENCE,
        meaning="reference to a connection string",
        hint="write ${env:NAME} or ${file:PATH}: a connection string holds a password, no spec does",
    ),
]
LogicalName = Annotated[
    str,
    Secretless(
        pattern=READABLE,
        meaning="name of a logical database",
        hint="write the name that the connection leads to, 63 characters at most",
        longest=63,
    ),
]


@frozen(kw_only=True)
class WrittenConnection:
    """How the database is reached by SQL, for what the API cannot change."""

    dsn: DsnReference = described(
        "Where the connection string is: ${env:NAME}, for a name that RECONCILE_ENV_ALLOW lists, or"
        " ${file:PATH}, for a file in the directory RECONCILE_SECRETS_DIR. Never the string itself.",
        examples=("${env:BILLING_DSN}", "${file:billing.dsn}"),
    )
    database: LogicalName = described(
        "The logical database that it leads to. With another nothing is changed.",
        examples=("billing",),
    )
