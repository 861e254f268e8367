"""What the wire shapes give to the OpenAPI 3.1 document; `python -m panic_server.wire.schema` prints it whole."""

import inspect
import sys
from typing import Any, Final

import msgspec

from panic_server.wire import drills, figures, live, merging, news, overrides, phone, policies, shapes

Json = dict[str, Any]

_REFERENCE: Final = "#/components/schemas/{name}"

_LIVE_TEXT: Final = """\
A WebSocket at `/v1/live` carries JSON text frames. The client's first frame is `Hello`; the console's browser may
leave the token out, since its cookie comes along. The server answers with `Welcome` and a first full `Officers`, and
then sends `Events` and `Heartbeat` frames whose ranges cover the journal without a hole. It closes with 1008 without
rights, and with 4001 when the client reads too slowly and has to resume.
"""

# What a shape leaves open so that nothing is refused, and what a phone should send all the same.
_ADVICE: Final[dict[str, dict[str, Json]]] = {
    "AlarmRequest": {
        "id": {"description": "A UUID made by the phone, the same whenever it tries again", "format": "uuid"},
        "kind": {"description": "emergency, crime, violence, medical, fire or disaster; anything else is an emergency"},
        "position": {"description": "A Position, or null; what is wrong with it becomes a flag"},
        "pressed_at": {"description": "When the button was pressed, RFC 3339"},
        "sent_at": {"description": "When this try was sent, RFC 3339"},
        "silent": {"description": "true: nothing may sound or show near the caller"},
        "drill": {"description": "true: an exercise"},
    },
    "DeviceRequest": {"value": {"minLength": 1, "maxLength": 4096, "pattern": r"\S"}},
    "NoteRequest": {"text": {"minLength": 1, "maxLength": 4000, "pattern": r"\S"}},
    "PositionsRequest": {
        "positions": {"description": "Each a Position; those that cannot be one are counted as rejected"}
    },
}


def wire_types() -> tuple[type[msgspec.Struct], ...]:
    """Every shape that travels."""
    modules = (shapes, figures, news, overrides, live, merging, drills, phone, policies)
    found = (one for module in modules for one in vars(module).values())
    return tuple(
        dict.fromkeys(
            one
            for one in found
            if inspect.isclass(one) and issubclass(one, msgspec.Struct) and one is not msgspec.Struct
        )
    )


def components() -> Json:
    """`#/components/schemas` for every shape."""
    _, schemas = msgspec.json.schema_components(wire_types(), ref_template=_REFERENCE)
    for name, schema in schemas.items():
        for field, described in schema.get("properties", {}).items():
            _name_time(field, described)
            described.update(_ADVICE.get(name, {}).get(field, {}))
    return dict(sorted(schemas.items()))


def _name_time(field: str, described: Json) -> None:
    """msgspec leaves the format of a time out; a field ending in `at` that is a text is one."""
    if field not in {"now", "at"} and not field.endswith("_at"):
        return
    for one in (described, *described.get("anyOf", ())):
        if one.get("type") == "string":
            one["format"] = "date-time"


def reference(shape: Any) -> Json:
    """A schema that points to the component."""
    return {"$ref": _REFERENCE.format(name=shape.__name__)}


def query_parameters(shape: type[msgspec.Struct]) -> list[Json]:
    """One parameter for each field of a query's shape."""
    schema = msgspec.json.schema(shape)["$defs"][shape.__name__]
    required = schema.get("required", [])
    return [
        {"name": name, "in": "query", "required": name in required, "schema": _without_null(one)}
        for name, one in schema["properties"].items()
    ]


def _without_null(schema: Json) -> Json:
    """A query parameter is there or not; it is never null."""
    schema = {key: value for key, value in schema.items() if key != "default" or value is not None}
    options = [one for one in schema.get("anyOf", ()) if one != {"type": "null"}]
    if "enum" in schema:
        schema["enum"] = [one for one in schema["enum"] if one is not None]
    return {**{key: value for key, value in schema.items() if key != "anyOf"}, **options[0]} if options else schema


def document(paths: Json) -> Json:
    """The whole document around the paths that are built."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Kentongan",
            "version": "1",
            "description": "Emergency alarms and dispatch. Times are RFC 3339 in UTC, distances metres.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"token": []}, {"session": []}],
        "paths": paths,
        "x-websockets": {"/v1/live": _live()},
        "components": {
            "schemas": components(),
            "securitySchemes": {
                "token": {"type": "http", "scheme": "bearer"},
                "session": {"type": "apiKey", "in": "cookie", "name": "kentongan_session"},
            },
        },
    }


def _live() -> Json:
    sent = (live.Welcome, live.Officers, live.Events, live.Heartbeat)
    return {
        "description": _LIVE_TEXT,
        "client": {"oneOf": [reference(live.Hello)]},
        "server": {"oneOf": [reference(one) for one in sent]},
    }


def main() -> None:
    # The paths are described where they are served; this module knows only shapes.
    from panic_server.api.application import openapi_document  # noqa: PLC0415 - only for printing, and it imports us.

    sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(openapi_document()), indent=1) + b"\n")


if __name__ == "__main__":
    main()
