"""PostgreSQL's queries and statement statistics."""

from __future__ import annotations

from conformance.fleet import AT_REST, POSTGRESQL, TO_CANCEL, TO_END
from conformance.rule import (
    Answer,
    Ask,
    Gives,
    PidOf,
    Refused,
    Rows,
    Rule,
    Sessions,
    Step,
    refused,
)
from conformance.rules import names
from conformance.rules.postgresql_extensions import extensions

_UNKNOWN_PID = 2**31 - 1
_STATISTICS = "pg_stat_statements"
_NOT_THERE = refused(f'relation "{_STATISTICS}" does not exist')
_NO_FUNCTION = refused(f"function {_STATISTICS}_reset() does not exist")
_COLUMNS = (
    *("user_id", "query", "calls", "rows", "total_time"),
    *("min_time", "max_time", "mean_time", "std_dev"),
)


def _rule(name: str, says: str, *steps: Step, remark: str = "") -> Rule:
    return Rule(
        name=f"postgresql-{name}", says=says, database=POSTGRESQL, steps=steps, remark=remark
    )


def _sessions(**states: str | None) -> Ask:
    texts = {"to_cancel": TO_CANCEL, "to_end": TO_END, "at_rest": AT_REST}
    return _listed(Sessions({texts[name]: state for name, state in states.items()}))


def _listed(answer: Answer) -> Ask:
    return Ask("pg-list-queries", None, answer)


def _signal(verb: str, pid: object, answer: Gives | Refused) -> Ask:
    return Ask(f"pg-{verb}-query", {"pid": pid}, answer)


def _statistics(action: str, answer: Answer) -> Ask:
    return Ask(f"pg-stat-statements-{action}", None, answer)


_QUERIES = (
    _rule(
        "queries",
        "queries are listed with their process, state, user, start and length",
        _listed(
            Rows(("pid", "query", "state", "username", "query_start", "query_duration")),
        ),
        _sessions(at_rest="idle"),
    ),
    _rule(
        "cancel",
        "a cancelled query stops, and its session stays, idle",
        _sessions(to_cancel="active"),
        _signal("cancel", PidOf(TO_CANCEL), Gives()),
        _sessions(to_cancel="idle"),
        _signal("cancel", PidOf(TO_CANCEL), Gives()),
        _sessions(to_cancel="idle"),
    ),
    _rule(
        "cancel-idle",
        "cancelling a session at rest changes nothing",
        _signal("cancel", PidOf(AT_REST), Gives()),
        _sessions(at_rest="idle"),
    ),
    _rule(
        "terminate",
        "a terminated session goes",
        _sessions(to_end="active"),
        _signal("terminate", PidOf(TO_END), Gives()),
        _sessions(to_end=None),
    ),
    _rule(
        "pid-unknown",
        "a process that is no session is no error",
        *(
            _signal(verb, pid, Gives())
            for verb in ("cancel", "terminate")
            for pid in (_UNKNOWN_PID, 1, 0, -1, 2**40)
        ),
        _sessions(at_rest="idle"),
    ),
    _rule(
        "pid-type",
        "a process is an integer",
        *(
            _signal(verb, pid, refused("pid"))
            for verb in ("cancel", "terminate")
            for pid in ("1", 1.0, True, None, [1], {"pid": 1})
        ),
        _sessions(at_rest="idle"),
    ),
)
_COUNTING = (
    _rule(
        "statistics-off",
        "statistics are an error until they are on",
        _statistics("list", _NOT_THERE),
        _statistics("reset", _NO_FUNCTION),
        extensions(),
    ),
    _rule(
        "statistics-on",
        "statistics can be switched on twice, and are an extension",
        _statistics("enable", Gives()),
        _statistics("enable", Gives()),
        extensions(pg_stat_statements="1.11"),
        _statistics("list", Rows(_COLUMNS)),
        _statistics("reset", Gives()),
        _statistics("reset", Gives()),
    ),
    _rule(
        "statistics-reset-database",
        "emptying the default database takes its extensions; another one's leaves them",
        _statistics("enable", Gives()),
        names.named("reset", "other", Gives()),
        extensions(pg_stat_statements="1.11"),
        names.named("reset", "kept", Gives()),
        extensions(),
        _statistics("list", _NOT_THERE),
    ),
)


RULES = (*_QUERIES, *_COUNTING)
