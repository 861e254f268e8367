"""`python -m tests.simulation SEED` prints what happened in the city of that seed, and which promises were broken."""

from __future__ import annotations

import argparse
import sys

from tests.simulation.runs import story


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("seed", type=int)
    arguments = parser.parse_args()
    for line in story(arguments.seed):
        sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
