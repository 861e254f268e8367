"""What concerns the caller: who they are, where their pushes go, duty, positions, open offers."""

import re
from typing import Annotated, Any, Final

import msgspec
from msgspec.structs import replace
from starlette.requests import Request
from starlette.responses import Response

from dispatch.incident import Incident
from dispatch.units import Unit
from geo.position import read_position
from panic_server.api.answers import answer, seen_by
from panic_server.api.auth import identify
from panic_server.api.describe import PlainRoute, described, resource
from panic_server.api.inputs import OFFICERS, Anybody, Kentongan, OfficerCaller, body
from panic_server.journal.port import DeviceOrder, DutyOrder, PinsOrder
from panic_server.myself import myself
from panic_server.people import Principal
from panic_server.services import Services
from panic_server.wire import phone, shapes
from panic_server.wire.problems import BODY_INVALID, OFFICER_OFF_DUTY, PINS_ALIKE, Refusal
from panic_server.wire.read import decode_leniently, read_body

# FCM's tokens have some 160 characters today and their length is not promised; a web push subscription has some 500.
_LONGEST_DEVICE: Final = 4096

_PIN: Final = re.compile(r"[0-9]{4,12}", re.ASCII)

routes = resource("me")


@routes.get("/v1/me", **described(gives=shapes.Me))
async def me(caller: Anybody, services: Kentongan) -> Response:
    """Who the caller is."""
    return answer(myself(caller, services.board, services.maps))


@routes.put("/v1/me/device", **described(gives=None, status=204, takes=shapes.DeviceRequest))
async def set_device(
    caller: Anybody, device: Annotated[shapes.DeviceRequest, body(shapes.DeviceRequest)], services: Kentongan
) -> Response:
    """Where the caller's pushes go. A value belongs to the last who named it."""
    value = device.value.strip()
    if not 0 < len(value) <= _LONGEST_DEVICE:
        raise Refusal(BODY_INVALID, f"The field value must have 1 to {_LONGEST_DEVICE} characters")
    await services.writer.submit(DeviceOrder(caller.subject, device.kind, value))
    return Response(status_code=204)


@routes.put("/v1/me/pins", **described(gives=None, status=204, takes=phone.PinsRequest, refuses=(PINS_ALIKE,)))
async def set_pins(
    caller: Anybody, pins: Annotated[phone.PinsRequest, body(phone.PinsRequest)], services: Kentongan
) -> Response:
    """The PINs to cancel with: one that does, and one that only looks as if it did. Each has 4 to 12 digits."""
    for name, pin in (("pin", pins.pin), ("duress_pin", pins.duress_pin)):
        if _PIN.fullmatch(pin) is None:
            raise Refusal(BODY_INVALID, f"The field {name} must have 4 to 12 digits")
    if pins.pin == pins.duress_pin:
        raise Refusal(PINS_ALIKE)
    hashes = await services.pins.hash_both(caller.subject, pins.pin, pins.duress_pin)
    await services.writer.submit(PinsOrder(caller.subject, *hashes))
    return Response(status_code=204)


@routes.put("/v1/me/duty", **described(gives=shapes.Me, takes=shapes.DutyRequest, may=OFFICERS))
async def set_duty(
    caller: OfficerCaller, duty: Annotated[shapes.DutyRequest, body(shapes.DutyRequest)], services: Kentongan
) -> Response:
    """On or off duty, and with which unit. Whoever goes off duty is withdrawn from their open offers."""
    unit = None if duty.unit is None else Unit(duty.unit)
    await services.writer.submit(DutyOrder(caller, duty.on_duty, unit))
    return answer(replace(myself(caller, services.board, services.maps), on_duty=duty.on_duty))


async def send_positions(request: Request) -> Response:
    """Where an officer on duty is. The newest counts, in whatever order they come."""
    services: Services = request.app.state.services
    officer = await identify(request, OFFICERS)
    raw_positions = read_positions(await read_body(request.headers, request.receive))
    if not services.board.is_on_duty(officer.subject):
        raise Refusal(OFFICER_OFF_DUTY)
    now = services.clock.now()
    read = (read_position(raw, now=now)[0] for raw in raw_positions)
    usable = [position for position in read if position is not None]
    taken = services.board.take_positions(officer.subject, usable)
    if taken:
        newest = max(usable, key=lambda position: position.at or now)
        services.bus.share([(officer.subject, newest)])
    return answer(shapes.PositionsTaken(accepted=taken, rejected=len(raw_positions) - taken))


POSITIONS: Final = PlainRoute(
    "/v1/me/positions",
    send_positions,
    method="POST",
    about=described(
        gives=shapes.PositionsTaken, takes=shapes.PositionsRequest, may=OFFICERS, refuses=(OFFICER_OFF_DUTY,)
    ),
)

_positions = msgspec.json.Decoder(shapes.PositionsRequest)


def read_positions(raw: bytes) -> list[Any]:
    """One broken number in a batch is no reason to refuse the others. Raises Refusal."""
    try:
        return _positions.decode(raw).positions
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        found = decode_leniently(raw).get("positions")
    if not isinstance(found, list):
        raise Refusal(BODY_INVALID, "The field positions is missing or not what is expected")
    return found


@routes.get("/v1/me/offers", **described(gives=shapes.MyOffers, may=OFFICERS))
async def my_offers(caller: OfficerCaller, services: Kentongan) -> Response:
    """The caller's open offers, the one that ends first leading."""
    incidents = await services.queries.offered_to(caller.subject)
    offers = [offer for incident in incidents for offer in _open_offers(services, incident, caller)]
    return answer(shapes.MyOffers(tuple(sorted(offers, key=lambda offer: (offer.expires_at, offer.id)))))


def _open_offers(services: Services, incident: Incident, officer: Principal) -> list[shapes.MyOffer]:
    return [
        shapes.MyOffer(
            id=offer.id,
            incident=seen_by(services, incident, officer),
            offered_at=offer.offered_at,
            expires_at=offer.expires_at,
            distance_m=offer.distance_m,
        )
        for offer in incident.open_offers()
        if offer.officer.id == officer.subject
    ]
