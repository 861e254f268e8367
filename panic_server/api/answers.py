"""Answers in JSON."""

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from dispatch.incident import Incident
from panic_server.people import VIEW_OF, Principal
from panic_server.services import Services
from panic_server.wire import shapes, views

_encoder = msgspec.json.Encoder()


def answer(shape: msgspec.Struct, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(_encoder.encode(shape), status, headers, "application/json")


def incident_answer(services: Services, incident: Incident, reader: Principal) -> Response:
    """The incident in the reader's view, with its version as ETag for the next If-Match."""
    return answer(seen_by(services, incident, reader), headers={"ETag": etag(incident)})


def seen_by(services: Services, incident: Incident, reader: Principal) -> shapes.Incident:
    """Only for readers who may see it."""
    return views.incident(incident, VIEW_OF[reader.role], services.policy)


def etag(incident: Incident) -> str:
    return f'"{incident.version}"'
