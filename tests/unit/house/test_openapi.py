"""The screens' types are generated from the document that the server serves, and from no other."""

from __future__ import annotations

from pathlib import Path

import msgspec

from panic_server.api.application import openapi_document

KEPT = Path(__file__).parents[3] / "command_center_ui" / "openapi.json"


def test_the_screens_know_the_document_that_the_server_serves() -> None:
    served = msgspec.json.decode(msgspec.json.encode(openapi_document()))
    kept = msgspec.json.decode(KEPT.read_bytes())
    assert kept == served, (
        "write it anew: .venv/bin/python -m panic_server.wire.schema > command_center_ui/openapi.json"
    )
