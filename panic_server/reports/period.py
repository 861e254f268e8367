"""The period of a report, from what was asked for: days of the city's calendar, or exact times."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from panic_server.wire.problems import QUERY_INVALID, Refusal

USUAL: Final = timedelta(days=30)
LONGEST: Final = timedelta(days=366)

# A day, or an RFC 3339 time; a plus sign that was not escaped arrives as a space.
PATTERN: Final = (
    r"^20[0-9]{2}-[0-9]{2}-[0-9]{2}"
    r"(?:[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?:[Zz]|[+ -][0-9]{2}:[0-9]{2}))?$"
)


def read_period(since: str | None, until: str | None, zone: tzinfo, now: datetime) -> tuple[datetime, datetime]:
    """From `since` up to before `until`. A day as `until` is within; without them it is the last thirty days.

    Both have been held against PATTERN. Raises Refusal.
    """
    end = now if until is None else _read(until, "to", zone, is_end=True)
    begin = end - USUAL if since is None else _read(since, "from", zone, is_end=False)
    if begin >= end:
        raise Refusal(QUERY_INVALID, "The field from must be before to")
    if end - begin > LONGEST:
        raise Refusal(QUERY_INVALID, f"A report covers at most {LONGEST.days} days")
    return begin, end


def _read(text: str, field: str, zone: tzinfo, *, is_end: bool) -> datetime:
    try:
        if len(text) > len("2026-11-22"):
            return datetime.fromisoformat(text.upper().replace(" ", "+"))
        day = date.fromisoformat(text)
        return datetime.combine(day + timedelta(days=1) if is_end else day, time(), zone)
    except ValueError:
        # The thirtieth of February, or a minute of 61.
        raise Refusal(QUERY_INVALID, f"The field {field} is missing or not what is expected") from None
