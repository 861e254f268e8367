"""Reports: figures about past incidents, for operators within their areas, as JSON and as CSV."""

import asyncio
from datetime import UTC
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct
from starlette.requests import Request
from starlette.responses import Response

from panic_server.api.answers import answer
from panic_server.api.describe import described, resource
from panic_server.api.inputs import ConsoleUser, Kentongan, query
from panic_server.people import CONSOLE_ROLES
from panic_server.reports.period import PATTERN, USUAL, read_period
from panic_server.reports.response_times import response_times
from panic_server.reports.table import csv_of
from panic_server.wire import figures
from panic_server.wire.reports import response_times_view

routes = resource("reports")

_AS_TIME: Final = "a day of the city's calendar, or an RFC 3339 time"


class ResponseTimesQuery(Struct, frozen=True, rename={"since": "from", "until": "to"}):
    """`to` without a time of day includes that day."""

    since: Annotated[str, Meta(pattern=PATTERN, description=f"{_AS_TIME}; {USUAL.days} days before `to`")] | None = None
    until: Annotated[str, Meta(pattern=PATTERN, description=f"{_AS_TIME}; now")] | None = None
    group: Literal["sector", "kind", "hour", "weekday"] | None = None
    format: Literal["json", "csv"] | None = None


class ReportTurn(asyncio.Semaphore):
    """One report at a time: two would take half of the reading threads, and an operator's click waits for one."""


_about = described(gives=figures.ResponseTimes, asks=ResponseTimesQuery, may=CONSOLE_ROLES)
_good: dict[str, Any] = _about["responses"][200]
_good["content"]["text/csv"] = {"schema": {"type": "string"}}


@routes.get("/v1/reports/response-times", **_about)
async def show_response_times(
    request: Request,
    caller: ConsoleUser,
    wanted: Annotated[ResponseTimesQuery, query(ResponseTimesQuery)],
    services: Kentongan,
) -> Response:
    """How fast the incidents of a period were claimed, dispatched and reached, against the goals."""
    zone, now = ZoneInfo(services.settings.time_zone), services.clock.now()
    since, until = read_period(wanted.since, wanted.until, zone, now)
    turn: ReportTurn = request.app.state.report_turn
    async with turn:
        found = await services.queries.responses(caller, since=since, until=until)
        report = await asyncio.to_thread(response_times, found, wanted.group, zone, now)
    shape = response_times_view(
        report,
        since=since.astimezone(UTC),
        until=until.astimezone(UTC),
        group=wanted.group,
        time_zone=services.settings.time_zone,
        area_map=services.maps.current,
    )
    if not _wants_csv(wanted.format, request.headers.get("accept", "")):
        return answer(shape, headers={"Cache-Control": "no-store"})
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="response-times.csv"'}
    return Response(csv_of(shape), headers=headers, media_type="text/csv")


def _wants_csv(chosen: str | None, accept: str) -> bool:
    """What the query says counts; else a client that names CSV and no JSON gets CSV."""
    return chosen == "csv" if chosen else "text/csv" in accept and "json" not in accept
