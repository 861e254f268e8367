"""The real server with everything switched on, from nothing: a city, its people, their phones, officers on duty."""

import shutil
from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from msgspec import json

from load_tests.lean_http import request, together
from load_tests.processes import Broken, Process, children, cpu_s, free_port, peak_rss_mb, rss_mb, wait_for
from load_tests.records import Ack, Officer, People, Push, Representative, device_of, read_acks, read_people
from load_tests.spy import spying

START_WITHIN_S = 60.0
SEED_WITHIN_S = 600.0
FAKE_FCM_NICENESS = 10
PUSHES_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Size:
    """How large the city is, and who is in it. `watched` representatives have their page open; all have a phone."""

    rt: int
    officers: int
    consoles: int
    representatives: int
    watched: int
    residents: int


def seed(folder: Path, size: Size, *, number: int) -> People:
    """Makes the city and its people in `folder`; `data` in it is what a server can start on."""
    arguments = ["panic_server.demo.seed", "--data-dir", f"{folder}/data", "--out", f"{folder}/people.json"]
    arguments += ["--seed", str(number), "--rt", str(size.rt), "--residents", str(size.residents)]
    arguments += ["--officers", str(size.officers), "--consoles", str(size.consoles)]
    arguments += ["--representatives", str(size.representatives)]
    with Process(arguments, folder / "seed.log") as process:
        process.finish(SEED_WITHIN_S)
    return read_people(folder / "people.json")


class Stage:
    """A server on a copy of the seeded data, with the fake FCM behind it. Both end with the `with`."""

    def __init__(self, seeded: Path, folder: Path, *, is_spied_on: bool = False) -> None:
        self.folder = folder
        self._is_spied_on = is_spied_on
        self.acks_file = folder / "acks.jsonl"
        self.people_file = seeded / "people.json"
        self.people = read_people(self.people_file)
        shutil.copytree(seeded / "data", folder / "data")
        self._exits = ExitStack()
        self.port = free_port()

    def __enter__(self) -> Self:
        try:
            self._start()
        except BaseException:
            self._exits.close()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._exits.close()

    def _start(self) -> None:
        key = self.folder / "fcm-key.json"
        # It stands for Google's machines, which take no time of the server's.
        arguments = ["tests.fake_fcm", "--port", "0", "--key", str(key)]
        fake = Process(arguments, self.folder / "fcm.log", niceness=FAKE_FCM_NICENESS)
        self._exits.enter_context(fake)
        fcm_url = fake.hear()
        self.fcm_port = int(fcm_url.rpartition(":")[2])
        settings = {
            "KENTONGAN_DATA_DIR": str(self.folder / "data"),
            "KENTONGAN_HOST": "127.0.0.1",
            "KENTONGAN_PORT": str(self.port),
            "KENTONGAN_FCM_CREDENTIALS": str(key),
            "KENTONGAN_FCM_URL": fcm_url,
        }
        log = self.folder / "server.log"
        self.server = Process(["panic_server.cli", "serve"], log, environment=settings, talks=False)
        self._exits.enter_context(self.server)
        is_ready = wait_for(lambda: not self.server.is_running() or self._answers(), START_WITHIN_S)
        if not is_ready or not self.server.is_running():
            raise self.server.broken("did not start")
        self.push_child = self._find_push_child()

    def _answers(self) -> bool:
        try:
            return together(self.port, [request("GET", "/readyz")])[0][0] == 200
        except OSError:
            return False

    def _find_push_child(self) -> int:
        """0 without one, which shows as no memory at all."""
        wait_for(lambda: any(children(self.server.pid)), START_WITHIN_S)
        return next(children(self.server.pid), 0)

    # Before the load.

    def prepare(self) -> None:
        """Every officer on duty in their place, every phone registered."""
        people = self.people
        for officer_requests in (map(_go_on_duty, people.officers), map(_stand, people.officers)):
            self._all(officer_requests)
        self._all(map(_register, people.officers))
        self._all(map(_register, people.representatives))

    def open_apps(self, first: int, count: int) -> None:
        """As when residents open the app: the server has seen their tokens before they press."""
        self._all(request("GET", "/v1/me", one.token) for one in self.people.residents[first : first + count])

    def _all(self, requests: Iterable[bytes]) -> None:
        answers = together(self.port, requests)
        refused = next((answer for answer in answers if answer[0] not in (200, 204)), None)
        if refused is not None:
            raise Broken(f"the server answered {refused[0]}: {refused[1].decode(errors='replace')}")

    def spied_on(self, number: int) -> AbstractContextManager[None]:
        """Samples of where the server's time goes in `spy-NUMBER.raw`, if that is wanted."""
        return spying(self.server.pid, self.folder / f"spy-{number}.raw" if self._is_spied_on else None)

    # After it.

    def acks(self) -> list[Ack]:
        """What the residents' log has so far."""
        return read_acks(self.acks_file) if self.acks_file.exists() else []

    def get(self, path: str) -> Any:
        """As the first operator."""
        return self.get_all([path])[0]

    def get_all(self, paths: Iterable[str]) -> list[Any]:
        token = self.people.operators[0].token
        answers = together(self.port, [request("GET", path, token) for path in paths], at_once=4)
        wrong = next((status for status, _ in answers if status != 200), None)
        if wrong is not None:
            raise Broken(f"the server answered {wrong} to a question after the load")
        return [json.decode(body) for _, body in answers]

    def metric(self, name: str, *labels: str) -> float:
        """The sum over all series of this name that have these labels."""
        text = together(self.port, [request("GET", "/metrics")])[0][1].decode()
        lines = (line for line in text.splitlines() if line.startswith((name + " ", name + "{")))
        return sum(float(line.rpartition(" ")[2]) for line in lines if all(label in line for label in labels))

    def pushes(self) -> list[Push]:
        """What the fake FCM has taken. After a burst that nobody answers these are hundreds of thousands."""
        taken: list[Push] = []
        after = 0
        while True:
            page = request("GET", f"/_sent?after={after}&limit={PUSHES_AT_ONCE}")
            status, body = together(self.fcm_port, [page])[0]
            if status != 200:
                raise Broken("the fake FCM does not answer")
            answer = json.decode(body)
            taken += [_push(record) for record in answer["sent"]]
            after = answer["next"]
            # While pushes still go out, a few new ones are there at each look.
            if len(answer["sent"]) < PUSHES_AT_ONCE:
                return taken

    def server_cpu_s(self) -> float:
        return cpu_s(self.server.pid)

    def push_cpu_s(self) -> float:
        return cpu_s(self.push_child)

    def server_rss_mb(self) -> float:
        return peak_rss_mb(self.server.pid)

    def server_rss_now_mb(self) -> float:
        return rss_mb(self.server.pid)

    def push_rss_mb(self) -> float:
        return peak_rss_mb(self.push_child)


def _go_on_duty(officer: Officer) -> bytes:
    return request("PUT", "/v1/me/duty", officer.token, b'{"on_duty":true}')


def _stand(officer: Officer) -> bytes:
    at = {"lat": officer.lat, "lon": officer.lon, "accuracy_m": 8}
    return request("POST", "/v1/me/positions", officer.token, json.encode({"positions": [at]}))


def _register(person: Officer | Representative) -> bytes:
    device = {"kind": "fcm_token", "value": device_of(person.subject)}
    return request("PUT", "/v1/me/device", person.token, json.encode(device))


def _push(record: dict[str, Any]) -> Push:
    data = record["message"]["data"]
    return Push(
        at_ns=round(record["at_monotonic_s"] * 1e9),
        device=record["device"],
        push_id=record["push_id"],
        kind=data["type"],
        incident_id=data["incident_id"],
        offer_id=data.get("offer_id"),
    )
