"""`python -m tests.fake_fcm --port N [--key FILE]`: serves until it is killed; prints its URL when it listens."""

from __future__ import annotations

import argparse
import asyncio
import sys
from pathlib import Path

import uvloop

from panic_server.clock import SystemClock
from tests.fake_fcm.key import write_key
from tests.fake_fcm.server import FakeFcm


async def _serve(port: int, key: Path | None) -> None:
    server = await FakeFcm(SystemClock()).listen(port)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    if key is not None:
        write_key(key, url)
    sys.stdout.write(url + "\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.fake_fcm")
    parser.add_argument("--port", type=int, default=0, help="on loopback; 0 takes a free one")
    parser.add_argument("--key", type=Path, help="writes a throwaway service account's key here")
    arguments = parser.parse_args()
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(arguments.port, arguments.key))


main()
