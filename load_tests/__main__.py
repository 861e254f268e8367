"""`./dev load`: the whole server under load, from nothing, and one table. Fails on any loss, duplicate or disorder."""

import argparse
import shutil
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from load_tests.figures import Figures, table
from load_tests.findings import Findings
from load_tests.others.compare import STEPS, Work, run_kentongan, run_other
from load_tests.others.servers import chosen_products
from load_tests.others.side_by_side import side_by_side
from load_tests.processes import Broken
from load_tests.profiles import BURST, CEILING, CITY, PROFILES, TOWN, TRICKLE, Profile, Step, perform
from load_tests.spy import summary
from load_tests.stage import Size, seed

OTHERS = "others"
PROFILE_HELP = (
    "all: burst, trickle and ceiling. others: the same work on NATS JetStream and mosquitto beside Kentongan, which "
    "needs the Debian packages nats-server and mosquitto; their own services need not run"
)
SOCKET_IO_HELP = "for others: socket.io too, from a folder where `npm install --prefix FOLDER socket.io` has been run"


def main() -> int:
    options = _parser().parse_args()
    folder = options.keep or Path(tempfile.mkdtemp(prefix="kentongan-load-"))
    folder.mkdir(parents=True, exist_ok=True)
    try:
        named = _compare(folder, options) if options.profile == OTHERS else _load(folder, options)
    except (Broken, ConnectionError) as error:
        print(error, file=sys.stderr)
        return 1
    finally:
        if options.keep is None:
            shutil.rmtree(folder, ignore_errors=True)
    for name, findings in named:
        for line in findings.lines():
            print(f"{name}: {line}")
    return 0 if all(findings.is_clean for _, findings in named) else 1


def _load(folder: Path, options: argparse.Namespace) -> list[tuple[str, Findings]]:
    profiles = chosen_profiles(options)
    columns = _run(profiles, chosen_size(options, profiles), folder, options)
    print(table(columns))
    return [(one.name, one.findings) for one in columns]


def _compare(folder: Path, options: argparse.Namespace) -> list[tuple[str, Findings]]:
    """Every product at every rate; one table for each rate."""
    products = chosen_products(options.socket_io)
    if options.socket_io is None:
        _say("without socket.io, which Debian does not have as a server: see --socket-io")
    steps = chosen_steps(options)
    size = chosen_size(options, [Profile(OTHERS, steps, drain_s=0)])
    _say(f"a city of {size.rt:,} RT, {size.officers:,} officers on duty, {size.consoles:,} consoles")
    seed(folder, size, number=options.seed)
    columns = []
    for step in steps:
        into = folder / f"{step.rate:g}"
        _say(f"Kentongan: {step.rate:,.0f} alarms/s for {step.seconds:g} s")
        at_rate = [run_kentongan(step, size, folder, into / "kentongan", seed=options.seed)]
        for product in products:
            _say(f"{product}: {step.rate:,.0f} messages/s for {step.seconds:g} s")
            work = Work(step, round(at_rate[0].size), size.consoles, options.seed)
            at_rate.append(run_other(product, work, into / product, options.socket_io))
        print(side_by_side(at_rate) + "\n", flush=True)
        columns += at_rate
    return [(f"{one.name} at {one.asked:g}/s", one.findings) for one in columns]


def chosen_steps(options: argparse.Namespace) -> tuple[Step, ...]:
    steps = STEPS if options.rate is None else (Step(options.rate, STEPS[0].seconds),)
    return tuple(replace(step, seconds=options.seconds or step.seconds) for step in steps)


def _run(profiles: list[Profile], size: Size, folder: Path, options: argparse.Namespace) -> list[Figures]:
    _say(f"a city of {size.rt:,} RT, {size.officers:,} officers on duty, {size.consoles:,} consoles")
    seed(folder, size, number=options.seed)
    columns = []
    for profile in profiles:
        rates = ", ".join(f"{step.rate:,.0f} alarms/s for {step.seconds:g} s" for step in profile.steps)
        _say(f"{profile.name}: {rates}")
        into = folder / profile.name
        columns.append(perform(profile, size, folder, into, seed=options.seed, is_spied_on=options.py_spy))
        for raw in sorted(into.glob("spy-*.raw")):
            print(f"where the time went: {profile.name}, {raw.stem}\n{summary(raw)}\n")
    return columns


def _say(what: str) -> None:
    print(f"load: {what}", file=sys.stderr, flush=True)


def chosen_profiles(options: argparse.Namespace) -> list[Profile]:
    """A rate or a time of its own makes one step of a profile."""
    chosen = [BURST, TRICKLE, CEILING] if options.profile == "all" else [PROFILES[options.profile]]
    return [changed_profile(one, options) for one in chosen]


def changed_profile(profile: Profile, options: argparse.Namespace) -> Profile:
    if options.drain is not None:
        profile = replace(profile, drain_s=options.drain)
    if options.rate is None and options.seconds is None:
        return profile
    first = profile.steps[0]
    return replace(profile, steps=(Step(options.rate or first.rate, options.seconds or first.seconds),))


def chosen_size(options: argparse.Namespace, profiles: list[Profile]) -> Size:
    usual = TOWN if options.profile == "short" else CITY
    changes = {name: getattr(options, name) for name in ("rt", "officers", "consoles", "representatives", "watched")}
    size = replace(usual, **{name: value for name, value in changes.items() if value is not None})
    return replace(size, residents=max(one.presses for one in profiles))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="./dev load", description=__doc__)
    parser.add_argument("--profile", choices=[*PROFILES, OTHERS, "all"], default="all", help=PROFILE_HELP)
    parser.add_argument("--rate", type=float, help="alarms per second")
    parser.add_argument("--seconds", type=float, help="how long they come")
    parser.add_argument("--drain", type=float, help="seconds that the push backlog may take afterwards")
    parser.add_argument("--rt", type=int, help="RT of the generated city")
    parser.add_argument("--officers", type=int, help="on duty, each with a phone")
    parser.add_argument("--consoles", type=int, help="sockets that see the whole city")
    parser.add_argument("--representatives", type=int, help="RT that have one, each with a phone")
    parser.add_argument("--watched", type=int, help="representatives with their page open")
    parser.add_argument("--py-spy", action="store_true", help="sample where the server's time goes, and print that too")
    parser.add_argument("--socket-io", type=Path, metavar="FOLDER", help=SOCKET_IO_HELP)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep what every process recorded here")
    return parser


if __name__ == "__main__":
    sys.exit(main())
