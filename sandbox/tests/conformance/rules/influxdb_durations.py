"""InfluxDB's durations: every spelling that is one, how it is shown, and what is none."""

from __future__ import annotations

from conformance.fleet import INFLUXDB
from conformance.rule import Rule, Step
from conformance.rules.policies import AUTOGEN, added, kept_out, removed, shown


def _shown(text: str, duration: str) -> tuple[Step, ...]:
    return (added("p", duration), shown(AUTOGEN, ("p", text, False)), removed("p"))


def _all_shown(text: str, *durations: str) -> tuple[Step, ...]:
    return tuple(step for duration in durations for step in _shown(text, duration))


def _none(reason: str, *durations: str) -> tuple[Step, ...]:
    return tuple(step for duration in durations for step in kept_out("p", duration, reason))


def _rule(name: str, says: str, *steps: Step, remark: str = "") -> Rule:
    return Rule(name=f"influxdb-{name}", says=says, database=INFLUXDB, steps=steps, remark=remark)


_NO_DURATION = "error parsing query"
_TOO_SHORT = "retention policy duration must be at least 1h0m0s"

RULES = (
    _rule(
        "duration-units",
        "weeks, days, hours, minutes, seconds and their parts are units",
        *_shown("168h0m0s", "1w"),
        *_shown("720h0m0s", "30d"),
        *_all_shown("1h0m0s", "1h", "60m", "3600s", "3600000ms"),
        *_all_shown("1h0m0s", "3600000000u", "3600000000µ", "3600000000000ns"),
    ),
    _rule(
        "duration-compound",
        "parts add up, in any order, and repeated ones as well",
        *_all_shown("36h0m0s", "1d12h", "12h1d", "1d11h60m"),
        *_all_shown("1h1m0s", "1h1m", "1m1h", "1h60s"),
        *_all_shown("2h0m0s", "1h1h", "00002h", "1h0s60m"),
        *_all_shown("1h0m0s", "30m30m", "59m60s"),
    ),
    _rule(
        "duration-shown",
        "an answer is taken as a duration again, and shown as Go prints it",
        *_all_shown("720h0m0s", "720h0m0s", "30d0h0m0s"),
        *_shown("1h30m0s", "1h30m"),
        *_shown("1h0m0.5s", "1h500ms"),
        *_shown("1h0m0.000000001s", "1h1ns"),
    ),
    _rule(
        "duration-infinite",
        "INF in any case and nothing of any unit are for ever",
        *_all_shown("0s", "INF", "inf", "Inf", "iNF", "0s", "0h", "0d", "0w", "0ns", "0d0h0m0s"),
    ),
    _rule(
        "duration-no-number",
        "a number without a unit, a sign, a fraction or an exponent is no duration",
        *_none(_NO_DURATION, "0", "1", "3600", "-1h", "+1h", "1.5h", "1h0m0.5s", "1e3h", "0x10h"),
        *_none(_NO_DURATION, "1_000h", "1,5h"),
    ),
    _rule(
        "duration-no-unit",
        "units are written as they are: no capitals, no years, no months, no words",
        *_none(_NO_DURATION, "1y", "1mo", "30D", "1H", "1W", "1us", "1hour", "1 h", "h", "1hh"),
        *_none(_NO_DURATION, "INFINITY", "INF1h", "1hINF", "∞", "never"),
    ),
    _rule(
        "duration-alphabets",
        "digits and letters of other alphabets are none",
        *_none(_NO_DURATION, "٣d", "\uff11h", "²h", "1\uff48", "\u0131nf", "İNF", "3600000000μ"),
    ),
    _rule(
        "duration-quoted",
        "a duration is not quoted, and nothing follows it",
        *_none(_NO_DURATION, "", "'1h'", '"1h"', "1h;DROP DATABASE kept", "1h REPLICATION 1 --"),
        *_none(_NO_DURATION, "1h 30m", "1h\0", "1h--", "$1"),
    ),
    _rule(
        "duration-spaces",
        "spaces around a duration are not taken off",
        *_none(_NO_DURATION, " 1h", "1h ", "1h\t", "1h\n"),
        remark="it is the sandbox that refuses them; in a statement InfluxDB would skip them",
    ),
    _rule(
        "duration-shortest",
        "a policy keeps at least an hour",
        *_none(_TOO_SHORT, "59m", "59m59s", "1s", "1ns", "3599999999999ns"),
        *_shown("1h0m0s", "1h"),
    ),
    _rule(
        "duration-longest",
        "a duration is at most 2⁶³-1 nanoseconds",
        *_shown("2562047h0m0s", "2562047h"),
        *_shown("2562000h0m0s", "15250w"),
        *_shown("2562047h47m16.854775807s", "9223372036854775807ns"),
        *_none(_NO_DURATION, "2562048h", "15251w", "106752d", "9223372036854775808ns"),
        *_none(_NO_DURATION, "99999999999999999999h", "9223372036854775807ns1ns"),
    ),
    _rule(
        "duration-wrapped",
        "a duration far too long wraps around, and is taken if what comes out is one",
        *_shown("1427545h16m18.871345152s", "99999w"),
    ),
)
