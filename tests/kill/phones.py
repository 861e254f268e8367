"""Phones that press as fast as they can, send again until they are answered, and remember each answer they got."""

from __future__ import annotations

import http.client
import json
import random
import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Self

LAT, LON = -6.995, 110.405


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """An alarm that the server has said yes to: what was sent, and the answer to the byte."""

    token: str
    id: str
    body: bytes
    answer: bytes


class Line:
    """One keep-alive connection that is opened again whenever it breaks."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, token: str, body: bytes | None = None) -> tuple[int, bytes] | None:
        """None when the connection broke: nobody knows then whether the server has done it."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=10)
        try:
            self._connection.request(method, path, body, {"Authorization": f"Bearer {token}"})
            answer = self._connection.getresponse()
            return answer.status, answer.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class Phones:
    """`with Phones(...)`: they press until the block ends. `log` only grows, in the order of the answers."""

    def __init__(self, port: int, tokens: Sequence[str], *, threads: int, seed: int) -> None:
        self.log: list[Acknowledged] = []
        self.surprises: list[str] = []
        self.is_up = threading.Event()
        self._is_over = threading.Event()
        shares = [tokens[number::threads] for number in range(threads)]
        works: list[Callable[[], None]] = [
            lambda share=share, number=number: self._press_on(Line(port), share, random.Random(f"{seed} {number}"))  # type: ignore[misc]  # bound at once
            for number, share in enumerate(shares)
        ]
        self._threads = [threading.Thread(target=work, daemon=True) for work in works]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self.is_up.set()
        for thread in self._threads:
            thread.join()

    def _press_on(self, line: Line, tokens: Sequence[str], dice: random.Random) -> None:
        while not self._is_over.is_set():
            token, alarm_id = dice.choice(tokens), str(uuid.UUID(int=dice.getrandbits(128), version=4))
            position = {"lat": LAT, "lon": LON + dice.uniform(0, 0.02), "accuracy_m": 10}
            body = json.dumps({"id": alarm_id, "kind": dice.choice(["fire", "crime"]), "position": position}).encode()
            self._press_until_answered(line, token, alarm_id, body)
        line.close()

    def _press_until_answered(self, line: Line, token: str, alarm_id: str, body: bytes) -> None:
        while not self._is_over.is_set():
            self.is_up.wait()
            answer = line.ask("POST", "/v1/alarms", token, body)
            if answer is None:
                # The server is gone; once it is back, the same alarm goes out again.
                self._is_over.wait(0.01)
            elif answer[0] in (200, 201):
                self.log.append(Acknowledged(token, alarm_id, body, answer[1]))
                return
            elif answer[0] != 503:
                self.surprises.append(f"{answer[0]} {answer[1][:200]!r}")
                return
