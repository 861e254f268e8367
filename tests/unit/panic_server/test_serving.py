"""`serve` as a process: what it says, how it ends, and when it does not begin."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from panic_server.serving import open_socket
from tests.kill.node import Node


def test_a_port_that_is_taken_is_not_shared() -> None:
    with open_socket("127.0.0.1", 0) as taken:
        taken.listen()
        with pytest.raises(OSError, match="in use"):
            open_socket("127.0.0.1", taken.getsockname()[1])


def test_an_address_with_colons_is_ipv6() -> None:
    if not socket.has_ipv6:
        pytest.skip("this machine has no IPv6")
    with open_socket("::1", 0) as listener:
        assert listener.family is socket.AF_INET6


def test_serve_tells_its_address_refuses_a_second_one_on_its_folder_and_ends_when_told(tmp_path: Path) -> None:
    with Node(tmp_path, log_format="json") as node:
        command = [sys.executable, "-m", "panic_server.cli", "serve"]
        env = {**os.environ, "KENTONGAN_DATA_DIR": node.settings["data_dir"], "KENTONGAN_PORT": "0"}
        second = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
        assert second.returncode == 1
        assert second.stderr.splitlines()[-1].startswith("kentongan: another server already runs on")
        node.running.send_signal(signal.SIGTERM)
        assert node.running.wait(20) == 0
    assert f"Kentongan listens on {node.url}" in node.log.read_text()
    assert "Traceback" not in node.log.read_text()


def test_a_taken_port_is_one_plain_line(tmp_path: Path) -> None:
    with open_socket("127.0.0.1", 0) as taken:
        taken.listen()
        port = str(taken.getsockname()[1])
        env = {**os.environ, "KENTONGAN_DATA_DIR": str(tmp_path / "data"), "KENTONGAN_PORT": port}
        command = [sys.executable, "-m", "panic_server.cli", "serve"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"kentongan: cannot listen on 127.0.0.1:{port}: Address already in use"]
