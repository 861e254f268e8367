"""Between datetimes and the whole microseconds that the tables keep."""

from datetime import UTC, datetime, timedelta
from typing import overload

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


@overload
def micros(when: datetime) -> int: ...
@overload
def micros(when: None) -> None: ...
def micros(when: datetime | None) -> int | None:
    return None if when is None else (when - EPOCH) // MICROSECOND


@overload
def moment(value: int) -> datetime: ...
@overload
def moment(value: None) -> None: ...
def moment(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + timedelta(microseconds=value)
