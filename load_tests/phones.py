"""`python -m load_tests.phones`: the officers' phones once they answer, each by itself as its pushes arrive.

A phone says at once that an offer arrived; its officer thinks for a moment and accepts. During the load the phones stay
mute, which is harder for the server: it asks the next ones, and rings again. On `stop` it says how many officers went.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import json

from load_tests.lean_http import Pool, request, run
from load_tests.records import device_of, read_people

CONNECTIONS_MAX = 200
LOOK_EVERY_S = 0.1
THINK_S = 2.0
PUSHES_AT_ONCE = 2000
ENDED = frozenset({404, 409, 410})
"""An offer that has ended by now, as withdrawn or expired ones have."""


class Phones:
    """Whatever was pushed before they woke stays unanswered; what still stands rings again."""

    def __init__(self, server: Pool, fcm: Pool, token_of: dict[str, str]) -> None:
        self._server = server
        self._fcm = fcm
        self._token_of = token_of
        self._woke_s = time.monotonic()
        self._after = 0
        self._heard: set[str] = set()
        self._busy: set[str] = set()
        self.took = 0

    async def keep_listening(self) -> None:
        """Raises ExceptionGroup of ConnectionError when the server, or Google's stand-in, answers as it must not."""
        async with asyncio.TaskGroup() as answers:
            while True:
                await self._listen(answers)

    async def _listen(self, answers: asyncio.TaskGroup) -> None:
        status, body = await _ask(self._fcm, request("GET", f"/_sent?after={self._after}&limit={PUSHES_AT_ONCE}"))
        if status != 200:
            raise ConnectionError(f"the fake FCM answered {status}")
        page = json.decode(body)
        self._after = page["next"]
        for device, offer_id in self._new_offers(page["sent"]):
            answers.create_task(self._answer(device, offer_id))
        if len(page["sent"]) < PUSHES_AT_ONCE:
            await asyncio.sleep(LOOK_EVERY_S)

    def _new_offers(self, sent: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
        for record in sent:
            data = record["message"]["data"]
            offer_id = data.get("offer_id")
            is_new = record["at_monotonic_s"] >= self._woke_s and offer_id not in self._heard
            if data["type"] == "offer" and is_new:
                self._heard.add(offer_id)
                yield record["device"], offer_id

    async def _answer(self, device: str, offer_id: str) -> None:
        await self._says(device, offer_id, "receipt")
        await asyncio.sleep(THINK_S)
        if device in self._busy:
            return
        self._busy.add(device)
        if await self._says(device, offer_id, "accept"):
            self.took += 1
        else:
            self._busy.discard(device)

    async def _says(self, device: str, offer_id: str, what: str) -> bool:
        """False when the offer has ended."""
        path = f"/v1/offers/{offer_id}/{what}"
        status, _ = await _ask(self._server, request("POST", path, self._token_of[device]))
        if status not in (200, 204) and status not in ENDED:
            raise ConnectionError(f"the server answered {status} to the {what} of an offer")
        return status not in ENDED


async def _ask(pool: Pool, data: bytes) -> tuple[int, bytes]:
    answered: asyncio.Future[tuple[int, bytes]] = asyncio.get_running_loop().create_future()

    def take(status: int, body: bytes, _at_ns: int) -> None:
        if not answered.done():
            answered.set_result((status, body))

    pool.send(data, take)
    return await answered


async def _serve(options: argparse.Namespace) -> None:
    officers = read_people(options.people).officers
    server, fcm = Pool(options.port, most=CONNECTIONS_MAX), Pool(options.fcm_port, most=1)
    phones = Phones(server, fcm, {device_of(one.subject): one.token for one in officers})
    listening = asyncio.create_task(phones.keep_listening())
    stopping = asyncio.create_task(asyncio.to_thread(sys.stdin.readline))
    done, _ = await asyncio.wait((listening, stopping), return_when=asyncio.FIRST_COMPLETED)
    if listening in done:
        listening.result()
    sys.stdout.write(f"{phones.took}\n")
    sys.stdout.flush()
    listening.cancel()
    server.close()
    fcm.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m load_tests.phones", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--fcm-port", type=int, required=True)
    parser.add_argument("--people", type=Path, required=True)
    run(_serve(parser.parse_args()))


if __name__ == "__main__":
    main()
