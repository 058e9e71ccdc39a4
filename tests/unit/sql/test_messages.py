"""What is said of a session that was not opened, and what a server's words are shown without."""

from __future__ import annotations

import pytest

from reconcile.sql.messages import Hider, failure_of

AT = 'connection failed: connection to server at "10.0.0.9", port 5432 failed: '


@pytest.mark.parametrize(
    ("message", "what"),
    [
        (f'{AT}FATAL:  password authentication failed for user "shop"', "wrong"),
        (f"{AT}fe_sendauth: no password supplied", "wrong"),
        (f'{AT}FATAL:  role "shop" does not exist', "wrong"),
        (f'{AT}FATAL:  database "shop" does not exist', "does not have"),
        (f'{AT}FATAL:  no pg_hba.conf entry for host "::1", user "u", SSL off', "rules"),
        (f'{AT}FATAL:  permission denied for database "shop"', "may not connect"),
        (f"{AT}FATAL:  sorry, too many clients already", "no more sessions"),
        (f"{AT}FATAL:  the database system is starting up", "not ready"),
        (f"{AT}server does not support SSL, but SSL was required", "over TLS"),
        (f'{AT}root certificate file "/x" does not exist', "over TLS"),
        ("failed to resolve host 'db.example': [Errno -2] Name or service", "not known here"),
        ("connection timeout expired", "in time"),
        (f"{AT}Connection refused\n\tIs the server running?", "no server listens"),
        (f"{AT}server closed the connection unexpectedly", "did not reach"),
        (f"{AT}FATAL:  le mot de passe est faux", "could not be opened"),
        ('FATAL:  "SSL" no "Connection refused"', "could not be opened"),
    ],
)
def test_a_message_of_the_driver_stands_for_a_failure(message: str, what: str) -> None:
    """Only its kind is taken from it; what it quotes is not even looked at."""
    failure = failure_of(message)
    assert what in failure.what
    assert not {"shop", "10.0.0.9", "db.example"} & set(f"{failure.what} {failure.hint}".split())


def test_what_was_answered_comes_before_what_was_not_reached() -> None:
    """Of several hosts, the one that let nobody in tells more."""
    message = f"{AT}Connection refused\n- {AT}FATAL:  password authentication failed"
    assert "not let in" in failure_of(message).what


@pytest.mark.parametrize(
    ("dsn", "parameters", "text"),
    [
        ("password=c4n4ry", {"password": "c4n4ry"}, "is c4n4ry right"),
        ("postgresql://u:c4%6e4ry@h", {"user": "u", "password": "c4n4ry"}, "c4%6e4ry c4n4ry"),
        ("postgresql://u:c%2F4@h", {"user": "u", "password": "c/4"}, "c/4 c%2F4 u:c/4"),
        ("sslpassword=c4n4ry", {"sslpassword": "c4n4ry"}, "c4n4ry"),
        ("host=c4n4ry", {"host": "h"}, "host=c4n4ry"),
    ],
)
def test_secrets_are_taken_out_of_a_text(dsn: str, parameters: dict[str, str], text: str) -> None:
    """In every spelling: as they are, as the string has them, percent-encoded."""
    hidden = Hider(dsn, parameters).hide(text)
    assert "[hidden]" in hidden
    assert not [piece for piece in ("c4n4ry", "c4%6e4ry", "c/4", "c%2F4") if piece in hidden]


def test_other_words_stay() -> None:
    """Users, hosts and names are no secrets; an empty password is nowhere."""
    hider = Hider("postgresql://shop:@h/d", {"user": "shop", "password": "", "host": "h"})
    assert hider.hide("permission denied for role shop") == "permission denied for role shop"
