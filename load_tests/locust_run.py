"""`python -m load_tests.locust_run`: Locust in the place of `load_tests.residents`, with the same arguments and log."""

import argparse
import math
import os
import sys
from pathlib import Path

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
PER_USER = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m load_tests.locust_run", description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--people", type=Path, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seconds", type=float, required=True)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    users = str(max(1, math.ceil(options.rate / PER_USER)))
    settings = {
        "KENTONGAN_LOAD_PEOPLE": str(options.people),
        "KENTONGAN_LOAD_ACKS": str(options.out),
        "KENTONGAN_LOAD_FIRST": str(options.first),
        "KENTONGAN_LOAD_SEED": str(options.seed),
    }
    command = [sys.executable, "-m", "locust", "-f", str(LOCUSTFILE), "--headless", "--only-summary"]
    command += ["--host", f"http://127.0.0.1:{options.port}", "-u", users, "-r", users, "-t", f"{options.seconds:g}s"]
    os.execve(sys.executable, command, {**os.environ, **settings})  # noqa: S606 - Locust takes this process's place


if __name__ == "__main__":
    main()
