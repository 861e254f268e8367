"""No personal data in logs, metrics or pushes: the whole life of a real `serve` is searched for what people sent."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from panic_server.clock import SystemClock
from panic_server.journal.admin import issue_token
from panic_server.journal.database import open_engine
from panic_server.people import Role
from panic_server.settings import Settings
from tests.fake_fcm.process import FakeFcmProcess
from tests.kill.node import Node
from tests.scenarios.ground import town_map
from tests.services import wait_until

PERSON, OFFICER, OPERATOR, KETUA = "warga-kanari", "petugas-kanari", "operator-kanari", "ketua-kanari"
LAT, LON = -6.9951234567, 110.4051234567
NOTE = "catatan-kanari"
ALARM = str(uuid.UUID(int=7))


@pytest.fixture
def node(tmp_path: Path, fake_fcm: FakeFcmProcess) -> Iterator[Node]:
    """It logs as much as it can."""
    settings = {"fcm_credentials": str(fake_fcm.credentials), "fcm_url": fake_fcm.url, "log_level": "debug"}
    node = Node(tmp_path, **settings)
    file = tmp_path / "town.geojson"
    file.write_bytes(town_map())
    node.run("import-areas", str(file))
    make_people(node)
    with node:
        yield node


def make_people(node: Node) -> dict[str, str]:
    """Tokens by subject. Called again, it makes the same people's next tokens."""
    url = Settings(data_dir=Path(node.settings["data_dir"])).database_url
    roles = {PERSON: Role.RESIDENT, OFFICER: Role.OFFICER, OPERATOR: Role.OPERATOR, KETUA: Role.REPRESENTATIVE}
    return {
        subject: issue_token(url, role=role, subject=subject, areas=_areas(role), name=None, now=SystemClock().now())
        for subject, role in roles.items()
    }


def _areas(role: Role) -> tuple[str, ...]:
    return ("RT-1",) if role is Role.REPRESENTATIVE else ()


def live_a_life(node: Node, fake_fcm: FakeFcmProcess) -> list[str]:
    """Everything that can happen to an alarm, well and badly; returns the tokens."""
    tokens = make_people(node)
    position = {"lat": LAT, "lon": LON, "accuracy_m": 10}
    for subject in (OFFICER, KETUA):
        device = {"kind": "fcm_token", "value": f"phone-of-{subject}"}
        assert node.ask("PUT", "/v1/me/device", tokens[subject], device)[0] == 204
    fake_fcm.script(f"phone-of-{OFFICER}", "500")
    fake_fcm.script(f"phone-of-{KETUA}", "INVALID_ARGUMENT")
    assert node.ask("PUT", "/v1/me/duty", tokens[OFFICER], {"on_duty": True})[0] == 200
    assert node.ask("POST", "/v1/me/positions", tokens[OFFICER], {"positions": [position]})[0] == 200
    status, alarm = node.ask("POST", "/v1/alarms", tokens[PERSON], {"id": ALARM, "position": position})
    assert status == 201
    node.ask("POST", "/v1/alarms", tokens[PERSON], {"id": f"bukan-{NOTE}", "position": position})
    node.ask("POST", "/v1/alarms", f"token-{NOTE}", {"id": ALARM})
    node.ask("GET", f"/v1/incidents/{NOTE}?area={NOTE}", tokens[OPERATOR])
    offer = node.ask("GET", "/v1/me/offers", tokens[OFFICER])[1]["items"][0]["id"]
    assert node.ask("POST", f"/v1/offers/{offer}/accept", tokens[OFFICER])[0] == 200
    path = f"/v1/incidents/{alarm['incident_id']}"
    assert node.ask("POST", f"{path}/notes", tokens[OPERATOR], {"text": NOTE})[0] == 200
    assert node.ask("POST", f"{path}/close", tokens[OPERATOR], {"disposition": "test", "note": NOTE})[0] == 200
    wait_until(lambda: "push_refused" in node.log.read_text(), node.running, node.log)
    return list(tokens.values())


def test_neither_logs_nor_metrics_nor_pushes_say_who_where_or_what(node: Node, fake_fcm: FakeFcmProcess) -> None:
    tokens = live_a_life(node, fake_fcm)
    metrics = node.ask("GET", "/metrics")[1].decode()
    node.kill()
    node.start()
    node.stop()
    messages = json.dumps([attempt["message"] for attempt in fake_fcm.attempts()])
    log = node.log.read_text()
    assert "listens on" in log

    for place, written in (("the log", log), ("the metrics", metrics), ("the pushes", messages)):
        told = written.replace(f"phone-of-{OFFICER}", "").replace(f"phone-of-{KETUA}", "")
        for secret in ("kanari", str(LAT), str(LON), "6.995123", "110.405123", ALARM, *tokens):
            assert secret not in told, f"{place} tells {secret}"
    assert "phone-of-" not in log


def test_an_error_of_the_database_does_not_repeat_what_was_to_be_stored(tmp_path: Path) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'empty.db'}", writes=True)

    with pytest.raises(OperationalError) as error, engine.begin() as connection:
        connection.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": PERSON})

    assert PERSON not in str(error.value)
    engine.dispose()
