"""A phone that presses the button, and what reached the journal."""

from typing import Any

import msgspec

from panic_server.journal.port import Press
from tests.unit.panic_server.api.doubles import ALARM_ID, RESIDENT, House, bearer


async def send(house: House, raw: bytes, **headers: str) -> Any:
    every = {**bearer(RESIDENT), "content-type": "application/json", **headers}
    return await house.client.post("/v1/alarms", content=raw, headers=every)


async def press(house: House, **fields: Any) -> Press:
    """Sends it and gives what reached the journal."""
    answer = await send(house, msgspec.json.encode({"id": ALARM_ID, **fields}))
    assert answer.status_code in {200, 201}, answer.text
    return last_press(house)


def last_press(house: House) -> Press:
    order = house.journal.orders[-1]
    assert isinstance(order, Press)
    return order


def code_of(answer: Any) -> str:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == answer.status_code
    return str(problem["code"])
