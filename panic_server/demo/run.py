"""`kentongan demo`: the real server, an invented city, and its people, who do everything through the public API."""

import argparse
import asyncio
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from random import Random
from typing import Final

import httpx2

from geo.areas import MapRefused
from geo.geojson import File
from panic_server.clock import SystemClock
from panic_server.commands.inspection import load_settings
from panic_server.demo import cities, visitor
from panic_server.demo.city import DEFAULT_RT, generate_city, write_city
from panic_server.demo.ground import Ground
from panic_server.demo.house import House, ServerEnded, free_port
from panic_server.demo.settling import settle
from panic_server.demo.town import Town
from panic_server.journal.admin import issue_code, store_map
from panic_server.settings import Settings

DEFAULT_PORT: Final = 8000
DATA_FOLDER: Final = "demo"
"""Within the data folder: a real city's database must never be filled with invented people."""

_SOCKETS: Final = httpx2.Limits(max_connections=20, max_keepalive_connections=20)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--rt", type=_rt, default=DEFAULT_RT, help="how many RT the city has (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="another number is another city (default: %(default)s)")
    parser.add_argument("--officers", type=_count, default=60, help="on patrol (default: %(default)s)")
    parser.add_argument("--alarms-per-minute", type=_rate, default=1.0, metavar="N", help="(default: %(default)g)")
    parser.add_argument("--city", type=Path, metavar="FOLDER", help="real borders: every GeoJSON file in the folder")
    parser.add_argument("--write-city", type=Path, metavar="FOLDER", help="only write the invented city's files here")
    parser.add_argument("--data-dir", type=Path, help=f"(default: {DATA_FOLDER} in KENTONGAN_DATA_DIR)")
    parser.add_argument("--host", help="the address to listen on (default: KENTONGAN_HOST)")
    parser.add_argument(
        "--port", type=_port, help=f"(default: KENTONGAN_PORT, or else {DEFAULT_PORT} or the next one that is free)"
    )


def main(argv: Sequence[str]) -> int:
    """The exit status: 0 after Ctrl-C, 1 when something kept the demo from running."""
    parser = argparse.ArgumentParser(prog="kentongan demo", description=__doc__, allow_abbrev=False)
    add_arguments(parser)
    wish = with_settings(parser.parse_args(argv), load_settings())
    try:
        return _write_city(wish) if wish.write_city else _run(wish)
    except (ServerEnded, MapRefused, OSError, ValueError) as error:
        print(f"kentongan demo: {error}", file=sys.stderr)
        return 1


def with_settings(wish: argparse.Namespace, settings: Settings) -> argparse.Namespace:
    """What no argument says is as in the settings."""
    wish.data_dir = wish.data_dir or settings.data_dir / DATA_FOLDER
    wish.host = wish.host or settings.host
    if wish.port is None and "port" in settings.model_fields_set:
        wish.port = settings.port
    return wish


def _write_city(wish: argparse.Namespace) -> int:
    for path in write_city(generate_city(wish.seed, wish.rt), wish.write_city):
        print(path)
    return 0


def _run(wish: argparse.Namespace) -> int:
    wish.data_dir.mkdir(parents=True, exist_ok=True)
    port = _choose_port(wish)
    house = House(wish.data_dir.resolve(), wish.host, port)
    try:
        files = cities.from_folder(wish.city) if wish.city else cities.generated(wish.seed, wish.rt)
        address = Settings(host=wish.host, port=port, public_url=None).address
        house.wait_until(lambda: _answers(address))
        with asyncio.Runner() as runner:
            return runner.run(_live(wish, house, address, files))
    except KeyboardInterrupt:
        return 0
    finally:
        house.end()


def _choose_port(wish: argparse.Namespace) -> int:
    wanted = DEFAULT_PORT if wish.port is None else wish.port
    try:
        port = free_port(wish.host, wanted, only_this=wish.port is not None)
    except OSError as error:
        raise OSError(f"port {wanted} on {wish.host} cannot be used: {error.strerror}; try another --port") from None
    if wanted not in (0, port):
        print(f"Port {wanted} is taken, so this demo uses {port}.")
    return port


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/healthz", timeout=2) as answer:  # noqa: S310 - our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


async def _live(wish: argparse.Namespace, house: House, address: str, files: list[File]) -> int:
    """Until somebody ends it, or the server does."""
    ended = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, ended.set)
    clock = SystemClock()
    url = f"sqlite:///{wish.data_dir.resolve()}/kentongan.db"
    area_map = await asyncio.to_thread(store_map, url, files, now=clock.now())
    async with httpx2.AsyncClient(base_url=address, timeout=20, limits=_SOCKETS) as http:
        live_url = address.replace("http", "ws", 1) + "/v1/live"
        town = Town(http, live_url, Ground(area_map), Random(), clock)
        home = visitor.choose_home(area_map, town.ground.smallest)
        await settle(wish, town, area_map, home, url)
        print(visitor.greeting(area_map, home, await _codes(url, home, clock), address, wish), flush=True)
        while house.is_running() and not ended.is_set():
            try:
                await asyncio.wait_for(ended.wait(), 1.0)
            except TimeoutError:
                continue
        await town.end()
    if not house.is_running():
        raise ServerEnded(f"the server has ended\n{house.last_words()}")
    print("The demo ends; the server finishes what it has begun.", flush=True)
    return 0


async def _codes(url: str, home: visitor.Home, clock: SystemClock) -> dict[str, str]:
    return {
        one.subject: await asyncio.to_thread(
            issue_code, url, role=one.role, subject=one.subject, areas=one.areas, name=one.name, now=clock.now()
        )
        for one in visitor.cast(home)
    }


def _rt(text: str) -> int:
    if not text.isdecimal() or int(text) < 60:
        raise argparse.ArgumentTypeError("must be a whole number from 60 on")
    return int(text)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) > 5000:
        raise argparse.ArgumentTypeError("must be a whole number from 0 to 5000")
    return int(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError("must be a port from 0 to 65535; 0 takes any free one")
    return int(text)


def _rate(text: str) -> float:
    try:
        rate = float(text)
    except ValueError:
        rate = -1.0
    if not 0 <= rate <= 6000:
        raise argparse.ArgumentTypeError("must be a number from 0 to 6000")
    return rate
