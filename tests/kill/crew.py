"""Officers and an operator who work while the server is being killed, so that every kind of commit is hit."""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Sequence
from typing import Any, Self

from tests.kill.phones import Line


class Crew:
    """`duty` has what each officer was last told about their duty; None while nobody knows."""

    def __init__(self, port: int, officers: Sequence[str], operator: str, is_up: threading.Event, *, seed: int) -> None:
        self.duty: dict[str, bool | None] = dict.fromkeys(officers, True)
        self.surprises: list[str] = []
        self._operator, self._is_up = operator, is_up
        self._is_over = threading.Event()
        self._dice = random.Random(f"{seed} crew")
        self._line = Line(port)
        self._thread = threading.Thread(target=self._work_on, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        self._thread.join()
        self._line.close()

    def _work_on(self) -> None:
        while not self._is_over.is_set():
            if not self._is_up.wait(0.1):
                continue
            officer = self._dice.choice(list(self.duty))
            self._dice.choices([self._answer, self._change_duty, self._close_one], [6, 1, 3])[0](officer)

    def _answer(self, officer: str) -> None:
        offers = self._ask("GET", "/v1/me/offers", officer)
        if offers and offers["items"]:
            offer = self._dice.choice(offers["items"])["id"]
            what = self._dice.choice(["accept", "accept", "decline", "receipt"])
            taken = self._ask("POST", f"/v1/offers/{offer}/{what}", officer)
            if taken and taken.get("assignment_id"):
                self._ask("POST", f"/v1/assignments/{offer}/status", officer, {"status": "clear"})

    def _change_duty(self, officer: str) -> None:
        on_duty = self._dice.random() < 0.7
        self.duty[officer] = None
        me = self._ask("PUT", "/v1/me/duty", officer, {"on_duty": on_duty})
        self.duty[officer] = me["on_duty"] if me else None
        if me and on_duty:
            position = {"lat": -6.995, "lon": 110.405, "accuracy_m": 10}
            self._ask("POST", "/v1/me/positions", officer, {"positions": [position]})

    def _close_one(self, _: str) -> None:
        page = self._ask("GET", "/v1/incidents?status=open&limit=20", self._operator)
        if page and page["items"]:
            incident = self._dice.choice(page["items"])["id"]
            self._ask("POST", f"/v1/incidents/{incident}/close", self._operator, {"disposition": "test"})

    def _ask(self, method: str, path: str, token: str, body: object = None) -> Any:
        """None when the server is gone, or refuses because somebody else was first."""
        answer = self._line.ask(method, path, token, None if body is None else json.dumps(body).encode())
        if answer is None:
            self._is_over.wait(0.01)
            return None
        status, content = answer
        if status >= 500 and status != 503:
            self.surprises.append(f"{method} {path}: {status} {content[:200]!r}")
        return json.loads(content) if status < 300 else None
