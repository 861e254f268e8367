"""Answers in JSON."""

from collections.abc import Mapping

import msgspec
from starlette.responses import Response

from dispatch.incident import Incident
from panic_server.people import Principal
from panic_server.services import Services
from panic_server.wire import shapes, views

_encoder = msgspec.json.Encoder()


def answer(shape: msgspec.Struct, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(_encoder.encode(shape), status, headers, "application/json")


def incident_answer(services: Services, incident: Incident, reader: Principal) -> Response:
    """The incident in the reader's view, with its version as ETag for the next If-Match."""
    seen = seen_by(services, incident, reader)
    return answer(seen, headers={"ETag": etag(seen)})


def seen_by(services: Services, incident: Incident, reader: Principal) -> shapes.Incident:
    """Only for readers who may see it."""
    return views.incident(incident, views.view_of(incident, reader), services.policies.current)


def etag(seen: shapes.Incident) -> str:
    """The version that the reader sees."""
    return f'"{seen.version}"'
