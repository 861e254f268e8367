"""The resident takes an alarm back. Whichever PIN it was, whoever stands beside the phone cannot tell."""

from typing import Annotated

from starlette.responses import Response

from dispatch.commands import CancelAlarm
from panic_server.api.alarms import find_alarm, progress
from panic_server.api.answers import answer
from panic_server.api.describe import described, resource
from panic_server.api.inputs import Anybody, Id, Kentongan, body
from panic_server.journal.port import Actor, IncidentOrder
from panic_server.wire import phone, shapes
from panic_server.wire.problems import (
    ALARM_UNKNOWN,
    INCIDENT_CLOSED,
    NOT_FOUND,
    PIN_WRONG,
    PINS_NOT_SET,
    Refusal,
)

routes = resource("alarms")


@routes.post(
    "/v1/alarms/{alarm_id}/cancel",
    **described(
        gives=shapes.AlarmProgress,
        takes=phone.CancelRequest,
        refuses=(ALARM_UNKNOWN, NOT_FOUND, PIN_WRONG, PINS_NOT_SET, INCIDENT_CLOSED),
    ),
)
async def cancel_alarm(
    alarm_id: Id,
    caller: Anybody,
    wish: Annotated[phone.CancelRequest, body(phone.CancelRequest)],
    services: Kentongan,
) -> Response:
    """With the caller's PIN. An operator still has to close the incident, and may call back before.

    Every way through here takes the same steps: both hashes, one order, one look at the alarm as it is then.
    """
    stored, incident = await find_alarm(services, caller, alarm_id)
    pins = await services.queries.pins(caller.subject)
    meaning = await services.pins.meaning(caller.subject, wish.pin, pins)
    if pins is None:
        raise Refusal(PINS_NOT_SET)
    command = CancelAlarm(
        alarm_id=stored.alarm.id,
        device=caller.subject,
        pin=meaning,
        pins_set_at=pins.set_at,
        pins_replaced=pins.replaced,
    )
    await services.writer.submit(
        IncidentOrder(command, Actor(caller.role.value, caller.subject), incident_id=incident.id)
    )
    stored, incident = await find_alarm(services, caller, alarm_id)
    if stored.cancelled_at is None:
        raise Refusal(PIN_WRONG)
    return answer(progress(services, stored, incident))
