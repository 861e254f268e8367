"""Residents for Locust: each user presses RATE times a second, every time as another resident.

    KENTONGAN_LOAD_PEOPLE=people.json KENTONGAN_LOAD_ACKS=acks.jsonl \\
        .venv/bin/locust -f load_tests/locustfile.py --headless --host http://127.0.0.1:8000 -u 20 -r 20 -t 10s

`./dev load --profile locust` does all of that, and checks what came of it.
"""

import os
import time
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from locust import FastHttpUser, constant_throughput, events, task
from msgspec import json

from load_tests.records import Ack, read_people
from load_tests.residents import alarm

RATE = 10.0
"""Presses per second and user; Locust waits for the answer, so that a server that is slower than this is asked less."""

_people = read_people(Path(os.environ["KENTONGAN_LOAD_PEOPLE"])).residents
_rng = Random(int(os.environ.get("KENTONGAN_LOAD_SEED", "1")))
_turn = count(int(os.environ.get("KENTONGAN_LOAD_FIRST", "0")))
_acks: list[Ack] = []


class ResidentUser(FastHttpUser):
    wait_time = constant_throughput(RATE)

    @task
    def press(self) -> None:
        resident = _people[next(_turn) % len(_people)]
        alarm_id = str(UUID(int=_rng.getrandbits(128), version=4))
        body = alarm(_rng, resident, alarm_id)
        sent_ns = time.monotonic_ns()
        answer = self.client.post(
            "/v1/alarms", json=body, headers={"Authorization": f"Bearer {resident.token}"}, name="press"
        )
        at_ns = time.monotonic_ns()
        status = answer.status_code
        told: dict[str, Any] = json.decode(answer.content) if status in (200, 201) else {}
        seq, incident_id = told.get("seq", 0), told.get("incident_id", "")
        _acks.append(Ack(alarm_id, resident.subject, sent_ns, sent_ns, at_ns, status, seq, incident_id))


@events.quitting.add_listener  # type: ignore[untyped-decorator]  # Locust's events have no types
def _write_acks(**_: Any) -> None:
    lines = b"".join(json.encode(ack) + b"\n" for ack in _acks)
    Path(os.environ["KENTONGAN_LOAD_ACKS"]).write_bytes(lines)
