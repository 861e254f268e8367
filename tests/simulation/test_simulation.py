"""Whole cities on the pure core: whatever happens, promises 1 to 8 are kept, and every run can be had again."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.simulation.city import City
from tests.simulation.planted import PLANTED
from tests.simulation.runs import INCIDENTS, first_seed, run_cities, run_city, run_on_all_cores

ROOT = Path(__file__).parents[2]
IS_LONG = bool(os.environ.get("KENTONGAN_TEST_LONG"))
COUNT = int(os.environ.get("KENTONGAN_TEST_INCIDENTS") or (1_000_000 if IS_LONG else 10_000))


@pytest.mark.faults
@pytest.mark.timeout(4 * 3600)
def test_promises_one_to_eight_are_kept_whatever_happens_to_the_city() -> None:
    seed = first_seed()
    sys.stdout.write(f"KENTONGAN_TEST_SEED={seed}\n")
    run = run_on_all_cores if IS_LONG else run_cities
    lived = 0
    for outcome in run(seed, COUNT):
        assert not outcome.broken, str(outcome)
        lived += outcome.incidents
    assert lived >= COUNT


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_found_by_the_promise_that_it_breaks(name: str) -> None:
    promise, core = PLANTED[name]
    found: Counter[int] = Counter()
    for seed in range(80):
        found.update(one.promise for one in run_city(seed, core=core).broken)
        if found[promise]:
            return
    raise AssertionError(f"{name} was not found in eighty cities; found were {found}")


def test_the_same_seed_makes_the_same_run_to_the_byte_in_any_process() -> None:
    program = f"from tests.simulation.city import City\nprint(City(7, incidents={INCIDENTS}).run().digest())"
    digests = {City(7, incidents=INCIDENTS).run().digest()}
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
        run = subprocess.run(
            [sys.executable, "-c", program], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
        )
        digests.add(run.stdout.strip())
    assert len(digests) == 1


def test_the_storm_does_everything_that_it_is_meant_to_do() -> None:
    """A simulator that no longer does what it says would find nothing, and say that all is well."""
    seen: Counter[str] = Counter()
    for seed in range(12):
        records = City(seed, incidents=INCIDENTS).run().records
        seen.update(record["kind"] if record["what"] == "event" else record["what"] for record in records)
        joined = [record["event"] for record in records if record.get("kind") == "AlarmJoined"]
        seen.update("a witness joined" for event in joined if event["new_phone"])
        seen.update("left an exercise" for record in records if record.get("event", {}).get("called_away"))
        merged = [record["event"] for record in records if record.get("kind") == "IncidentMerged"]
        seen.update("went on under another" for event in merged if event["assignments"])
        seen.update(f"refused {record['error']}" for record in records if record.get("error"))
    expected = {
        *("OffersSilent", "SupervisorsTold", "NobodyLeft", "OfficerOffered", "OfficerWithdrawn", "PlacesChanged"),
        *("press", "accepted", "answered", "heard", "frame", "look", "duty", "map", "up", "down", "end", "policy"),
        *("IncidentOpened", "AlarmJoined", "AlarmUpdated", "OffersMade", "OfferReceived", "OfferAccepted"),
        *("OfferDeclined", "OffersExpired", "OffersWithdrawn", "AssignmentChanged", "RepresentativeReceived"),
        *("IncidentMoved", "SectorChanged", "CancelledByResident", "CancelledUnderDuress", "NeighboursTold"),
        *(
            "RepresentativeAnswered",
            "Claimed",
            "Released",
            "Noted",
            "Closed",
            "MergedInto",
            "IncidentMerged",
            "AlarmsSplitOff",
            "IncidentLetGo",
            "MergeUndone",
            "left an exercise",
            "went on under another",
            "a witness joined",
            "refused OfferTaken",
            "refused OfferExpired",
        ),
    }
    assert expected <= set(seen)


def test_the_checker_reads_the_log_by_itself() -> None:
    """What it judges by must not be what it judges."""
    for name in ("checker.py", "moving.py", "reading.py", "silence.py"):
        tree = ast.parse((Path(__file__).parent / name).read_text(encoding="utf-8"))
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert not [module for module in imported if module and module.startswith(("dispatch", "geo", "panic_server"))]
